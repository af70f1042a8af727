/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Routes: from a path to a route, and from a route's name back to an address.
 * A public address is /<language>[/<module>]<path>, one of the portal /<module><path>; the module
 * at the domain's root leaves its name out.
 */
#include "web/route.h"

#include <ctype.h>
#include <string.h>

enum { PART_MAX_BYTES = 200 };

static const char *
take_part(const char *path, const char *part)
{
	const size_t length = strlen(part);

	if (path[0] == '/' && strncmp(path + 1, part, length) == 0 &&
	    (path[length + 1] == '/' || !path[length + 1]))
		return path[length + 1] ? path + length + 1 : "/";
	return NULL;
}

void
scop_route_strip(struct scop_request *req)
{
	const char *path = req->path, *rest;

	for (int i = 0; i < SCOP_LANGUAGES && !req->site.portal; i++) {
		if ((rest = take_part(path, scop_language_code((enum scop_language)i)))) {
			req->locale.language = (enum scop_language)i;
			req->language_in_path = true;
			path = rest;
			break;
		}
	}
	if ((rest = take_part(path, req->app->module_name)))
		path = rest;
	req->inner_path = path;
}

static bool
match(struct scop_request *req, const char *pattern, const char *path)
{
	req->part_count = 0;
	while (*pattern) {
		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		const size_t name = strcspn(pattern, "}") - 1, length = strcspn(path, "/");

		if (length == 0 || length > PART_MAX_BYTES || req->part_count == SCOP_PARTS_MAX)
			return false;
		req->part_name[req->part_count] = scop_arena_bytes(req->arena, pattern + 1, name);
		req->part_value[req->part_count++] = scop_arena_bytes(req->arena, path, length);
		pattern += name + 2;
		path += length;
	}
	return !*path;
}

static bool
in_portal(const struct scop_route *route)
{
	return route->permission || route->open;
}

static bool
on_this_side(const struct scop_request *req, const struct scop_route *route)
{
	return req->stored || route->stored ? req->stored && route->stored
					    : in_portal(route) == req->site.portal;
}

/* Names below .localhost resolve to the client's own machine (RFC 6761, section 6.3), so no public
 * tenant has one. */
bool
scop_route_is_local(const char *host)
{
	const char *end = strrchr(host, '.');

	return end && strcmp(end, ".localhost") == 0;
}

static bool
is_there(const struct scop_request *req, const struct scop_route *route)
{
	return on_this_side(req, route) &&
	    (!route->development || (req->app->development && scop_route_is_local(req->host)));
}

const struct scop_route *
scop_route_find(struct scop_request *req, bool *ret_other_method)
{
	const enum scop_method method = strcmp(req->method, "POST") == 0 ? SCOP_POST : SCOP_GET;
	const bool known = method == SCOP_POST || strcmp(req->method, "GET") == 0;

	size_t other_parts = SIZE_MAX; /* of the route with another method */

	*ret_other_method = false;
	for (const struct scop_route *route = req->app->module->routes; route && route->path;
	     route++) {
		if (!is_there(req, route) || !match(req, route->path, req->inner_path))
			continue;
		if (known && route->method == method &&
		    (method == SCOP_POST || req->part_count <= other_parts))
			return route;
		*ret_other_method = true;
		if (route->method != method && req->part_count < other_parts)
			other_parts = req->part_count;
	}
	return NULL;
}

static bool
is_unreserved(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* Appends one part of a path; the unreserved characters of RFC 3986 are not encoded. */
void
scop_route_percent(struct scop_buffer *out, const char *text)
{
	for (;;) {
		size_t plain = 0;

		while (is_unreserved(text[plain]))
			plain++;
		scop_buffer_add(out, text, plain);
		text += plain;
		if (!*text)
			return;
		scop_buffer_printf(out, "%%%02X", (unsigned char)*text++);
	}
}

const struct scop_value *
scop_percent(struct scop_request *req, const struct scop_value *text)
{
	struct scop_buffer out;

	scop_buffer_init(&out, req->arena);
	scop_route_percent(&out, scop_as_text(text));
	return scop_value_text(req->arena, scop_buffer_str(&out));
}

const char *
scop_route_methods(struct scop_request *req)
{
	bool get = false, post = false;

	for (const struct scop_route *route = req->app->module->routes; route && route->path;
	     route++) {
		if (!is_there(req, route) || !match(req, route->path, req->inner_path))
			continue;
		get |= route->method == SCOP_GET;
		post |= route->method == SCOP_POST;
	}
	return get && post ? "GET, HEAD, POST" : get ? "GET, HEAD" : "POST";
}

const char *
scop_route_escape(struct scop_request *req, const char *path)
{
	struct scop_buffer out;

	scop_buffer_init(&out, req->arena);
	for (const char *part = path; *part;) {
		const size_t length = strcspn(part, "/");

		scop_route_percent(&out, scop_arena_bytes(req->arena, part, length));
		part += length;
		if (*part == '/') {
			scop_buffer_char(&out, '/');
			part++;
		}
	}
	return scop_buffer_str(&out);
}

/* Adds the prefix of a route's path; a mail or a job can link to either side. */
static void
add_prefix(const struct scop_request *req, bool portal, enum scop_language language,
    struct scop_buffer *out)
{
	if (!portal) {
		scop_buffer_char(out, '/');
		scop_buffer_text(out, scop_language_code(language));
	}
	if (portal || !req->site.root) {
		scop_buffer_char(out, '/');
		scop_buffer_text(out, req->app->module_name);
	}
}

/* Appends the value of a part; false if there is none, or it is empty. */
static bool
add_part(const struct scop_request *req, const struct scop_value *part, struct scop_buffer *out)
{
	const enum scop_type type = scop_type(part);

	if (type == SCOP_STRING)
		scop_route_percent(out, part->string);
	else if (type == SCOP_INT)
		scop_locale_print(out, part, &req->locale);
	return type == SCOP_INT || (type == SCOP_STRING && part->string[0]);
}

/* Appends the path with its parts; if a part is missing or empty, its name is returned. */
static enum scop_link
add_path(const struct scop_request *req, const char *path,
    const struct scop_value *(*find)(const void *, const char *), const void *scope,
    struct scop_buffer *out, const char **ret_part)
{
	for (;;) {
		const size_t plain = (size_t)(strchrnul(path, '{') - path);

		scop_buffer_add(out, path, plain);
		path += plain;
		if (!*path)
			return SCOP_LINK_DONE;
		const size_t length = (size_t)(strchrnul(path, '}') - path) - 1;
		const char *name = scop_arena_bytes(req->arena, path + 1, length);

		if (!add_part(req, find(scope, name), out)) {
			*ret_part = name;
			return SCOP_LINK_NO_PART;
		}
		path += length + 2;
	}
}

/* The buffer stays as it was if a part of the path is missing. */
static enum scop_link
add_address(const struct scop_request *req, const struct scop_route *route,
    const struct scop_value *(*find)(const void *, const char *), const void *scope,
    struct scop_buffer *out, const char **ret_part)
{
	const size_t before = out->length;

	if (route->stored) {
		/* an internal location: see nginx/scopiton.conf.in */
		scop_buffer_text(out, "/_stored/");
		scop_buffer_text(out, req->app->module_name);
	} else {
		add_prefix(req, in_portal(route), req->locale.language, out);
	}
	const enum scop_link made = add_path(req, route->path, find, scope, out, ret_part);
	if (made != SCOP_LINK_DONE)
		scop_buffer_cut(out, before);
	return made;
}

static enum scop_link
link_to(const struct scop_request *req, bool stored, const char *name,
    const struct scop_value *(*find)(const void *, const char *), const void *scope,
    struct scop_buffer *out, const char **ret_part)
{
	for (const struct scop_route *route = req->app->module->routes; route && route->path;
	     route++)
		if (route->stored == stored && route->name && scop_same_name(route->name, name))
			return add_address(req, route, find, scope, out, ret_part);
	return SCOP_LINK_NO_ROUTE;
}

enum scop_link
scop_route_link(const struct scop_request *req, const char *name,
    const struct scop_value *(*find)(const void *, const char *), const void *scope,
    struct scop_buffer *out, const char **ret_part)
{
	return link_to(req, false, name, find, scope, out, ret_part);
}

enum scop_link
scop_route_stored(const struct scop_request *req, const char *name,
    const struct scop_value *(*find)(const void *, const char *), const void *scope,
    struct scop_buffer *out, const char **ret_part)
{
	return link_to(req, true, name, find, scope, out, ret_part);
}

static const struct scop_value *
find_own_part(const void *scope, const char *name)
{
	return scop_path(scope, name);
}

/* Appends the address of the first page whose handler draws the form and whose parts the path has.
 */
static bool
add_form_page(const struct scop_request *req, void (*form)(struct scop_request *),
    struct scop_buffer *out)
{
	const char *part;

	for (const struct scop_route *route = req->app->module->routes; form && route->path;
	     route++)
		if (route->method == SCOP_GET && route->handle == form && is_there(req, route) &&
		    add_address(req, route, find_own_part, req, out, &part) == SCOP_LINK_DONE)
			return true;
	return false;
}

/* Whether a page has this inner path. */
static bool
has_page(struct scop_request *req, const char *path)
{
	for (const struct scop_route *route = req->app->module->routes; route && route->path;
	     route++)
		if (route->method == SCOP_GET && is_there(req, route) &&
		    match(req, route->path, path))
			return true;
	return false;
}

bool
scop_route_page(struct scop_request *req, struct scop_buffer *out)
{
	char *path = scop_arena_printf(req->arena, "%s", req->inner_path), *end;

	for (const struct scop_route *route = req->app->module->routes; route && route->path;
	     route++)
		if (route->method == SCOP_POST && is_there(req, route) &&
		    match(req, route->path, req->inner_path) &&
		    add_form_page(req, route->form, out))
			return true;
	do {
		end = strrchr(path, '/');
		end[end == path] = '\0'; /* above "/a" is "/" */
		if (!has_page(req, path))
			continue;
		add_prefix(req, req->site.portal, req->locale.language, out);
		scop_buffer_text(out, scop_route_escape(req, path));
		return true;
	} while (end != path);
	return false;
}

/* The route whose page is shown: a form that is drawn again is the page of the route that draws it,
 * where its address is known here. */
static const struct scop_route *
shown_route(const struct scop_request *req)
{
	if (!req->route || req->route->method == SCOP_GET || !req->route->form)
		return req->route && req->route->method == SCOP_GET ? req->route : NULL;
	for (const struct scop_route *route = req->app->module->routes; route->path; route++) {
		struct scop_buffer path;
		const char *part;

		scop_buffer_init(&path, req->arena);
		if (route->method == SCOP_GET && route->handle == req->route->form &&
		    add_path(req, route->path, find_own_part, req, &path, &part) == SCOP_LINK_DONE)
			return route;
	}
	return NULL;
}

/* Appends the set fields of the page as its query. */
static void
add_query(const struct scop_request *req, const struct scop_route *route, struct scop_buffer *out)
{
	const struct scop_value *values = scop_map_value(&req->values);
	char before = '?';

	for (const struct scop_field *field = route->fields; field && field->name; field++) {
		const char *text = scop_text(values, field->name);

		if (!text[0])
			continue;
		scop_buffer_char(out, before);
		scop_buffer_text(out, field->name);
		scop_buffer_char(out, '=');
		scop_route_percent(out, text);
		before = '&';
	}
}

void
scop_route_translated(const struct scop_request *req, enum scop_language language,
    struct scop_buffer *out)
{
	const struct scop_route *route = shown_route(req);
	const char *part;

	add_prefix(req, req->site.portal, language, out);
	if (!route) {
		scop_buffer_text(out, "/");
		return;
	}
	add_path(req, route->path, find_own_part, req, out, &part);
	add_query(req, route, out);
}
