/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Statements against the tables that the migrations create: tables that are not there, columns
 * behind a table's name or alias, the columns of INSERT and of SET. A missed mistake is better than
 * a false alarm: names are looked up in the whole statement, whichever SELECT they belong to, and
 * columns of anything but a table of the module's own (a subquery, JSON_TABLE, the socle, another
 * module's read) are left to MariaDB.
 */
#include <ctype.h>
#include <string.h>

#include "lint/lint.h"
#include "lint/sql.h"

enum { WORDS_MAX = 8000, NAMES_MAX = 200 };

/* The meaning of a name before a "."; `table` is NULL for anything but a table of the module. */
struct named {
	const char *name;
	const struct lint_table *table;
};

struct reading {
	struct lint *lint;
	const struct scop_statement_source *statement;
	const char **words; /* "" behind the last */
	size_t count;
	struct named names[NAMES_MAX];
	size_t name_count;
	const char *with[NAMES_MAX]; /* what WITH names */
	size_t with_count;
};

static const char *
word(const struct reading *reading, size_t at)
{
	return at < reading->count ? reading->words[at] : "";
}

static bool
is(const struct reading *reading, size_t at, const char *text)
{
	return strcmp(word(reading, at), text) == 0;
}

static bool
is_one_of(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

/* A word that may be a name: no string, sign or number. */
static bool
is_name(const struct reading *reading, size_t at)
{
	const char first = *word(reading, at);

	return isalpha((unsigned char)first) || first == '_';
}

/* The place behind the bracket that closes the one at `at`. */
static size_t
behind_brackets(const struct reading *reading, size_t at)
{
	int depth = 0;

	for (; at < reading->count; at++) {
		depth += is(reading, at, "(") - is(reading, at, ")");
		if (depth == 0)
			return at + 1;
	}
	return at;
}

/* The place of the bracket that the one at `at` closes. */
static size_t
opening_of(const struct reading *reading, size_t at)
{
	int depth = 0;

	for (; at > 0; at--) {
		depth += is(reading, at, ")") - is(reading, at, "(");
		if (depth == 0)
			return at;
	}
	return 0;
}

/* ---- mistakes ---- */

/* The line of the file at which the statement has the name, as a whole word. */
static unsigned
line_of(const struct reading *reading, const char *name)
{
	const struct scop_statement_source *statement = reading->statement;
	struct lint_sql sql = { .at = build_read(reading->lint->arena, statement->file, NULL) };
	unsigned line = 1;

	for (; line < statement->line && (sql.at = strchr(sql.at, '\n')); line++)
		sql.at++;
	for (const char *from = sql.at; from && lint_sql_next(&sql);) {
		for (; from < sql.at; from++)
			line += *from == '\n';
		if (line > statement->line && lint_sql_is(&sql, name))
			return line;
	}
	return statement->line;
}

static void
tell_table(const struct reading *reading, const char *name)
{
	lint_error(reading->lint, reading->statement->file, line_of(reading, name),
	    "statement '%s': no migration makes a table '%s'", reading->statement->name, name);
}

static bool
has_column(const struct lint_table *table, const char *name)
{
	static const char *const hidden[] = { "_rowid", "row_start", "row_end", NULL };

	if (table->open || is_one_of(name, hidden))
		return true;
	for (size_t i = 0; i < table->column_count; i++)
		if (strcmp(table->columns[i], name) == 0)
			return true;
	return false;
}

/* Tells of a column that none of the tables has for which `name` stands, or which the statement
 * names at all if it is NULL. */
static void
check_column(const struct reading *reading, const char *name, const char *column)
{
	const struct lint_table *table = NULL;

	for (size_t i = 0; i < reading->name_count; i++) {
		const struct named *one = &reading->names[i];

		if (name && strcmp(one->name, name) != 0)
			continue;
		if (!one->table || has_column(one->table, column))
			return;
		table = one->table;
	}
	if (table)
		lint_error(reading->lint, reading->statement->file, line_of(reading, column),
		    "statement '%s': no migration makes a column '%s' in the table '%s'",
		    reading->statement->name, column, table->name);
}

/* ---- tables ---- */

static void
add_name(struct reading *reading, const char *name, const struct lint_table *table)
{
	if (reading->name_count < NAMES_MAX)
		reading->names[reading->name_count++] = (struct named){ name, table };
}

static const struct lint_table *
find_table(const struct reading *reading, const char *name)
{
	for (size_t i = 0; i < reading->lint->table_count; i++)
		if (strcmp(reading->lint->tables[i].name, name) == 0)
			return &reading->lint->tables[i];
	return NULL;
}

/* A table of the module by its name; NULL for what WITH names and for MariaDB's own. */
static const struct lint_table *
own_table(const struct reading *reading, const char *name)
{
	const struct lint_table *table = find_table(reading, name);

	for (size_t i = 0; i < reading->with_count; i++)
		if (strcmp(reading->with[i], name) == 0)
			return NULL;
	if (!table && strcmp(name, "dual") != 0 && strncmp(name, "seq_", 4) != 0)
		tell_table(reading, name);
	return table;
}

/* Reads an alias, if there is one; returns the place behind it. */
static size_t
take_alias(struct reading *reading, size_t at, const struct lint_table *table)
{
	static const char *const others[] = { "where", "on", "using", "join", "left", "right",
		"inner", "cross", "outer", "natural", "straight_join", "set", "order", "group",
		"having", "limit", "offset", "fetch", "union", "except", "intersect", "for", "lock",
		"force", "use", "ignore", "partition", "values", "value", "select", "window",
		"into", "procedure", "returning", "with", "from", NULL };
	const bool as = is(reading, at, "as");

	at += as;
	if (!is_name(reading, at) || (!as && is_one_of(word(reading, at), others)))
		return at;
	add_name(reading, word(reading, at), table);
	return at + 1;
}

/* Reads a table and its alias; returns the place behind them. */
static size_t
take_table(struct reading *reading, size_t at)
{
	static const char *const selects[] = { "select", "with", "values", "table", NULL };
	const struct lint_table *table = NULL;

	if (is(reading, at, "lateral"))
		at++;
	if (is(reading, at, "(") && !is_one_of(word(reading, at + 1), selects) &&
	    !is(reading, at + 1, "("))
		return take_table(reading, at + 1); /* joins in brackets */
	if (is(reading, at, "("))
		return take_alias(reading, behind_brackets(reading, at), NULL);
	if (is(reading, at, "\x01")) { /* the socle, or a contract */
		while (at < reading->count && !is(reading, at, "."))
			at++;
		add_name(reading, word(reading, at + 1), NULL);
		return take_alias(reading, at + 2, NULL);
	}
	if (!is_name(reading, at))
		return at;
	if (is(reading, at + 1, "(")) /* JSON_TABLE */
		return take_alias(reading, behind_brackets(reading, at + 1), NULL);
	if (is(reading, at + 1, ".")) {
		add_name(reading, word(reading, at + 2), NULL);
		return take_alias(reading, at + 3, NULL);
	}
	table = own_table(reading, word(reading, at));
	add_name(reading, word(reading, at), table);
	return take_alias(reading, at + 1, table);
}

static size_t
take_tables(struct reading *reading, size_t at)
{
	at = take_table(reading, at);
	while (is(reading, at, ","))
		at = take_table(reading, at + 1);
	return at;
}

/* Whether a FROM is an argument's, as in TRIM(LEADING '0' FROM text). */
static bool
is_of_function(const struct reading *reading, size_t at)
{
	static const char *const functions[] = { "extract", "trim", "substring", "substr", "mid",
		"overlay", NULL };
	int depth = 0;

	for (; at > 0; at--) {
		depth += is(reading, at - 1, ")") - is(reading, at - 1, "(");
		if (depth < 0)
			return at > 1 && is_one_of(word(reading, at - 2), functions);
	}
	return false;
}

static void
find_with(struct reading *reading)
{
	for (size_t i = 1; i + 1 < reading->count; i++) {
		size_t at = i - 1;

		if (!is(reading, i, "as") || !is(reading, i + 1, "("))
			continue;
		if (is(reading, at, ")"))
			at = opening_of(reading, at) - 1;
		if (at < reading->count && is_name(reading, at) && reading->with_count < NAMES_MAX)
			reading->with[reading->with_count++] = word(reading, at);
	}
}

static void
find_tables(struct reading *reading)
{
	static const char *const inserts[] = { "insert", "ignore", "replace", "low_priority",
		"delayed", "high_priority", NULL };

	for (size_t i = 0; i < reading->count; i++) {
		const char *before = i > 0 ? word(reading, i - 1) : "";

		if (is(reading, i, "from") && !is_of_function(reading, i))
			take_tables(reading, i + 1);
		else if (is(reading, i, "join") ||
		    (is(reading, i, "straight_join") && strcmp(before, "select") != 0))
			take_table(reading, i + 1);
		else if (is(reading, i, "into") && is_one_of(before, inserts) &&
		    is_name(reading, i + 1) && !is(reading, i + 2, "."))
			add_name(reading, word(reading, i + 1),
			    own_table(reading, word(reading, i + 1)));
	}
}

/* ---- columns ---- */

/* Checks the columns that "a = 1, t.b = 2" sets: those without a table's name in `table`, or in all
 * of the statement's if it is NULL. */
static void
check_set(struct reading *reading, size_t at, const struct lint_table *table)
{
	static const char *const ends[] = { "where", "order", "limit", "returning", "on", NULL };

	while (is_name(reading, at)) {
		const bool qualified = is(reading, at + 1, ".");
		const char *column = word(reading, qualified ? at + 2 : at);

		if (!is(reading, qualified ? at + 3 : at + 1, "="))
			return;
		if (!qualified && table && !has_column(table, column))
			check_column(&(struct reading){ .lint = reading->lint,
					 .statement = reading->statement,
					 .names = { { "", table } },
					 .name_count = 1 },
			    NULL, column);
		else if (!qualified && !table)
			check_column(reading, NULL, column);
		while (at < reading->count && !is(reading, at, ",") &&
		    !is_one_of(word(reading, at), ends))
			at = is(reading, at, "(") ? behind_brackets(reading, at) : at + 1;
		at += is(reading, at, ",");
		if (is_one_of(word(reading, at), ends))
			return;
	}
}

/* The columns of INSERT INTO table (a, b), and those that it sets. */
static void
check_insert(struct reading *reading, size_t at)
{
	static const char *const selects[] = { "select", "with", "values", "(", NULL };
	const struct lint_table *table = find_table(reading, word(reading, at));
	const struct reading own = { .lint = reading->lint,
		.statement = reading->statement,
		.words = reading->words,
		.count = reading->count,
		.names = { { word(reading, at), table } },
		.name_count = 1 };

	if (!table)
		return;
	if (is(reading, at + 1, "(") && !is_one_of(word(reading, at + 2), selects))
		for (size_t i = at + 2; i < reading->count && !is(reading, i, ")"); i++)
			if (is_name(reading, i) && !is(reading, i + 1, "."))
				check_column(&own, NULL, word(reading, i));
	if (is(reading, at + 1, "set"))
		check_set(reading, at + 2, table);
	for (size_t i = at; i + 2 < reading->count; i++)
		if (is(reading, i, "duplicate") && is(reading, i + 1, "key"))
			check_set(reading, i + 3, table);
}

static void
check_update(struct reading *reading)
{
	size_t at = 1;

	while (is(reading, at, "low_priority") || is(reading, at, "ignore"))
		at++;
	take_tables(reading, at);
	for (; at < reading->count; at++) {
		if (is(reading, at, "(")) {
			at = behind_brackets(reading, at) - 1;
		} else if (is(reading, at, "set")) {
			check_set(reading, at + 1, NULL);
			return;
		}
	}
}

/* "alias.column", wherever it is. */
static void
check_qualified(const struct reading *reading)
{
	for (size_t i = 0; i + 2 < reading->count; i++)
		if (is_name(reading, i) && is(reading, i + 1, ".") && is_name(reading, i + 2) &&
		    !is(reading, i + 3, ".") && !is(reading, i + 3, "(") &&
		    (i == 0 || (!is(reading, i - 1, ".") && !is(reading, i - 1, ":"))))
			check_column(reading, word(reading, i), word(reading, i + 2));
}

static void
check_statement(struct lint *lint, const struct scop_statement_source *statement)
{
	struct reading *reading = scop_arena_alloc(lint->arena, sizeof *reading);
	struct lint_sql sql = { .lint = lint, .at = statement->sql };

	/* a string with an escaped quote in it would end too early */
	if (strstr(statement->sql, "\\'") || strstr(statement->sql, "\\\""))
		return;
	*reading = (struct reading){ .lint = lint, .statement = statement };
	reading->words = scop_arena_alloc(lint->arena, WORDS_MAX * sizeof *reading->words);
	while (reading->count < WORDS_MAX && lint_sql_next(&sql))
		reading->words[reading->count++] = scop_arena_text(lint->arena, sql.word);
	if (reading->count == WORDS_MAX)
		return;
	find_with(reading);
	find_tables(reading);
	if (is(reading, 0, "update"))
		check_update(reading);
	for (size_t i = 1; i < reading->count; i++)
		if (is(reading, i, "into") && !is(reading, i + 2, "."))
			check_insert(reading, i + 1);
	check_qualified(reading);
}

void
lint_statements(struct lint *lint)
{
	for (size_t i = 0; i < lint->statement_count; i++)
		check_statement(lint, &lint->statements[i]);
}
