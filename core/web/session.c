/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads sessions: the member signed in to the portal, and the member's permissions. The portal
 * writes them. */
#include "web/session.h"

#include "data/statements.h"
#include "web/actor.h"
#include "web/form.h"

#include <string.h>
#include <strings.h>

SCOP_HOST_STATEMENT(session_by_hash, "session_by_hash",
    "SELECT s.member, m.name, m.language, m.zone, "
    "(SELECT GROUP_CONCAT(DISTINCT rp.permission) FROM " SCOP_SOCLE_MARK
    ".member_role mr JOIN " SCOP_SOCLE_MARK
    ".role_permission rp ON rp.role = mr.role WHERE mr.member = s.member) AS permissions "
    "FROM " SCOP_SOCLE_MARK ".session s JOIN " SCOP_SOCLE_MARK ".member m ON m.id = s.member "
    "WHERE s.token_hash = ? AND s.expires > UTC_TIMESTAMP(6)",
    1, 0);

/* A member's key may at most what the member may now, and ends with the membership. */
SCOP_HOST_STATEMENT(key_by_hash, "key_by_hash",
    "SELECT k.name, IF(k.of_company, k.permissions, (SELECT GROUP_CONCAT(DISTINCT rp.permission) "
    "FROM " SCOP_SOCLE_MARK ".member_role mr JOIN " SCOP_SOCLE_MARK
    ".role_permission rp ON rp.role = mr.role WHERE mr.member = k.member AND "
    "FIND_IN_SET(rp.permission, k.permissions))) AS permissions FROM " SCOP_SOCLE_MARK
    ".api_key k WHERE k.token_hash = ? AND k.expires > UTC_TIMESTAMP(6) AND (k.of_company OR "
    "EXISTS (SELECT m.id FROM " SCOP_SOCLE_MARK ".member m WHERE m.id = k.member))",
    1, 0);

/* In the language of the session's member: both are read in one batch. */
SCOP_HOST_STATEMENT(menu, "menu",
    "SELECT m.module, m.permission, m.path, m.icon, m.place >= 800 AS administers, "
    "COALESCE(w.text, m.title) AS title FROM " SCOP_SOCLE_MARK ".menu m LEFT JOIN " SCOP_SOCLE_MARK
    ".message w ON w.module = m.module AND w.english = m.title AND w.language = (SELECT "
    "p.language FROM " SCOP_SOCLE_MARK ".session s JOIN " SCOP_SOCLE_MARK
    ".member p ON p.id = s.member WHERE s.token_hash = ?) "
    "ORDER BY m.place, m.module, m.path",
    1, 0);

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

/* The menu entries that the member may open, with their titles in the member's language; the one
 * with the longest match is the current one. */
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

		if (!scop_session_may(req, scop_text(row, "permission")))
			continue;
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

/* Identifies a program with an API key: "Authorization: Bearer ...". It is not a member, has the
 * permissions that its key lists, and needs no form key, because no browser sends such a header by
 * itself. */
static void
load_key(struct scop_request *req)
{
	const char *token = req->authorization + strlen("Bearer ");

	if (strlen(token) > 100)
		return;
	req->member = scop_row(req,
	    (struct scop_query){ &key_by_hash,
		{ scop_hash(req, scop_value_text(req->arena, token)) } });
	req->by_key = req->member != NULL;
}

void
scop_session_load(struct scop_request *req)
{
	if (strncasecmp(req->authorization, "Bearer ", strlen("Bearer ")) == 0) {
		load_key(req);
		return;
	}
	const char *token =
	    scop_cookie_find(req->arena, req->cookie, req->app->https ? "__Host-sid" : "sid");

	if (!token || !token[0] || strlen(token) > 100)
		return;
	const struct scop_value *hash = scop_hash(req, scop_value_text(req->arena, token));

	const struct scop_read wants[] = { { "session", true, { &session_by_hash, { hash } } },
		{ "menu", false, { &menu, { hash } } }, { 0 } };
	scop_put_all(req, wants);
	const struct scop_value *got = scop_map_value(&req->model);
	scop_map_init(&req->model, req->arena);
	if (req->failed || scop_type(scop_get(got, "session")) != SCOP_MAP)
		return;
	req->member = scop_get(got, "session");
	req->session_hash = scop_as_text(hash);
	scop_language_parse(scop_text(req->member, "language"),
	    strlen(scop_text(req->member, "language")), &req->locale.language);
	if (scop_text(req->member, "zone")[0])
		req->locale.zone = scop_text(req->member, "zone");
	req->member = scop_actor_complete(req, req->member);
	req->menu = menu_of(req, scop_get(got, "menu"));
}

bool
scop_session_may(const struct scop_request *req, const char *permission)
{
	if (!permission[0]) /* SCOP_ANY_MEMBER */
		return req->member && !req->by_key;
	const char *list = scop_text(req->member, "permissions");
	const size_t length = strlen(permission);

	for (const char *at = list; *at;) {
		const size_t word = strcspn(at, ",");

		if (word == length && strncmp(at, permission, length) == 0)
			return true;
		at += word + (at[word] == ',');
	}
	return false;
}

bool
scop_may(const struct scop_request *req, const char *permission)
{
	return scop_session_may(req, permission);
}
