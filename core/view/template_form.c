/* SPDX-License-Identifier: EUPL-1.2 */
/* The sections for forms: a field, the rows of a field of lines, the options of a select. See
 * docs/templates.md. */
#include <string.h>

#include "view/render_private.h"

/* ---- a field, and rows of fields ---- */

/* The input typed into the field, by the field's name in its row or in the form. */
static const struct scop_value *
typed_into(const struct renderer *renderer, const char *name, const struct frame *frame)
{
	const struct row *row = renderer->row;
	const struct scop_value *typed =
	    row ? row->typed : scop_render_lookup(frame->scope, "value");
	const struct scop_value *found = scop_render_member(typed, name, strlen(name));

	/* "may.shop" of a map field is a member of the value "may" */
	return found || row || !strchr(name, '.')
	    ? found
	    : scop_render_lookup(frame->scope,
		  scop_arena_join(renderer->arena, "value.", name, ""));
}

static const struct scop_value *
error_of(const char *name, const struct frame *frame)
{
	return scop_render_member(scop_render_lookup(frame->scope, "error"), name, strlen(name));
}

/* One partial draws any field: a field's data always has the same name. */
bool
scop_render_field(struct renderer *renderer, const struct scop_node *node,
    const struct frame *frame)
{
	struct scop_arena *arena = renderer->arena;
	struct row *row = renderer->row;
	const char *name = row ? scop_arena_join(arena, row->name, ".", node->name) : node->name;
	const struct scop_value *typed = typed_into(renderer, node->name, frame);
	struct scop_map_maker its, scope_map;

	scop_map_init(&its, arena);
	scop_map_put_text(&its, "name", name);
	scop_map_put(&its, "typed", typed);
	scop_map_put(&its, "was_typed", scop_value_bool(arena, typed != NULL));
	scop_map_put(&its, "which",
	    typed_into(renderer, scop_arena_join(arena, node->name, ".which", ""), frame));
	scop_map_put(&its, "error", error_of(name, frame));
	scop_map_put(&its, "focus", scop_value_bool(arena, row && row->focus));
	if (row)
		row->focus = false;
	scop_map_init(&scope_map, arena);
	scop_map_put(&scope_map, "its", scop_map_value(&its));
	const struct scope scope = { frame->scope, scop_map_value(&scope_map), renderer };
	const struct frame inner = { &scope, frame->arguments, frame->add, frame->remove };

	return scop_render_nodes(renderer, node->children, &inner);
}

/* The data about a row that the view may use, as `line`. */
static const struct scop_value *
line_of(struct scop_arena *arena, const struct row *row, uint32_t index, uint32_t count)
{
	struct scop_map_maker line, map;

	scop_map_init(&line, arena);
	scop_map_put_text(&line, "name", row->name);
	scop_map_put(&line, "number", scop_value_int(arena, index + 1));
	scop_map_put(&line, "first", scop_value_bool(arena, index == 0));
	scop_map_put(&line, "last", scop_value_bool(arena, index + 1 == count));
	scop_map_init(&map, arena);
	scop_map_put(&map, "line", scop_map_value(&line));
	return scop_map_value(&map);
}

/* Renders the section once for each row: the rows of the input, else of the list with the field's
 * name in the model, else one empty row. */
bool
scop_render_repeat(struct renderer *renderer, const struct scop_node *node,
    const struct frame *frame)
{
	struct scop_arena *arena = renderer->arena;
	const struct scop_value *typed =
	    scop_render_lookup(frame->scope, scop_arena_printf(arena, "value.%s", node->name));
	const bool was_typed = scop_type(typed) == SCOP_LIST;
	const struct scop_value *rows =
	    was_typed ? typed : scop_render_lookup(frame->scope, node->name);
	const char *focus = scop_as_text(scop_render_lookup(frame->scope, "value._focus"));
	const uint32_t given = scop_type(rows) == SCOP_LIST ? rows->length : 0;
	const uint32_t count = given > 0 ? given : 1;
	bool done = true;

	for (uint32_t i = 0; done && i < count; i++) {
		const struct scop_value *values = i < given ? &rows->items[i] : NULL;
		struct row row = { scop_arena_printf(arena, "%s.%u", node->name, i),
			was_typed ? values : NULL, false };
		const struct scope own = { frame->scope, was_typed ? NULL : values, renderer },
				   line = { &own, line_of(arena, &row, i, count), renderer };
		const struct frame inner = { &line, frame->arguments, frame->add, frame->remove };

		row.focus = strcmp(focus, row.name) == 0;
		renderer->row = &row;
		done = scop_render_nodes(renderer, node->children, &inner);
		renderer->row = NULL;
	}
	return done;
}

/* ---- the options of a select ---- */

static const char *
escaped(struct renderer *renderer, const struct scop_value *value, bool plain)
{
	struct scop_buffer text, out;

	scop_buffer_init(&text, renderer->arena);
	scop_buffer_init(&out, renderer->arena);
	if (plain)
		scop_value_plain(&text, value);
	else
		scop_locale_print(&text, value, &renderer->host->locale);
	scop_html_escape(&out, scop_buffer_str(&text), text.length);
	return scop_buffer_str(&out);
}

/* Renders the nodes into a separate string. */
static bool
draw_apart(struct renderer *renderer, const struct scop_node *node, const struct frame *frame,
    const char **ret_text)
{
	struct scop_buffer *out = renderer->out, apart;
	struct scop_node alone = *node;

	alone.next = NULL;
	scop_buffer_init(&apart, renderer->arena);
	renderer->out = &apart;
	const bool done = scop_render_nodes(renderer, &alone, frame);
	renderer->out = out;
	*ret_text = scop_buffer_str(&apart);
	return done;
}

/* Its first part names the selected option, unless there is input; the options follow. */
bool
scop_render_select(struct renderer *renderer, const struct scop_node *node,
    const struct frame *frame)
{
	const struct scop_node *value = node->children;
	const char *outer = renderer->chosen, *chosen = "";

	if (!value)
		return true;
	if (scop_as_bool(scop_render_lookup(frame->scope, "its.was_typed")))
		chosen = escaped(renderer, scop_render_lookup(frame->scope, "its.typed"), true);
	else if (!draw_apart(renderer, value, frame, &chosen))
		return false;
	renderer->chosen = chosen;
	const bool done = scop_render_nodes(renderer, value->next, frame);
	renderer->chosen = outer;
	return done;
}

/* `more` holds further attributes, each preceded by a blank. */
static void
open_option(struct renderer *renderer, const char *value, const char *more)
{
	const bool chosen = renderer->chosen && strcmp(renderer->chosen, value) == 0;

	scop_buffer_printf(renderer->out, "<option value=\"%s\"%s%s>", value,
	    chosen ? " selected" : "", more);
}

bool
scop_render_option(struct renderer *renderer, const struct scop_node *node,
    const struct frame *frame)
{
	open_option(renderer, escaped(renderer, scop_value_text(renderer->arena, node->name), true),
	    "");
	if (!scop_render_nodes(renderer, node->children, frame))
		return false;
	scop_buffer_text(renderer->out, "</option>\n");
	return true;
}

/* The column named in the tag: "code" for "value" in "countries value=code". */
static const struct scop_value *
column(const struct renderer *renderer, const struct scop_value *item, const char *words,
    const char *what)
{
	const size_t length = strlen(what);

	if (scop_type(item) != SCOP_MAP)
		return item;
	for (const char *word = strchr(words, ' '); word; word = strchr(word, ' ')) {
		word++;
		if (strncmp(word, what, length) == 0 && word[length] == '=')
			return scop_render_lookup(&(struct scope){ NULL, item, renderer },
			    scop_arena_bytes(renderer->arena, word + length + 1,
				strcspn(word + length + 1, " ")));
	}
	return scop_render_member(item, what, length);
}

/* The lang attribute of an option's text, or translate=no for a name chosen by people. */
static const char *
attributes(struct renderer *renderer, const struct scop_value *item, const char *words)
{
	if (strstr(words, " lang="))
		return scop_arena_printf(renderer->arena, " lang=\"%s\"",
		    escaped(renderer, column(renderer, item, words, "lang"), true));
	return strstr(words, " translate=no") ? " translate=\"no\"" : "";
}

bool
scop_render_options(struct renderer *renderer, const struct scop_node *node,
    const struct frame *frame)
{
	const struct scop_template_host *host = renderer->host;
	const char *words = node->name;
	const char *name = scop_arena_bytes(renderer->arena, words, strcspn(words, " "));
	const struct scop_value *list = scop_render_lookup(frame->scope, name);

	if (!list && host->list)
		list = host->list(host->context, name);
	for (uint32_t i = 0; scop_type(list) == SCOP_LIST && i < list->length; i++) {
		const struct scop_value *item = &list->items[i];

		open_option(renderer,
		    escaped(renderer, column(renderer, item, words, "value"), true),
		    attributes(renderer, item, words));
		scop_buffer_printf(renderer->out, "%s</option>\n",
		    escaped(renderer, column(renderer, item, words, "text"), false));
	}
	return true;
}
