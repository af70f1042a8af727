/* SPDX-License-Identifier: EUPL-1.2 */
/* Rolls back, disables, uninstalls and purges a tenant's module: see life.h. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json.h"
#include "installer/billing.h"
#include "installer/choose.h"
#include "installer/contracts.h"
#include "installer/forget.h"
#include "installer/generation.h"
#include "installer/installation.h"
#include "installer/leave.h"
#include "installer/life.h"
#include "installer/migrator.h"
#include "installer/directory.h"
#include "package/files.h"

/* The enabled modules that need this one, separated by commas; "" for none. */
static const char *
dependants(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT COALESCE(GROUP_CONCAT(s.module ORDER BY s.module SEPARATOR ', '), '') AS names "
	    "FROM "
	    "scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE s.tenant = "
	    "%u AND s.state NOT IN ('off', 'gone') AND s.module <> '%s' AND "
	    "JSON_SEARCH(p.needs, 'one', '%s', NULL, '$[*].module') IS NOT NULL",
	    tenant, module, module);

	return scop_text(row, "names");
}

static bool
check_free(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	if (strcmp(module, "portal") == 0)
		return scop_error_set(&platform->err,
		    "the portal cannot be disabled: everything else is reached through it");
	if (!scop_platform_row(platform,
		"SELECT 1 AS there FROM scopiton.subscription WHERE tenant = %u AND module = '%s'",
		tenant, scop_platform_quote(platform, module)))
		return scop_error_set(&platform->err, "this tenant has no module '%s'", module);
	const char *names = dependants(platform, tenant, module);
	return !names[0] ||
	    scop_error_set(&platform->err,
		"%s cannot be disabled or removed while %s, which needs it, is enabled. Disable "
		"that first.",
		module, names);
}

/* Stops showing and running the module, in one transaction; its rows are kept. */
static bool
switch_off(struct scop_platform *platform, uint32_t tenant, const char *module, const char *state)
{
	if (scop_platform_begin(platform) &&
	    scop_platform_sql(platform,
		"UPDATE scopiton.subscription SET state = '%s', epoch = epoch + 1%s WHERE tenant = "
		"%u AND module = '%s'",
		state, strcmp(state, "gone") == 0 ? ", root = 0" : "", tenant, module) &&
	    scop_platform_sql(platform, "DELETE FROM t%u.menu WHERE module = '%s'", tenant,
		module) &&
	    scop_platform_sql(platform, "DELETE FROM t%u.tile WHERE module = '%s'", tenant,
		module) &&
	    scop_platform_sql(platform, "DELETE FROM queue.schedule WHERE role = 't%u_%s'", tenant,
		module) &&
	    scop_period_end(platform, tenant, module) && scop_directory_changed(platform) &&
	    scop_platform_sql(platform, "COMMIT"))
		return true;
	const struct scop_error cause = platform->err;
	scop_platform_sql(platform, "ROLLBACK");
	platform->err = cause;
	return false;
}

bool
scop_module_disable(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	return check_free(platform, tenant, module) &&
	    switch_off(platform, tenant, module, "off") && scop_contracts_settle(platform, tenant);
}

bool
scop_module_uninstall(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	return check_free(platform, tenant, module) &&
	    switch_off(platform, tenant, module, "gone") && scop_contracts_settle(platform, tenant);
}

/* ---- rollback ---- */

/* Restores menu, settings and subscription, in both kinds of rollback. */
static bool
switch_back(struct scop_installation *installation)
{
	if (!scop_installation_step(installation, "switch back") ||
	    !scop_installation_contracts(installation, installation->database) ||
	    !scop_installation_switch(installation, installation->database) ||
	    !scop_contracts_settle(installation->platform, installation->tenant))
		return false;
	/* A later upgrade checks the tables anew. */
	return scop_platform_sql(installation->platform,
	    "UPDATE scopiton.subscription SET previous = NULL, previous_database = NULL WHERE "
	    "tenant = %u AND "
	    "module = '%s'",
	    installation->tenant, installation->module);
}

bool
scop_module_back(struct scop_platform *platform, uint32_t tenant, const char *module,
    bool (*on_step)(void *, const char *), void *context, const char **ret_report)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT s.state, s.previous_database, o.hash, o.first_parts FROM scopiton.subscription "
	    "s JOIN "
	    "scopiton.package o ON o.id = s.previous WHERE s.tenant = %u AND s.module = '%s'",
	    tenant, scop_platform_quote(platform, module));
	struct scop_installation installation;
	struct scop_package newer;

	scop_installation_begin(&installation, platform, tenant, module, on_step, context);
	if (!row)
		return scop_error_set(&platform->err,
		    installation.known ? "module '%s' has no previous version to roll back to"
				       : "this tenant has no module '%s'",
		    module);
	installation.database = scop_text(row, "previous_database");
	if (!scop_addresses_check(platform, tenant, module, scop_text(row, "first_parts"), false) ||
	    !scop_package_of_hash(platform, scop_text(row, "hash"), &installation.package) ||
	    !scop_package_of_hash(platform, installation.old_hash, &newer))
		return false;
	const bool anew = strcmp(installation.database, installation.old_database) != 0;
	if (!anew) {
		*ret_report = SCOP_TEXT("every row written since is kept");
		if (switch_back(&installation))
			return true;
	} else if (scop_installation_step(&installation, "freeze") && scop_freeze(&installation) &&
	    scop_installation_step(&installation, "rows written since") &&
	    scop_generation_leave(&installation, &newer.manifest, ret_report) &&
	    switch_back(&installation))
		return true;
	const struct scop_error cause = platform->err;
	if (anew)
		scop_thaw(&installation);
	scop_contracts_settle(platform, tenant);
	platform->err = cause;
	return false;
}

/* ---- the data at stake ---- */

static const struct scop_value *
databases_of(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	return scop_platform_rows(platform,
	    "SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name REGEXP "
	    "'^t%u_%s(__[0-9]+)?$' ORDER BY "
	    "schema_name",
	    tenant, module);
}

const char *
scop_module_inventory(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT s.database_name, p.personal FROM scopiton.subscription s JOIN scopiton.package "
	    "p ON "
	    "p.id = s.package WHERE s.tenant = %u AND s.module = '%s'",
	    tenant, scop_platform_quote(platform, module));
	const char *database = scop_text(row, "database_name"), *json = scop_text(row, "personal"),
		   *names = dependants(platform, tenant, module);
	const struct scop_value *personal =
	    scop_json_parse(platform->arena, json, strlen(json), &platform->err);
	const struct scop_value *tables = scop_platform_rows(platform,
	    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '%s' "
	    "AND "
	    "table_type = 'BASE TABLE' AND table_name NOT LIKE 'scop\\_%%' ORDER BY table_name",
	    database);
	struct scop_buffer out;

	scop_buffer_init(&out, platform->arena);
	if (names[0])
		scop_buffer_printf(&out, "needed by %s\n", names);
	for (size_t i = 0; i < scop_count(tables); i++) {
		const char *table = scop_text(scop_at(tables, i), "name");

		scop_buffer_printf(&out, "%s: %lld rows\n", table,
		    (long long)scop_int(scop_platform_row(platform,
					    "SELECT COUNT(*) AS n FROM `%s`.`%s`", database, table),
			"n"));
	}
	for (size_t i = 0; i < scop_count(personal); i++)
		scop_buffer_printf(&out, "personal: %s (%s), kept for %lld months\n",
		    scop_text(scop_at(personal, i), "table"),
		    scop_text(scop_at(personal, i), "columns"),
		    (long long)scop_int(scop_at(personal, i), "months"));
	return scop_buffer_str(&out);
}

/* ---- purge ---- */

bool
scop_module_drop(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	static const char *const queues[] = { "schedule", "outbox", "dead", "mail" };
	static const char *const socle[] = { "menu", "tile", "setting", "setting_type",
		"setting_choice", "permission" };
	const struct scop_value *databases = databases_of(platform, tenant, module);
	bool ok = databases != NULL;

	for (size_t i = 0; ok && i < scop_count(databases); i++)
		ok = scop_platform_sql(platform, "DROP DATABASE IF EXISTS `%s`",
		    scop_text(scop_at(databases, i), "name"));
	ok = ok && scop_platform_sql(platform, "DROP ROLE IF EXISTS t%u_%s", tenant, module) &&
	    scop_platform_sql(platform,
		"DELETE a FROM queue.attachment a JOIN queue.mail m ON m.id = a.mail WHERE m.role "
		"= 't%u_%s'",
		tenant, module);
	for (size_t i = 0; ok && i < sizeof queues / sizeof queues[0]; i++)
		ok = scop_platform_sql(platform, "DELETE FROM queue.%s WHERE role = 't%u_%s'",
		    queues[i], tenant, module);
	for (size_t i = 0; ok && i < sizeof socle / sizeof socle[0]; i++)
		ok = scop_platform_sql(platform, "DELETE FROM t%u.%s WHERE module = '%s'", tenant,
		    socle[i], module);
	return ok &&
	    scop_platform_sql(platform,
		"DELETE FROM t%u.role_permission WHERE SUBSTRING_INDEX(permission, '.', 1) = '%s'",
		tenant, module) &&
	    scop_platform_sql(platform,
		"DELETE FROM scopiton.subscription WHERE tenant = %u AND module = '%s'", tenant,
		module) &&
	    scop_directory_changed(platform) && scop_module_forget(platform, module);
}

bool
scop_module_purge(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *confirmed, bool (*on_step)(void *, const char *), void *context,
    const char **ret_report)
{
	struct scop_installation installation;

	int64_t there;

	scop_installation_begin(&installation, platform, tenant, module, on_step, context);
	if (strcmp(confirmed, module) != 0)
		return scop_error_set(&platform->err,
		    "purging '%s' deletes its data permanently. Type its name to confirm.", module);
	if (!check_free(platform, tenant, module))
		return false;
	/* Removes its routes before any data. An earlier run may already have exported and dropped.
	 */
	if (!scop_installation_step(&installation, "switch off") ||
	    !switch_off(platform, tenant, module, "gone") || !scop_directory_write(platform) ||
	    !scop_contracts_settle(platform, tenant) ||
	    !scop_platform_count(platform, &there,
		"SELECT COUNT(*) AS n FROM information_schema.schemata WHERE schema_name = '%s'",
		installation.old_database))
		return false;
	if (there > 0 &&
	    (!scop_installation_step(&installation, "export") ||
		!(*ret_report =
			scop_module_export_as(platform, tenant, module, installation.state))))
		return false;
	if (!scop_installation_step(&installation, "drop"))
		return false;
	*ret_report = there > 0
	    ? scop_arena_say(platform->arena, "exported to '%s', then deleted", *ret_report)
	    : SCOP_TEXT(
		  "its data had already been exported and deleted; the remains are deleted now");
	return scop_module_drop(platform, tenant, module);
}
