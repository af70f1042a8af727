/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables and columns that a module's migrations create, for checking the manifest. Tables and
 * columns dropped later still count: a missed mistake is better than a false alarm. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lint/lint.h"

enum { TABLES_MAX = 200, COLUMNS_MAX = 300, WORD_MAX = 80 };

struct sql {
	struct lint *lint;
	const char *at;
	char word[WORD_MAX]; /* the last one read, in lower case; a sign counts as a word */
};

static void
skip_blanks(struct sql *sql)
{
	for (;;) {
		if (isspace((unsigned char)*sql->at)) {
			sql->at++;
		} else if (strncmp(sql->at, "--", 2) == 0) {
			sql->at += strcspn(sql->at, "\n");
		} else if (strncmp(sql->at, "/*", 2) == 0) {
			const char *end = strstr(sql->at, "*/");

			sql->at = end ? end + 2 : sql->at + strlen(sql->at);
		} else {
			return;
		}
	}
}

/* Reads a word, a string (as ') or a sign; false at the end. */
static bool
next(struct sql *sql)
{
	size_t length = 0;

	skip_blanks(sql);
	const char c = *sql->at;
	if (!c)
		return false;
	if (c == '\'' || c == '"' || c == '`') {
		const size_t inside = strcspn(sql->at + 1, (char[]){ c, '\0' });

		for (; c == '`' && length < inside && length + 1 < WORD_MAX; length++)
			sql->word[length] = (char)tolower((unsigned char)sql->at[1 + length]);
		if (c != '`')
			sql->word[length++] = '\'';
		sql->at += 1 + inside + (sql->at[1 + inside] == c);
	} else if (isalnum((unsigned char)c) || c == '_') {
		for (; isalnum((unsigned char)*sql->at) || *sql->at == '_'; sql->at++)
			if (length + 1 < WORD_MAX)
				sql->word[length++] = (char)tolower((unsigned char)*sql->at);
	} else {
		sql->word[length++] = c;
		sql->at++;
	}
	sql->word[length] = '\0';
	return true;
}

static bool
is(const struct sql *sql, const char *word)
{
	return strcmp(sql->word, word) == 0;
}

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
		"foreign", "fulltext", "spatial", "check", "period" };

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (strcmp(keys[i], name) == 0)
			return;
	if (table && table->column_count < COLUMNS_MAX)
		table->columns[table->column_count++] = scop_arena_text(lint->arena, name);
}

/* Skips to the next comma at this depth, or past the closing bracket; false at the end of the
 * statement. */
static bool
skip_definition(struct sql *sql)
{
	int depth = 0;

	while (next(sql)) {
		if (is(sql, ";"))
			return false;
		if (depth == 0 && is(sql, ","))
			return true;
		depth += is(sql, "(") - is(sql, ")");
		if (depth < 0)
			return false;
	}
	return false;
}

static void
take_definitions(struct sql *sql, struct lint_table *table)
{
	do {
		if (!next(sql))
			return;
		add_column(sql->lint, table, sql->word);
	} while (skip_definition(sql));
}

/* Reads a table's name, after an optional IF [NOT] EXISTS. */
static struct lint_table *
take_table(struct sql *sql)
{
	while (next(sql) && (is(sql, "if") || is(sql, "not") || is(sql, "exists")))
		;
	return table_named(sql->lint, sql->word);
}

static void
take_create(struct sql *sql)
{
	struct lint_table *table = take_table(sql);

	if (next(sql) && is(sql, "("))
		take_definitions(sql, table);
	else if (table)
		table->open = true; /* LIKE, or AS SELECT */
}

static void
take_alter(struct sql *sql)
{
	struct lint_table *table = take_table(sql);

	do {
		if (!next(sql))
			return;
		const bool adds = is(sql, "add"), changes = is(sql, "change"),
			   renames = is(sql, "rename");

		if (!adds && !changes && !renames)
			continue;
		while (next(sql) &&
		    (is(sql, "column") || is(sql, "if") || is(sql, "not") || is(sql, "exists")))
			;
		if (adds && is(sql, "(")) {
			take_definitions(sql, table);
		} else if (adds) {
			add_column(sql->lint, table, sql->word);
		} else if (renames && is(sql, "to")) {
			next(sql);
			table = table_named(sql->lint, sql->word);
			if (table)
				table->open = true;
		} else {
			if (renames)
				next(sql); /* TO */
			if (next(sql))
				add_column(sql->lint, table, sql->word);
		}
	} while (skip_definition(sql));
}

static void
read_file(struct lint *lint, const char *path)
{
	struct sql sql = { .lint = lint, .at = build_read(lint->arena, path, NULL) };
	bool creates = false, alters = false;

	while (next(&sql)) {
		if (is(&sql, "table") && creates)
			take_create(&sql);
		else if (is(&sql, "table") && alters)
			take_alter(&sql);
		creates =
		    is(&sql, "create") || (creates && (is(&sql, "or") || is(&sql, "replace")));
		alters = is(&sql, "alter") || (alters && is(&sql, "online"));
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
