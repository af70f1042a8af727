/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mustache's compiler: turns text into a tree of nodes. The first pass cuts the text into tags and
 * pieces of text and finds standalone lines; the second builds the tree, so that each of the two
 * stays simple.
 */
#include "view/template.h"
#include "view/template_private.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "base/arena.h"

enum { DEPTH_MAX = 64, DELIMITER_MAX = 8 };

/* The host's sections: see template.h. */
static const struct host_section {
	const char *name;
	enum scop_node_kind kind;
	bool prefix; /* a name follows */
	bool words;  /* its content is not a template, or only after translation */
} host_sections[] = {
	{ "_", NODE_TRANSLATE, false, true },
	{ "_.", NODE_TRANSLATE, true, true },
	{ "link", NODE_LINK, false, true },
	{ "key", NODE_KEY, false, true },
	{ "option", NODE_OPTIONS, false, true },
	{ "option.", NODE_OPTION, true, false },
	{ "select", NODE_SELECT, false, false },
	{ "field.", NODE_FIELD, true, false },
	{ "repeat.", NODE_REPEAT, true, false },
};

struct token {
	struct token *next;
	/* 't' text, 'v' variable, '&' raw, '#', '^', '/', '>', '<', '$', '!' comment, '='
	 * delimiters */
	char kind;
	const char *start;
	size_t length; /* of text, or of the tag's name */
	const char *name;
	unsigned line, column;
	const char *end; /* after the tag */
	bool line_start;
	bool standalone;
	const char *indent;
};

struct compiler {
	struct scop_arena *arena;
	const char *name;
	const char *text;
	const char *at;
	const char *end;
	unsigned line;
	const char *line_begin;
	char open[DELIMITER_MAX + 1];
	char close[DELIMITER_MAX + 1];
	struct token *tokens;
	struct token **tail;
	struct scop_error *err;
};

static bool
mistake(struct compiler *compiler, unsigned line, unsigned column, const char *what)
{
	return scop_error_set(compiler->err, "%s:%u:%u: %s", compiler->name, line, column, what);
}

static struct token *
token_add(struct compiler *compiler, char kind, const char *start, size_t length)
{
	struct token *token = scop_arena_alloc(compiler->arena, sizeof *token);

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
set_delimiters(struct compiler *compiler, struct token *token, const char *body, size_t length)
{
	char text[2 * DELIMITER_MAX + 2];

	if (length >= 2 && body[length - 1] == '=')
		length--;
	while (length > 0 && isspace((unsigned char)*body))
		body++, length--;
	while (length > 0 && isspace((unsigned char)body[length - 1]))
		length--;
	const char *space = memchr(body, ' ', length);
	if (!space || length >= sizeof text)
		return mistake(compiler, token->line, token->column,
		    "delimiters are written {{=<% %>=}}");

	const size_t first = (size_t)(space - body);
	const char *second = space;
	while (second < body + length && isspace((unsigned char)*second))
		second++;
	const size_t second_length = (size_t)(body + length - second);
	if (first == 0 || first > DELIMITER_MAX || second_length == 0 ||
	    second_length > DELIMITER_MAX)
		return mistake(compiler, token->line, token->column,
		    "a delimiter has 1 to 8 characters");
	memcpy(compiler->open, body, first);
	compiler->open[first] = '\0';
	memcpy(compiler->close, second, second_length);
	compiler->close[second_length] = '\0';
	return true;
}

/* What ends a tag whose text begins at `body`: `}` or `=` and the delimiter, or that alone. */
static void
find_closing(const struct compiler *compiler, const char *body, char closing[DELIMITER_MAX + 2])
{
	strcpy(closing, "");
	if (body < compiler->end && *body == '{')
		strcpy(closing, "}");
	else if (body < compiler->end && *body == '=')
		strcpy(closing, "=");
	strcat(closing, compiler->close);
}

static void
count_lines(struct compiler *compiler, const char *from, const char *to)
{
	for (const char *c = from; c < to; c++)
		if (*c == '\n') {
			compiler->line++;
			compiler->line_begin = c + 1;
		}
}

static bool
take_name(struct compiler *compiler, struct token *token, const char *body, size_t length)
{
	while (length > 0 && isspace((unsigned char)*body))
		body++, length--;
	while (length > 0 && isspace((unsigned char)body[length - 1]))
		length--;
	if (length == 0)
		return mistake(compiler, token->line, token->column, "this tag has no name");
	token->name = scop_arena_bytes(compiler->arena, body, length);
	return true;
}

/* Reads the tag that opens at `at`. */
static bool
read_tag(struct compiler *compiler)
{
	const char *start = compiler->at;
	const char *body = start + strlen(compiler->open);
	char closing[DELIMITER_MAX + 2];

	find_closing(compiler, body, closing);
	const char *close =
	    find(body + (closing[0] == '=' && body < compiler->end), compiler->end, closing);
	struct token *token = token_add(compiler, 'v', start, 0);
	if (!close)
		return mistake(compiler, token->line, token->column, "this tag is not closed");
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
scan(struct compiler *compiler)
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
			struct token *token =
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
blank(const struct token *token)
{
	for (size_t i = 0; i < token->length; i++)
		if (!isspace((unsigned char)token->start[i]))
			return false;
	return true;
}

static bool
ends_line(const struct token *token)
{
	return token->kind == 't' && token->length > 0 && token->start[token->length - 1] == '\n';
}

/* Whether the line holds only tags and blanks that make it a standalone line. */
static bool
stands_alone(const struct token *first, const struct token *last)
{
	unsigned tags = 0, opened = 0, blocks = 0, parents = 0, closed = 0;

	for (const struct token *token = first;; token = token->next) {
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
mark_line(struct compiler *compiler, struct token *first, struct token *last)
{
	if (!stands_alone(first, last))
		return;

	const char *indent =
	    scop_arena_bytes(compiler->arena, first->start, first->kind == 't' ? first->length : 0);
	for (struct token *token = first;; token = token->next) {
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
mark_standalone(struct compiler *compiler)
{
	for (struct token *first = compiler->tokens; first;) {
		struct token *last = first;
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

/* The host's section that the tag opens; NULL for any other tag. */
static const struct host_section *
host_section(const struct token *token)
{
	for (size_t i = 0; i < sizeof host_sections / sizeof host_sections[0]; i++) {
		const struct host_section *section = &host_sections[i];

		if (section->prefix
			? strncmp(token->name, section->name, strlen(section->name)) == 0
			: strcmp(token->name, section->name) == 0)
			return section;
	}
	return NULL;
}

static void
open_section(struct scop_node *node, const struct token *token)
{
	const struct host_section *section = host_section(token);

	node->kind = section ? section->kind : NODE_SECTION;
	if (section && section->prefix && !section->words)
		node->name += strlen(section->name);
}

static struct scop_node *
node_make(struct compiler *compiler, const struct token *token)
{
	struct scop_node *node = scop_arena_alloc(compiler->arena, sizeof *node);

	node->line = token->line;
	node->column = token->column;
	node->name = token->name;
	node->indent = token->indent ? token->indent : "";
	node->standalone = token->standalone;
	switch (token->kind) {
	case 't':
		node->kind = NODE_TEXT;
		node->text = token->start;
		node->length = token->length;
		node->line_start = token->line_start;
		break;
	case 'v':
		node->kind = NODE_VARIABLE;
		break;
	case '&':
		node->kind = NODE_RAW;
		break;
	case '#':
		open_section(node, token);
		break;
	case '^':
		node->kind = NODE_INVERTED;
		break;
	case '>':
		node->kind = NODE_PARTIAL;
		break;
	case '<':
		node->kind = NODE_PARENT;
		break;
	default:
		assert(token->kind == '$');
		node->kind = NODE_BLOCK;
	}
	return node;
}

/* The indentation of the first line of a block's content. */
static const char *
content_indent(struct compiler *compiler, const struct scop_node *children)
{
	if (!children || children->kind != NODE_TEXT || !children->line_start)
		return NULL;
	size_t length = 0;
	while (length < children->length &&
	    (children->text[length] == ' ' || children->text[length] == '\t'))
		length++;
	return scop_arena_bytes(compiler->arena, children->text, length);
}

/* {{#_}}, {{#_.count}}, {{#link}}, {{#key}} and {{#option}}: their content is kept verbatim.
 */
static bool
take_words(struct compiler *compiler, struct scop_node *node, const struct token *open,
    const struct token *close)
{
	char *words =
	    scop_arena_bytes(compiler->arena, open->end, (size_t)(close->start - open->end));

	node->name = words;
	if (node->kind == NODE_TRANSLATE && open->name[1] == '.') {
		char *bar = strchr(words, '|');

		if (!bar)
			return mistake(compiler, open->line, open->column,
			    "a text with a count is written singular|plural");
		*bar = '\0';
		node->plural = bar + 1;
		node->count = open->name + 2;
	}
	return true;
}

/* Extends `text` by text that follows it directly: one node for many lines, since most are copied
 * unchanged.
 */
static bool
joins(const struct scop_node *text, const struct token *token)
{
	return text && text->kind == NODE_TEXT && token->kind == 't' && token->length > 0 &&
	    text->length > 0 && text->text + text->length == token->start;
}

/* Reports a closing tag that does not match the open one. */
static bool
not_open(struct compiler *compiler, const struct token *close, const struct token *opener)
{
	if (!opener)
		return mistake(compiler, close->line, close->column,
		    "this closes what was not opened here");
	return scop_error_set(compiler->err,
	    "%s:%u:%u: this closes what was not opened here: '%s' of line %u is still open",
	    compiler->name, close->line, close->column, opener->name, opener->line);
}

/* Comments, changed delimiters, and the empty text before a tag. */
static bool
is_skipped(const struct token *token)
{
	return token->kind == '!' || token->kind == '=' ||
	    (token->kind == 't' && token->length == 0 && !token->line_start);
}

/* Completes a section whose children are built; `after`: the token behind its closing tag. */
static bool
complete(struct compiler *compiler, struct scop_node *node, const struct token *open,
    const struct token *after)
{
	const struct host_section *section = open->kind == '#' ? host_section(open) : NULL;

	if (section && section->words) {
		const struct token *close = open;

		while (close->next != after)
			close = close->next;
		node->children = NULL;
		return take_words(compiler, node, open, close);
	}
	if (node->kind == NODE_BLOCK && node->standalone) {
		const char *indent = content_indent(compiler, node->children);

		if (indent)
			node->indent = indent;
	}
	return true;
}

/* Builds the nodes up to the tag that closes `opener` (NULL at the top). */
static bool
build(struct compiler *compiler, struct token **cursor, const struct token *opener, unsigned depth,
    struct scop_node **ret_nodes)
{
	struct scop_node **tail = ret_nodes, *last = NULL;

	if (depth > DEPTH_MAX)
		return mistake(compiler, opener->line, opener->column,
		    "sections nest deeper than 64");
	while (*cursor) {
		struct token *token = *cursor;

		*cursor = token->next;
		if (is_skipped(token))
			continue;
		if (token->kind == '/')
			return (opener && strcmp(opener->name, token->name) == 0) ||
			    not_open(compiler, token, opener);
		if (joins(last, token)) {
			last->length += token->length;
			continue;
		}
		*tail = last = node_make(compiler, token);
		tail = &last->next;
		if (strchr("#^<$", token->kind) &&
		    (!build(compiler, cursor, token, depth + 1, &last->children) ||
			!complete(compiler, last, token, *cursor)))
			return false;
	}
	return opener
	    ? mistake(compiler, opener->line, opener->column, "this section is not closed")
	    : true;
}

const struct scop_template *
scop_template_compile(struct scop_arena *arena, const char *name, const char *text, size_t length,
    struct scop_error *err)
{
	struct compiler compiler = { .arena = arena,
		.name = name,
		.text = text,
		.at = text,
		.end = text + length,
		.line = 1,
		.line_begin = text,
		.open = "{{",
		.close = "}}",
		.err = err };
	struct scop_template *template = scop_arena_alloc(arena, sizeof *template);

	compiler.tail = &compiler.tokens;
	if (memchr(text, '\0', length)) {
		mistake(&compiler, 1, 1, "a template is text, and has no NUL");
		return NULL;
	}
	if (!scan(&compiler))
		return NULL;
	mark_standalone(&compiler);

	struct token *cursor = compiler.tokens;
	template->name = scop_arena_text(arena, name);
	if (!build(&compiler, &cursor, NULL, 0, &template->nodes))
		return NULL;
	return template;
}
