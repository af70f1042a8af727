/* SPDX-License-Identifier: EUPL-1.2 */
/* The second pass of Mustache's compiler: builds a tree of nodes from the tags and pieces of text
 * that the first has found (template_scan.c). */
#include "view/template.h"
#include "view/template_private.h"
#include "view/template_scan.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"

enum { DEPTH_MAX = 64 };

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

/* The host's section that the tag opens; NULL for any other tag. */
static const struct host_section *
host_section(const struct scop_token *token)
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
open_section(struct scop_node *node, const struct scop_token *token)
{
	const struct host_section *section = host_section(token);

	node->kind = section ? section->kind : NODE_SECTION;
	if (section && section->prefix && !section->words)
		node->name += strlen(section->name);
}

static struct scop_node *
node_make(struct scop_compiler *compiler, const struct scop_token *token)
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
content_indent(struct scop_compiler *compiler, const struct scop_node *children)
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
take_words(struct scop_compiler *compiler, struct scop_node *node, const struct scop_token *open,
    const struct scop_token *close)
{
	char *words =
	    scop_arena_bytes(compiler->arena, open->end, (size_t)(close->start - open->end));

	node->name = words;
	if (node->kind == NODE_TRANSLATE && open->name[1] == '.') {
		char *bar = strchr(words, '|');

		if (!bar)
			return scop_template_mistake(compiler, open->line, open->column,
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
joins(const struct scop_node *text, const struct scop_token *token)
{
	return text && text->kind == NODE_TEXT && token->kind == 't' && token->length > 0 &&
	    text->length > 0 && text->text + text->length == token->start;
}

/* Reports a closing tag that does not match the open one. */
static bool
not_open(struct scop_compiler *compiler, const struct scop_token *close,
    const struct scop_token *opener)
{
	if (!opener)
		return scop_template_mistake(compiler, close->line, close->column,
		    "this closes a section that is not open here");
	return scop_error_set(compiler->err,
	    "%s:%u:%u: this closes a section that is not open here: '%s' of line %u is still open",
	    compiler->name, close->line, close->column, opener->name, opener->line);
}

/* Comments, changed delimiters, and the empty text before a tag. */
static bool
is_skipped(const struct scop_token *token)
{
	return token->kind == '!' || token->kind == '=' ||
	    (token->kind == 't' && token->length == 0 && !token->line_start);
}

/* Completes a section whose children are built; `after`: the token after its closing tag. */
static bool
complete(struct scop_compiler *compiler, struct scop_node *node, const struct scop_token *open,
    const struct scop_token *after)
{
	const struct host_section *section = open->kind == '#' ? host_section(open) : NULL;

	if (section && section->words) {
		const struct scop_token *close = open;

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
build(struct scop_compiler *compiler, struct scop_token **cursor, const struct scop_token *opener,
    unsigned depth, struct scop_node **ret_nodes)
{
	struct scop_node **tail = ret_nodes, *last = NULL;

	if (depth > DEPTH_MAX)
		return scop_template_mistake(compiler, opener->line, opener->column,
		    "sections nest deeper than 64");
	while (*cursor) {
		struct scop_token *token = *cursor;

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
	return opener ? scop_template_mistake(compiler, opener->line, opener->column,
			    "this section is not closed")
		      : true;
}

const struct scop_template *
scop_template_compile(struct scop_arena *arena, const char *name, const char *text, size_t length,
    struct scop_error *err)
{
	struct scop_compiler compiler = { .arena = arena,
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

	if (memchr(text, '\0', length)) {
		scop_template_mistake(&compiler, 1, 1, "a template is text, and has no NUL");
		return NULL;
	}
	if (!scop_template_scan(&compiler))
		return NULL;

	struct scop_token *cursor = compiler.tokens;
	template->name = scop_arena_text(arena, name);
	if (!build(&compiler, &cursor, NULL, 0, &template->nodes))
		return NULL;
	return template;
}
