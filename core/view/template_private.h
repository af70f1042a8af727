/* SPDX-License-Identifier: EUPL-1.2 */
/* The compiled template, passed from the compiler to the renderer. */
#ifndef SCOP_VIEW_TEMPLATE_PRIVATE_H
#define SCOP_VIEW_TEMPLATE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

enum scop_node_kind {
	NODE_TEXT,      /* lines; the first and the last may be incomplete */
	NODE_VARIABLE,  /* {{name}} */
	NODE_RAW,       /* {{{name}}} and {{&name}} */
	NODE_SECTION,   /* {{#name}} */
	NODE_INVERTED,  /* {{^name}} */
	NODE_PARTIAL,   /* {{>name}} */
	NODE_PARENT,    /* {{<name}} */
	NODE_BLOCK,     /* {{$name}} */
	NODE_TRANSLATE, /* {{#_}} */
	NODE_LINK,      /* {{#link}} */
	NODE_KEY,       /* {{#key}} */
	NODE_FIELD,     /* {{#field.name}} */
	NODE_REPEAT,    /* {{#repeat.name}} */
	NODE_SELECT,    /* {{#select}} */
	NODE_OPTION,    /* {{#option.value}} */
	NODE_OPTIONS,   /* {{#option}} */
};

struct scop_node {
	struct scop_node *next;
	struct scop_node *children;
	enum scop_node_kind kind;
	unsigned line, column;
	const char *text; /* of a text node; not NUL-terminated */
	size_t length;
	const char *name;   /* of all others; for a translation and a link, the content itself */
	const char *plural; /* of a translation */
	const char *count;  /* of a translation: the name of the number */
	const char *indent; /* of partial, parent, block: added before each of its lines */
	bool line_start;    /* text: it starts at the beginning of a line of the template */
	bool standalone;    /* block: its opening tag had a line of its own */
};

struct scop_template {
	const char *name;
	struct scop_node *nodes;
};

#endif
