/* The platform's database: opening, asking, migrating. */
#include "host/platform.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/migrator.h"
#include "modules/migration.h"

bool
scop_platform_open(struct scop_platform *platform, const char *config_file)
{
	static char password[128];

	*platform = (struct scop_platform){ .arena = scop_arena_new() };
	if (!scop_config_load(&platform->config, config_file, &platform->err))
		return false;
	FILE *file = fopen(platform->config.db_password_file, "r");
	if (!file || fscanf(file, "%127s", password) != 1) {
		scop_error_errno(&platform->err, "the database password in '%s' cannot be read", platform->config.db_password_file);
		if (file)
			fclose(file);
		return false;
	}
	fclose(file);
	const struct scop_db_account account = { platform->config.db_socket, platform->config.db_user, password, 0 };
	platform->db = scop_db_new(&account);
	if (scop_db_connect(platform->db) != SCOP_DB_OK)
		return scop_error_set(&platform->err, "no connection to MariaDB at '%s': %s", platform->config.db_socket,
		    scop_db_error(platform->db));
	return true;
}

void
scop_platform_close(struct scop_platform *platform)
{
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
	return scop_error_set(&platform->err, "%s, in: %.200s", scop_db_error(platform->db), sql);
}

const char *
scop_platform_quote(struct scop_platform *platform, const char *text)
{
	return scop_db_connect(platform->db) == SCOP_DB_OK ? scop_db_quote(platform->db, platform->arena, text) : "";
}

static const struct scop_value *
rows(struct scop_platform *platform, const char *format, va_list args)
{
	const struct scop_statement statement = { "platform", scop_arena_vprintf(platform->arena, format, args), 0, 0 };
	const struct scop_query query = { &statement, { NULL } };
	const struct scop_value *found;

	scop_db_enter(platform->db, "", "scopiton", "scopiton", 0, true);
	if (scop_db_read_once(platform->db, platform->arena, &query, &found) == SCOP_DB_OK)
		return found;
	scop_error_set(&platform->err, "%s, in: %.200s", scop_db_error(platform->db), statement.sql);
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
scop_secret_write(struct scop_platform *platform, const char *path, uid_t uid, const char *text)
{
	const char *fresh = scop_arena_printf(platform->arena, "%s.new", path);
	const int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0400);

	if (fd < 0 || dprintf(fd, "%s\n", text) < 0 || fchown(fd, uid, (gid_t)uid) != 0 || fsync(fd) != 0 || close(fd) != 0 ||
	    rename(fresh, path) != 0)
		return scop_error_errno(&platform->err, "the secret '%s' cannot be written", path);
	return true;
}

uid_t
scop_process_uid(const struct scop_platform *platform, uint32_t number)
{
	return geteuid() == 0 && platform->config.separate_users ? (uid_t)platform->config.uid_base + number : (uid_t)-1;
}

/* The dispatcher's account: the queue, and to read who takes which event. Its password is in a file of its own. */
static bool
make_dispatcher(struct scop_platform *platform)
{
	static const char *const read[] = { "subscription", "package_emits", "package_takes" };
	const char *path = scop_arena_printf(platform->arena, "%s/secrets/.dispatcher", platform->config.var);
	const char *password = scop_random_password(platform);
	bool sound = true;

	mkdir(scop_arena_printf(platform->arena, "%s/secrets", platform->config.var), 0711);
	if (access(path, F_OK) == 0)
		return true;
	sound = scop_platform_sql(platform, "CREATE OR REPLACE USER 'scopiton_dispatcher'@localhost IDENTIFIED VIA ed25519 USING "
		"PASSWORD('%s')", password) &&
	    scop_platform_sql(platform, "GRANT SELECT, INSERT, UPDATE, DELETE ON queue.* TO 'scopiton_dispatcher'@localhost");
	for (size_t i = 0; sound && i < sizeof read / sizeof read[0]; i++)
		sound = scop_platform_sql(platform, "GRANT SELECT ON scopiton.%s TO 'scopiton_dispatcher'@localhost", read[i]);
	return sound && scop_secret_write(platform, path, scop_process_uid(platform, 0), password);
}

bool
scop_platform_migrate(struct scop_platform *platform, void (*told)(void *, const char *), void *context)
{
	const char *folder = scop_arena_printf(platform->arena, "%s/platform", platform->config.migrations);

	return scop_platform_sql(platform,
		"CREATE DATABASE IF NOT EXISTS scopiton CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci") &&
	    scop_migration_run(platform->db, "scopiton", folder, "platform", told, context, &platform->err) &&
	    scop_platform_sql(platform,
		"CREATE DATABASE IF NOT EXISTS queue CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci") &&
	    scop_migration_run(platform->db, "queue", scop_arena_printf(platform->arena, "%s/queue", platform->config.migrations),
		"queue", told, context, &platform->err) && make_dispatcher(platform);
}

bool
scop_directory_changed(struct scop_platform *platform)
{
	return scop_platform_sql(platform, "UPDATE scopiton.directory_version SET version = version + 1");
}

bool
scop_platform_lock(struct scop_platform *platform, unsigned seconds)
{
	return scop_int(scop_platform_row(platform, "SELECT GET_LOCK('scopiton_installer', %u) AS held", seconds), "held") == 1;
}

void
scop_platform_unlock(struct scop_platform *platform)
{
	scop_platform_row(platform, "SELECT RELEASE_LOCK('scopiton_installer') AS freed");
}
