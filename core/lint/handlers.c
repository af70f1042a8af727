/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks the functions that answer routes: what they call, by the routes that they serve. */
#include <string.h>

#include "lint/lint.h"

enum { FUNCTIONS_MAX = 4000 };

/* A function of the module's own, and the first call in it, or in one that it calls, that writes;
 * 0 where there is none. */
struct function {
	const char *name;
	size_t begin, end, writer;
	bool looked;
};

struct functions {
	struct function list[FUNCTIONS_MAX];
	size_t count;
};

static bool
serves(const struct lint_route *route, const char *handle)
{
	return strcmp(route->handle, handle) == 0 || strcmp(route->draws, handle) == 0;
}

/* Whether the function is called from C as well, so that it does not only serve its routes. */
static bool
is_called(const struct lint *lint, const char *function)
{
	const struct lint_source *source = &lint->source;

	for (size_t i = 1; i < source->count; i++)
		if (lint_is(source, i, function) && lint_is(source, i + 1, "(") &&
		    (source->tokens[i - 1].kind != LINT_WORD || lint_is(source, i - 1, "return") ||
			lint_is(source, i - 1, "else")))
			return true;
	return false;
}

/* ---- what a GET must not do ---- */

/* Calls that write, or are part of a transaction: not allowed in a GET. */
static const char *
what_writes(const struct lint *lint, size_t at)
{
	static const char *const writers[] = { "scop_write", "scop_write_unique", "scop_enqueue",
		"scop_enqueue_at", "scop_emit", "scop_mail", "scop_audit", "scop_audit_as" };

	for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++)
		if (lint_is(&lint->source, at, writers[i]) && lint_is(&lint->source, at + 1, "("))
			return writers[i];
	return NULL;
}

static bool
serves_post(const struct lint *lint, const char *handle)
{
	for (size_t i = 0; i < lint->route_count; i++)
		if (lint->routes[i].post && strcmp(lint->routes[i].handle, handle) == 0)
			return true;
	return false;
}

/* All functions of the C files: a word outside of braces, with brackets and braces behind it. */
static struct functions *
read_functions(struct lint *lint)
{
	struct functions *functions = scop_arena_alloc(lint->arena, sizeof *functions);
	const struct lint_source *source = &lint->source;

	for (size_t i = 0; i + 1 < source->count && functions->count < FUNCTIONS_MAX; i++) {
		struct function *one = &functions->list[functions->count];

		if (lint_is(source, i, "{")) {
			i = lint_matching(source, i);
			continue;
		}
		if (source->tokens[i].kind != LINT_WORD || !lint_is(source, i + 1, "("))
			continue;
		const size_t close = lint_matching(source, i + 1);
		if (!lint_is(source, close + 1, "{"))
			continue;
		*one = (struct function){ .name = source->tokens[i].text,
			.begin = close + 2,
			.end = lint_matching(source, close + 1) };
		functions->count++;
		i = close;
	}
	return functions;
}

static struct function *
find_function(struct functions *functions, const char *name)
{
	for (size_t i = 0; i < functions->count; i++)
		if (strcmp(functions->list[i].name, name) == 0)
			return &functions->list[i];
	return NULL;
}

static size_t
find_writer(const struct lint *lint, struct functions *functions, const char *name)
{
	struct function *one = find_function(functions, name);

	if (!one || one->looked)
		return one ? one->writer : 0;
	one->looked = true; /* before it may call itself */
	for (size_t i = one->begin; i < one->end && !one->writer; i++) {
		if (lint->source.tokens[i].kind != LINT_WORD || !lint_is(&lint->source, i + 1, "("))
			continue;
		one->writer = what_writes(lint, i)
		    ? i
		    : find_writer(lint, functions, lint->source.tokens[i].text);
	}
	return one->writer;
}

static const char *
purpose(struct lint *lint, const struct lint_route *route, const struct function *function)
{
	return strcmp(route->draws, function->name) == 0
	    ? scop_arena_printf(lint->arena, "draws the form of POST %s", route->path)
	    : scop_arena_printf(lint->arena, "answers GET %s", route->path);
}

static void
check_direct_writes(struct lint *lint, const struct lint_route *route,
    const struct function *function)
{
	for (size_t i = function->begin; i < function->end; i++)
		if (what_writes(lint, i))
			lint_error(lint, lint->source.tokens[i].file, lint->source.tokens[i].line,
			    "%s in '%s', which %s: a GET's transaction is read-only. Do it in a "
			    "POST or a job.",
			    what_writes(lint, i), function->name, purpose(lint, route, function));
}

/* A function that a GET's handler calls may write on a condition that only its other callers
 * fulfil: a warning. */
static void
check_deep_writes(struct lint *lint, struct functions *functions, const struct lint_route *route,
    const struct function *function)
{
	for (size_t i = function->begin; i < function->end; i++) {
		const struct lint_token *token = &lint->source.tokens[i];

		if (token->kind != LINT_WORD || !lint_is(&lint->source, i + 1, "("))
			continue;
		const size_t writer = find_writer(lint, functions, token->text);
		if (writer)
			lint_warning(lint, token->file, token->line,
			    "'%s' ends in the %s of %s:%u, and '%s' %s: a GET's transaction is "
			    "read-only",
			    token->text, what_writes(lint, writer),
			    lint->source.tokens[writer].file, lint->source.tokens[writer].line,
			    function->name, purpose(lint, route, function));
	}
}

/* Each function once, for the first of its routes. */
static bool
is_first(const struct lint *lint, size_t index, const char *function)
{
	for (size_t i = 0; i < index; i++)
		if (serves(&lint->routes[i], function))
			return false;
	return true;
}

static void
check_reads_only(struct lint *lint, struct functions *functions, size_t index, const char *name)
{
	const struct function *function = name[0] ? find_function(functions, name) : NULL;
	const struct lint_route *route = &lint->routes[index];

	if (!function || serves_post(lint, name) || !is_first(lint, index, name))
		return;
	check_direct_writes(lint, route, function);
	check_deep_writes(lint, functions, route, function);
}

/* ---- fields and parts ---- */

static bool
serving_route_has(const struct lint *lint, const char *function, const char *name,
    bool (*has)(const struct lint_route *route, const char *name))
{
	for (size_t i = 0; i < lint->route_count; i++)
		if (serves(&lint->routes[i], function) && has(&lint->routes[i], name))
			return true;
	return false;
}

/* A literal name that another route has is no mistake of spelling, but empty here all the same. */
static void
check_name(struct lint *lint, const struct lint_route *route, const char *function, size_t at)
{
	static const struct {
		const char *call, *words;
		bool (*has)(const struct lint_route *route, const char *name);
		bool (*elsewhere)(const struct lint *lint, const char *name);
	} calls[] = {
		{ "scop_field", "has no field", lint_route_has_field, lint_has_field },
		{ "scop_upload", "has no field", lint_route_has_field, lint_has_field },
		{ "scop_path", "has no part", lint_is_part, lint_has_part },
	};
	struct lint_call call;

	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		if (!lint_is(&lint->source, at, calls[i].call) ||
		    !lint_call_read(&lint->source, at, &call) || call.count != 2)
			continue;
		const struct lint_token *name = &lint->source.tokens[call.begin[1]];
		if (name->kind == LINT_STRING && calls[i].elsewhere(lint, name->text) &&
		    !serving_route_has(lint, function, name->text, calls[i].has))
			lint_error(lint, name->file, name->line,
			    "%s: '%s' serves %s, which %s '%s'", calls[i].call, function,
			    route->path, calls[i].words, name->text);
	}
}

static void
check_names(struct lint *lint, struct functions *functions, size_t index, const char *name)
{
	const struct function *function = name[0] ? find_function(functions, name) : NULL;

	if (!function || !is_first(lint, index, name) || is_called(lint, name))
		return;
	for (size_t i = function->begin; i < function->end; i++)
		check_name(lint, &lint->routes[index], name, i);
}

/* ---- forms ---- */

static void
check_draws(struct lint *lint, const struct lint_route *route)
{
	if (!route->draws[0] || !serves_post(lint, route->draws))
		return;
	lint_error(lint, route->file, route->line,
	    "the .form of POST %s is '%s', which handles a POST. Name the handler of the GET that "
	    "draws the form.",
	    route->path, route->draws);
}

void
lint_handlers(struct lint *lint)
{
	struct functions *functions = read_functions(lint);
	bool all_known = true;

	for (size_t i = 0; i < lint->route_count; i++)
		all_known = all_known && lint->routes[i].handle[0] &&
		    lint->routes[i].form == (lint->routes[i].draws[0] != '\0');
	for (size_t i = 0; i < lint->route_count; i++) {
		const struct lint_route *route = &lint->routes[i];

		check_draws(lint, route);
		if (!route->post)
			check_reads_only(lint, functions, i, route->handle);
		check_reads_only(lint, functions, i, route->draws);
		if (!all_known)
			continue;
		check_names(lint, functions, i, route->handle);
		check_names(lint, functions, i, route->draws);
	}
}
