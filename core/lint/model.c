/* SPDX-License-Identifier: EUPL-1.2 */
/* The values that views may use: see model.h. */
#include "lint/model.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lint/lint.h"
#include "view/template.h"
#include "view/template_private.h"
#include "web/app.h"

enum { WORDS_MAX = 1 << 15, PUTS_MAX = 2000, BEGINS_MAX = 100 };

/* The host puts these into each model (core/web/page.c), and its values (scop_qr). */
static const char host_words[] =
    "scop tenant language home reference site portal person menu languages code name url current "
    "rejected errors error value its typed was_typed size path asset zone which focus line number "
    "first last";

struct put {
	const char *name;
	enum { PUT_ANY, PUT_ROWS, PUT_OTHER } what; /* a map or list not from a statement */
	const struct scop_statement_source *statement;
};

struct lint_model {
	struct scop_arena *arena;
	const char *words[WORDS_MAX]; /* by hash */
	size_t word_count;
	struct put puts[PUTS_MAX];
	size_t put_count;
	const char *begins[BEGINS_MAX]; /* of computed names: "only_" of "only_%s" */
	size_t begin_count;
};

/* ---- words ---- */

static size_t
hash(const char *word, size_t length)
{
	size_t sum = 5381;

	for (size_t i = 0; i < length; i++)
		sum = sum * 33 + (unsigned char)word[i];
	return sum % WORDS_MAX;
}

static bool
is_added(const struct lint_model *model, const char *word, size_t length)
{
	for (size_t at = hash(word, length); model->words[at]; at = (at + 1) % WORDS_MAX)
		if (strlen(model->words[at]) == length &&
		    strncmp(model->words[at], word, length) == 0)
			return true;
	return false;
}

bool
lint_model_has_word(const struct lint_model *model, const char *word, size_t length)
{
	for (size_t i = 0; i < model->begin_count; i++)
		if (strncmp(model->begins[i], word, strlen(model->begins[i])) == 0)
			return true;
	return is_added(model, word, length);
}

static void
add_word(struct lint_model *model, const char *word, size_t length)
{
	size_t at = hash(word, length);

	if (is_added(model, word, length) || model->word_count == WORDS_MAX / 2)
		return;
	while (model->words[at])
		at = (at + 1) % WORDS_MAX;
	model->words[at] = scop_arena_bytes(model->arena, word, length);
	model->word_count++;
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Adds all words of the text; for one that ends in _cents also its stem, the name of the money
 * value. */
static void
add_words(struct lint_model *model, const char *text)
{
	while (*text) {
		size_t length = 0;

		while (is_word(text[length]))
			length++;
		if (length > 0)
			add_word(model, text, length);
		if (length > 6 && strncmp(text + length - 6, "_cents", 6) == 0)
			add_word(model, text, length - 6);
		text += length + (length == 0);
	}
}

static void
add_nodes(struct lint_model *model, const struct scop_node *nodes)
{
	for (; nodes; nodes = nodes->next) {
		if (nodes->kind == NODE_VARIABLE || nodes->kind == NODE_RAW ||
		    nodes->kind == NODE_SECTION || nodes->kind == NODE_INVERTED)
			add_words(model, nodes->name);
		add_nodes(model, nodes->children);
	}
}

/* Adds the names used in the host's views, which a module's view may set for them. */
static void
add_frame(struct lint_model *model)
{
	struct scop_error err;

	for (const struct scop_view *const *view = scop_frame_names.views; *view; view++) {
		const struct scop_template *template = scop_template_compile(model->arena,
		    (*view)->name, (*view)->text, (*view)->length, &err);

		if (template)
			add_nodes(model, template->nodes);
	}
}

/* ---- values put into the model ---- */

static struct put *
add_put(struct lint_model *model, const char *name)
{
	static struct put beyond;

	if (model->put_count == PUTS_MAX)
		return &beyond;
	model->puts[model->put_count] = (struct put){ .name = name };
	return &model->puts[model->put_count++];
}

static const struct scop_statement_source *
statement_at(const struct lint *lint, size_t at)
{
	return at < lint->source.count && lint->source.tokens[at].kind == LINT_WORD
	    ? lint_statement(lint, lint->source.tokens[at].text)
	    : NULL;
}

/* The value of scop_put: rows of a statement, another map or list, or any other value. */
static void
judge_value(const struct lint *lint, size_t at, struct put *put)
{
	static const char *const others[] = { "scop_make_list", "scop_make_with", "scop_chart",
		"scop_qr" };
	struct lint_call call;

	if ((lint_is(&lint->source, at, "scop_rows") || lint_is(&lint->source, at, "scop_row")) &&
	    lint_call_read(&lint->source, at, &call) && call.count == 2) {
		put->what = PUT_ROWS;
		put->statement = statement_at(lint, call.begin[1]);
	}
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (lint_is(&lint->source, at, others[i]))
			put->what = PUT_OTHER;
}

/* scop_put(req, "name", value) */
static void
take_put(struct lint *lint, struct lint_model *model, size_t at)
{
	struct lint_call call;

	if (!lint_call_read(&lint->source, at, &call) || call.count != 3)
		return;
	struct lint_token *token = &lint->source.tokens[call.begin[1]];
	if (token->kind != LINT_STRING || call.end[1] != call.begin[1] + 1)
		return;
	token->used = true;
	judge_value(lint, call.begin[2], add_put(model, token->text));
}

/* scop_put_page(req, "name", count, function) and scop_put_page_with, which has more reads: the
 * rows of whatever the function says. */
static void
take_page(struct lint *lint, struct lint_model *model, size_t at)
{
	struct lint_call call;

	if (!lint_call_read(&lint->source, at, &call) || call.count < 4 ||
	    lint->source.tokens[call.begin[1]].kind != LINT_STRING)
		return;
	lint->source.tokens[call.begin[1]].used = true;
	add_put(model, lint->source.tokens[call.begin[1]].text);
}

/* { "name", true, statement(...) } of scop_put_all */
static void
take_want(struct lint *lint, struct lint_model *model, size_t at)
{
	const struct lint_source *source = &lint->source;

	if (at + 5 >= source->count || source->tokens[at + 1].kind != LINT_STRING ||
	    !lint_is(source, at + 2, ",") ||
	    !(lint_is(source, at + 3, "true") || lint_is(source, at + 3, "false")) ||
	    !lint_is(source, at + 4, ","))
		return;
	source->tokens[at + 1].used = true;
	struct put *put = add_put(model, source->tokens[at + 1].text);
	put->what = PUT_ROWS;
	put->statement = statement_at(lint, at + 5);
}

/* scop_get(row, "name") and its like read. */
static void
take_reading(struct lint *lint, size_t at)
{
	static const char *const readers[] = { "scop_get", "scop_int", "scop_text", "scop_bool",
		"scop_model" };
	struct lint_call call;

	for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
		if (lint_is(&lint->source, at, readers[i]) &&
		    lint_call_read(&lint->source, at, &call) && call.count == 2 &&
		    lint->source.tokens[call.begin[1]].kind == LINT_STRING)
			lint->source.tokens[call.begin[1]].used = true;
}

/* Names of routes, fields and jobs: .name = "x". The names in a scop_read are put into the model.
 */
static bool
is_member(const struct lint_source *source, size_t at)
{
	if (at < 3 || !lint_is(source, at - 1, "=") || !lint_is(source, at - 3, "."))
		return false;
	for (size_t i = at; i < source->count && !lint_is(source, i, "}"); i++)
		if (lint_is(source, i, "query"))
			return false;
	return true;
}

static void
add_begin(struct lint_model *model, const char *text)
{
	size_t length = 0;

	while (is_word(text[length]))
		length++;
	if (length > 0 && text[length] == '%' && model->begin_count < BEGINS_MAX)
		model->begins[model->begin_count++] = scop_arena_bytes(model->arena, text, length);
}

static void
read_source(struct lint *lint, struct lint_model *model)
{
	struct lint_source *source = &lint->source;

	for (size_t i = 0; i < source->count; i++) {
		if (lint_is(source, i, "scop_put"))
			take_put(lint, model, i);
		else if (lint_is(source, i, "scop_put_page") ||
		    lint_is(source, i, "scop_put_page_with"))
			take_page(lint, model, i);
		else if (lint_is(source, i, "{"))
			take_want(lint, model, i);
		else if (source->tokens[i].kind == LINT_WORD)
			take_reading(lint, i);
	}
	for (size_t i = 0; i < source->count; i++) {
		const struct lint_token *token = &source->tokens[i];

		if (token->kind != LINT_STRING)
			continue;
		add_words(model, token->text);
		add_begin(model, token->text);
		if (!token->used && !is_member(source, i))
			add_put(model, token->text);
	}
}

struct lint_model *
lint_model_read(struct lint *lint)
{
	struct lint_model *model = scop_arena_alloc(lint->arena, sizeof *model);

	model->arena = lint->arena;
	add_words(model, host_words);
	add_frame(model);
	for (size_t i = 0; i < lint->statement_count; i++)
		add_words(model, lint->statements[i].sql);
	read_source(lint, model);
	return model;
}

bool
lint_model_has_scalar(const struct lint_model *model, const char *name)
{
	for (size_t i = 0; i < model->put_count; i++)
		if (model->puts[i].what == PUT_ANY && strcmp(model->puts[i].name, name) == 0)
			return true;
	return false;
}

/* ---- columns ---- */

static size_t
word_length(const char *at)
{
	size_t length = 0;

	while (isalnum((unsigned char)at[length]) || at[length] == '_')
		length++;
	return length;
}

static bool
is_keyword(const char *at, size_t length, const char *word)
{
	return strlen(word) == length && strncasecmp(at, word, length) == 0;
}

/* The next word or sign at this depth, with its length; a bracketed part counts as one ')'. NULL at
 * the end. */
static const char *
next_piece(const char **at, size_t *ret_length)
{
	int depth = 0;

	*at += strspn(*at, " ");
	const char *piece = *at;
	if (!*piece)
		return NULL;
	*ret_length = word_length(piece);
	if (*ret_length == 0) {
		*ret_length = 1;
		if (*piece == '`' || *piece == '\'') {
			const char *close = strchr(piece + 1, *piece);

			*ret_length = close ? (size_t)(close + 1 - piece) : strlen(piece);
		} else if (*piece == '(') {
			do {
				if (**at == '\'') {
					const char *close = strchr(*at + 1, '\'');

					*at = close ? close : *at + strlen(*at) - 1;
				}
				depth += (**at == '(') - (**at == ')');
				++*at;
			} while (depth > 0 && **at);
			piece = ")";
			return piece;
		}
	}
	*at += *ret_length;
	return piece;
}

static const char *
select_list(const struct scop_statement_source *statement)
{
	const char *at = statement->sql, *piece;
	size_t length;

	while ((piece = next_piece(&at, &length)))
		if (is_keyword(piece, length, "SELECT") || is_keyword(piece, length, "RETURNING"))
			return at;
	return NULL;
}

static bool
ends_list(const char *piece, size_t length)
{
	static const char *const words[] = { "FROM", "WHERE", "UNION", "ORDER", "LIMIT", "GROUP",
		"HAVING", "FOR" };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (is_keyword(piece, length, words[i]))
			return true;
	return false;
}

/* One item of the select list, while being read. */
struct column {
	const char *name; /* its last word */
	size_t length;
	bool after_as, named; /* the last word follows AS */
	bool plain;           /* it consists only of words and points */
};

static void
column_add(struct column *column, const char *piece, size_t length)
{
	const bool quoted = *piece == '`', word = quoted || word_length(piece) > 0;

	if (word && is_keyword(piece, length, "AS")) {
		column->after_as = true;
		return;
	}
	column->named = word && column->after_as;
	column->after_as = false;
	column->plain =
	    column->plain && (word || *piece == '.') && !is_keyword(piece, length, "END");
	if (word) {
		column->name = quoted ? piece + 1 : piece;
		column->length = quoted ? length - 2 : length;
	}
}

/* Calls `see` with the name of each column; false if one has no name: it is computed, and has no
 * AS. */
static bool
each_column(const struct scop_statement_source *statement,
    void (*see)(void *context, const char *name, size_t length), void *context)
{
	struct column column = { .plain = true };
	const char *at = select_list(statement), *piece;
	size_t length;

	while (at && (piece = next_piece(&at, &length))) {
		const bool end = ends_list(piece, length);

		if (!end && *piece != ',') {
			column_add(&column, piece, length);
			continue;
		}
		if (!column.name || !(column.named || column.plain))
			return false;
		see(context, column.name, column.length);
		if (end)
			return true;
		column = (struct column){ .plain = true };
	}
	if (!column.name || !(column.named || column.plain))
		return false;
	see(context, column.name, column.length);
	return true;
}

struct wanted {
	const char *name;
	size_t length;
	bool found;
};

static void
compare(void *context, const char *name, size_t length)
{
	struct wanted *wanted = context;

	wanted->found |= length == wanted->length && strncmp(name, wanted->name, length) == 0;
	wanted->found |= length == wanted->length + 6 &&
	    strncmp(name + wanted->length, "_cents", 6) == 0 &&
	    strncmp(name, wanted->name, wanted->length) == 0;
}

bool
lint_has_column(const struct scop_statement_source *statement, const char *name)
{
	struct wanted wanted = { name, strlen(name), false };

	each_column(statement, compare, &wanted);
	return wanted.found;
}

const struct scop_statement_source *
lint_model_rows(const struct lint_model *model, const char *name)
{
	const struct scop_statement_source *statement = NULL;
	struct wanted none = { "", 0, false };

	for (size_t i = 0; i < model->put_count; i++) {
		const struct put *put = &model->puts[i];

		if (strcmp(put->name, name) != 0)
			continue;
		if (put->what != PUT_ROWS || !put->statement ||
		    (statement && statement != put->statement))
			return NULL;
		statement = put->statement;
	}
	return statement && each_column(statement, compare, &none) ? statement : NULL;
}
