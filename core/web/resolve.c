/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds the session or API key that a request shows: see resolve.h. Its statements are no host
 * statements (data/statements.h), so no gateway lets a worker run them. */
#include "web/resolve.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "base/value.h"
#include "web/form.h"
#include "web/menus.h"

enum { TOKEN_MAX = 100 };

#define BEARER "Bearer "
#define UNTIL_10_MINUTES(expires) \
	"TIMESTAMPDIFF(SECOND, '1970-01-01', LEAST(" expires \
	", UTC_TIMESTAMP() + INTERVAL 10 MINUTE)) AS until"

static const struct scop_statement session_by_hash = { "session_by_hash",
	"SELECT s.member, m.name, m.language, m.zone, "
	"(SELECT GROUP_CONCAT(DISTINCT rp.permission) FROM " SCOP_SOCLE_MARK
	".member_role mr JOIN " SCOP_SOCLE_MARK
	".role_permission rp ON rp.role = mr.role WHERE mr.member = s.member) AS "
	"permissions, " UNTIL_10_MINUTES(
	    "s.expires") " FROM " SCOP_SOCLE_MARK ".session s JOIN " SCOP_SOCLE_MARK
			 ".member m ON m.id = s.member WHERE s.token_hash = ? AND s.expires > "
			 "UTC_TIMESTAMP(6)",
	1, 0 };

/* A member's key may at most what the member may now, and ends with the membership. */
static const struct scop_statement key_by_hash = { "key_by_hash",
	"SELECT k.name, IF(k.of_company, k.permissions, (SELECT GROUP_CONCAT(DISTINCT "
	"rp.permission) FROM " SCOP_SOCLE_MARK ".member_role mr JOIN " SCOP_SOCLE_MARK
	".role_permission rp ON rp.role = mr.role WHERE mr.member = k.member AND "
	"FIND_IN_SET(rp.permission, k.permissions))) AS permissions, " UNTIL_10_MINUTES(
	    "k.expires") " FROM " SCOP_SOCLE_MARK ".api_key k WHERE k.token_hash = ? AND k.expires "
			 "> UTC_TIMESTAMP(6) AND (k.of_company OR "
			 "EXISTS (SELECT m.id FROM " SCOP_SOCLE_MARK
			 ".member m WHERE m.id = k.member))",
	1, 0 };

/* As scop_hash() makes it of a token. */
static const char *
hash_of(struct scop_arena *arena, const char *token)
{
	unsigned char sum[32];
	char *hex = scop_arena_alloc(arena, 2 * sizeof sum + 1);

	crypto_generichash(sum, sizeof sum, (const unsigned char *)token, strlen(token), NULL, 0);
	return sodium_bin2hex(hex, 2 * sizeof sum + 1, sum, sizeof sum);
}

/* The name has no dash, but what a run directory is called may have any. */
static bool
read_owner(const char *owner, struct scop_session_place *ret_place)
{
	const char *name = strrchr(owner, '/');
	int end = 0;

	return name &&
	    sscanf(name, "/%" SCNu32 "-%24[a-z0-9_]-%*32[0-9a-f]-%" SCNu64 "%n", &ret_place->tenant,
		ret_place->module, &ret_place->epoch, &end) == 3 &&
	    end > 0 && name[end] == '\0' &&
	    scop_name_is_module(ret_place->module, strlen(ret_place->module));
}

/* The sender, as far as the tables know it. */
struct found {
	const struct scop_value *row; /* NULL: nobody is known by it */
	const struct scop_value *menu;
	const char *handle;
	bool key, program;
};

bool
scop_session_lists(const char *list, const char *permission)
{
	const size_t length = strlen(permission);

	for (const char *at = list; *at;) {
		const size_t word = strcspn(at, ",");

		if (word == length && strncmp(at, permission, length) == 0)
			return true;
		at += word + (at[word] == ',');
	}
	return false;
}

static bool
is_of(const char *permission, const char *module)
{
	const size_t length = strlen(module);

	return strncmp(permission, module, length) == 0 && permission[length] == '.';
}

/* The permissions in the list that are the module's own or the portal's. The portal shows what
 * other modules offer the member, and gets all. */
static const struct scop_value *
own_permissions(struct scop_arena *arena, const char *list, const char *module)
{
	struct scop_buffer own;

	if (strcmp(module, "portal") == 0)
		return scop_value_text(arena, list);
	scop_buffer_init(&own, arena);
	for (const char *at = list; *at;) {
		const size_t word = strcspn(at, ",");

		if (is_of(at, module) || is_of(at, "portal")) {
			if (own.length > 0)
				scop_buffer_char(&own, ',');
			scop_buffer_add(&own, at, word);
		}
		at += word + (at[word] == ',');
	}
	return scop_value_text(arena, scop_buffer_str(&own));
}

static const struct scop_value *
member_of(struct scop_arena *arena, const struct scop_session_place *place,
    const struct scop_value *row)
{
	static const char *const keys[] = { "member", "name", "language", "zone" };
	struct scop_map_maker map;

	scop_map_init(&map, arena);
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (scop_type(scop_get(row, keys[i])) != SCOP_NULL)
			scop_map_put(&map, keys[i], scop_get(row, keys[i]));
	scop_map_put(&map, "permissions",
	    own_permissions(arena, scop_text(row, "permissions"), place->module));
	return scop_map_value(&map);
}

/* The part of the menu that the member may open; an empty permission is any member's. */
static const struct scop_value *
menu_of(struct scop_arena *arena, const struct found *found)
{
	static const char *const keys[] = { "module", "path", "icon", "title", "administers" };
	const char *list = scop_text(found->row, "permissions");
	struct scop_list_maker entries;

	scop_list_init(&entries, arena);
	for (size_t i = 0; i < scop_count(found->menu); i++) {
		const struct scop_value *row = scop_at(found->menu, i);
		const char *permission = scop_text(row, "permission");
		struct scop_map_maker entry;

		if (permission[0] && !scop_session_lists(list, permission))
			continue;
		scop_map_init(&entry, arena);
		for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
			scop_map_put(&entry, keys[k], scop_get(row, keys[k]));
		scop_list_add(&entries, scop_map_value(&entry));
	}
	return scop_list_value(&entries);
}

static const char *
written(struct scop_arena *arena, const struct scop_session_place *place, const struct found *found)
{
	struct scop_map_maker map;
	struct scop_buffer json;

	scop_map_init(&map, arena);
	if (found->row)
		scop_map_put(&map, "member", member_of(arena, place, found->row));
	if (found->row && !found->key)
		scop_map_put(&map, "menu", menu_of(arena, found));
	scop_map_put(&map, "key", scop_value_bool(arena, found->key));
	scop_map_put(&map, "program", scop_value_bool(arena, found->program));
	scop_map_put_text(&map, "handle", found->handle);
	scop_buffer_init(&json, arena);
	scop_json_print(&json, scop_map_value(&map));

	const size_t size =
	    sodium_base64_ENCODED_LEN(json.length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *what = scop_arena_alloc(arena, size);
	sodium_bin2base64(what, size, (const unsigned char *)json.data, json.length,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return scop_arena_printf(arena, "%" PRIu32 " %s %" PRIu64 " %lld %s", place->tenant,
	    place->module, place->epoch, (long long)scop_int(found->row, "until"), what);
}

/* Asks MariaDB whose the token is, and what the menu of a session's member has. */
static enum scop_db_status
find(struct scop_db *db, struct scop_menus *menus, struct scop_arena *arena, uint32_t tenant,
    const char *token, bool bearer, struct found *found)
{
	const char *socle = scop_arena_printf(arena, "t%" PRIu32, tenant),
		   *handle = hash_of(arena, token);
	const struct scop_query query = { bearer ? &key_by_hash : &session_by_hash,
		{ scop_value_text(arena, handle) } };
	const struct scop_value *rows = NULL;
	enum scop_db_status status;

	scop_db_enter(db, "", socle, socle, 0, false);
	status = scop_db_read(db, arena, &query, 1, &rows);
	if (status != SCOP_DB_OK || scop_count(rows) == 0)
		return status;
	found->row = scop_at(rows, 0);
	found->handle = handle;
	found->key = bearer;
	return bearer
	    ? status
	    : scop_menus_find(menus, db, tenant, scop_text(found->row, "language"), &found->menu);
}

enum scop_db_status
scop_resolve(struct scop_db *db, struct scop_menus *menus, struct scop_arena *arena,
    const struct scop_credentials *given, const char **ret_session)
{
	const bool bearer = strncasecmp(given->authorization, BEARER, strlen(BEARER)) == 0;
	const char *token = bearer ? given->authorization + strlen(BEARER)
				   : scop_cookie_find(arena, given->cookie, given->cookie_name);
	struct found found = { .handle = "", .program = given->authorization[0] };
	struct scop_session_place place;
	enum scop_db_status status = SCOP_DB_OK;

	*ret_session = "";
	if (!read_owner(given->owner, &place))
		return SCOP_DB_OK;
	if (token && token[0] && strlen(token) <= TOKEN_MAX)
		status = find(db, menus, arena, place.tenant, token, bearer, &found);
	if (status == SCOP_DB_OK && (found.row || found.program))
		*ret_session = written(arena, &place, &found);
	return status;
}

bool
scop_session_head(const char *session, struct scop_session_place *ret_place, int64_t *ret_until,
    const char **ret_what)
{
	int end = 0;

	if (sscanf(session, "%" SCNu32 " %24[a-z0-9_] %" SCNu64 " %" SCNd64 " %n",
		&ret_place->tenant, ret_place->module, &ret_place->epoch, ret_until, &end) != 4 ||
	    end == 0)
		return false;
	*ret_what = session + end;
	return true;
}
