/* SPDX-License-Identifier: EUPL-1.2 */
/* The platform's database: connecting, queries, the lock. */
#include "installer/platform.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
enum { NICE = 10 };

bool
scop_platform_open(struct scop_platform *platform, const char *config_file)
{
	static char password[128];

	*platform = (struct scop_platform){ .arena = scop_arena_new() };
	if (!scop_config_load(&platform->config, config_file, &platform->err))
		return false;
	struct scop_error cause;
	if (!scop_grants_read(platform->arena, platform->config.granted, &platform->granted,
		&cause))
		return scop_error_set(&platform->err, "%s: 'granted': %s", config_file, cause.text);
	FILE *file = fopen(platform->config.db_password_file, "r");
	if (!file || fscanf(file, "%127s", password) != 1) {
		scop_error_errno(&platform->err, "the database password in '%s' cannot be read",
		    platform->config.db_password_file);
		if (file)
			fclose(file);
		return false;
	}
	fclose(file);
	platform->password = password;
	platform->account = (struct scop_db_account){ .socket = platform->config.db_socket,
		.user = platform->config.db_user,
		.password = password };
	platform->db = scop_db_new(&platform->account);
	if (scop_db_connect(platform->db) != SCOP_DB_OK)
		return scop_error_set(&platform->err, "no connection to MariaDB at '%s': %s",
		    platform->config.db_socket, scop_db_error(platform->db));
	return true;
}

void
scop_platform_close(struct scop_platform *platform)
{
	scop_lease_give(platform->lease);
	scop_db_free(platform->db);
	scop_arena_free(platform->arena);
	*platform = (struct scop_platform){ 0 };
}

bool
scop_platform_sql(struct scop_platform *platform, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *sql = scop_arena_vprintf(platform->arena, format, args);
	va_end(args);
	if (scop_db_command(platform->db, sql) == SCOP_DB_OK)
		return true;
	return scop_error_set(&platform->err, SCOP_SAID_TECHNICAL "%s, in: %.200s",
	    scop_db_error(platform->db), sql);
}

const char *
scop_platform_quote(struct scop_platform *platform, const char *text)
{
	return scop_db_connect(platform->db) == SCOP_DB_OK
	    ? scop_db_quote(platform->db, platform->arena, text)
	    : "";
}

const char *
scop_sql_for_tenant(struct scop_arena *arena, const char *sql, uint32_t tenant)
{
	static const char place[] = "{tenant}";
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	for (const char *next; (next = strstr(sql, place)); sql = next + sizeof place - 1)
		scop_buffer_printf(&out, "%.*s%u", (int)(next - sql), sql, tenant);
	scop_buffer_text(&out, sql);
	return scop_buffer_str(&out);
}

static const struct scop_value *
rows(struct scop_platform *platform, const char *format, va_list args)
{
	const struct scop_statement statement = { "",
		scop_arena_vprintf(platform->arena, format, args), 0, 0 };
	const struct scop_query query = { &statement, { NULL } };
	const struct scop_value *found;

	scop_db_enter(platform->db, "", "scopiton", "scopiton", 0, true);
	if (scop_db_read_once(platform->db, platform->arena, &query, &found) == SCOP_DB_OK)
		return found;
	scop_error_set(&platform->err, SCOP_SAID_TECHNICAL "%s, in: %.200s",
	    scop_db_error(platform->db), statement.sql);
	return NULL;
}

const struct scop_value *
scop_platform_rows(struct scop_platform *platform, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const struct scop_value *found = rows(platform, format, args);
	va_end(args);
	return found;
}

const struct scop_value *
scop_platform_row(struct scop_platform *platform, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const struct scop_value *found = rows(platform, format, args);
	va_end(args);
	return scop_at(found, 0);
}

bool
scop_platform_count(struct scop_platform *platform, int64_t *ret_count, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const struct scop_value *found = rows(platform, format, args);
	va_end(args);
	*ret_count = scop_int(scop_at(found, 0), "n");
	return scop_count(found) == 1;
}

bool
scop_platform_step(struct scop_platform *platform, bool (*on_step)(void *, const char *),
    void *context, const char *what)
{
	return !on_step || on_step(context, what) || scop_error_set(&platform->err, "cancelled");
}

bool
scop_secret_write(struct scop_platform *platform, const char *path, uid_t uid, const char *text)
{
	const char *tmp = scop_arena_printf(platform->arena, "%s.new", path);

	unlink(tmp);
	const int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);

	/* Another installer may have made another one by now. One that was stopped here finds no
	 * file to rename any more, for all use this name. */
	if (fd < 0 || dprintf(fd, "%s\n", text) < 0 || fchown(fd, uid, (gid_t)uid) != 0 ||
	    fsync(fd) != 0 || close(fd) != 0 || !scop_platform_may_go_on(platform) ||
	    rename(tmp, path) != 0)
		return scop_error_errno(&platform->err, "the secret '%s' cannot be written", path);
	return true;
}

uid_t
scop_process_uid(const struct scop_platform *platform, int64_t number)
{
	return geteuid() == 0 && platform->config.separate_users
	    ? (uid_t)(platform->config.uid_base + number)
	    : (uid_t)-1;
}

bool
scop_directory_changed(struct scop_platform *platform)
{
	return scop_platform_sql(platform,
	    "UPDATE scopiton.directory_version SET version = version + 1");
}

/* ---- the lease ---- */

/* Whether there are leases: 1, 0 in a new database or one of 0.1.0, -1 if nobody knows. */
static int
count_leases(struct scop_platform *platform)
{
	int64_t count;

	return scop_platform_count(platform, &count,
		   "SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = "
		   "'scopiton' AND table_name = 'lease'")
	    ? (int)count
	    : -1;
}

/* The lock of 0.1.0, which an account of any module could take. */
static bool
take_old_lock(struct scop_platform *platform, unsigned seconds)
{
	platform->old_lock =
	    scop_bool(scop_platform_row(platform,
			  "SELECT GET_LOCK('scopiton_installer', %u) AS held", seconds),
		"held");
	scop_db_hold(platform->db, platform->old_lock);
	return platform->old_lock;
}

bool
scop_platform_lock_again(struct scop_platform *platform)
{
	if (platform->lease || !platform->old_lock)
		return true;
	platform->lease =
	    scop_lease_take(platform->db, &platform->account, "installer", 0, &platform->err);
	return platform->lease != NULL;
}

bool
scop_platform_lock(struct scop_platform *platform, unsigned seconds)
{
	const int leases = count_leases(platform);

	if (leases > 0)
		platform->lease = scop_lease_take(platform->db, &platform->account, "installer",
		    seconds, &platform->err);
	else if (leases == 0)
		take_old_lock(platform, seconds);
	if (platform->lease || platform->old_lock)
		setpriority(PRIO_PROCESS, 0, NICE); /* serving has priority */
	return platform->lease || platform->old_lock;
}

void
scop_platform_unlock(struct scop_platform *platform)
{
	scop_lease_give(platform->lease);
	platform->lease = NULL;
	if (platform->old_lock)
		scop_platform_row(platform, "SELECT RELEASE_LOCK('scopiton_installer') AS freed");
	platform->old_lock = false;
	scop_db_hold(platform->db, false);
}

bool
scop_platform_holds_lock(struct scop_platform *platform)
{
	return platform->lease
	    ? scop_lease_check(platform->lease)
	    : scop_bool(scop_platform_row(platform,
			    "SELECT COALESCE(IS_USED_LOCK('scopiton_installer') = "
			    "CONNECTION_ID(), 0) AS held"),
		  "held");
}

bool
scop_platform_may_go_on(struct scop_platform *platform)
{
	return (!platform->lease && !platform->old_lock) || scop_platform_holds_lock(platform);
}

bool
scop_platform_begin(struct scop_platform *platform)
{
	if (!scop_platform_sql(platform, "START TRANSACTION"))
		return false;
	if (scop_platform_may_go_on(platform))
		return true;
	scop_platform_sql(platform, "ROLLBACK");
	return scop_error_set(&platform->err, "another installer has taken over");
}
