/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks a module's routes against one another and the manifest. */
#include <ctype.h>
#include <string.h>

#include "lint/lint.h"
#include "scopiton/module.h"

/* Whether `before` matches every path of `route`: each of its segments is a {part}, or equal. */
static bool
covers(const char *before, const char *route)
{
	while (*before && *route) {
		const size_t one = strcspn(before, "/"), two = strcspn(route, "/");

		if (before[0] != '{' && (one != two || strncmp(before, route, one) != 0))
			return false;
		if (before[0] == '{' && two == 0)
			return false;
		before += one + (before[one] == '/');
		route += two + (route[two] == '/');
	}
	return !*before && !*route;
}

static bool
in_portal(const struct lint_route *route)
{
	return route->portal || route->open;
}

static bool
same_side(const struct lint_route *one, const struct lint_route *other)
{
	return one->post == other->post && one->stored == other->stored &&
	    (one->stored || in_portal(one) == in_portal(other));
}

static void
check_reached(struct lint *lint, size_t index)
{
	const struct lint_route *route = &lint->routes[index];

	for (size_t i = 0; i < index; i++) {
		const struct lint_route *before = &lint->routes[i];

		if (same_side(before, route) && covers(before->path, route->path)) {
			lint_error(lint, route->file, route->line,
			    "%s %s is never reached: %s on line %u comes before it and matches its "
			    "addresses",
			    route->post ? "POST" : "GET", route->path, before->path, before->line);
			return;
		}
	}
}

static void
check_name(struct lint *lint, size_t index)
{
	const struct lint_route *route = &lint->routes[index];

	for (size_t i = 0; i < index && route->name[0]; i++)
		if (strcmp(lint->routes[i].name, route->name) == 0 &&
		    lint->routes[i].post == route->post)
			lint_error(lint, route->file, route->line,
			    "route '%s' has the name of the one at line %u", route->name,
			    lint->routes[i].line);
}

/* A {part} must be a whole segment. */
static void
check_parts(struct lint *lint, const struct lint_route *route)
{
	for (const char *open = route->path; (open = strchr(open, '{')); open++) {
		const char *close = strchr(open, '}');

		if (open == route->path || open[-1] != '/' || !close ||
		    (close[1] && close[1] != '/'))
			lint_error(lint, route->file, route->line,
			    "a {part} of '%s' must be a whole segment, between two slashes",
			    route->path);
	}
}

static bool
may_be_refused(const struct lint_route *route)
{
	return route->field_count > 0;
}

static void
check_route(struct lint *lint, const struct lint_route *route)
{
	const char *own = lint->manifest.name;

	check_parts(lint, route);
	if (route->permission[0] && !lint_has_permission(lint, route->permission))
		lint_error(lint, route->file, route->line,
		    "module.xml has no <permission name=\"%s\">, so nobody may go to %s",
		    route->permission, route->path);
	if (route->permission[0] && strncmp(route->permission, own, strlen(own)) != 0)
		lint_error(lint, route->file, route->line,
		    "permission '%s' is another module's; a route has one that begins with '%s.'",
		    route->permission, own);
	if (route->post && may_be_refused(route) && !route->form)
		lint_error(lint, route->file, route->line,
		    "POST %s has fields and no .form, which draws its form again when one is "
		    "refused",
		    route->path);
}

void
lint_routes(struct lint *lint)
{
	for (size_t i = 0; i < lint->route_count; i++) {
		check_reached(lint, i);
		check_name(lint, i);
		check_route(lint, &lint->routes[i]);
	}
}
