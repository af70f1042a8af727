/* Installing and disabling: each step can be run again, so a run that was cut short is simply run once more. */
#include "host/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "data/directory.h"
#include "host/migrator.h"
#include "jobs/schedule.h"

enum { STATEMENT_MAX = 16384, MODULE_CONNECTIONS = 64 };

#define OPERATE "portal.operate" /* for tenants that are a scop's own */

struct installation {
	struct scop_platform *platform;
	uint32_t tenant;
	struct scop_package package;
	const char *module;
	const char *role;
	const char *database;
	bool first; /* this tenant has never had the module */
	void (*told)(void *context, const char *what);
	void *context;
};

static void
tell(const struct installation *installation, const char *what)
{
	if (installation->told)
		installation->told(installation->context, what);
}

static bool
open_package(struct installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const char *module = installation->module;
	const size_t length = strlen(module);

	if (length < 3 || length > SCOP_MODULE_MAX || module[strspn(module, "abcdefghijklmnopqrstuvwxyz0123456789_")])
		return scop_error_set(&platform->err, "module name '%s' is not 3 to %d of a-z, 0-9 and '_'", module, SCOP_MODULE_MAX);
	const char *folder = scop_arena_printf(platform->arena, "%s/%s", platform->config.modules, module);
	if (access(folder, R_OK) != 0)
		return scop_error_set(&platform->err, "there is no module '%s' in '%s'", module, platform->config.modules);
	return scop_package_open(platform->arena, folder, &installation->package, &platform->err) &&
	    scop_package_place(&installation->package, platform->config.var, &platform->err);
}

/* The module's account, with its secret in a file that its workers alone can read. */
static bool
make_account(struct installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const char *module = installation->module;
	const char *folder = scop_arena_printf(platform->arena, "%s/secrets", platform->config.var);
	const char *path = scop_arena_printf(platform->arena, "%s/%s", folder, module);
	unsigned char key[32];
	char hex[2 * sizeof key + 1], password[100] = "";
	FILE *file;

	mkdir(folder, 0711);
	if ((file = fopen(path, "re"))) {
		const int got = fscanf(file, "%99s", password);

		fclose(file);
		if (got != 1)
			return scop_error_set(&platform->err, "the secret '%s' is damaged", path);
	} else {
		const uint32_t number = (uint32_t)scop_int(
		    scop_platform_row(platform, "SELECT number FROM scopiton.module WHERE name = '%s'", module), "number");

		snprintf(password, sizeof password, "%s", scop_random_password(platform));
		randombytes_buf(key, sizeof key);
		sodium_bin2hex(hex, sizeof hex, key, sizeof key);
		if (!scop_secret_write(platform, path, scop_process_uid(platform, number),
			scop_arena_printf(platform->arena, "%s\n%s", password, hex)))
			return false;
	}
	return scop_platform_sql(platform, "CREATE USER IF NOT EXISTS 'scop_%s'@localhost IDENTIFIED VIA ed25519 USING "
		"PASSWORD('%s') WITH MAX_USER_CONNECTIONS %d", module, password, MODULE_CONNECTIONS) &&
	    scop_platform_sql(platform, "ALTER USER 'scop_%s'@localhost IDENTIFIED VIA ed25519 USING PASSWORD('%s')", module,
		password);
}

/* Whom the module may call, and under which user it does, for the broker. None: no file, and its workers have no way out. */
static bool
write_calls(struct installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_manifest *manifest = &installation->package.manifest;
	const char *folder = scop_arena_printf(platform->arena, "%s/out", platform->config.var);
	const char *path = scop_arena_printf(platform->arena, "%s/%s", folder, installation->package.hash);
	const char *fresh = scop_arena_printf(platform->arena, "%s.new", path);
	const uid_t uid = scop_process_uid(platform,
	    scop_int(scop_platform_row(platform, "SELECT number FROM scopiton.module WHERE name = '%s'", installation->module), "number"));

	if (manifest->call_count == 0)
		return true;
	mkdir(folder, 0755);
	FILE *file = fopen(fresh, "we");
	if (!file)
		return scop_error_errno(&platform->err, "'%s' cannot be written", fresh);
	fprintf(file, "%s %u\n", installation->module, uid == (uid_t)-1 ? 0 : (unsigned)uid);
	for (size_t i = 0; i < manifest->call_count; i++)
		fprintf(file, "%s %u\n", manifest->calls[i].host, manifest->calls[i].port);
	const bool written = fchmod(fileno(file), 0644) == 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
	if (fclose(file) != 0 || !written || rename(fresh, path) != 0)
		return scop_error_errno(&platform->err, "'%s' cannot be written", path);
	return true;
}

static bool
make_role(struct installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_manifest *manifest = &installation->package.manifest;
	const char *role = installation->role;
	bool sound = scop_platform_sql(platform, "CREATE ROLE IF NOT EXISTS %s", role) &&
	    scop_platform_sql(platform, "GRANT SELECT, INSERT, UPDATE, DELETE ON `%s`.* TO %s",
		scop_grant_pattern(platform, installation->database), role) &&
	    scop_platform_sql(platform, "GRANT SELECT ON `t%u`.* TO %s", installation->tenant, role) &&
	    scop_platform_sql(platform, "GRANT %s TO 'scop_%s'@localhost", role, installation->module);

	for (size_t i = 0; sound && i < manifest->write_count; i++)
		sound = scop_platform_sql(platform, "GRANT %s ON `t%u`.`%s` TO %s", manifest->writes[i].rights,
		    installation->tenant, manifest->writes[i].table, role);
	if (sound && manifest->orders)
		sound = scop_platform_sql(platform, "GRANT INSERT (tenant, kind, module, actor) ON scopiton.installer_order TO %s",
			role) &&
		    scop_platform_sql(platform, "GRANT INSERT (entry, verb) ON queue.job_order TO %s", role);
	if (sound && manifest->accounts)
		sound = scop_platform_sql(platform, "GRANT SELECT, INSERT, UPDATE ON account.person TO %s", role) &&
		    scop_platform_sql(platform, "GRANT SELECT, INSERT, DELETE ON account.reset TO %s", role) &&
		    scop_platform_sql(platform, "GRANT SELECT, INSERT, DELETE ON account.failure TO %s", role) &&
		    scop_platform_sql(platform, "GRANT SELECT, INSERT, DELETE ON account.recovery TO %s", role);
	return sound &&
	    scop_platform_sql(platform, "GRANT INSERT (member, name, what_fr, what_nl, what_de, what_en, about) ON `t%u`.audit TO %s",
		installation->tenant, role) &&
	    scop_platform_sql(platform, "GRANT INSERT (is_event, name, once, body, run_at) ON queue.outbox TO %s", role) &&
	    scop_platform_sql(platform, "GRANT INSERT (recipient, recipient_name, sender_name, reply_to, subject, html, secret) ON "
		"queue.mail TO %s", role) &&
	    scop_platform_sql(platform, "GRANT INSERT (mail, name, type, bytes) ON queue.attachment TO %s", role);
}

/* Every statement of the module against the schema, as its own role, before any visitor needs it. */
static bool
prepare_statements(struct installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const char *path = scop_arena_printf(platform->arena, "%s/statements.txt", installation->package.folder);
	const struct scop_db_account account = { platform->config.db_socket,
		scop_arena_printf(platform->arena, "scop_%s", installation->module), scop_arena_alloc(platform->arena, 100), 0 };
	static char line[STATEMENT_MAX];
	char password[100];
	bool sound = true;
	FILE *file = fopen(scop_arena_printf(platform->arena, "%s/secrets/%s", platform->config.var, installation->module), "re");

	if (!file || fscanf(file, "%99s", password) != 1)
		return scop_error_set(&platform->err, "the module's secret cannot be read");
	fclose(file);
	struct scop_db_account own = account;
	own.password = password;
	struct scop_db *db = scop_db_new(&own);
	scop_db_enter(db, installation->role, installation->database,
	    scop_arena_printf(platform->arena, "t%u", installation->tenant), 0, true);
	file = fopen(path, "re");
	while (file && sound && fgets(line, sizeof line, file)) {
		char *args = strchr(line, '\t'), *sql = args ? strchr(args + 1, '\t') : NULL;

		if (!sql)
			continue;
		*args = *sql = '\0';
		sql[1 + strcspn(sql + 1, "\n")] = '\0';
		const struct scop_statement statement = { line, sql + 1, (uint32_t)atoi(args + 1), 0 };
		if (scop_db_prepare(db, platform->arena, &statement) != SCOP_DB_OK)
			sound = scop_error_set(&platform->err, "module '%s' does not fit its own schema: %s", installation->module,
			    scop_db_error(db));
	}
	if (file)
		fclose(file);
	scop_db_free(db);
	return sound;
}

/* "'..', '..', '..', '..'": a title in the languages, as SQL. */
static const char *
titles(struct scop_platform *platform, const char *const title[SCOP_LANGUAGES])
{
	const char *quoted[SCOP_LANGUAGES];

	for (int i = 0; i < SCOP_LANGUAGES; i++)
		quoted[i] = scop_platform_quote(platform, title[i] ? title[i] : "");
	return scop_arena_printf(platform->arena, "'%s', '%s', '%s', '%s'", quoted[SCOP_FR], quoted[SCOP_NL], quoted[SCOP_DE], quoted[SCOP_EN]);
}

/* Menu entries, or tiles: both lead to a path, for who has a permission. */
static bool
fill_entries(struct installation *installation, const char *table, const struct scop_manifest_menu *entries, size_t count)
{
	struct scop_platform *platform = installation->platform;
	bool sound = true;

	for (size_t i = 0; sound && i < count; i++)
		sound = scop_platform_sql(platform, "INSERT INTO t%u.%s (module, path, permission, place, title_fr, title_nl, title_de, title_en) "
			"VALUES ('%s', '%s', '%s', %u, %s)", installation->tenant, table, installation->module, entries[i].path,
			entries[i].permission, entries[i].place, titles(platform, entries[i].title));
	return sound;
}

/* Whether it is a scop's own tenant. */
static bool
operates(struct scop_platform *platform, uint32_t tenant)
{
	return scop_bool(scop_platform_row(platform, "SELECT operates FROM scopiton.tenant WHERE id = %u", tenant), "operates");
}

static bool
fill_permissions(struct installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_manifest *manifest = &installation->package.manifest;
	const uint32_t tenant = installation->tenant;
	bool sound = true;

	for (size_t i = 0; sound && i < manifest->permission_count; i++) {
		if (strcmp(manifest->permissions[i].name, OPERATE) == 0 && !operates(platform, tenant))
			continue;
		sound = scop_platform_sql(platform, "REPLACE INTO t%u.permission (name, module, title_fr, title_nl, title_de, title_en) VALUES "
			"('%s', '%s', %s)", tenant, manifest->permissions[i].name, manifest->name, titles(platform, manifest->permissions[i].title)) &&
		    scop_platform_sql(platform, "INSERT IGNORE INTO t%u.role_permission (role, permission) VALUES ('owner', '%s')",
			tenant, manifest->permissions[i].name);
	}
	for (size_t i = 0; sound && i < manifest->grant_count; i++)
		sound = scop_platform_sql(platform, "INSERT IGNORE INTO t%u.role (name) VALUES ('%s')", tenant,
			manifest->grants[i].role) &&
		    scop_platform_sql(platform, "INSERT IGNORE INTO t%u.role_permission (role, permission) VALUES ('%s', '%s')",
			tenant, manifest->grants[i].role, manifest->grants[i].permission);
	return sound;
}

static bool
fill_settings(struct installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_manifest *manifest = &installation->package.manifest;
	bool sound = true;

	for (size_t i = 0; sound && i < manifest->setting_count; i++) {
		const struct scop_manifest_setting *setting = &manifest->settings[i];

		sound = scop_platform_sql(platform, "INSERT INTO t%u.setting_type (module, name, place, type, standard, low, high, choices, "
		    "title_fr, title_nl, title_de, title_en) VALUES ('%s', '%s', %zu, '%s', '%s', %d, %d, '%s', %s)", installation->tenant,
		    manifest->name, setting->name, i, setting->type, scop_platform_quote(platform, setting->standard), setting->low,
		    setting->high, scop_platform_quote(platform, setting->choices), titles(platform, setting->title));
	}
	return sound;
}

static bool
fill_socle(struct installation *installation)
{
	static const char *const anew[] = { "menu", "tile", "permission", "setting_type" };
	const struct scop_manifest *manifest = &installation->package.manifest;
	bool sound = true;

	for (size_t i = 0; sound && i < sizeof anew / sizeof anew[0]; i++)
		sound = scop_platform_sql(installation->platform, "DELETE FROM t%u.%s WHERE module = '%s'", installation->tenant, anew[i],
		    manifest->name);
	return sound && fill_permissions(installation) && fill_settings(installation) &&
	    fill_entries(installation, "menu", manifest->menu, manifest->menu_count) &&
	    fill_entries(installation, "tile", manifest->tiles, manifest->tile_count);
}

static bool
subscribe(struct installation *installation, bool root)
{
	struct scop_platform *platform = installation->platform;

	const bool taken = scop_platform_row(platform, "SELECT module FROM scopiton.subscription WHERE tenant = %u AND root = 1 AND "
	    "state <> 'off' AND module <> '%s'", installation->tenant, installation->module);

	if (root && taken)
		return scop_error_set(&platform->err, "another module stands at the root of this tenant's host name");
	return scop_platform_sql(platform, "INSERT INTO scopiton.subscription (tenant, module, package, database_name, epoch, state, "
		"root) SELECT %u, '%s', id, '%s', 1, 'on', %d FROM scopiton.package WHERE hash = '%s' ON DUPLICATE KEY UPDATE "
		"package = VALUES(package), epoch = epoch + 1, state = 'on', root = %s",
		installation->tenant, installation->module, installation->database, root, installation->package.hash,
		taken ? "0" : "GREATEST(root, VALUES(root))") &&
	    scop_directory_changed(platform);
}

/* When the module's jobs are due by the tenant's clock. One whose rule stays keeps its hour. */
static bool
plan(struct installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_manifest *manifest = &installation->package.manifest;
	const char *zone = scop_text(scop_platform_row(platform, "SELECT zone FROM scopiton.tenant WHERE id = %u",
	    installation->tenant), "zone");
	bool sound = scop_platform_sql(platform, "DELETE s FROM queue.schedule s LEFT JOIN (scopiton.package_job j JOIN "
	    "scopiton.package p ON p.id = j.package AND p.hash = '%s') ON j.name = s.name AND j.rule = s.rule WHERE s.role = '%s' "
	    "AND (j.name IS NULL OR s.zone <> '%s')", installation->package.hash, installation->role, zone);

	for (size_t i = 0; sound && i < manifest->job_count; i++) {
		const struct scop_manifest_job *job = &manifest->jobs[i];
		struct scop_schedule schedule;

		if (!job->rule[0] || !scop_schedule_parse(job->rule, &schedule))
			continue;
		const int64_t next = scop_schedule_next(&schedule, zone, scop_time_now());
		sound = scop_platform_sql(platform, "INSERT IGNORE INTO queue.schedule (role, name, rule, zone, next_at) VALUES ('%s', "
		    "'%s', '%s', '%s', FROM_UNIXTIME(%lld))", installation->role, job->name, job->rule, zone,
		    (long long)(next / 1000000));
	}
	return sound;
}

/* Everything but the check. Each step can be run again. */
static bool
make_all(struct installation *installation, bool root)
{
	struct scop_platform *platform = installation->platform;

	tell(installation, "account");
	if (!make_account(installation) || !write_calls(installation))
		return false;
	tell(installation, "database");
	if (!scop_platform_sql(platform, "CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb4 COLLATE "
		"utf8mb4_unicode_520_ci", installation->database) || !make_role(installation))
		return false;
	tell(installation, "tables");
	if (!scop_migrator_run(platform, installation->database,
		scop_arena_printf(platform->arena, "%s/module", platform->config.migrations), "host", NULL, NULL) ||
	    !scop_migrator_run(platform, installation->database,
		scop_arena_printf(platform->arena, "%s/migrations", installation->package.folder), "module", installation->told, installation->context))
		return false;
	tell(installation, "statements");
	if (strcmp(installation->module, "portal") == 0 && !scop_tenant_views(platform, installation->tenant))
		return false; /* a newer portal may show what an older host did not */
	if (!prepare_statements(installation))
		return false;
	tell(installation, "menu");
	if (!fill_socle(installation))
		return false;
	tell(installation, "switch on");
	return subscribe(installation, root) && plan(installation);
}

bool
scop_module_install(struct scop_platform *platform, uint32_t tenant, const char *module, bool root,
    void (*told)(void *, const char *), void *context)
{
	struct installation installation = { .platform = platform, .tenant = tenant, .module = module,
		.role = scop_arena_printf(platform->arena, "t%u_%s", tenant, module),
		.database = scop_arena_printf(platform->arena, "t%u_%s", tenant, module), .told = told, .context = context };
	const struct scop_value *there = scop_platform_row(platform, "SELECT p.version, p.hash, s.state FROM "
	    "scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE s.tenant = %u AND s.module = '%s'", tenant,
	    scop_platform_quote(platform, module));

	tell(&installation, "check");
	if (!open_package(&installation) || !scop_package_note(platform, &installation.package, true))
		return false;
	installation.first = !there;
	if (there && strcmp(scop_text(there, "hash"), installation.package.hash) == 0 &&
	    strcmp(scop_text(there, "state"), "on") == 0 && !root)
		return true;
	if (make_all(&installation, root))
		return true;
	/* A first installation that failed leaves nothing, so that a mended package finds nothing in its way. */
	const struct scop_error cause = platform->err;
	if (installation.first) {
		scop_platform_sql(platform, "DROP ROLE IF EXISTS %s", installation.role);
		scop_platform_sql(platform, "DROP DATABASE IF EXISTS `%s`", installation.database);
		for (size_t i = 0; i < 4; i++)
			scop_platform_sql(platform, "DELETE FROM t%u.%s WHERE module = '%s'", tenant,
			    (const char *const[]){ "menu", "tile", "permission", "setting_type" }[i], module);
	}
	platform->err = cause;
	return false;
}

bool
scop_module_disable(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	const char *name = scop_platform_quote(platform, module);

	if (strcmp(module, "portal") == 0)
		return scop_error_set(&platform->err, "the portal cannot be disabled: it is the way to everything else");
	if (!scop_platform_row(platform, "SELECT 1 AS there FROM scopiton.subscription WHERE tenant = %u AND module = '%s'",
		tenant, name))
		return scop_error_set(&platform->err, "this tenant has no module '%s'", module);
	return scop_platform_sql(platform, "UPDATE scopiton.subscription SET state = 'off', epoch = epoch + 1 WHERE tenant = %u "
		"AND module = '%s'", tenant, name) &&
	    scop_platform_sql(platform, "DELETE FROM t%u.menu WHERE module = '%s'", tenant, name) &&
	    scop_platform_sql(platform, "DELETE FROM t%u.tile WHERE module = '%s'", tenant, name) &&
	    scop_platform_sql(platform, "DELETE FROM queue.schedule WHERE role = 't%u_%s'", tenant, name) &&
	    scop_directory_changed(platform);
}

/* ---- orders ---- */

struct steps {
	struct scop_platform *platform;
	int64_t order;
	unsigned number;
	void (*told)(void *context, const char *what);
	void *context;
};

static void
note_step(void *context, const char *what)
{
	struct steps *steps = context;

	scop_platform_sql(steps->platform, "REPLACE INTO scopiton.order_step (installer_order, number, step) VALUES (%lld, %u, "
	    "'%.100s')", (long long)steps->order, ++steps->number, scop_platform_quote(steps->platform, what));
	if (steps->told)
		steps->told(steps->context, what);
}

/* Whether the role is the portal's of a scop's own tenant, which may order for others. */
static bool
of_operator(struct scop_platform *platform, const char *role)
{
	return scop_platform_row(platform, "SELECT id FROM scopiton.tenant WHERE operates = 1 AND CONCAT('t', id, '_portal') = '%s'",
	    scop_platform_quote(platform, role)) != NULL;
}

/* Ends the sessions of a person at every tenant but the one that has done so itself: the password has changed. */
static bool
sign_out(struct scop_platform *platform, uint32_t but, const char *person)
{
	const struct scop_value *tenants = scop_platform_rows(platform, "SELECT id FROM scopiton.tenant WHERE id <> %u", but);
	bool sound = tenants != NULL && person[0] && !person[strspn(person, "0123456789")];

	for (size_t i = 0; sound && i < scop_count(tenants); i++) {
		const uint32_t id = (uint32_t)scop_int(scop_at(tenants, i), "id");

		sound = scop_platform_sql(platform, "DELETE s FROM t%u.session s JOIN t%u.member m ON m.id = s.member WHERE m.person = %s", id, id, person);
	}
	return sound;
}

static bool
carry_out(struct scop_platform *platform, const struct scop_value *order, struct steps *steps)
{
	const uint32_t tenant = (uint32_t)scop_int(order, "tenant");
	const char *role = scop_text(order, "role"), *kind = scop_text(order, "kind"), *module = scop_text(order, "module");

	/* The stamp is MariaDB's own: a portal orders for its own tenant and for nobody else. */
	if (role[0] && strcmp(role, scop_arena_printf(platform->arena, "t%u_portal", tenant)) != 0 && !of_operator(platform, role))
		return scop_error_set(&platform->err, "role '%s' may not order for tenant %u", role, tenant);
	if (strcmp(kind, "install") == 0)
		return scop_module_install(platform, tenant, module, false, note_step, steps);
	if (strcmp(kind, "install-root") == 0)
		return scop_module_install(platform, tenant, module, true, note_step, steps);
	if (strcmp(kind, "disable") == 0)
		return scop_module_disable(platform, tenant, module);
	if (strcmp(kind, "sign-out") == 0)
		return sign_out(platform, tenant, module);
	return scop_error_set(&platform->err, "there is no order of kind '%s'", kind);
}

bool
scop_order_run(struct scop_platform *platform, int64_t id, void (*told)(void *, const char *), void *context)
{
	struct steps steps = { platform, id, 0, told, context };
	const struct scop_value *order = scop_platform_row(platform, "SELECT id, COALESCE(role, '') AS role, tenant, kind, module "
	    "FROM scopiton.installer_order WHERE id = %lld", (long long)id);

	if (!order || !scop_platform_sql(platform, "UPDATE scopiton.installer_order SET state = 'running' WHERE id = %lld",
		(long long)id))
		return false;
	const bool sound = carry_out(platform, order, &steps) && scop_directory_write(platform);
	const struct scop_error cause = platform->err;
	scop_platform_sql(platform, "UPDATE scopiton.installer_order SET state = '%s', message = LEFT('%s', 1000), ended = UTC_TIMESTAMP(6) "
	    "WHERE id = %lld", sound ? "done" : "failed", sound ? "" : scop_platform_quote(platform, cause.text), (long long)id);
	platform->err = cause;
	return sound;
}
