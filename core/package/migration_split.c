/* SPDX-License-Identifier: EUPL-1.2 */
/* Splits a migration's text into statements, and has the probes of common ones. See migration.h. */
#include "package/migration_private.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buffer.h"

enum { WORD_MAX = 64 };

static bool
starts_with(const char *text, const char *words)
{
	return strncasecmp(text, words, strlen(words)) == 0;
}

/* The next word at `*at` without quotes; "" for another sign. Moves `*at` past it. */
const char *
scop_sql_word(struct scop_arena *arena, const char **at)
{
	while (isspace((unsigned char)**at) || **at == '`')
		(*at)++;
	size_t length = 0;
	while (isalnum((unsigned char)(*at)[length]) || (*at)[length] == '_')
		length++;
	const char *copy = scop_arena_bytes(arena, *at, length < WORD_MAX ? length : WORD_MAX);
	*at += length;
	while (**at == '`')
		(*at)++;
	return copy;
}

/* Whether ADD adds something other than a column, for which the author must write the probe. */
static bool
is_no_column(const char *word)
{
	static const char *const words[] = { "KEY", "INDEX", "CONSTRAINT", "UNIQUE", "PRIMARY",
		"FOREIGN", "FULLTEXT", "SPATIAL", "CHECK", "PARTITION", "PERIOD", "SYSTEM" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(words[i], word) == 0)
			return true;
	return false;
}

/* The probe for known kinds of statements; NULL for others. */
static const char *
known_probe(struct scop_arena *arena, const char *sql)
{
	const char *at = sql;
	const char *first = scop_sql_word(arena, &at), *second = scop_sql_word(arena, &at);

	if (strcasecmp(first, "CREATE") == 0 && strcasecmp(second, "TABLE") == 0)
		return scop_arena_printf(arena,
		    "SELECT 1 AS found FROM information_schema.tables WHERE table_schema = "
		    "DATABASE() "
		    "AND table_name = '%s'",
		    scop_sql_word(arena, &at));
	if (strcasecmp(second, "UNIQUE") == 0)
		second = scop_sql_word(arena, &at);
	if (strcasecmp(first, "CREATE") == 0 && strcasecmp(second, "INDEX") == 0) {
		const char *index = scop_sql_word(arena, &at);

		scop_sql_word(arena, &at); /* ON */
		return scop_arena_printf(arena,
		    "SELECT 1 AS found FROM information_schema.statistics WHERE table_schema = "
		    "DATABASE() AND table_name = '%s' AND index_name = '%s' LIMIT 1",
		    scop_sql_word(arena, &at), index);
	}
	if (strcasecmp(first, "ALTER") == 0 && strcasecmp(second, "TABLE") == 0) {
		const char *table = scop_sql_word(arena, &at), *add = scop_sql_word(arena, &at),
			   *column = scop_sql_word(arena, &at);

		if (strcasecmp(column, "COLUMN") == 0)
			column = scop_sql_word(arena, &at);
		if (strcasecmp(add, "ADD") == 0 && column[0] && !is_no_column(column))
			return scop_arena_printf(arena,
			    "SELECT 1 AS found FROM information_schema.columns WHERE table_schema "
			    "= "
			    "DATABASE() AND table_name = '%s' AND column_name = '%s'",
			    table, column);
	}
	return NULL;
}

/* The first occurrence of `text` in the SQL as a word, outside strings; NULL for none. */
static const char *
find_word(const char *sql, const char *text)
{
	const size_t length = strlen(text);
	char quote = '\0', before = ' ';

	for (const char *at = sql; *at; before = *at++) {
		if (quote ? *at == quote : *at == '\'' || *at == '`' || *at == '"')
			quote = quote ? '\0' : *at;
		else if (!quote && strncasecmp(at, text, length) == 0 &&
		    !isalnum((unsigned char)before) && before != '_' && before != '.')
			return at;
	}
	return NULL;
}

static bool
has_word(const char *sql, const char *text)
{
	return find_word(sql, text) != NULL;
}

static bool
names_other(const char *sql)
{
	return has_word(sql, "old.") || has_word(sql, "new.");
}

/* The SQL with `database` for `old.` and `new.`. */
const char *
scop_sql_with_other(struct scop_arena *arena, const char *sql, const char *database)
{
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	for (;;) {
		const char *old = find_word(sql, "old."), *tmp = find_word(sql, "new.");
		const char *next = old && (!tmp || old < tmp) ? old : tmp;

		if (!next)
			break;
		scop_buffer_add(&out, sql, (size_t)(next - sql));
		scop_buffer_printf(&out, "`%s`.", database);
		sql = next + strlen("old.");
	}
	scop_buffer_text(&out, sql);
	return scop_buffer_str(&out);
}

/* A migration being split, and the statement being read. */
struct split {
	struct scop_arena *arena;
	const char *file;
	struct scop_buffer sql;
	const char *probe; /* NULL: none was written before it */
	bool repeats;
	char quote;             /* that is open; NUL: none */
	unsigned line, started; /* the current line, and the line where the statement begins */
	struct scop_migration_step *steps;
	size_t max, *count;
	struct scop_error *err;
};

static bool
next_step(struct split *split)
{
	split->sql.length = 0;
	split->probe = NULL;
	split->repeats = false;
	return true;
}

/* Whether it is a trigger whose block of statements has not ended yet. */
static bool
is_open_block(const struct scop_buffer *sql)
{
	static const char begin[] = "BEGIN", end[] = "END";
	const size_t length = sizeof end - 1;
	const char *block =
	    starts_with(sql->data, "CREATE TRIGGER ") ? find_word(sql->data, begin) : NULL;

	return block && isspace((unsigned char)block[sizeof begin - 1]) &&
	    !(strchr(" \t\n;", sql->data[sql->length - length - 1]) &&
		strcasecmp(sql->data + sql->length - length, end) == 0);
}

static bool
finish_step(struct split *split)
{
	static const char *const rows[] = { "INSERT", "UPDATE", "DELETE", "REPLACE" };
	static const char *const tables[] = { "CREATE", "ALTER", "DROP" };
	struct scop_buffer *sql = &split->sql;
	bool writes_rows = false, changes_tables = false;

	while (sql->length > 0 && isspace((unsigned char)sql->data[sql->length - 1]))
		sql->data[--sql->length] = '\0';
	if (sql->length == 0)
		return next_step(split);
	if (is_open_block(sql)) {
		scop_buffer_char(sql, ';');
		return true;
	}
	for (size_t i = 0; i < 4; i++)
		writes_rows |= starts_with(sql->data, rows[i]);
	for (size_t i = 0; i < 3; i++)
		changes_tables |= starts_with(sql->data, tables[i]);
	if (!writes_rows && !changes_tables)
		return scop_error_set(split->err,
		    "%s:%u: a migration creates, alters or drops, or writes rows; '%.30s' does not",
		    split->file, split->started, sql->data);
	if (split->repeats && (!writes_rows || !has_word(sql->data, "LIMIT")))
		return scop_error_set(split->err,
		    "%s:%u: a repeated statement writes rows, with a LIMIT", split->file,
		    split->started);
	if (changes_tables && !split->probe)
		split->probe = known_probe(split->arena, sql->data);
	if (changes_tables && !split->probe)
		return scop_error_set(split->err,
		    "%s:%u: this statement needs a line '-- probe: SELECT ...' that returns a row "
		    "once the statement has run",
		    split->file, split->started);
	if (*split->count == split->max)
		return scop_error_set(split->err, "%s: more than %zu statements", split->file,
		    split->max);
	split->steps[(*split->count)++] =
	    (struct scop_migration_step){ scop_arena_text(split->arena, sql->data), split->probe,
		    changes_tables, split->repeats, names_other(sql->data), split->started };
	return next_step(split);
}

/* Skips a comment from `--`, recording its directive for the next statement; returns its last byte.
 */
static const char *
take_comment(struct split *split, const char *at)
{
	const size_t length = strcspn(at, "\n");

	if (strncmp(at, "-- probe:", 9) == 0)
		split->probe = scop_arena_bytes(split->arena, at + 9, length - 9);
	split->repeats |= strncmp(at, "-- repeat\n", 10) == 0;
	return at + length - 1;
}

/* Refuses text that another sql_mode would interpret differently, and comments that are not whole
 * lines. */
static bool
check_character(const struct split *split, const char *at)
{
	if (split->quote && *at == '\\')
		return scop_error_set(split->err,
		    "%s:%u: a backslash in a string means something else under another "
		    "sql_mode; write a "
		    "quote twice",
		    split->file, split->line);
	if (!split->quote && (*at == '#' || strncmp(at, "/*", 2) == 0))
		return scop_error_set(split->err, "%s:%u: a comment is written with --",
		    split->file, split->line);
	return true;
}

static void
take_character(struct split *split, char c)
{
	if (split->sql.length == 0 && isspace((unsigned char)c))
		return;
	if (split->sql.length == 0)
		split->started = split->line;
	scop_buffer_char(&split->sql, c);
}

bool
scop_migration_split(struct scop_arena *arena, const char *file, const char *text,
    struct scop_migration_step *ret_steps, size_t max, size_t *ret_count, struct scop_error *err)
{
	struct split split = { .arena = arena,
		.file = file,
		.line = 1,
		.started = 1,
		.steps = ret_steps,
		.max = max,
		.count = ret_count,
		.err = err };

	*ret_count = 0;
	scop_buffer_init(&split.sql, arena);
	for (const char *at = text; *at; at++) {
		split.line += *at == '\n';
		if (!split.quote && strncmp(at, "--", 2) == 0) {
			at = take_comment(&split, at);
			continue;
		}
		if (!check_character(&split, at))
			return false;
		if (split.quote ? *at == split.quote : *at == '\'' || *at == '`' || *at == '"')
			split.quote = split.quote ? '\0' : *at;
		if (split.quote || *at != ';')
			take_character(&split, *at);
		else if (!finish_step(&split))
			return false;
	}
	if (split.quote)
		return scop_error_set(err, "%s:%u: a string is not closed", file, split.started);
	if (!finish_step(&split))
		return false;
	return split.sql.length == 0 ||
	    scop_error_set(err, "%s:%u: a trigger's block has no END", file, split.started);
}
