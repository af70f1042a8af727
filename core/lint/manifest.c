/* SPDX-License-Identifier: EUPL-1.2 */
/* The manifest, compared with the module's routes, jobs and tables. */
#include <string.h>

#include "lint/lint.h"

bool
lint_has_permission(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->manifest.permission_count; i++)
		if (strcmp(lint->manifest.permissions[i].name, name) == 0)
			return true;
	return false;
}

bool
lint_has_job(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->job_count; i++)
		if (strcmp(lint->jobs[i].name, name) == 0)
			return true;
	return false;
}

static const struct lint_route *
portal_page(const struct lint *lint, const char *path)
{
	for (size_t i = 0; i < lint->route_count; i++)
		if (!lint->routes[i].post && lint->routes[i].portal &&
		    strcmp(lint->routes[i].path, path) == 0)
			return &lint->routes[i];
	return NULL;
}

static void
check_entry(struct lint *lint, const char *element, const struct scop_manifest_menu *entry)
{
	const struct lint_route *route = portal_page(lint, entry->path);

	if (entry->permission[0] && !lint_has_permission(lint, entry->permission))
		lint_manifest_error(lint, element, "path", entry->path,
		    "there is no <permission name=\"%s\">", entry->permission);
	else if (!route)
		lint_manifest_error(lint, element, "path", entry->path,
		    "no route answers GET %s in the portal (with a .permission)", entry->path);
	else if (route->permission[0] && strcmp(route->permission, entry->permission) != 0)
		lint_manifest_error(lint, element, "path", entry->path,
		    "it is shown to %s, and its route needs '%s'",
		    entry->permission[0]
			? scop_arena_printf(lint->arena, "members with '%s'", entry->permission)
			: "every member",
		    route->permission);
}

static void
check_entries(struct lint *lint)
{
	const struct scop_manifest *manifest = &lint->manifest;

	for (size_t i = 0; i < manifest->menu_count; i++)
		check_entry(lint, "menu", &manifest->menu[i]);
	for (size_t i = 0; i < manifest->tile_count; i++)
		check_entry(lint, "tile", &manifest->tiles[i]);
	for (size_t i = 0; i < manifest->grant_count; i++)
		if (!lint_has_permission(lint, manifest->grants[i].permission))
			lint_manifest_error(lint, "may", "permission",
			    manifest->grants[i].permission, "there is no <permission name=\"%s\">",
			    manifest->grants[i].permission);
}

static bool
declares_job(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->manifest.job_count; i++)
		if (strcmp(lint->manifest.jobs[i].name, name) == 0)
			return true;
	return false;
}

/* The command that <accepts> has for the job; "-" for none. */
static const char *
accepted_by(const struct lint *lint, const char *job)
{
	for (size_t i = 0; i < lint->manifest.accept_count; i++)
		if (strcmp(lint->manifest.accepts[i].job, job) == 0)
			return scop_command_name(lint->arena, &lint->manifest.accepts[i]);
	return "-";
}

/* A job that carries out a command says which in both places: its body is read by that. */
static void
check_accepted(struct lint *lint)
{
	for (size_t i = 0; i < lint->job_count; i++) {
		const char *command = accepted_by(lint, lint->jobs[i].name);

		if (strcmp(command, lint->jobs[i].accepts) != 0)
			lint_manifest_error(lint, "job", "name", lint->jobs[i].name,
			    "for '%s' module.xml accepts the command '%s', and its struct scop_job "
			    "'%s'",
			    lint->jobs[i].name, command, lint->jobs[i].accepts);
	}
}

static void
check_jobs(struct lint *lint)
{
	for (size_t i = 0; i < lint->manifest.job_count; i++)
		if (!lint_has_job(lint, lint->manifest.jobs[i].name))
			lint_manifest_error(lint, "job", "name", lint->manifest.jobs[i].name,
			    "no struct scop_job in C is named '%s'", lint->manifest.jobs[i].name);
	for (size_t i = 0; i < lint->job_count; i++)
		if (!declares_job(lint, lint->jobs[i].name))
			lint_error(lint,
			    scop_arena_printf(lint->arena, "%s/module.xml", lint->folder), 0,
			    "job '%s' of the C sources has no <job name=\"%s\"> with its titles",
			    lint->jobs[i].name, lint->jobs[i].name);
	for (size_t i = 0; i < lint->import_count; i++)
		for (size_t before = 0; before < i; before++)
			if (strcmp(lint->imports[i], lint->imports[before]) == 0)
				lint_error(lint, lint->folder, 0, "two imports are named '%s'",
				    lint->imports[i]);
}

/* ---- personal data ---- */

static const struct lint_table *
find_table(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->table_count; i++)
		if (strcmp(lint->tables[i].name, name) == 0)
			return &lint->tables[i];
	return NULL;
}

static bool
has_column(const struct lint_table *table, const char *name, size_t length)
{
	for (size_t i = 0; i < table->column_count; i++)
		if (strlen(table->columns[i]) == length &&
		    strncmp(table->columns[i], name, length) == 0)
			return true;
	return false;
}

static void
check_personal(struct lint *lint)
{
	for (size_t i = 0; i < lint->manifest.personal_count; i++) {
		const struct scop_manifest_personal *personal = &lint->manifest.personal[i];
		const struct lint_table *table = find_table(lint, personal->table);

		if (!table) {
			lint_manifest_error(lint, "personal", "table", personal->table,
			    "no migration makes a table '%s'", personal->table);
			continue;
		}
		for (const char *at = personal->columns; *at && !table->open;) {
			const size_t length = strcspn(at, " ");

			if (!has_column(table, at, length))
				lint_manifest_error(lint, "personal", "table", personal->table,
				    "no migration makes a column '%.*s' of '%s'", (int)length, at,
				    personal->table);
			at += length + (at[length] == ' ');
		}
	}
}

void
lint_manifest(struct lint *lint)
{
	check_entries(lint);
	check_jobs(lint);
	check_accepted(lint);
	check_personal(lint);
}
