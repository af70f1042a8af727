/* SPDX-License-Identifier: EUPL-1.2 */
/* Installs a package for a tenant: see installation.h. */
#include "installer/installation.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/time.h"
#include "data/directory.h"
#include "installer/billing.h"
#include "installer/choose.h"
#include "installer/contracts.h"
#include "installer/migrator.h"
#include "installer/rights.h"
#include "package/files.h"
#include "queue/schedule.h"

enum { STATEMENT_MAX = 16384, AWAY_SECONDS_MAX = 30 };

#define OPERATE "portal.operate" /* for scops' own tenants */

bool
scop_installation_step(struct scop_installation *installation, const char *what)
{
	return scop_platform_step(installation->platform, installation->on_step,
	    installation->context, what);
}

const char *
scop_generation_name(struct scop_platform *platform, uint32_t tenant, const char *module,
    unsigned generation)
{
	return generation < 2
	    ? scop_arena_printf(platform->arena, "t%u_%s", tenant, module)
	    : scop_arena_printf(platform->arena, "t%u_%s__%u", tenant, module, generation);
}

unsigned
scop_generation_of(const char *database)
{
	const char *mark = strstr(database, "__");

	return mark ? (unsigned)atoi(mark + 2) : 1;
}

void
scop_installation_begin(struct scop_installation *installation, struct scop_platform *platform,
    uint32_t tenant, const char *module, bool (*on_step)(void *, const char *), void *context)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT p.id, p.version, p.hash, p.rights, s.state, s.database_name, s.root FROM "
	    "scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE s.tenant = "
	    "%u AND s.module = '%s'",
	    tenant, scop_platform_quote(platform, module));

	*installation = (struct scop_installation){ .platform = platform,
		.tenant = tenant,
		.module = module,
		.role = scop_arena_printf(platform->arena, "t%u_%s", tenant, module),
		.known = row != NULL,
		.state = scop_text(row, "state"),
		.old_hash = scop_text(row, "hash"),
		.old_version = scop_text(row, "version"),
		.old_database = scop_text(row, "database_name"),
		.old_rights = scop_text(row, "rights"),
		.old_id = scop_int(row, "id"),
		.on_step = on_step,
		.context = context };
}

/* Rights that a role has on tables of all tenants: on people's accounts where the package was
 * granted those, and what each module's work and mail go through. */
static const char *const account_rights[] = {
	"SELECT, INSERT, UPDATE ON account.person",
	"SELECT, INSERT, DELETE ON account.reset",
	"SELECT, INSERT ON account.failure",
	"SELECT, INSERT, UPDATE ON account.place",
	"SELECT, INSERT, DELETE ON account.recovery",
	NULL,
};
static const char *const queue_rights[] = {
	"INSERT (is_event, name, once, body, run_at) ON queue.outbox",
	"INSERT (recipient, recipient_name, sender_name, reply_to, subject, html, secret) ON "
	"queue.mail",
	"INSERT (mail, name, type, bytes) ON queue.attachment",
	NULL,
};

static bool
grant_all(struct scop_platform *platform, const char *const *rights, const char *role)
{
	for (; *rights; rights++)
		if (!scop_platform_sql(platform, "GRANT %s TO %s", *rights, role))
			return false;
	return true;
}

bool
scop_installation_rights(struct scop_installation *installation, const char *database)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_manifest *manifest = &installation->package.manifest;
	const char *role = installation->role;
	bool ok = scop_platform_sql(platform, "CREATE ROLE IF NOT EXISTS %s", role) &&
	    /* of a module that keeps rows: see keeps.h */
	    scop_platform_sql(platform, "GRANT SELECT, INSERT%s ON `%s`.* TO %s",
		manifest->keep_count > 0 ? "" : ", UPDATE, DELETE",
		scop_grant_pattern(platform, database), role) &&
	    scop_platform_sql(platform, "GRANT %s TO 'scop_%s'@localhost", role,
		installation->module);

	for (size_t i = 0; ok && i < manifest->write_count; i++)
		ok = scop_platform_sql(platform, "GRANT %s ON `t%u`.`%s` TO %s",
		    manifest->writes[i].rights, installation->tenant, manifest->writes[i].table,
		    role);
	ok = ok &&
	    scop_socle_rights(platform, installation->tenant, installation->module,
		installation->package.asks);
	if (ok && manifest->orders)
		ok = scop_portal_rights(platform, installation->tenant);
	return ok && (!manifest->accounts || grant_all(platform, account_rights, role)) &&
	    grant_all(platform, queue_rights, role);
}

static bool
read_secret(struct scop_installation *installation, char *ret_password)
{
	struct scop_platform *platform = installation->platform;
	FILE *file = fopen(scop_arena_printf(platform->arena, "%s/secrets/%s", platform->config.var,
			       installation->module),
	    "re");
	const bool read = file && fscanf(file, "%99s", ret_password) == 1;

	if (file)
		fclose(file);
	return read || scop_error_set(&platform->err, "the module's secret cannot be read");
}

/* Prepares each statement of the list, a line each: name, arguments, SQL. */
static bool
prepare_all(struct scop_installation *installation, struct scop_db *db, char *list)
{
	struct scop_platform *platform = installation->platform;

	for (char *line = list, *next; *line; line = next) {
		const size_t length = strcspn(line, "\n");
		char *args = memchr(line, '\t', length);
		char *sql =
		    args ? memchr(args + 1, '\t', length - (size_t)(args + 1 - line)) : NULL;

		next = line + length + (line[length] == '\n');
		if (!sql)
			return scop_error_set(&platform->err,
			    "the list of statements of module '%s' is damaged. Build it again.",
			    installation->module);
		*args = *sql = line[length] = '\0';
		const struct scop_statement statement = { line, sql + 1, (uint32_t)atoi(args + 1),
			0 };
		if (scop_db_prepare(db, platform->arena, &statement) != SCOP_DB_OK)
			return scop_error_set(&platform->err,
			    "module '%s' does not fit its own schema: %s", installation->module,
			    scop_db_error(db));
	}
	return true;
}

bool
scop_installation_prepare(struct scop_installation *installation, const char *folder,
    const char *database)
{
	struct scop_platform *platform = installation->platform;
	char password[100];
	const struct scop_db_account account = { .socket = platform->config.db_socket,
		.user = scop_arena_printf(platform->arena, "scop_%s", installation->module),
		.password = password };
	size_t size;
	const char *list = scop_files_read(platform->arena,
	    scop_arena_printf(platform->arena, "%s/statements.txt", folder), &size, &platform->err);

	if (!list || !read_secret(installation, password))
		return false;
	struct scop_db *db = scop_db_new(&account);
	scop_db_enter(db, installation->role, database,
	    scop_arena_printf(platform->arena, "t%u", installation->tenant), 0, true);
	const bool ok =
	    prepare_all(installation, db, scop_arena_bytes(platform->arena, list, size));
	scop_db_free(db);
	return ok;
}

bool
scop_installation_contracts(struct scop_installation *installation, const char *database)
{
	return scop_contracts_prepare(installation->platform, installation->tenant,
	    &(struct scop_contracts_change){ .module = installation->module,
		.hash = installation->package.hash,
		.database = database,
		.arrives = installation->arrives });
}

/* Writes menu entries or tiles: both link to a path and require a permission. */
static bool
fill_entries(struct scop_installation *installation, const char *table,
    const struct scop_manifest_menu *entries, size_t count)
{
	struct scop_platform *platform = installation->platform;
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++)
		ok = scop_platform_sql(platform,
		    "INSERT INTO t%u.%s (module, path, permission, place, icon, title) VALUES "
		    "('%s', '%s', '%s', %u, '%s', '%s')",
		    installation->tenant, table, installation->module, entries[i].path,
		    entries[i].permission, entries[i].place, entries[i].icon,
		    scop_platform_quote(platform, entries[i].title));
	return ok;
}

/* Whether the tenant is a scop's own. */
static bool
operates(struct scop_platform *platform, uint32_t tenant)
{
	return scop_bool(scop_platform_row(platform,
			     "SELECT operates FROM scopiton.tenant WHERE id = %u", tenant),
	    "operates");
}

/* Removes the module's permissions that its manifest no longer defines from all roles. */
static bool
drop_lost_permissions(struct scop_installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_manifest *manifest = &installation->package.manifest;
	struct scop_buffer list;

	scop_buffer_init(&list, platform->arena);
	for (size_t i = 0; i < manifest->permission_count; i++)
		scop_buffer_printf(&list, ", '%s'", manifest->permissions[i].name);
	return scop_platform_sql(platform,
	    "DELETE FROM t%u.role_permission WHERE SUBSTRING_INDEX(permission, '.', 1) = '%s' AND "
	    "permission NOT IN (''%s)",
	    installation->tenant, manifest->name, scop_buffer_str(&list));
}

static bool
fill_permissions(struct scop_installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_manifest *manifest = &installation->package.manifest;
	const uint32_t tenant = installation->tenant;
	bool ok = true;

	for (size_t i = 0; ok && i < manifest->permission_count; i++) {
		if (strcmp(manifest->permissions[i].name, OPERATE) == 0 &&
		    !operates(platform, tenant))
			continue;
		ok = scop_platform_sql(platform,
			 "REPLACE INTO t%u.permission (name, module, title) VALUES ('%s', "
			 "'%s', '%s')",
			 tenant, manifest->permissions[i].name, manifest->name,
			 scop_platform_quote(platform, manifest->permissions[i].title)) &&
		    scop_platform_sql(platform,
			"INSERT IGNORE INTO t%u.role_permission (role, permission) VALUES "
			"('owner', '%s')",
			tenant, manifest->permissions[i].name);
	}
	for (size_t i = 0; ok && i < manifest->role_count; i++)
		ok = scop_platform_sql(platform,
		    "INSERT INTO t%u.role (name, title, module) VALUES ('%s', '%s', '%s') ON "
		    "DUPLICATE "
		    "KEY UPDATE title = IF(module = VALUES(module), VALUES(title), title)",
		    tenant, manifest->roles[i].name,
		    scop_platform_quote(platform, manifest->roles[i].title), manifest->name);
	for (size_t i = 0; ok && i < manifest->grant_count; i++)
		ok = scop_platform_sql(platform,
		    "INSERT IGNORE INTO t%u.role_permission (role, permission) VALUES ('%s', "
		    "'%s')",
		    tenant, manifest->grants[i].role, manifest->grants[i].permission);
	return ok;
}

static bool
fill_settings(struct scop_installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_manifest *manifest = &installation->package.manifest;
	bool ok = true;

	for (size_t i = 0; ok && i < manifest->setting_count; i++) {
		const struct scop_manifest_setting *setting = &manifest->settings[i];

		ok = scop_platform_sql(platform,
		    "INSERT INTO t%u.setting_type (module, name, place, type, standard, low, high, "
		    "title) VALUES ('%s', '%s', %zu, '%s', '%s', %d, %d, '%s')",
		    installation->tenant, manifest->name, setting->name, i, setting->type,
		    scop_platform_quote(platform, setting->standard), setting->low, setting->high,
		    scop_platform_quote(platform, setting->title));
		for (size_t c = 0; ok && c < setting->choice_count; c++)
			ok = scop_platform_sql(platform,
			    "INSERT INTO t%u.setting_choice (module, setting, value, place, title) "
			    "VALUES ('%s', '%s', '%s', %zu, '%s')",
			    installation->tenant, manifest->name, setting->name,
			    setting->choices[c].value, c,
			    scop_platform_quote(platform, setting->choices[c].title));
	}
	return ok;
}

static bool
fill_socle(struct scop_installation *installation)
{
	static const char *const anew[] = { "menu", "tile", "permission", "setting_type",
		"setting_choice" };
	const struct scop_manifest *manifest = &installation->package.manifest;
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof anew / sizeof anew[0]; i++)
		ok = scop_platform_sql(installation->platform,
		    "DELETE FROM t%u.%s WHERE module = '%s'", installation->tenant, anew[i],
		    manifest->name);
	return ok && drop_lost_permissions(installation) && fill_permissions(installation) &&
	    fill_settings(installation) &&
	    fill_entries(installation, "menu", manifest->menu, manifest->menu_count) &&
	    fill_entries(installation, "tile", manifest->tiles, manifest->tile_count);
}

/* Writes the subscription's row. The version served until now becomes the target of a rollback. */
static bool
subscribe(struct scop_installation *installation, const char *database)
{
	struct scop_platform *platform = installation->platform;
	const bool taken = scop_platform_row(platform,
	    "SELECT 1 AS there FROM scopiton.subscription WHERE tenant = %u AND root = 1 AND "
	    "state NOT IN ('off', 'gone') AND module <> '%s'",
	    installation->tenant, installation->module);

	if (installation->root && taken)
		return scop_error_set(&platform->err,
		    "another module is at the root of this tenant's host name");
	return scop_platform_sql(platform,
		   "INSERT INTO scopiton.subscription (tenant, module, package, database_name, "
		   "epoch, state, "
		   "root, switched) SELECT %u, '%s', id, '%s', "
		   /* never twice, also for a module that was purged and comes back */
		   "CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS UNSIGNED), 'on', %d, "
		   "UTC_TIMESTAMP(6) FROM "
		   "scopiton.package WHERE hash = '%s' ON DUPLICATE KEY UPDATE "
		   "previous = IF(package <> VALUES(package), package, previous), "
		   "previous_database = IF(package <> VALUES(package), database_name, "
		   "previous_database), switched = IF(package <> VALUES(package), "
		   "UTC_TIMESTAMP(6), switched), package = VALUES(package), database_name = "
		   "VALUES(database_name), epoch = epoch + 1, state = 'on', root = %s",
		   installation->tenant, installation->module, database, installation->root,
		   installation->package.hash, taken ? "0" : "GREATEST(root, VALUES(root))") &&
	    scop_directory_changed(platform);
}

/* Schedules the module's jobs in the tenant's time zone. A job whose rule is unchanged keeps its
 * next time. */
static bool
plan(struct scop_installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_manifest *manifest = &installation->package.manifest;
	const char *zone =
	    scop_text(scop_platform_row(platform, "SELECT zone FROM scopiton.tenant WHERE id = %u",
			  installation->tenant),
		"zone");
	bool ok = scop_platform_sql(platform,
	    "DELETE s FROM queue.schedule s LEFT JOIN (scopiton.package_job j JOIN "
	    "scopiton.package p ON p.id = j.package AND p.hash = '%s') ON j.name = s.name AND "
	    "j.rule = s.rule WHERE s.role = '%s' "
	    "AND (j.name IS NULL OR s.zone <> '%s')",
	    installation->package.hash, installation->role, zone);

	for (size_t i = 0; ok && i < manifest->job_count; i++) {
		const struct scop_manifest_job *job = &manifest->jobs[i];
		struct scop_schedule schedule;

		if (!job->rule[0] || !scop_schedule_parse(job->rule, &schedule))
			continue;
		const int64_t next = scop_schedule_next(&schedule, zone, scop_time_now());
		ok = scop_platform_sql(platform,
		    "INSERT IGNORE INTO queue.schedule (role, name, rule, zone, next_at) VALUES "
		    "('%s', "
		    "'%s', '%s', '%s', FROM_UNIXTIME(%lld))",
		    installation->role, job->name, job->rule, zone, (long long)(next / 1000000));
	}
	return ok;
}

/* Reads the subscription's row, waiting for MariaDB if it is unavailable; an empty map if there is
 * no row, NULL if MariaDB does not return. */
static const struct scop_value *
subscription_now(struct scop_installation *installation)
{
	struct scop_platform *platform = installation->platform;

	for (int i = 0; i < AWAY_SECONDS_MAX; i++) {
		const struct scop_value *row = scop_platform_row(platform,
		    "SELECT COUNT(*) AS n, COALESCE(MAX(p.hash), '') AS hash, "
		    "COALESCE(MAX(s.database_name), '') AS "
		    "database_name, COALESCE(MAX(s.state), '') AS state FROM scopiton.subscription "
		    "s JOIN scopiton.package p ON p.id = s.package WHERE s.tenant = %u AND "
		    "s.module = '%s'",
		    installation->tenant, installation->module);

		if (row)
			return row;
		/* the lock is lost, but reading is still possible */
		scop_db_hold(platform->db, false);
		sleep(1);
	}
	return NULL;
}

bool
scop_installation_switch(struct scop_installation *installation, const char *database)
{
	struct scop_platform *platform = installation->platform;

	if (scop_platform_begin(platform) && fill_socle(installation) &&
	    subscribe(installation, database) && plan(installation) &&
	    scop_period_begin(platform, installation->tenant, installation->module) &&
	    scop_platform_sql(platform, "COMMIT"))
		return true;
	const struct scop_error cause = platform->err;
	scop_platform_sql(platform, "ROLLBACK");
	const struct scop_value *row = subscription_now(installation);
	if (row && strcmp(scop_text(row, "hash"), installation->package.hash) == 0 &&
	    strcmp(scop_text(row, "database_name"), database) == 0 &&
	    strcmp(scop_text(row, "state"), "on") == 0)
		return true;
	platform->err = cause;
	return false;
}

bool
scop_installation_is_unused(struct scop_installation *installation, const char *database)
{
	const struct scop_value *row = subscription_now(installation);

	return row && strcmp(scop_text(row, "database_name"), database) != 0 &&
	    scop_platform_holds_lock(installation->platform);
}

bool
scop_installation_tables(struct scop_installation *installation, const char *database,
    unsigned generation, const char *other)
{
	struct scop_platform *platform = installation->platform;
	const char *below = generation < 2
	    ? "migrations"
	    : scop_arena_printf(platform->arena, "migrations/generation%u", generation);
	/* Migrations that ran but are not in the served version come from a failed attempt.
	 * Imported tables come with the version that served them. */
	const char *served = installation->known
	    ? scop_arena_printf(platform->arena, "%s/modules/%s/%s", platform->config.var,
		  installation->old_hash, below)
	    : scop_arena_printf(platform->arena, "%s/%s", installation->package.folder, below);

	return scop_migrator_run(platform,
		   &(struct scop_migration){ .database = database,
		       .series = "host",
		       .folder = scop_arena_printf(platform->arena, "%s/module",
			   platform->config.migrations) }) &&
	    scop_migrator_run(platform,
		&(struct scop_migration){ .database = database,
		    .other = other,
		    .folder = scop_arena_printf(platform->arena, "%s/%s",
			installation->package.folder, below),
		    .served = served,
		    .series = generation < 2
			? "module"
			: scop_arena_printf(platform->arena, "generation%u", generation),
		    .on_step = installation->on_step,
		    .context = installation->context });
}
