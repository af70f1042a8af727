/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads .sql files: see statement.h. Its tokens are MariaDB's: strings, comments, names, numbers,
 * signs. */
#include "package/statement.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buffer.h"

struct parser {
	struct scop_arena *arena;
	const char *file;
	const char *at;
	unsigned line;
	const char *line_begin;
	struct scop_error *err;
};

static bool
mistake(const struct parser *parser, const char *what)
{
	return scop_error_set(parser->err, "%s:%u:%u: %s", parser->file, parser->line,
	    (unsigned)(parser->at - parser->line_begin) + 1, what);
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void
step(struct parser *parser, size_t count)
{
	for (; count > 0 && *parser->at; count--) {
		if (*parser->at++ == '\n') {
			parser->line++;
			parser->line_begin = parser->at;
		}
	}
}

static const char *
take_word(struct parser *parser)
{
	size_t length = 0;

	while (is_word(parser->at[length]))
		length++;
	const char *word = scop_arena_bytes(parser->arena, parser->at, length);
	step(parser, length);
	return word;
}

static void
skip_blanks(struct parser *parser)
{
	while (*parser->at == ' ' || *parser->at == '\t')
		step(parser, 1);
}

/* "-- name: product_by_slug (slug, page)" */
static bool
parse_name_line(struct parser *parser, struct scop_statement_source *statement)
{
	step(parser, strlen("-- name:"));
	skip_blanks(parser);
	statement->file = parser->file;
	statement->line = parser->line;
	statement->name = take_word(parser);
	if (!islower((unsigned char)statement->name[0]))
		return mistake(parser,
		    "a statement's name is missing; write '-- name: product_by_slug (slug)'");
	skip_blanks(parser);
	if (strncmp(parser->at, "()", 2) == 0) {
		step(parser, 2);
	} else if (*parser->at == '(') {
		do {
			step(parser, 1);
			skip_blanks(parser);
			if (statement->param_count == SCOP_STATEMENT_ARGS_MAX)
				return mistake(parser, "a statement has at most 24 arguments");
			statement->params[statement->param_count] = take_word(parser);
			if (!statement->params[statement->param_count++][0])
				return mistake(parser, "an argument's name is missing");
			skip_blanks(parser);
		} while (*parser->at == ',');
		if (*parser->at != ')')
			return mistake(parser, "the list of arguments is not closed");
		step(parser, 1);
		skip_blanks(parser);
	}
	if (*parser->at != '\n' && *parser->at != '\0')
		return mistake(parser, "nothing may follow the arguments on a name's line");
	return true;
}

/* Any other character; blanks and line ends become one space. */
static bool
take_character(struct parser *parser, struct scop_buffer *sql)
{
	const char c = *parser->at;

	if (!isspace((unsigned char)c))
		scop_buffer_char(sql, c);
	else if (sql->length > 0 && sql->data[sql->length - 1] != ' ')
		scop_buffer_char(sql, ' ');
	step(parser, 1);
	return true;
}

static bool
take_argument(struct parser *parser, struct scop_statement_source *statement,
    struct scop_buffer *sql)
{
	const char *start = parser->at;
	unsigned index = 0;

	if (!is_word(start[1]))
		return take_character(parser, sql);
	step(parser, 1);
	const char *name = take_word(parser);
	while (index < statement->param_count && strcmp(statement->params[index], name) != 0)
		index++;
	if (index == statement->param_count) {
		parser->at = start;
		return mistake(parser, "this argument is not listed on the statement's name line");
	}
	if (statement->arg_count == SCOP_STATEMENT_ARGS_MAX)
		return mistake(parser, "a statement has at most 24 arguments");
	statement->args[statement->arg_count++] = index;
	scop_buffer_char(sql, '?');
	return true;
}

static bool
word_is_refused(const char *word)
{
	static const char *const refused[] = { "HANDLER", "GET_LOCK", "RELEASE_LOCK", "PREPARE",
		"EXECUTE", "CALL", "TEMPORARY", "OUTFILE", "DUMPFILE", "LOAD_FILE", "LOAD", "SLEEP",
		"BENCHMARK", "GRANT", "REVOKE", "USE", "BEGIN", "COMMIT", "ROLLBACK",
		"INFORMATION_SCHEMA", "MYSQL", "PERFORMANCE_SCHEMA", "SYS", "RELEASE_ALL_LOCKS",
		"MASTER_POS_WAIT", "MASTER_GTID_WAIT", "PROCEDURE" };

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (strcasecmp(word, refused[i]) == 0)
			return true;
	return false;
}

static bool
take_quoted(struct parser *parser, struct scop_statement_source *statement, struct scop_buffer *sql)
{
	(void)statement;
	const char quote = *parser->at, *end = parser->at + 1;

	while (*end && !(end[0] == quote && end[1] != quote)) {
		if (*end == '\\')
			return mistake(parser,
			    "a backslash in a string means something else under another sql_mode; "
			    "bind a value");
		end += 1 + (end[0] == quote);
	}
	if (!*end)
		return mistake(parser, "this string is not closed");
	if (quote != '\'' &&
	    word_is_refused(
		scop_arena_bytes(parser->arena, parser->at + 1, (size_t)(end - parser->at - 1))))
		return mistake(parser, "this word is refused in a module's statement");
	scop_buffer_add(sql, parser->at, (size_t)(end + 1 - parser->at));
	step(parser, (size_t)(end + 1 - parser->at));
	return true;
}

/* After the end of a statement only blanks and comments may precede the next name. */
static bool
skip_to_next_name(struct parser *parser)
{
	while (*parser->at && strncmp(parser->at, "-- name:", 8) != 0) {
		if (strncmp(parser->at, "--", 2) == 0)
			step(parser, strcspn(parser->at, "\n"));
		else if (isspace((unsigned char)*parser->at))
			step(parser, 1);
		else
			return false;
	}
	return true;
}

static bool
take_comment(struct parser *parser, struct scop_statement_source *statement,
    struct scop_buffer *sql)
{
	(void)statement, (void)sql;
	step(parser, strcspn(parser->at, "\n"));
	return true;
}

static bool
refuse_comment(struct parser *parser, struct scop_statement_source *statement,
    struct scop_buffer *sql)
{
	(void)statement, (void)sql;
	return mistake(parser, "comments are written with --");
}

static bool
refuse_variable(struct parser *parser, struct scop_statement_source *statement,
    struct scop_buffer *sql)
{
	(void)statement, (void)sql;
	return mistake(parser, "write an argument as :name; variables are refused");
}

static bool
take_end(struct parser *parser, struct scop_statement_source *statement, struct scop_buffer *sql)
{
	(void)statement, (void)sql;
	step(parser, 1);
	return skip_to_next_name(parser) || mistake(parser, "one statement for each name");
}

static bool
take_keyword(struct parser *parser, struct scop_buffer *sql)
{
	const char *start = parser->at;
	const char *word = take_word(parser);

	if (word_is_refused(word)) {
		parser->at = start;
		return mistake(parser, "this word is refused in a module's statement");
	}
	const bool names = *parser->at == '.';
	if (names && strcmp(word, "socle") == 0)
		word = "\x01";
	else if (names && strcmp(word, "contract") == 0)
		word = "\x01" SCOP_CONTRACTS;
	scop_buffer_text(sql, word);
	return true;
}

/* Parts of a statement that are more than words and characters, by how they begin. */
static const struct part {
	const char *begins;
	bool (*take)(struct parser *parser, struct scop_statement_source *statement,
	    struct scop_buffer *sql);
} parts[] = {
	{ "--", take_comment },
	{ "#", refuse_comment },
	{ "/*", refuse_comment },
	{ "'", take_quoted },
	{ "`", take_quoted },
	{ "\"", take_quoted },
	{ ":", take_argument },
	{ "?", refuse_variable },
	{ "@", refuse_variable },
	{ "\x01", refuse_variable },
	{ ";", take_end },
};

static bool
take_sql(struct parser *parser, struct scop_statement_source *statement, struct scop_buffer *sql)
{
	while (*parser->at && strncmp(parser->at, "-- name:", 8) != 0) {
		const struct part *part = parts, *end = parts + sizeof parts / sizeof parts[0];

		while (part < end && strncmp(parser->at, part->begins, strlen(part->begins)) != 0)
			part++;
		if (!(part < end                   ? part->take(parser, statement, sql)
			    : is_word(*parser->at) ? take_keyword(parser, sql)
						   : take_character(parser, sql)))
			return false;
	}
	return true;
}

static bool
starts_with_word(const char *sql, const char *word)
{
	return strncasecmp(sql, word, strlen(word)) == 0 && !is_word(sql[strlen(word)]);
}

/* Whether `at` is at the whole word `word`. */
static bool
word_at(const char *sql, const char *at, const char *word)
{
	return (at == sql || !is_word(at[-1])) && starts_with_word(at, word);
}

/* A star selects all columns, unless it is a multiplication or COUNT(*). */
static bool
selects_all(const char *sql)
{
	static const char *const openers[] = { "SELECT", "DISTINCT", "ALL", "DISTINCTROW",
		"HIGH_PRIORITY", "STRAIGHT_JOIN", "SQL_NO_CACHE", "SQL_CACHE",
		"SQL_CALC_FOUND_ROWS", "SQL_SMALL_RESULT", "SQL_BIG_RESULT", "SQL_BUFFER_RESULT",
		"RETURNING" };

	for (const char *star = sql; (star = strchr(star, '*')); star++) {
		const char *before = star;

		while (before > sql && before[-1] == ' ')
			before--;
		if (before > sql && before[-1] == '.')
			return true;
		while (before > sql && is_word(before[-1]))
			before--;
		for (size_t i = 0; i < sizeof openers / sizeof openers[0]; i++)
			if (word_at(sql, before, openers[i]))
				return true;
	}
	return false;
}

/* In INSERT and REPLACE, the table's name is followed by its columns in brackets, or by SET. */
static bool
names_columns(const char *sql)
{
	const char *at = strcasestr(sql, " INTO ");

	at = at ? at + strlen(" INTO ") : sql + strcspn(sql, " ");
	at += strspn(at, " ");
	while (is_word(*at) || *at == '`' || *at == '.' || *at == '\x01')
		at++;
	at += strspn(at, " ");
	if (starts_with_word(at, "SET"))
		return true;
	return *at == '(' && strncasecmp(at + 1 + strspn(at + 1, " "), "SELECT", 6) != 0;
}

/* A text column of JSON_TABLE without COLLATE has the collation of the database in one MariaDB and
 * the character set's own in another (10.11.19, 10.11.18): compared with a column of a table, the
 * statement then works here and is refused there. */
static bool
leaves_collation_open(const char *sql)
{
	static const char *const types[] = { "VARCHAR", "CHAR", "TEXT", "MEDIUMTEXT", "LONGTEXT" };

	for (const char *at = strcasestr(sql, "JSON_TABLE"); at;
	     at = strcasestr(at, "JSON_TABLE")) {
		at += strlen("JSON_TABLE");
		at += strspn(at, " ");
		int depth = *at == '(';
		for (at += depth; *at && depth > 0; at++) {
			if (*at == '\'') {
				const size_t length = strcspn(at + 1, "'");

				at += length + (at[1 + length] == '\'');
			}
			depth += (*at == '(') - (*at == ')');
			for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
				const char *behind = at + strlen(types[i]);

				if (is_word(at[-1]) || !starts_with_word(at, types[i]))
					continue;
				behind += *behind == '(' ? strcspn(behind, ")") + 1 : 0;
				if (!starts_with_word(behind + strspn(behind, " "), "COLLATE"))
					return true;
			}
		}
	}
	return false;
}

static bool
uses_arguments(struct parser *parser, const struct scop_statement_source *statement)
{
	for (unsigned i = 0; i < statement->param_count; i++) {
		bool used = false;

		for (unsigned a = 0; a < statement->arg_count; a++)
			used |= statement->args[a] == i;
		if (!used)
			return scop_error_set(parser->err,
			    "%s:%u:1: argument '%s' is not used in '%s': write :%s, or remove it "
			    "from the line of the name",
			    parser->file, statement->line, statement->params[i], statement->name,
			    statement->params[i]);
	}
	return true;
}

static bool
check(struct parser *parser, struct scop_statement_source *statement)
{
	static const char *const writes[] = { "INSERT", "UPDATE", "DELETE", "REPLACE" };
	const struct parser place = { .file = parser->file,
		.line = statement->line,
		.at = "",
		.line_begin = "",
		.err = parser->err };
	struct parser start = place;
	const char *sql = statement->sql;

	start.line_begin = start.at;
	for (size_t i = 0; i < 4; i++)
		statement->writes |= starts_with_word(sql, writes[i]);
	if (!statement->writes && !starts_with_word(sql, "SELECT") &&
	    !starts_with_word(sql, "WITH"))
		return mistake(&start,
		    "a statement is a SELECT, INSERT, UPDATE, DELETE or REPLACE");
	if (selects_all(sql))
		return mistake(&start, "name the columns: SELECT * publishes what nobody named");
	if (leaves_collation_open(sql))
		return mistake(&start,
		    "a text column of JSON_TABLE says its collation: VARCHAR(50) COLLATE "
		    "utf8mb4_unicode_520_ci");
	if (!uses_arguments(parser, statement))
		return false;
	if ((starts_with_word(sql, "INSERT") || starts_with_word(sql, "REPLACE")) &&
	    !names_columns(sql))
		return mistake(&start, "an INSERT names its columns");
	return true;
}

bool
scop_statements_parse(struct scop_arena *arena, const char *file, const char *text,
    struct scop_statement_source *statements, size_t max, size_t *count, struct scop_error *err)
{
	struct parser parser = { arena, file, text, 1, text, err };

	while (*parser.at) {
		if (strncmp(parser.at, "-- name:", 8) != 0) {
			if (strncmp(parser.at, "--", 2) != 0 && !isspace((unsigned char)*parser.at))
				return mistake(&parser, "a statement begins with '-- name: ...'");
			step(&parser,
			    strncmp(parser.at, "--", 2) == 0 ? strcspn(parser.at, "\n") : 1);
			continue;
		}
		if (*count == max)
			return mistake(&parser, "too many statements");

		struct scop_statement_source *statement = &statements[(*count)++];
		struct scop_buffer sql;

		*statement = (struct scop_statement_source){ 0 };
		scop_buffer_init(&sql, arena);
		if (!parse_name_line(&parser, statement) || !take_sql(&parser, statement, &sql))
			return false;
		while (sql.length > 0 && sql.data[sql.length - 1] == ' ')
			sql.data[--sql.length] = '\0';
		statement->sql = scop_buffer_str(&sql);
		if (!check(&parser, statement))
			return false;
	}
	return true;
}

/* Turns a listed statement into its source: `socle`, and one argument for all. */
static const char *
source_of(struct scop_arena *arena, const char *sql)
{
	struct scop_buffer out;
	char quote = '\0';
	bool has_arguments = false;

	scop_buffer_init(&out, arena);
	for (const char *at = sql; *at; at++) {
		if (strchr("'`\"", *at) && (!quote || quote == *at))
			quote = quote ? '\0' : *at;
		has_arguments |= !quote && *at == '?';
		if (!quote && *at == '?')
			scop_buffer_text(&out, ":value");
		else if (!quote && strncmp(at, "\x01" SCOP_CONTRACTS ".", 12) == 0)
			scop_buffer_text(&out, "contract"), at += strlen(SCOP_CONTRACTS);
		else if (!quote && *at == '\x01')
			scop_buffer_text(&out, "socle");
		else
			scop_buffer_char(&out, *at);
	}
	return scop_arena_printf(arena, "-- name: listed (%s)\n%s", has_arguments ? "value" : "",
	    scop_buffer_str(&out));
}

bool
scop_statement_check(struct scop_arena *arena, const char *sql, bool *ret_writes,
    struct scop_error *err)
{
	struct scop_statement_source *statement = scop_arena_alloc(arena, sizeof *statement);
	size_t count = 0;

	if (!scop_statements_parse(arena, "statements.txt", source_of(arena, sql), statement, 1,
		&count, err))
		return false;
	if (count != 1)
		return scop_error_set(err, "a line of statements.txt has no statement");
	if (strcmp(statement->sql, sql) != 0)
		return scop_error_set(err, "it has a comment or blanks that the build leaves out");
	*ret_writes = statement->writes;
	return true;
}
