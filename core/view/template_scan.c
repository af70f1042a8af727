/* SPDX-License-Identifier: EUPL-1.2 */
/* The first pass of Mustache's compiler: see template_scan.h. */
#include "view/template_scan.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"

bool
scop_template_mistake(struct scop_compiler *compiler, unsigned line, unsigned column,
    const char *what)
{
	return scop_error_set(compiler->err, "%s:%u:%u: %s", compiler->name, line, column, what);
}

static struct scop_token *
token_add(struct scop_compiler *compiler, char kind, const char *start, size_t length)
{
	struct scop_token *token = scop_arena_alloc(compiler->arena, sizeof *token);

	token->kind = kind;
	token->start = start;
	token->length = length;
	token->line = compiler->line;
	token->column = (unsigned)(start - compiler->line_begin) + 1;
	token->end = start + length;
	*compiler->tail = token;
	compiler->tail = &token->next;
	return token;
}

static const char *
find(const char *at, const char *end, const char *what)
{
	return memmem(at, (size_t)(end - at), what, strlen(what));
}

static bool
set_delimiters(struct scop_compiler *compiler, struct scop_token *token, const char *body,
    size_t length)
{
	char text[2 * SCOP_DELIMITER_MAX + 2];

	if (length >= 2 && body[length - 1] == '=')
		length--;
	while (length > 0 && isspace((unsigned char)*body))
		body++, length--;
	while (length > 0 && isspace((unsigned char)body[length - 1]))
		length--;
	const char *space = memchr(body, ' ', length);
	if (!space || length >= sizeof text)
		return scop_template_mistake(compiler, token->line, token->column,
		    "delimiters are written {{=<% %>=}}");

	const size_t first = (size_t)(space - body);
	const char *second = space;
	while (second < body + length && isspace((unsigned char)*second))
		second++;
	const size_t second_length = (size_t)(body + length - second);
	if (first == 0 || first > SCOP_DELIMITER_MAX || second_length == 0 ||
	    second_length > SCOP_DELIMITER_MAX)
		return scop_template_mistake(compiler, token->line, token->column,
		    "a delimiter has 1 to 8 characters");
	memcpy(compiler->open, body, first);
	compiler->open[first] = '\0';
	memcpy(compiler->close, second, second_length);
	compiler->close[second_length] = '\0';
	return true;
}

/* The end mark of a tag whose text begins at `body`: `}` or `=` and the delimiter, or the delimiter
 * alone. */
static void
find_closing(const struct scop_compiler *compiler, const char *body,
    char closing[SCOP_DELIMITER_MAX + 2])
{
	strcpy(closing, "");
	if (body < compiler->end && *body == '{')
		strcpy(closing, "}");
	else if (body < compiler->end && *body == '=')
		strcpy(closing, "=");
	strcat(closing, compiler->close);
}

static void
count_lines(struct scop_compiler *compiler, const char *from, const char *to)
{
	for (const char *c = from; c < to; c++)
		if (*c == '\n') {
			compiler->line++;
			compiler->line_begin = c + 1;
		}
}

static bool
take_name(struct scop_compiler *compiler, struct scop_token *token, const char *body, size_t length)
{
	while (length > 0 && isspace((unsigned char)*body))
		body++, length--;
	while (length > 0 && isspace((unsigned char)body[length - 1]))
		length--;
	if (length == 0)
		return scop_template_mistake(compiler, token->line, token->column,
		    "this tag has no name");
	token->name = scop_arena_bytes(compiler->arena, body, length);
	return true;
}

/* Reads the tag that opens at `at`. */
static bool
read_tag(struct scop_compiler *compiler)
{
	const char *start = compiler->at;
	const char *body = start + strlen(compiler->open);
	char closing[SCOP_DELIMITER_MAX + 2];

	find_closing(compiler, body, closing);
	const char *close =
	    find(body + (closing[0] == '=' && body < compiler->end), compiler->end, closing);
	struct scop_token *token = token_add(compiler, 'v', start, 0);
	if (!close)
		return scop_template_mistake(compiler, token->line, token->column,
		    "this tag is not closed");
	token->end = close + strlen(closing);
	compiler->at = token->end;

	size_t length = (size_t)(close - body);
	if (length > 0 && strchr("#^/><$!&{=", *body)) {
		token->kind = *body == '{' ? '&' : *body;
		body++;
		length--;
	}
	count_lines(compiler, start, token->end);
	if (token->kind == '=')
		return set_delimiters(compiler, token, body, length);
	return token->kind == '!' || take_name(compiler, token, body, length);
}

/* Cuts the template into tags and lines of text. */
static bool
cut(struct scop_compiler *compiler)
{
	bool line_start = true;

	while (compiler->at < compiler->end) {
		const char *tag = find(compiler->at, compiler->end, compiler->open);
		const char *newline =
		    memchr(compiler->at, '\n', (size_t)(compiler->end - compiler->at));
		const bool tag_first = tag && (!newline || tag <= newline);
		const char *stop = tag_first ? tag : newline ? newline + 1 : compiler->end;

		/* an empty piece of text marks the start of a line that begins with a tag */
		if (stop > compiler->at || line_start) {
			struct scop_token *token =
			    token_add(compiler, 't', compiler->at, (size_t)(stop - compiler->at));

			token->line_start = line_start;
		}
		line_start = false;
		compiler->at = stop;
		if (tag_first) {
			if (!read_tag(compiler))
				return false;
		} else {
			compiler->line++;
			compiler->line_begin = stop;
			line_start = true;
		}
	}
	return true;
}

static bool
blank(const struct scop_token *token)
{
	for (size_t i = 0; i < token->length; i++)
		if (!isspace((unsigned char)token->start[i]))
			return false;
	return true;
}

static bool
ends_line(const struct scop_token *token)
{
	return token->kind == 't' && token->length > 0 && token->start[token->length - 1] == '\n';
}

/* Whether the line holds only tags and blanks that make it a standalone line. */
static bool
stands_alone(const struct scop_token *first, const struct scop_token *last)
{
	unsigned tags = 0, opened = 0, blocks = 0, parents = 0, closed = 0;

	for (const struct scop_token *token = first;; token = token->next) {
		switch (token->kind) {
		case 't':
			if (!blank(token))
				return false;
			break;
		case 'v':
		case '&':
			return false;
		case '$':
			blocks++;
			tags++;
			break;
		case '<':
			parents++;
			tags++;
			break;
		case '/':
			closed++;
			tags++;
			break;
		default:
			opened++;
			tags++;
		}
		if (token == last)
			break;
	}
	if (tags == 1)
		return true;
	/* A standalone line with several tags has only parents and blocks with their closing tags;
	 * a block that is opened and closed at once keeps its line. */
	return tags > 1 && opened == 0 && !(blocks > 0 && parents == 0 && blocks == closed);
}

static void
mark_line(struct scop_compiler *compiler, struct scop_token *first, struct scop_token *last)
{
	if (!stands_alone(first, last))
		return;

	const char *indent =
	    scop_arena_bytes(compiler->arena, first->start, first->kind == 't' ? first->length : 0);
	for (struct scop_token *token = first;; token = token->next) {
		if (token->kind == 't') {
			token->length = 0;
			token->line_start = false;
		} else {
			token->standalone = true;
			token->indent = indent;
		}
		if (token == last)
			return;
	}
}

static void
mark_standalone(struct scop_compiler *compiler)
{
	for (struct scop_token *first = compiler->tokens; first;) {
		struct scop_token *last = first;
		const char *indent = "";

		while (last->next && !ends_line(last) && !last->next->line_start)
			last = last->next;
		if (first->kind == 't' && blank(first) && first->next && first != last)
			indent = scop_arena_bytes(compiler->arena, first->start, first->length);
		if (first != last && first->next->kind == '$')
			/* a block at the start of its line indents its replacement */
			first->next->indent = indent;
		mark_line(compiler, first, last);
		first = last->next;
	}
}

bool
scop_template_scan(struct scop_compiler *compiler)
{
	compiler->tail = &compiler->tokens;
	if (!cut(compiler))
		return false;
	mark_standalone(compiler);
	return true;
}
