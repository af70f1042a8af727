/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the parts of the renderer: its stacks, and the functions that they call in one another.
 */
#ifndef SCOP_VIEW_RENDER_PRIVATE_H
#define SCOP_VIEW_RENDER_PRIVATE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/value.h"
#include "view/template.h"
#include "view/template_private.h"

struct renderer;

struct scope {
	const struct scope *outer;
	const struct scop_value *value;
	const struct renderer *renderer; /* for values derived by traits: see trait */
};

/* The blocks passed by one parent tag; the outermost wins. */
struct arguments {
	const struct arguments *outer;
	const struct scop_node *blocks;
	const char *template; /* in which they are written */
};

/* One row of a field of type lines. */
struct row {
	const char *name;               /* before the name of each field: "lines.0" */
	const struct scop_value *typed; /* a map by field; NULL: no input */
	bool focus;                     /* the next field drawn takes the focus */
};

struct renderer {
	const struct scop_template_host *host;
	struct scop_arena *arena;
	struct scop_buffer *out;
	struct scop_error *err;
	const char *template;
	unsigned depth;
	struct row *row;    /* of the {{#repeat.name}} being rendered; NULL: none */
	const char *chosen; /* of the {{#select}} being rendered, as HTML; NULL: none */
};

/* The state for a part of the template. */
struct frame {
	const struct scope *scope;
	const struct arguments *arguments;
	const char *add; /* added before each line */
	size_t remove;   /* number of blanks removed from each line */
};

bool scop_render_nodes(struct renderer *renderer, const struct scop_node *nodes,
    const struct frame *frame);

/* The value of `name` (a.b.c) in a struct scope, traits included; NULL for none. */
const struct scop_value *scop_render_lookup(const void *scope, const char *name);

/* A value of a map; NULL for none. */
const struct scop_value *scop_render_member(const struct scop_value *map, const char *name,
    size_t length);

/* Whether the value, as programs write it, is `text`. */
bool scop_render_is(const struct renderer *renderer, const struct scop_value *value,
    const char *text);

/* The trait `name` of a value that is not a map: see docs/templates.md. NULL if there is none. */
const struct scop_value *scop_render_trait(const struct renderer *renderer,
    const struct scop_value *value, const char *name, size_t length);

/* The sections for forms: see docs/templates.md. */
bool scop_render_field(struct renderer *renderer, const struct scop_node *node,
    const struct frame *frame);
bool scop_render_repeat(struct renderer *renderer, const struct scop_node *node,
    const struct frame *frame);
bool scop_render_select(struct renderer *renderer, const struct scop_node *node,
    const struct frame *frame);
bool scop_render_option(struct renderer *renderer, const struct scop_node *node,
    const struct frame *frame);
bool scop_render_options(struct renderer *renderer, const struct scop_node *node,
    const struct frame *frame);

#endif
