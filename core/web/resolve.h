/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Finds out who sends a request, for the program that alone sees the session's cookie and API keys
 * (core/session), and for tests of modules. A worker gets the result as the parameter SESSION.
 *
 * The parameter is "TENANT MODULE EPOCH UNTIL WHAT": whose module it is made for, in which epoch
 * of its subscription, until when it counts (seconds since 1970), and base64 of JSON:
 *
 *   member   {"member", "name", "language", "zone", "permissions"}; of a key: {"name",
 *            "permissions"}; without it nobody is known by what was sent. The permissions are
 *            the module's own and the portal's; the portal gets all
 *   menu     the entries that the member may open, in the member's language: a list of
 *            {"module", "path", "icon", "title", "administers"}; of a key: none
 *   key      whether an API key was sent and is good
 *   program  whether there was an Authorization header, which no browser sends by itself
 *   handle   names the session or the key, and opens nothing: the hash of its token
 */
#ifndef SCOP_WEB_RESOLVE_H
#define SCOP_WEB_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/name.h"
#include "data/db.h"

struct scop_arena;
struct scop_menus;

/* Whom a request is for: the tenant's number, the module, the subscription's epoch. */
struct scop_session_place {
	uint32_t tenant;
	char module[SCOP_MODULE_MAX + 1];
	uint64_t epoch;
};

struct scop_credentials {
	/* the owner's folder, ".../<tenant>-<module>-<hash>-<epoch>", which nginx has found */
	const char *owner;
	const char *cookie, *authorization; /* the headers; "" for none */
	const char *cookie_name;            /* of the session's cookie */
};

/* Writes the parameter to `ret_session`, in `arena`; "" if nothing was sent that a worker should
 * know of, or the owner's folder is none. Reads with `db`, whose account must see the tenant's
 * session, api_key, member, member_role, role_permission, menu and message; see menus.h for
 * `menus`. */
enum scop_db_status scop_resolve(struct scop_db *db, struct scop_menus *menus,
    struct scop_arena *arena, const struct scop_credentials *given, const char **ret_session);

/* Whether `permission` is in the list "shop.orders,shop.stock". */
bool scop_session_lists(const char *list, const char *permission);

/* Reads whom the parameter is for, and until when; `ret_what`: its last part. False if it has
 * another form. */
bool scop_session_head(const char *session, struct scop_session_place *ret_place,
    int64_t *ret_until, const char **ret_what);

#endif
