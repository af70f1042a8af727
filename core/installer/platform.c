/* SPDX-License-Identifier: EUPL-1.2 */
/* The platform's database: opening, asking, migrating. */
#include "installer/platform.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/migrator.h"
#include "package/migration.h"

enum { NICE = 10 };

bool
scop_platform_open(struct scop_platform *platform, const char *config_file)
{
	static char password[128];

	*platform = (struct scop_platform){ .arena = scop_arena_new() };
	if (!scop_config_load(&platform->config, config_file, &platform->err))
		return false;
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
	const struct scop_db_account account = { platform->config.db_socket,
		platform->config.db_user, password, 0, 0 };
	platform->db = scop_db_new(&account);
	if (scop_db_connect(platform->db) != SCOP_DB_OK)
		return scop_error_set(&platform->err, "no connection to MariaDB at '%s': %s",
		    platform->config.db_socket, scop_db_error(platform->db));
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
	return scop_db_connect(platform->db) == SCOP_DB_OK
	    ? scop_db_quote(platform->db, platform->arena, text)
	    : "";
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
	scop_error_set(&platform->err, "%s, in: %.200s", scop_db_error(platform->db),
	    statement.sql);
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
scop_platform_tell(struct scop_platform *platform, bool (*told)(void *, const char *),
    void *context, const char *what)
{
	return !told || told(context, what) || scop_error_set(&platform->err, "cancelled");
}

bool
scop_secret_write(struct scop_platform *platform, const char *path, uid_t uid, const char *text)
{
	const char *fresh = scop_arena_printf(platform->arena, "%s.new", path);
	const int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0400);

	if (fd < 0 || dprintf(fd, "%s\n", text) < 0 || fchown(fd, uid, (gid_t)uid) != 0 ||
	    fsync(fd) != 0 || close(fd) != 0 || rename(fresh, path) != 0)
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

/* The databases that a server has once, beside those of its tenants. */
static const struct {
	const char *name, *series;
} databases[] = { { "scopiton", "platform" }, { "queue", "queue" }, { "account", "account" } };

/* What dispatcher and mailer may do, beyond which they have nothing. */
static const struct service_account {
	const char *name;
	int number;            /* added to the base of user ids */
	const char *rights[8]; /* "SELECT ON scopiton.package"; NULL ends */
} services[] = {
	{ "dispatcher", 0,
	    { "SELECT, INSERT, UPDATE, DELETE ON queue.outbox",
		"SELECT, INSERT, UPDATE, DELETE ON queue.dead", "SELECT, DELETE ON queue.job_order",
		"SELECT, UPDATE ON queue.schedule", "SELECT ON scopiton.subscription",
		"SELECT ON scopiton.package_emits", "SELECT ON scopiton.package_takes" } },
	{ "mailer", -1,
	    { "SELECT, UPDATE ON queue.mail", "SELECT, DELETE ON queue.attachment",
		"SELECT ON queue.sender" } },
};

/* The account, with its password in a file that the process alone can read. */
static bool
make_service(struct scop_platform *platform, const struct service_account *service)
{
	const char *path = scop_arena_printf(platform->arena, "%s/secrets/.%s",
	    platform->config.var, service->name);
	const char *password = scop_random_password(platform);
	bool sound = true;

	if (access(path, F_OK) != 0)
		sound = scop_platform_sql(platform,
			    "CREATE OR REPLACE USER 'scopiton_%s'@localhost IDENTIFIED VIA ed25519 "
			    "USING "
			    "PASSWORD('%s')",
			    service->name, password) &&
		    scop_secret_write(platform, path, scop_process_uid(platform, service->number),
			password);
	for (size_t i = 0; sound && service->rights[i]; i++)
		sound = scop_platform_sql(platform, "GRANT %s TO 'scopiton_%s'@localhost",
		    service->rights[i], service->name);
	return sound;
}

static bool
make_services(struct scop_platform *platform)
{
	mkdir(scop_arena_printf(platform->arena, "%s/secrets", platform->config.var), 0711);
	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
		if (!make_service(platform, &services[i]))
			return false;
	return true;
}

/* Every tenant's socle, which is only ever added to. */
static bool
migrate_socles(struct scop_platform *platform, bool (*told)(void *, const char *), void *context)
{
	const struct scop_value *tenants =
	    scop_platform_rows(platform, "SELECT id FROM scopiton.tenant ORDER BY id");
	const char *folder =
	    scop_arena_printf(platform->arena, "%s/socle", platform->config.migrations);
	bool sound = tenants != NULL;

	for (size_t i = 0; sound && i < scop_count(tenants); i++) {
		const uint32_t id = (uint32_t)scop_int(scop_at(tenants, i), "id");

		sound = scop_migrator_run(platform,
			    &(struct scop_migration){
				.database = scop_arena_printf(platform->arena, "t%u", id),
				.folder = folder,
				.series = "socle",
				.told = told,
				.context = context }) &&
		    scop_tenant_views(platform, id) && scop_portal_rights(platform, id);
	}
	return sound;
}

bool
scop_platform_migrate(struct scop_platform *platform, bool (*told)(void *, const char *),
    void *context)
{
	for (size_t i = 0; i < sizeof databases / sizeof databases[0]; i++) {
		const char *folder = scop_arena_printf(platform->arena, "%s/%s",
		    platform->config.migrations, databases[i].series);

		if (!scop_platform_sql(platform,
			"CREATE DATABASE IF NOT EXISTS %s CHARACTER SET utf8mb4 COLLATE "
			"utf8mb4_unicode_520_ci",
			databases[i].name) ||
		    !scop_migration_run(platform->db,
			&(struct scop_migration){ .database = databases[i].name,
			    .folder = folder,
			    .series = databases[i].series,
			    .told = told,
			    .context = context },
			&platform->err))
			return false;
	}
	return make_services(platform) && migrate_socles(platform, told, context);
}

bool
scop_directory_changed(struct scop_platform *platform)
{
	return scop_platform_sql(platform,
	    "UPDATE scopiton.directory_version SET version = version + 1");
}

bool
scop_platform_lock(struct scop_platform *platform, unsigned seconds)
{
	const bool held =
	    scop_int(scop_platform_row(platform,
			 "SELECT GET_LOCK('scopiton_installer', %u) AS held", seconds),
		"held") == 1;

	scop_db_hold(platform->db, held);
	if (held)
		setpriority(PRIO_PROCESS, 0, NICE); /* who is being served goes before */
	return held;
}

void
scop_platform_unlock(struct scop_platform *platform)
{
	scop_platform_row(platform, "SELECT RELEASE_LOCK('scopiton_installer') AS freed");
	scop_db_hold(platform->db, false);
}

bool
scop_platform_holds_lock(struct scop_platform *platform)
{
	return scop_bool(scop_platform_row(platform,
			     "SELECT COALESCE(IS_USED_LOCK('scopiton_installer') = "
			     "CONNECTION_ID(), 0) AS held"),
	    "held");
}
