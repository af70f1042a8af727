/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Imports a tenant, or a module of one, from its archive: see leave.h. opened.c reads the archive,
 * restore.c its data; this file puts them in use, and cleans up if that fails.
 */
#include "installer/arrive.h"

#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "installer/choose.h"
#include "installer/granted.h"
#include "installer/install.h"
#include "installer/installation.h"
#include "installer/life.h"
#include "installer/opened.h"
#include "installer/restore.h"
#include "installer/tenant.h"

/* ---- modules ---- */

/* The archive's package: one that this host already knows, or one accepted by the option. */
static bool
check_package(struct scop_platform *platform, const struct scop_value *module, const char *folder,
    bool with_packages)
{
	struct scop_package package;
	const char *hash;
	int64_t known;

	/* None of its code runs, not even in a trial, before it is known or accepted. */
	if (!scop_package_hash(platform->arena, folder, &hash, &platform->err) ||
	    !scop_platform_count(platform, &known,
		"SELECT COUNT(*) AS n FROM scopiton.package WHERE hash = '%s'", hash))
		return false;
	if (!known && !with_packages)
		return scop_error_set(&platform->err,
		    "this host does not know the archive's package of '%.24s'. Install that "
		    "version for a tenant first or, if you trust its author, accept it with "
		    "--with-packages.",
		    scop_text(module, "module"));
	if (!scop_package_open_arrived(platform, folder, &package))
		return false;
	return strcmp(package.manifest.name, scop_text(module, "module")) == 0 ||
	    scop_error_set(&platform->err, "the package of '%.24s' contains the module '%s'",
		scop_text(module, "module"), package.manifest.name);
}

static bool
take_module(struct scop_platform *platform, uint32_t tenant, const struct scop_value *module,
    const char *folder, const struct scop_arrival *arrival, bool (*on_step)(void *, const char *),
    void *context)
{
	const char *name = scop_text(module, "module"),
		   *package = scop_arena_printf(platform->arena, "%s/packages/%s", folder, name);
	const bool off = !scop_bool(module, "is_on") && strcmp(name, "portal") != 0;
	struct scop_manifest manifest;

	if (!scop_platform_step(platform, on_step, context, name) ||
	    !check_package(platform, module, package, arrival->with_packages) ||
	    !scop_manifest_read(platform->arena,
		scop_arena_printf(platform->arena, "%s/module.xml", package), &manifest,
		&platform->err) ||
	    !scop_restore_data(platform,
		scop_generation_name(platform, tenant, name, manifest.generation),
		scop_arena_printf(platform->arena, "%s/data/%s.sql", folder, name)) ||
	    !scop_module_install_from(platform, tenant, name, package, scop_bool(module, "root"),
		off))
		return false;
	return !off || scop_module_disable(platform, tenant, name);
}

/* ---- the tenant ---- */

static const char *
host_of(const struct scop_value *description, bool portal)
{
	const struct scop_value *hosts = scop_get(description, "hosts");

	for (size_t i = 0; i < scop_count(hosts); i++)
		if (scop_bool(scop_at(hosts, i), "portal") == portal)
			return scop_text(scop_at(hosts, i), "host");
	return "";
}

/* A tenant imported under another name gets other addresses. */
static const char *
host_for(struct scop_platform *platform, const struct scop_value *description,
    const struct scop_arrival *arrival, bool portal)
{
	const char *given = portal ? arrival->portal_host : arrival->host,
		   *old = host_of(description, portal), *below = strchr(old, '.');

	if (given || !arrival->name)
		return given ? given : old;
	return scop_arena_printf(platform->arena, "%s%s%s", arrival->name, portal ? "-portal" : "",
	    below ? below : ".localhost");
}

/* The modules' names for IN (...); "": none. */
static const char *
quoted_names(struct scop_platform *platform, const struct scop_value *modules)
{
	struct scop_buffer names;

	scop_buffer_init(&names, platform->arena);
	for (size_t i = 0; i < scop_count(modules); i++)
		scop_buffer_printf(&names, "%s'%s'", i ? ", " : "",
		    scop_platform_quote(platform, scop_text(scop_at(modules, i), "module")));
	return scop_buffer_str(&names);
}

static bool
take_all(struct scop_platform *platform, const struct scop_value *description, const char *folder,
    const struct scop_arrival *arrival, bool (*on_step)(void *, const char *), void *context)
{
	const struct scop_value *modules = scop_get(description, "modules");
	const struct scop_tenant_order order = { .name = arrival->name
		    ? arrival->name
		    : scop_text(description, "name"),
		.title = scop_text(description, "title"),
		.language = scop_text(description, "language"),
		.zone = scop_text(description, "zone"),
		.country = scop_text(description, "country"),
		.operates = arrival->operator&& scop_bool(description, "operates"),
		.scop = arrival->scop,
		.host = host_for(platform, description, arrival, false),
		.portal_host = host_for(platform, description, arrival, true) };
	const char *names = quoted_names(platform, modules);
	uint32_t tenant;

	if (!names[0])
		return scop_error_set(&platform->err, "the archive names no module");
	if (!scop_tenant_begin(platform, &order, (uint32_t)scop_int(description, "tenant"),
		&tenant))
		return false;
	bool ok = scop_platform_step(platform, on_step, context, "data") &&
	    scop_restore_data(platform, scop_arena_printf(platform->arena, "t%u", tenant),
		scop_arena_printf(platform->arena, "%s/data/socle.sql", folder)) &&
	    scop_restore_check_socle(platform, scop_arena_printf(platform->arena, "t%u", tenant)) &&
	    scop_tenant_socle(platform, tenant, &order);
	for (size_t i = 0; ok && i < scop_count(modules); i++)
		ok = take_module(platform, tenant, scop_at(modules, i), folder, arrival, on_step,
		    context);
	ok = ok && scop_platform_step(platform, on_step, context, "people") &&
	    scop_restore_members(platform, tenant) &&
	    scop_restore_queue(platform, tenant, names, folder) &&
	    scop_tenant_whole(platform, tenant);
	if (!ok) {
		const struct scop_error cause = platform->err;

		scop_tenant_delete(platform, tenant);
		platform->err = cause;
	}
	return ok;
}

bool
scop_tenant_import(struct scop_platform *platform, const struct scop_opened *opened,
    const struct scop_arrival *arrival, bool (*on_step)(void *, const char *), void *context)
{
	return take_all(platform, opened->description, opened->folder, arrival, on_step, context);
}

/* ---- one module, for an existing tenant ---- */

/* Moves all tables at once from the staging database to the module's: an interrupted run has moved
 * none or all of them. */
static bool
move_tables(struct scop_platform *platform, const char *from, const char *to)
{
	const struct scop_value *tables = scop_platform_rows(platform,
	    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '%s' "
	    "AND table_type = "
	    "'BASE TABLE' ORDER BY table_name",
	    from);
	struct scop_buffer sql;

	scop_buffer_init(&sql, platform->arena);
	for (size_t i = 0; i < scop_count(tables); i++) {
		const char *name =
		    scop_platform_quote(platform, scop_text(scop_at(tables, i), "name"));

		scop_buffer_printf(&sql, "%s `%s`.`%s` TO `%s`.`%s`", i ? "," : "RENAME TABLE",
		    from, name, to, name);
	}
	return tables && scop_platform_sql(platform, "DROP DATABASE IF EXISTS `%s`", to) &&
	    scop_platform_sql(platform,
		"CREATE DATABASE `%s` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci", to) &&
	    (sql.length == 0 || scop_platform_sql(platform, "%s", scop_buffer_str(&sql)));
}

/* Imports the settings that the module knows, and the permissions of roles that exist here. */
static bool
take_choices(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_value *description)
{
	struct scop_buffer settings, permissions;

	scop_buffer_init(&settings, platform->arena);
	scop_buffer_init(&permissions, platform->arena);
	scop_json_print(&settings, scop_get(description, "settings"));
	scop_json_print(&permissions, scop_get(description, "permissions"));
	return scop_platform_sql(platform,
		   "REPLACE INTO t%u.setting (module, name, value) SELECT t.module, t.name, "
		   "j.value FROM JSON_TABLE('%s', '$[*]' COLUMNS (name VARCHAR(50) "
		   "COLLATE utf8mb4_unicode_520_ci PATH '$.name', value VARCHAR(2000) PATH "
		   "'$.value')) j JOIN t%u.setting_type t ON t.module = '%s' AND t.name = j.name",
		   tenant, scop_platform_quote(platform, scop_buffer_str(&settings)), tenant,
		   module) &&
	    scop_platform_sql(platform,
		"INSERT IGNORE INTO t%u.role_permission (role, permission) SELECT r.name, p.name "
		"FROM JSON_TABLE('%s', '$[*]' COLUMNS (role VARCHAR(40) "
		"COLLATE utf8mb4_unicode_520_ci PATH '$.role', permission VARCHAR(50) COLLATE "
		"utf8mb4_unicode_520_ci PATH '$.permission')) j JOIN t%u.role r ON r.name = j.role "
		"JOIN t%u.permission p ON p.name = j.permission AND p.module = "
		"'%s'",
		tenant, scop_platform_quote(platform, scop_buffer_str(&permissions)), tenant,
		tenant, module);
}

bool
scop_module_unarrive(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	return scop_module_drop(platform, tenant, module) &&
	    scop_platform_sql(platform, "DROP DATABASE IF EXISTS " SCOP_STAGING) &&
	    scop_platform_sql(platform,
		"DELETE FROM scopiton.arriving WHERE tenant = %u AND module = '%s'", tenant,
		module);
}

/* That the module of the archive may be taken in: a package that may run here, and no data of it at
 * the tenant that this would take the place of. */
static bool
check_one(struct scop_platform *platform, uint32_t tenant, const struct scop_opened *opened,
    const char *name, const char *package, bool with_packages)
{
	int64_t there;

	if (!check_package(platform, opened->description, package, with_packages) ||
	    !scop_platform_count(platform, &there,
		"SELECT COUNT(*) AS n FROM scopiton.subscription WHERE tenant = %u AND module = "
		"'%s'",
		tenant, name))
		return false;
	return there == 0 ||
	    scop_error_set(&platform->err,
		"the tenant already has '%s', or its data. Purge it first: the import would "
		"replace it.",
		name);
}

static bool
take_one(struct scop_platform *platform, uint32_t tenant, const struct scop_opened *opened,
    const struct scop_arrival *arrival, bool (*on_step)(void *, const char *), void *context)
{
	const char *name = scop_text(opened->description, "module"), *folder = opened->folder,
		   *package = scop_arena_printf(platform->arena, "%s/packages/%s", folder, name);
	const bool off = !scop_bool(opened->description, "is_on") && strcmp(name, "portal") != 0;
	struct scop_manifest manifest;

	if (!check_one(platform, tenant, opened, name, package, arrival->with_packages) ||
	    !scop_manifest_read(platform->arena,
		scop_arena_printf(platform->arena, "%s/module.xml", package), &manifest,
		&platform->err) ||
	    !scop_platform_sql(platform,
		"REPLACE INTO scopiton.arriving (tenant, module) VALUES (%u, '%s')", tenant, name))
		return false;
	const bool ok = scop_platform_step(platform, on_step, context, "data") &&
	    scop_restore_data(platform, SCOP_STAGING,
		scop_arena_printf(platform->arena, "%s/data/%s.sql", folder, name)) &&
	    move_tables(platform, SCOP_STAGING,
		scop_generation_name(platform, tenant, name, manifest.generation)) &&
	    scop_platform_step(platform, on_step, context, "module") &&
	    scop_module_install_from(platform, tenant, name, package,
		scop_bool(opened->description, "root"), off) &&
	    take_choices(platform, tenant, name, opened->description) &&
	    scop_restore_queue(platform, tenant, scop_arena_printf(platform->arena, "'%s'", name),
		folder) &&
	    (!off || scop_module_disable(platform, tenant, name)) &&
	    scop_platform_sql(platform,
		"DELETE FROM scopiton.arriving WHERE tenant = %u AND module = '%s'", tenant, name);
	const struct scop_error cause = platform->err;
	if (!ok)
		scop_module_unarrive(platform, tenant, name);
	platform->err = cause;
	return ok;
}

bool
scop_module_import(struct scop_platform *platform, uint32_t tenant,
    const struct scop_opened *opened, const struct scop_arrival *arrival,
    bool (*on_step)(void *, const char *), void *context)
{
	return take_one(platform, tenant, opened, arrival, on_step, context);
}
