/* SPDX-License-Identifier: EUPL-1.2 */
/* The schemas of the platform, of the services' accounts and of every tenant's socle: see
 * migrate.h. */
#include "installer/migrate.h"

#include <sys/stat.h>
#include <unistd.h>

#include "installer/migrator.h"
#include "installer/rights.h"
#include "installer/tenant.h"
#include "package/migration.h"

/* The databases that exist once per server, beside those of tenants. */
static const struct {
	const char *name, *series;
} databases[] = { { "scopiton", "platform" }, { "queue", "queue" }, { "account", "account" } };

/* The only rights of the services with an account. */
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
	{ "session", -4, { NULL } }, /* and in each socle: scop_session_rights() */
};

/* Creates the account, with its password in a file that only the process can read. */
static bool
make_service(struct scop_platform *platform, const struct service_account *service)
{
	const char *path = scop_arena_printf(platform->arena, "%s/secrets/.%s",
	    platform->config.var, service->name);
	const char *password = scop_random_password(platform);
	bool ok = true;

	if (access(path, F_OK) != 0)
		ok = scop_platform_sql(platform,
			 "CREATE OR REPLACE USER 'scopiton_%s'@localhost IDENTIFIED VIA ed25519 "
			 "USING "
			 "PASSWORD('%s')",
			 service->name, password) &&
		    scop_secret_write(platform, path, scop_process_uid(platform, service->number),
			password);
	for (size_t i = 0; ok && service->rights[i]; i++)
		ok = scop_platform_sql(platform, "GRANT %s TO 'scopiton_%s'@localhost",
		    service->rights[i], service->name);
	return ok;
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

/* Migrates every tenant's socle; these migrations only ever add. */
static bool
migrate_socles(struct scop_platform *platform, bool (*on_step)(void *, const char *), void *context)
{
	const struct scop_value *tenants =
	    scop_platform_rows(platform, "SELECT id FROM scopiton.tenant ORDER BY id");
	const char *folder =
	    scop_arena_printf(platform->arena, "%s/socle", platform->config.migrations);
	bool ok = tenants != NULL;

	for (size_t i = 0; ok && i < scop_count(tenants); i++) {
		const uint32_t id = (uint32_t)scop_int(scop_at(tenants, i), "id");

		ok = scop_migrator_run(platform,
			 &(struct scop_migration){
			     .database = scop_arena_printf(platform->arena, "t%u", id),
			     .folder = folder,
			     .series = "socle",
			     .on_step = on_step,
			     .context = context }) &&
		    scop_tenant_views(platform, id) && scop_session_rights(platform, id) &&
		    scop_portal_rights_again(platform, id) && scop_socle_rights_again(platform, id);
	}
	return ok;
}

bool
scop_platform_migrate(struct scop_platform *platform, bool (*on_step)(void *, const char *),
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
			    .on_step = on_step,
			    .context = context },
			&platform->err) ||
		    !scop_platform_lock_again(platform))
			return false;
	}
	return make_services(platform) && migrate_socles(platform, on_step, context);
}
