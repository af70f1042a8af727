/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Templates: Mustache by its specification, with the inheritance module; compiled once and rendered
 * many times.
 *
 * In addition the host defines some section names (lambdas in the specification's terms):
 * docs/templates.md lists them, and core/view/template_compile.c has their table. Source:
 * https://mustache.github.io/mustache.5.html and mustache/spec.
 */
#ifndef SCOP_VIEW_TEMPLATE_H
#define SCOP_VIEW_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/locale.h"

struct scop_arena;
struct scop_buffer;
struct scop_template;
struct scop_value;

/* Compiles `text`, which must live as long as the template; both live as long as `arena`. On a
 * mistake the message is "name:line:column: ..." and NULL is returned. */
const struct scop_template *scop_template_compile(struct scop_arena *arena, const char *name,
    const char *text, size_t length, struct scop_error *err);

/* The result of rendering a link. */
enum scop_link { SCOP_LINK_DONE, SCOP_LINK_NO_ROUTE, SCOP_LINK_NO_PART };

/* The renderer's callbacks to its caller. Each may be NULL. */
struct scop_template_host {
	/* The template of a partial or parent; NULL for none. */
	const struct scop_template *(*partial)(void *context, const char *name);
	/* The translation of `text`, whose plural is `plural` (or NULL), for `count`; NULL for the
	 * text itself. */
	const char *(
	    *translate)(void *context, const char *text, const char *plural, long long count);
	/* The result of translate, or the text itself, compiled: the caller caches it, so that a
	 * list does not compile it for each row. NULL, with the reason, if it has an error. */
	const struct scop_template *(
	    *words)(void *context, const char *template, const char *text, struct scop_error *err);
	/* Appends the address of the route `name`, as HTML. `find(scope, name)` looks names up in
	 * the context. If a part of the path is missing, nothing is appended, and `*ret_part` is
	 * the part's name. */
	enum scop_link (*link)(void *context, const char *name,
	    const struct scop_value *(*find)(const void *, const char *), const void *scope,
	    struct scop_buffer *out, const char **ret_part);
	/* Called when a link is left out, with the reason in `err`; NULL: rendering fails instead.
	 */
	void (*left_out)(void *context, const struct scop_error *err);
	/* Appends the input with the form key of the route `name`; false if there is no such route.
	 */
	bool (*key)(void *context, const char *name, struct scop_buffer *out);
	/* A list that the host has for {{#option}}, such as "countries"; NULL for none. */
	const struct scop_value *(*list)(void *context, const char *name);
	void *context;
	struct scop_locale locale;
	const char *typed_zone; /* of the tenant, whose time zone input uses; NULL: the reader's */
};

/* Renders the template with `model` and appends the result. False, with the reason, if partials
 * nest deeper than 64 levels, a link or key has no route, or a link without one of its parts may
 * not be left out. */
bool scop_template_render(const struct scop_template *template, const struct scop_value *model,
    const struct scop_template_host *host, struct scop_arena *arena, struct scop_buffer *out,
    struct scop_error *err);

/* Calls `see(context, kind, name, line, column)` for each name that the template uses: kind '>'
 * partial, '<' parent, 'l' link or key, '_' text (with `plural` or NULL). */
void scop_template_walk(const struct scop_template *template,
    void (*see)(void *context, char kind, const char *name, const char *plural, unsigned line,
	unsigned column),
    void *context);

/* Appends `text` with & < > " ' escaped. */
void scop_html_escape(struct scop_buffer *out, const char *text, size_t length);

#endif
