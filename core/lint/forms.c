/* SPDX-License-Identifier: EUPL-1.2 */
/* Forms in views: a form with method POST needs the key of its route, or the host refuses it as
 * outdated. */
#include <string.h>
#include <strings.h>

#include "lint/lint.h"

static unsigned
line_of(const char *text, const char *at)
{
	unsigned line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/* The position after the > that ends the tag at `at`; skips {{...}}. */
static const char *
tag_end(const char *at)
{
	while (*at && *at != '>') {
		const char *close = strncmp(at, "{{", 2) == 0 ? strstr(at, "}}") : NULL;

		at = close ? close + 2 : at + 1;
	}
	return *at ? at + 1 : at;
}

/* The content of the first {{#name}}content{{/name}} before `end`; NULL for none. */
static const char *
words_of(struct scop_arena *arena, const char *at, const char *end, const char *name)
{
	const char *open = scop_arena_printf(arena, "{{#%s}}", name);
	const char *found = strstr(at, open);

	if (!found || found >= end)
		return NULL;
	found += strlen(open);
	return scop_arena_bytes(arena, found, strcspn(found, " {"));
}

static bool
says(const char *at, const char *end, const char *words)
{
	const char *found = strcasestr(at, words);

	return found && found < end;
}

/* Whether one of the module's own views included in the form has a key. */
static bool
brings_key(const struct lint *lint, const char *at, const char *end)
{
	for (size_t i = 0; i < lint->view_count; i++) {
		const char *name = lint->views[i].name;

		if (strstr(lint->views[i].text, "{{#key}}") &&
		    (says(at, end, scop_arena_printf(lint->arena, "{{>%s}}", name)) ||
			says(at, end, scop_arena_printf(lint->arena, "{{<%s}}", name))))
			return true;
	}
	return false;
}

/* The fields that it draws are those of the route that it posts to. */
static void
check_fields(struct lint *lint, const struct lint_view *view, const char *at, const char *end,
    const char *to)
{
	static const char open[] = "{{#field.";
	const struct lint_route *route = NULL;

	for (size_t i = 0; to && i < lint->route_count; i++)
		if (lint->routes[i].post && strcmp(lint->routes[i].name, to) == 0)
			route = &lint->routes[i];
	while (route && (at = strstr(at, open)) && at < end) {
		const char *name = scop_arena_bytes(lint->arena, at + strlen(open),
		    strcspn(at + strlen(open), "}"));

		/* the check of views names those that no route has */
		if (lint_has_field(lint, name) && !lint_route_has_field(route, name) &&
		    !lint_has_row_field(lint, name))
			lint_error(lint, view->path, line_of(view->text, at),
			    "this form posts to '%s', which has no field '%s'", to, name);
		at++;
	}
}

static void
check_form(struct lint *lint, const struct lint_view *view, const char *form)
{
	const char *body = tag_end(form), *end = strstr(body, "</form");
	const unsigned line = line_of(view->text, form);

	if (!says(form, body, "method=\"post\"") && !says(form, body, "hx-post="))
		return;
	if (!end)
		end = body + strlen(body);
	const char *to = words_of(lint->arena, form, body, "link"),
		   *key = words_of(lint->arena, body, end, "key");
	const struct lint_route *route = to ? lint_route_named(lint, to, strlen(to)) : NULL;

	check_fields(lint, view, body, end, to);
	if (!key && !brings_key(lint, body, end))
		lint_error(lint, view->path, line,
		    "this form posts without a key: write {{#key}}%s{{/key}} in it",
		    to ? to : "ROUTE");
	else if (key && to && strcmp(key, to) != 0 && lint_route_named(lint, key, strlen(key)))
		lint_error(lint, view->path, line, "this form posts to '%s' with the key of '%s'",
		    to, key);
	else if (route && !route->post) {
		/* a GET and a POST may share a name */
		for (size_t i = 0; i < lint->route_count; i++)
			if (lint->routes[i].post && strcmp(lint->routes[i].name, to) == 0)
				return;
		lint_error(lint, view->path, line, "this form posts to '%s', which is a GET", to);
	}
}

void
lint_forms(struct lint *lint)
{
	for (size_t i = 0; i < lint->view_count; i++)
		for (const char *form = lint->views[i].text; (form = strstr(form, "<form")); form++)
			check_form(lint, &lint->views[i], form);
}
