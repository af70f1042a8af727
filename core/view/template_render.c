/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mustache's renderer: walks the tree, keeping a stack of contexts, one of block arguments, and the
 * indentation to add to (and remove from) each line.
 */
#include "view/template.h"
#include "view/render_private.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/value.h"

enum { PARTIAL_DEPTH_MAX = 64 };

enum { BLOCK = 16 };

/* How many of the 16 bytes there are before the first that has to be escaped. GCC compiles this to
 * a few instructions of the processor's vector unit, whose first byte is the lowest of a half. */
static size_t
plain_in_block(const char *text)
{
	typedef char block __attribute__((vector_size(BLOCK)));
	typedef uint64_t halves __attribute__((vector_size(BLOCK)));
	block bytes;

	memcpy(&bytes, text, sizeof bytes);
	const halves found = (halves)((bytes == '&') | (bytes == '<') | (bytes == '>') |
	    (bytes == '"') | (bytes == '\''));
	if (found[0])
		return (size_t)__builtin_ctzll(found[0]) / 8;
	return BLOCK / 2 + (found[1] ? (size_t)__builtin_ctzll(found[1]) / 8 : BLOCK / 2);
}

static const char *const escapes[UCHAR_MAX +
    1] = { ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;" };

/* How many bytes there are before the first that has to be escaped. */
static size_t
plain_length(const char *text, size_t length)
{
	size_t i = 0;

	while (length - i >= BLOCK) {
		const size_t plain = plain_in_block(text + i);

		i += plain;
		if (plain < BLOCK)
			return i;
	}
	if (length >= BLOCK) /* the rest, behind others that are plain */
		return length - BLOCK + plain_in_block(text + length - BLOCK);
	while (i < length && !escapes[(unsigned char)text[i]])
		i++;
	return i;
}

void
scop_html_escape(struct scop_buffer *out, const char *text, size_t length)
{
	for (const char *const end = text + length;; text++) {
		const size_t plain = plain_length(text, (size_t)(end - text));

		scop_buffer_add(out, text, plain);
		text += plain;
		if (text == end)
			return;
		scop_buffer_text(out, escapes[(unsigned char)*text]);
	}
}

const struct scop_value *
scop_render_member(const struct scop_value *map, const char *name, size_t length)
{
	if (scop_type(map) != SCOP_MAP)
		return NULL;
	for (uint32_t i = 0; i < map->length; i++) {
		const char *key = map->members->keys[i];

		if (key[0] == name[0] && strncmp(key, name, length) == 0 && key[length] == '\0')
			return &map->members->values[i];
	}
	return NULL;
}

static size_t
part_length(const char *name)
{
	return (size_t)(strchrnul(name, '.') - name);
}

/* Looks up a name, or a.b.c: the first part from the innermost context outwards, the rest only
 * within the value found. */
const struct scop_value *
scop_render_lookup(const void *context, const char *name)
{
	const struct scope *scope = context;
	const struct renderer *within = scope->renderer;
	const struct scop_value *found = NULL;

	if (name[0] == '.' && name[1] == '\0')
		return scope->value;

	size_t length = part_length(name);
	for (; scope && !found; scope = scope->outer)
		found = scop_render_member(scope->value, name, length);
	while (found && name[length] == '.') {
		name += length + 1;
		length = part_length(name);
		if (scop_type(found) == SCOP_MAP)
			found = scop_render_member(found, name, length);
		else if (strncmp(name, "is.", 3) == 0) /* the value may contain points */
			return scop_render_is(within, found, name + 3)
			    ? scop_value_bool(within->arena, true)
			    : NULL;
		else
			found = scop_render_trait(within, found, name, length);
	}
	return found;
}

static void
print(struct renderer *renderer, const struct scop_value *value, bool raw)
{
	const enum scop_type type = scop_type(value);

	if (type == SCOP_STRING && !raw) {
		scop_html_escape(renderer->out, value->string, value->length);
	} else if (raw || type != SCOP_MONEY) { /* the output needs no escaping */
		scop_locale_print(renderer->out, value, &renderer->host->locale);
	} else {
		struct scop_buffer text;

		scop_buffer_init(&text, renderer->arena);
		scop_locale_print(&text, value, &renderer->host->locale);
		scop_html_escape(renderer->out, scop_buffer_str(&text), text.length);
	}
}

static bool
at_line_start(const struct scop_buffer *out)
{
	return out->length == 0 || out->data[out->length - 1] == '\n';
}

/* Writes a line or the rest of one, with the indentation of the current part. */
static void
render_line(struct renderer *renderer, const char *text, size_t length, bool line_start,
    const struct frame *frame)
{
	if (line_start) {
		if (at_line_start(renderer->out))
			scop_buffer_text(renderer->out, frame->add);
		for (size_t i = 0;
		     i < frame->remove && length > 0 && (*text == ' ' || *text == '\t'); i++)
			text++, length--;
	}
	scop_buffer_add(renderer->out, text, length);
}

static void
render_text(struct renderer *renderer, const struct scop_node *node, const struct frame *frame)
{
	const char *text = node->text, *const end = node->text + node->length;
	bool line_start = node->line_start;

	do { /* at least once, also for an empty text: it may begin a line */
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const size_t length = newline ? (size_t)(newline + 1 - text) : (size_t)(end - text);

		render_line(renderer, text, length, line_start, frame);
		text += length;
		line_start = true;
	} while (text < end);
}

static bool
render_section(struct renderer *renderer, const struct scop_node *node, const struct frame *frame)
{
	const struct scop_value *value = scop_render_lookup(frame->scope, node->name);
	struct scope scope = { frame->scope, value, renderer };
	const struct frame inner = { &scope, frame->arguments, frame->add, frame->remove };

	if (scop_type(value) != SCOP_LIST)
		return !scop_as_bool(value) || scop_render_nodes(renderer, node->children, &inner);
	for (uint32_t i = 0; i < value->length; i++) {
		scope.value = &value->items[i];
		if (!scop_render_nodes(renderer, node->children, &inner))
			return false;
	}
	return true;
}

static bool
render_partial(struct renderer *renderer, const struct scop_node *node, const struct frame *frame)
{
	const struct scop_template_host *host = renderer->host;
	const struct scop_template *partial =
	    host->partial ? host->partial(host->context, node->name) : NULL;
	const struct arguments arguments = { frame->arguments, node->children, renderer->template };
	const char *outer = renderer->template;

	if (!partial)
		return true;
	if (++renderer->depth > PARTIAL_DEPTH_MAX)
		return scop_error_set(renderer->err, "%s:%u:%u: partials nest deeper than %d",
		    renderer->template, node->line, node->column, PARTIAL_DEPTH_MAX);

	const char *indent = node->standalone ? node->indent : "";
	const struct frame inner = { frame->scope,
		node->kind == NODE_PARENT ? &arguments : frame->arguments,
		indent[0] ? scop_arena_printf(renderer->arena, "%s%s", frame->add, indent)
			  : frame->add,
		0 };
	renderer->template = partial->name;
	const bool done = scop_render_nodes(renderer, partial->nodes, &inner);
	renderer->template = outer;
	renderer->depth--;
	return done;
}

/* The argument that a parent tag passes for the block, and the set of arguments that contains it.
 */
static const struct scop_node *
argument(const struct arguments *arguments, const char *name, const struct arguments **ret_found)
{
	const struct scop_node *found = NULL;

	for (; arguments; arguments = arguments->outer)
		for (const struct scop_node *node = arguments->blocks; node; node = node->next)
			if (node->kind == NODE_BLOCK && scop_same_name(node->name, name)) {
				found = node;
				*ret_found = arguments;
			}
	return found;
}

static bool
render_block(struct renderer *renderer, const struct scop_node *node, const struct frame *frame)
{
	const struct arguments *found = NULL;
	const struct scop_node *content = argument(frame->arguments, node->name, &found);
	const char *outer = renderer->template;

	if (!content || content == node)
		return scop_render_nodes(renderer, node->children, frame);
	if (++renderer->depth > PARTIAL_DEPTH_MAX)
		return scop_error_set(renderer->err, "%s:%u:%u: block '%s' contains itself",
		    renderer->template, node->line, node->column, node->name);

	const size_t indent = strlen(node->indent);
	const char *own = node->indent + (frame->remove < indent ? frame->remove : indent);
	/* with the state of the place where it is written: a block of the same name inside it is
	 * another */
	const struct frame inner = { frame->scope, found->outer,
		own[0] ? scop_arena_printf(renderer->arena, "%s%s", frame->add, own) : frame->add,
		content->standalone ? strlen(content->indent) : 0 };
	renderer->template = found->template;
	const bool done = scop_render_nodes(renderer, content->children, &inner);
	renderer->template = outer;
	renderer->depth--;
	return done;
}

static bool
render_translation(struct renderer *renderer, const struct scop_node *node,
    const struct frame *frame)
{
	const struct scop_template_host *host = renderer->host;
	const long long count =
	    node->count ? scop_as_int(scop_render_lookup(frame->scope, node->count)) : 1;
	const char *text = host->translate
	    ? host->translate(host->context, node->name, node->plural, count)
	    : NULL;

	if (!text)
		text = node->plural && scop_language_plural(host->locale.language, count)
		    ? node->plural
		    : node->name;
	if (!strstr(text, "{{")) {
		scop_buffer_text(renderer->out, text);
		return true;
	}

	const struct scop_template *words = host->words
	    ? host->words(host->context, renderer->template, text, renderer->err)
	    : scop_template_compile(renderer->arena, renderer->template, text, strlen(text),
		  renderer->err);
	if (!words)
		return false;
	const struct frame inner = { frame->scope, NULL, "", 0 };
	return scop_render_nodes(renderer, words->nodes, &inner);
}

static bool
has_no_route(struct renderer *renderer, const struct scop_node *node)
{
	return scop_error_set(renderer->err, "%s:%u:%u: no route is named '%s'", renderer->template,
	    node->line, node->column, node->name);
}

/* If a row lacks a part of a link, the link is left out and the page is still drawn. */
static bool
render_link(struct renderer *renderer, const struct scop_node *node, const struct frame *frame)
{
	const struct scop_template_host *host = renderer->host;
	const char *part = "";
	const enum scop_link made = host->link
	    ? host->link(host->context, node->name, scop_render_lookup, frame->scope, renderer->out,
		  &part)
	    : SCOP_LINK_NO_ROUTE;

	if (made == SCOP_LINK_DONE)
		return true;
	if (made == SCOP_LINK_NO_ROUTE)
		return has_no_route(renderer, node);
	scop_error_set(renderer->err,
	    "%s:%u:%u: the link '%s' lacks {%s}, which is not in the context or empty",
	    renderer->template, node->line, node->column, node->name, part);
	if (!host->left_out)
		return false;
	host->left_out(host->context, renderer->err);
	return true;
}

static bool
render_key(struct renderer *renderer, const struct scop_node *node)
{
	const struct scop_template_host *host = renderer->host;

	return (host->key && host->key(host->context, node->name, renderer->out)) ||
	    has_no_route(renderer, node);
}

static bool
render_node(struct renderer *renderer, const struct scop_node *node, const struct frame *frame)
{
	switch (node->kind) {
	case NODE_TEXT:
		render_text(renderer, node, frame);
		return true;
	case NODE_VARIABLE:
	case NODE_RAW:
		print(renderer, scop_render_lookup(frame->scope, node->name),
		    node->kind == NODE_RAW);
		return true;
	case NODE_SECTION:
		return render_section(renderer, node, frame);
	case NODE_FIELD:
		return scop_render_field(renderer, node, frame);
	case NODE_REPEAT:
		return scop_render_repeat(renderer, node, frame);
	case NODE_SELECT:
		return scop_render_select(renderer, node, frame);
	case NODE_OPTION:
		return scop_render_option(renderer, node, frame);
	case NODE_OPTIONS:
		return scop_render_options(renderer, node, frame);
	case NODE_INVERTED:
		return scop_as_bool(scop_render_lookup(frame->scope, node->name)) ||
		    scop_render_nodes(renderer, node->children, frame);
	case NODE_PARTIAL:
	case NODE_PARENT:
		return render_partial(renderer, node, frame);
	case NODE_BLOCK:
		return render_block(renderer, node, frame);
	case NODE_TRANSLATE:
		return render_translation(renderer, node, frame);
	case NODE_LINK:
		return render_link(renderer, node, frame);
	case NODE_KEY:
		return render_key(renderer, node);
	}
	return false;
}

bool
scop_render_nodes(struct renderer *renderer, const struct scop_node *nodes,
    const struct frame *frame)
{
	const bool as_is = !frame->add[0] && frame->remove == 0;

	for (const struct scop_node *node = nodes; node; node = node->next)
		if (as_is && node->kind == NODE_TEXT) /* most nodes */
			scop_buffer_add(renderer->out, node->text, node->length);
		else if (!render_node(renderer, node, frame))
			return false;
	return true;
}

bool
scop_template_render(const struct scop_template *template, const struct scop_value *model,
    const struct scop_template_host *host, struct scop_arena *arena, struct scop_buffer *out,
    struct scop_error *err)
{
	struct renderer renderer = { .host = host,
		.arena = arena,
		.out = out,
		.err = err,
		.template = template->name };
	const struct scope scope = { NULL, model, &renderer };
	const struct frame frame = { &scope, NULL, "", 0 };

	return scop_render_nodes(&renderer, template->nodes, &frame);
}

static void
walk(const struct scop_node *nodes,
    void (*see)(void *, char, const char *, const char *, unsigned, unsigned), void *context)
{
	for (const struct scop_node *node = nodes; node; node = node->next) {
		if (node->kind == NODE_PARTIAL || node->kind == NODE_PARENT)
			see(context, node->kind == NODE_PARTIAL ? '>' : '<', node->name, NULL,
			    node->line, node->column);
		else if (node->kind == NODE_LINK || node->kind == NODE_KEY)
			see(context, 'l', node->name, NULL, node->line, node->column);
		else if (node->kind == NODE_TRANSLATE)
			see(context, '_', node->name, node->plural, node->line, node->column);
		walk(node->children, see, context);
	}
}

void
scop_template_walk(const struct scop_template *template,
    void (*see)(void *, char, const char *, const char *, unsigned, unsigned), void *context)
{
	walk(template->nodes, see, context);
}
