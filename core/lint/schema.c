/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables and columns that a module's migrations create, for checking the manifest and the
 * statements. Tables and columns dropped later still count: a missed mistake is better than a false
 * alarm. */
#include <string.h>

#include "lint/lint.h"
#include "lint/sql.h"

enum { TABLES_MAX = 200, COLUMNS_MAX = 300 };

static struct lint_table *
table_named(struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->table_count; i++)
		if (strcmp(lint->tables[i].name, name) == 0)
			return &lint->tables[i];
	if (lint->table_count == TABLES_MAX)
		return NULL;
	struct lint_table *table = &lint->tables[lint->table_count++];
	table->name = scop_arena_text(lint->arena, name);
	table->columns = scop_arena_alloc(lint->arena, COLUMNS_MAX * sizeof *table->columns);
	return table;
}

static void
add_column(struct lint *lint, struct lint_table *table, const char *name)
{
	static const char *const keys[] = { "primary", "key", "index", "unique", "constraint",
		"foreign", "fulltext", "spatial", "check" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(keys[i], name) == 0)
			return;
	if (table && table->column_count < COLUMNS_MAX)
		table->columns[table->column_count++] = scop_arena_text(lint->arena, name);
}

/* Skips to the next comma at this depth, or past the closing bracket; false at the end of the
 * statement. */
static bool
skip_definition(struct lint_sql *sql)
{
	int depth = 0;

	while (lint_sql_next(sql)) {
		if (lint_sql_is(sql, ";"))
			return false;
		if (depth == 0 && lint_sql_is(sql, ","))
			return true;
		depth += lint_sql_is(sql, "(") - lint_sql_is(sql, ")");
		if (depth < 0)
			return false;
	}
	return false;
}

static void
take_definitions(struct lint_sql *sql, struct lint_table *table)
{
	do {
		if (!lint_sql_next(sql))
			return;
		add_column(sql->lint, table, sql->word);
	} while (skip_definition(sql));
}

/* Reads a table's name, after an optional IF [NOT] EXISTS. */
static struct lint_table *
take_table(struct lint_sql *sql)
{
	while (lint_sql_next(sql) &&
	    (lint_sql_is(sql, "if") || lint_sql_is(sql, "not") || lint_sql_is(sql, "exists")))
		;
	return table_named(sql->lint, sql->word);
}

static void
take_create(struct lint_sql *sql)
{
	struct lint_table *table = take_table(sql);

	if (lint_sql_next(sql) && lint_sql_is(sql, "("))
		take_definitions(sql, table);
	else if (table)
		table->open = true; /* LIKE, or AS SELECT */
}

/* Its columns are those of its SELECT. */
static void
take_view(struct lint_sql *sql)
{
	struct lint_table *table = take_table(sql);

	if (table)
		table->open = true;
}

static void
take_alter(struct lint_sql *sql)
{
	struct lint_table *table = take_table(sql);

	do {
		if (!lint_sql_next(sql))
			return;
		const bool adds = lint_sql_is(sql, "add"), changes = lint_sql_is(sql, "change"),
			   renames = lint_sql_is(sql, "rename");

		if (!adds && !changes && !renames)
			continue;
		while (lint_sql_next(sql) &&
		    (lint_sql_is(sql, "column") || lint_sql_is(sql, "if") ||
			lint_sql_is(sql, "not") || lint_sql_is(sql, "exists")))
			;
		if (adds && lint_sql_is(sql, "(")) {
			take_definitions(sql, table);
		} else if (adds) {
			add_column(sql->lint, table, sql->word);
		} else if (renames && lint_sql_is(sql, "to")) {
			lint_sql_next(sql);
			table = table_named(sql->lint, sql->word);
			if (table)
				table->open = true;
		} else {
			if (renames)
				lint_sql_next(sql); /* TO */
			if (lint_sql_next(sql))
				add_column(sql->lint, table, sql->word);
		}
	} while (skip_definition(sql));
}

static void
read_file(struct lint *lint, const char *path)
{
	struct lint_sql sql = { .lint = lint, .at = build_read(lint->arena, path, NULL) };
	bool creates = false, alters = false;

	while (lint_sql_next(&sql)) {
		if (lint_sql_is(&sql, "table") && creates)
			take_create(&sql);
		else if (lint_sql_is(&sql, "view") && creates)
			take_view(&sql);
		else if (lint_sql_is(&sql, "table") && alters)
			take_alter(&sql);
		creates = lint_sql_is(&sql, "create") ||
		    (creates && (lint_sql_is(&sql, "or") || lint_sql_is(&sql, "replace")));
		alters = lint_sql_is(&sql, "alter") || (alters && lint_sql_is(&sql, "online"));
	}
}

static void
read_folder(struct lint *lint, const char *folder)
{
	const char *files[BUILD_FILES_MAX];
	const size_t count = build_list(lint->arena, folder, ".sql", files);

	for (size_t i = 0; i < count; i++)
		read_file(lint, scop_arena_printf(lint->arena, "%s/%s", folder, files[i]));
}

void
lint_schema_read(struct lint *lint)
{
	lint->tables = scop_arena_alloc(lint->arena, TABLES_MAX * sizeof *lint->tables);
	read_folder(lint, scop_arena_printf(lint->arena, "%s/migrations", lint->folder));
	for (unsigned i = 2; i <= lint->manifest.generation; i++) {
		const char *folder =
		    scop_arena_printf(lint->arena, "%s/migrations/generation%u", lint->folder, i);

		read_folder(lint, folder);
	}
}
