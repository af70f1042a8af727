/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-lint: checks a module's files against one another.
 *
 * The compiler sees names of statements and views; it does not see names in strings (routes,
 * fields, permissions, settings, jobs, events). So the linter reads the tables from the shared
 * object, the manifest from module.xml, and calls with literal names from the C sources. It skips
 * computed names. Each finding has the file and line that the author wrote.
 */
#ifndef SCOP_LINT_LINT_H
#define SCOP_LINT_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "build/files.h"
#include "lint/source.h"
#include "package/manifest.h"
#include "package/statement.h"

enum { LINT_ROUTES_MAX = 500, LINT_FIELDS_MAX = 4000, LINT_NAMES_MAX = 500, LINT_SQL_MAX = 500 };

struct lint_field {
	const char *name;
	int type; /* enum scop_field_type */
};

struct lint_route {
	const char *path, *name, *permission; /* "": none */
	bool post, form, open, stored;
	bool portal; /* in the portal, for members with the permission, or for every member */
	const struct lint_field *fields;
	size_t field_count;
	const char *file; /* the line of its path; the module's folder if that is not found */
	unsigned line;
	const char *handle; /* the function's name; "" if it is not found */
	const char *draws;  /* the function of .form */
};

struct lint_view {
	const char *name, *path, *text;
	const struct scop_template *template;
};

/* A table that a migration creates. */
struct lint_table {
	const char *name;
	const char **columns;
	size_t column_count;
	bool open; /* not all its columns are known */
};

struct lint {
	struct scop_arena *arena;
	const char *folder;  /* of the sources */
	const char *package; /* the folder of the package */
	const char *xml;     /* the text of module.xml */
	struct scop_manifest manifest;
	struct lint_source source; /* all C files */
	struct lint_route *routes;
	size_t route_count;
	struct lint_job {
		const char *name, *accepts; /* "-": no command */
	} jobs[LINT_NAMES_MAX];
	const char *imports[LINT_NAMES_MAX];
	size_t job_count, import_count;
	const char *row_fields[LINT_NAMES_MAX]; /* of the rows of a field of lines */
	size_t row_field_count;
	struct scop_statement_source *statements;
	size_t statement_count;
	struct lint_view views[BUILD_FILES_MAX];
	size_t view_count;
	struct lint_table *tables;
	size_t table_count;
	unsigned errors, warnings;
};

/* Prints "file:line: error: ..." and counts it. Line 0 is not printed. */
void lint_error(struct lint *lint, const char *file, unsigned line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void lint_warning(struct lint *lint, const char *file, unsigned line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for module.xml, at the `element` whose `attribute` is `value`. */
void lint_manifest_error(struct lint *lint, const char *element, const char *attribute,
    const char *value, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Reads routes, jobs and imports from the package's shared object, in a process of its own; false
 * if it cannot be loaded. */
bool lint_tables_read(struct lint *lint);

/* Reads the tables that the migrations create. */
void lint_schema_read(struct lint *lint);

/* Lookups; NULL or false for none. */
const struct lint_route *lint_route_named(const struct lint *lint, const char *name, size_t length);
bool lint_has_permission(const struct lint *lint, const char *name);
bool lint_has_job(const struct lint *lint, const char *name);
bool lint_has_field(const struct lint *lint, const char *name);
bool lint_route_has_field(const struct lint_route *route, const char *name);
bool lint_has_part(const struct lint *lint, const char *name);
bool lint_has_row_field(const struct lint *lint, const char *name);
bool lint_is_part(const struct lint_route *route, const char *name);
const struct scop_statement_source *lint_statement(const struct lint *lint, const char *name);

/* The checks. */
void lint_routes(struct lint *lint);
void lint_manifest(struct lint *lint);
void lint_calls(struct lint *lint);
void lint_placeholders(struct lint *lint);
void lint_handlers(struct lint *lint);
void lint_views(struct lint *lint);
void lint_forms(struct lint *lint);
void lint_text(struct lint *lint);
void lint_statements(struct lint *lint);

#endif
