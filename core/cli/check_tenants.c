/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Level 2 of a package's check: the package is installed for two throw-away tenants of this
 * platform and purged again, and everything that a purge has to remove is compared before and
 * after.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/check_private.h"

#include "base/buffer.h"
#include "installer/create.h"
#include "installer/delete.h"
#include "installer/directory.h"
#include "installer/install.h"
#include "installer/life.h"
#include "installer/tenant.h"
#include "package/files.h"

bool
check_make_tenants(struct check *check)
{
	for (int i = 0; i < CHECK_TENANTS; i++) {
		struct scop_tenant_order order = { .name = check->names[i],
			.title = "Check",
			.language = "en",
			.zone = "Europe/Brussels",
			.throw_away = true };

		snprintf(check->names[i], CHECK_TENANT_NAME_BYTES, "check-%d-%c", (int)getpid(),
		    'a' + i);
		if (!scop_tenant_create(check->platform, &order, NULL, NULL))
			return check_fails(check, "E200");
		check->tenants[i] =
		    (uint32_t)scop_int(scop_platform_row(check->platform,
					   "SELECT id FROM scopiton.tenant WHERE name = '%s'",
					   check->names[i]),
			"id");
	}
	return true;
}

void
check_remove_tenants(struct check *check)
{
	for (int i = 0; i < CHECK_TENANTS; i++)
		if (check->tenants[i]) {
			scop_tenant_delete(check->platform, check->tenants[i]);
			/* files exported by purges */
			scop_files_remove(scop_arena_printf(check->arena, "%s/exports/%s",
			    check->platform->config.var, check->names[i]));
		}
}

/* Everything that a purge has to remove, one line each. These four change only under the
 * installer's lock, which this process holds; queue entries change all the time, so they are looked
 * up by the module's roles. */
static const char *const trace_sql[] = {
	"SELECT CONCAT('database ', schema_name) AS t FROM information_schema.schemata",
	"SELECT CONCAT('account ', User) AS t FROM mysql.user",
	"SELECT CONCAT('right of ', User, ' on ', Db) AS t FROM mysql.db",
	"SELECT CONCAT('right of ', User, ' on ', Db, '.', Table_name) AS t FROM mysql.tables_priv",
};
static const char *const trace_queues[] = { "schedule", "outbox", "dead", "mail", "attachment" };
static const char *const trace_socle[] = { "menu", "tile", "permission", "role_permission",
	"setting_type" };

enum {
	TRACE_SQL = sizeof trace_sql / sizeof trace_sql[0],
	TRACE_QUEUES = sizeof trace_queues / sizeof trace_queues[0],
	TRACE_SOCLE = sizeof trace_socle / sizeof trace_socle[0]
};

static void
trace_rows(struct check *check, struct scop_buffer *out, const char *from, const char *where)
{
	const struct scop_value *row =
	    scop_platform_row(check->platform, "SELECT COUNT(*) AS n FROM %s", from);

	scop_buffer_printf(out, "%lld rows in %s\n", (long long)scop_int(row, "n"), where);
}

static void
trace_tenant(struct check *check, struct scop_buffer *out, uint32_t tenant)
{
	const char *role =
	    scop_arena_printf(check->arena, "t%u_%s", tenant, check->package.manifest.name);

	for (size_t i = 0; i < TRACE_QUEUES; i++)
		trace_rows(check, out,
		    scop_arena_printf(check->arena, "queue.%s WHERE role = '%s'", trace_queues[i],
			role),
		    scop_arena_printf(check->arena, "queue.%s of %s", trace_queues[i], role));
	for (size_t i = 0; i < TRACE_SOCLE; i++) {
		const char *table =
		    scop_arena_printf(check->arena, "t%u.%s", tenant, trace_socle[i]);

		trace_rows(check, out, table, table);
	}
}

static const char *
traces(struct check *check)
{
	struct scop_buffer out;

	scop_buffer_init(&out, check->arena);
	scop_buffer_text(&out, "\n");
	for (size_t i = 0; i < TRACE_SQL; i++) {
		const struct scop_value *rows =
		    scop_platform_rows(check->platform, "%s", trace_sql[i]);

		for (size_t r = 0; r < scop_count(rows); r++)
			scop_buffer_printf(&out, "%s\n", scop_text(scop_at(rows, r), "t"));
	}
	for (int i = 0; i < CHECK_TENANTS; i++)
		trace_tenant(check, &out, check->tenants[i]);
	return scop_buffer_str(&out);
}

/* Checks that both have the same lines; names each line that is in only one. */
static bool
left_no_trace(struct check *check, const char *before, const char *after)
{
	bool ok = true;

	for (int side = 0; side < 2; side++)
		for (const char *line = (side ? before : after) + 1, *next; *line; line = next) {
			next = strchr(line, '\n') + 1;
			if (!strstr(side ? after : before,
				scop_arena_printf(check->arena, "\n%.*s", (int)(next - line),
				    line)))
				ok = check_find(check, "E204", "purged, %s: %.*s",
				    side ? "this is missing afterwards" : "this remains",
				    (int)(next - line - 1), line);
		}
	return ok;
}

bool
check_install(struct check *check, int which, const char *folder, const char *code)
{
	return scop_module_install_from(check->platform, check->tenants[which],
		   check->package.manifest.name, folder, false, false) ||
	    check_fails(check, code);
}

bool
check_purge(struct check *check, int which)
{
	const char *name = check->package.manifest.name, *report;

	return scop_module_purge(check->platform, check->tenants[which], name, name, NULL, NULL,
		   &report) ||
	    check_fails(check, "E202");
}

bool
check_drop(struct check *check, int which)
{
	struct scop_platform *platform = check->platform;
	const uint32_t tenant = check->tenants[which];
	const char *name = check->package.manifest.name;

	return (scop_module_uninstall(platform, tenant, name) && scop_directory_write(platform) &&
		   scop_module_drop(platform, tenant, name)) ||
	    check_fails(check, "E202");
}

/* Checks that one tenant's role has no right on the other's data. */
static bool
is_apart(struct check *check)
{
	const char *name = check->package.manifest.name;
	const struct scop_value *row = scop_platform_row(check->platform,
	    "SELECT COUNT(*) AS n FROM mysql.db WHERE User = 't%u_%s' AND Db LIKE 't%u%%'",
	    check->tenants[0], name, check->tenants[1]);

	return scop_int(row, "n") == 0 ||
	    check_find(check, "E203", "the role of one tenant has rights on the other's tables");
}

/* Prints how the package and the other module exclude each other; false if the other one is at the
 * root of a tenant, which is a certain conflict. */
static bool
stands_beside(struct check *check, const struct scop_value *other)
{
	const char *name = check->package.manifest.name, *module = scop_text(other, "module");

	if (!scop_bool(other, "is_theirs"))
		check_find(check, "W211",
		    "it has pages below /%s, so at the root it excludes the module '%s'", module,
		    module);
	else if (scop_int(other, "roots") == 0)
		check_find(check, "W211",
		    "the module '%s' has pages below /%s, so at the root it excludes this one",
		    module, name);
	else
		return check_find(check, "E205",
		    "the module '%s', which is at the root for tenants here, has pages below /%s. "
		    "Give this one another name.",
		    module, name);
	return true;
}

/* It is not known which modules will be at the root; this checks those that the platform knows. */
static bool
has_a_name_of_its_own(struct check *check)
{
	const char *name = check->package.manifest.name;
	const struct scop_value *rows = scop_platform_rows(check->platform,
	    "SELECT p.module, COALESCE(SUM(s.root), 0) AS roots, MAX(FIND_IN_SET('%s', "
	    "p.first_parts)) > 0 AS is_theirs FROM scopiton.package p LEFT JOIN "
	    "scopiton.subscription s ON s.package = p.id WHERE p.module <> '%s' AND "
	    "(FIND_IN_SET('%s', p.first_parts) OR FIND_IN_SET(p.module, '%s')) GROUP BY p.module "
	    "ORDER BY p.module",
	    name, name, name, check->package.first_parts);
	bool ok = true;

	for (size_t i = 0; i < scop_count(rows); i++)
		ok = stands_beside(check, scop_at(rows, i)) && ok;
	return ok;
}

bool
check_installs_and_purges(struct check *check)
{
	if (!has_a_name_of_its_own(check))
		return false;
	if (strcmp(check->package.manifest.name, "portal") == 0)
		return check_find(check, "W210",
		    "the portal cannot be removed; this was not measured");
	const char *before = traces(check);
	if (!check_install(check, 0, check->folder, "E201") ||
	    !check_install(check, 1, check->folder, "E201") || !is_apart(check) ||
	    !check_purge(check, 0) || !check_purge(check, 1))
		return false;
	return left_no_trace(check, before, traces(check));
}
