/* SPDX-License-Identifier: EUPL-1.2 */
/* The member signed in to the portal, and the member's permissions, as a trusted process has found
 * them (web/resolve.h): the worker gets neither cookie nor key. */
#include "web/session.h"

#include "base/json.h"
#include "web/actor.h"
#include "web/resolve.h"

#include <sodium.h>
#include <string.h>

enum { MICROSECONDS = 1000000 };

/* The length of the menu entry's path if it is a prefix of the request's path, else 0. A module's
 * first page matches only itself. */
static size_t
covers(const struct scop_request *req, const char *url)
{
	const char *path =
	    scop_arena_printf(req->arena, "/%s%s", req->app->module_name, req->inner_path);
	const size_t length = strlen(url);

	if (strncmp(path, url, length) != 0)
		return 0;
	return !path[length] || (path[length] == '/' && url[length - 1] != '/') ? length : 0;
}

static const char *
url_of(struct scop_request *req, const struct scop_value *row)
{
	return scop_arena_printf(req->arena, "/%s%s", scop_text(row, "module"),
	    scop_text(row, "path"));
}

/* The menu for its template; the entry with the longest match is the current one. */
static const struct scop_value *
menu_of(struct scop_request *req, const struct scop_value *rows)
{
	struct scop_list_maker list;
	bool administers = false;
	size_t nearest = 1;

	for (size_t i = 0; i < scop_count(rows); i++) {
		const size_t length = covers(req, url_of(req, scop_at(rows, i)));

		if (length > nearest)
			nearest = length;
	}
	scop_list_init(&list, req->arena);
	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);
		const char *url = url_of(req, row);
		struct scop_map_maker entry;

		scop_map_init(&entry, req->arena);
		scop_map_put(&entry, "title", scop_get(row, "title"));
		scop_map_put_text(&entry, "url", url);
		scop_map_put(&entry, "icon", scop_get(row, "icon"));
		scop_map_put(&entry, "begins_administration",
		    scop_value_bool(req->arena, !administers && scop_bool(row, "administers")));
		administers |= scop_bool(row, "administers");
		scop_map_put(&entry, "current",
		    scop_value_bool(req->arena, covers(req, url) == nearest));
		scop_list_add(&list, scop_map_value(&entry));
	}
	return scop_list_value(&list);
}

/* Returns the trusted process's finding, if it is for this tenant and module, in this epoch, and
 * not past its end; NULL for none. */
static const struct scop_value *
resolved(const struct scop_request *req)
{
	struct scop_session_place place;
	struct scop_error err;
	const char *what;
	int64_t until;
	size_t length;

	if (!scop_session_head(req->session, &place, &until, &what) ||
	    place.tenant != req->site.tenant || place.epoch != req->site.epoch ||
	    strcmp(place.module, req->app->module_name) != 0)
		return NULL;
	unsigned char *json = scop_arena_alloc(req->arena, strlen(what) + 1);
	if (sodium_base642bin(json, strlen(what), what, strlen(what), NULL, &length, NULL,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return NULL;
	const struct scop_value *found =
	    scop_json_parse(req->arena, (const char *)json, length, &err);
	const bool over =
	    scop_type(scop_get(found, "member")) == SCOP_MAP && until <= req->now / MICROSECONDS;
	return over ? NULL : found;
}

/* A program with an API key, "Authorization: Bearer ...", is not a member, has the permissions that
 * its key lists, and needs no form key, because no browser sends such a header by itself. */
void
scop_session_load(struct scop_request *req)
{
	const struct scop_value *found = resolved(req);

	req->by_program = scop_bool(found, "program");
	if (scop_type(scop_get(found, "member")) != SCOP_MAP)
		return;
	req->member = scop_get(found, "member");
	req->by_key = scop_bool(found, "key");
	if (req->by_key) {
		req->key = scop_text(found, "handle");
		return;
	}
	req->session_hash = scop_text(found, "handle");
	scop_language_parse(scop_text(req->member, "language"),
	    strlen(scop_text(req->member, "language")), &req->locale.language);
	if (scop_text(req->member, "zone")[0])
		req->locale.zone = scop_text(req->member, "zone");
	req->member = scop_actor_complete(req, req->member);
	req->menu = menu_of(req, scop_get(found, "menu"));
}

bool
scop_session_may(const struct scop_request *req, const char *permission)
{
	if (!permission[0]) /* SCOP_ANY_MEMBER */
		return req->member && !req->by_key;
	return scop_session_lists(scop_text(req->member, "permissions"), permission);
}

bool
scop_may(const struct scop_request *req, const char *permission)
{
	return scop_session_may(req, permission);
}
