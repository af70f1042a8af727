/* SPDX-License-Identifier: EUPL-1.2 */
/* API keys, for programs that work for the tenant. A key is shown once, has listed permissions, at
 * most those of its creator, and expires. It ends with its creator's membership, unless it was made
 * for the company. */
#include <stdlib.h>
#include <string.h>

#include "portal.h"

enum { KEYS_MAX = 50 };

static const char *const days[] = { "30", "90", "365", NULL };

const struct scop_field portal_key_fields[] = {
	{ .name = "name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Purpose"),
	    .required = true,
	    .max = 60 },
	{ .name = "days",
	    .type = SCOP_FIELD_CHOICE,
	    .label = SCOP_TEXT("Valid for"),
	    .required = true,
	    .choices = days },
	{ .name = "may", .type = SCOP_FIELD_MAP, .max = 1 },
	{ .name = "company", .type = SCOP_FIELD_BOOL },
	{ 0 },
};

/* The permissions that an API key may have: most of the portal's are excluded, because its pages
 * are for people. */
static bool
for_programs(const char *permission)
{
	return strncmp(permission, "portal.", strlen("portal.")) != 0 ||
	    strcmp(permission, "portal.jobs") == 0 || strcmp(permission, "portal.mails") == 0 ||
	    strcmp(permission, "portal.audit") == 0;
}

static const struct scop_value *
grantable(struct scop_request *req)
{
	const struct scop_value *rows =
	    scop_rows(req, permissions_titled(scop_make_text(req, "%s", scop_language_of(req))));
	const size_t count = scop_count(rows);
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof(*list));
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const char *name = scop_text(scop_at(rows, i), "name");

		if (for_programs(name) && scop_may(req, name))
			list[kept++] = scop_at(rows, i);
	}
	return scop_make_list(req, kept, list);
}

void
portal_keys(struct scop_request *req)
{
	const struct scop_value *found =
	    scop_rows(req, api_keys(scop_make_text(req, "%s", scop_language_of(req))));

	scop_put(req, "keys", portal_all_named(req, found, "by_name"));
	scop_put(req, "any", scop_make_bool(req, scop_count(found) > 0));
	scop_put(req, "permissions", grantable(req));
	scop_view(req, &view_keys);
}

/* The chosen permissions, "shop.orders,shop.process"; "" for none. */
static const struct scop_value *
chosen(struct scop_request *req)
{
	const struct scop_value *permissions = grantable(req), *may = scop_field(req, "may"),
				*list = scop_make_text(req, "%s", "");
	unsigned count = 0;

	for (size_t i = 0; i < scop_count(permissions); i++) {
		const char *name = scop_text(scop_at(permissions, i), "name");

		if (scop_as_text(scop_get(may, name))[0])
			list = scop_make_text(req, "%s%s%s", scop_as_text(list), count++ ? "," : "",
			    name);
	}
	return list;
}

void
portal_key_check(struct scop_request *req)
{
	if (!scop_as_text(chosen(req))[0])
		scop_reject(req, "may", "Choose at least one permission.");
}

void
portal_key_add(struct scop_request *req)
{
	const struct scop_value *list = chosen(req);
	const struct scop_value *token =
	    scop_make_text(req, "scop_%s", scop_as_text(scop_random(req, PORTAL_TOKEN)));

	/* the role may have lost them since portal_key_check() */
	if (!scop_as_text(list)[0]) {
		scop_reject(req, "may", "Choose at least one permission.");
		return;
	}
	if (scop_int(scop_row(req, api_key_count()), "n") >= KEYS_MAX) {
		scop_reject(req, "name", "There are too many keys. Revoke one first.");
		return;
	}
	const bool of_company = scop_as_bool(scop_field(req, "company"));
	scop_write(req,
	    api_key_add(scop_hash(req, token), scop_field(req, "name"), list, scop_actor(req),
		scop_member(req), scop_make_bool(req, of_company),
		scop_make_int(req, atoi(scop_as_text(scop_field(req, "days"))))));
	if (of_company)
		scop_audit(req, "Created an API key of the company", scop_field(req, "name"));
	else
		scop_audit(req, "Created an API key", scop_field(req, "name"));
	scop_put(req, "fresh", token);
	scop_show_once(req);
	portal_keys(req);
}

void
portal_key_remove(struct scop_request *req)
{
	const struct scop_value *key = scop_row(req, api_key_by_id(scop_path(req, "key")));

	scop_put(req, "one", key);
	if (key && !portal_is_sure(req, &view_sure_key))
		return;
	if (key) {
		scop_write(req, api_key_remove(scop_get(key, "id")));
		scop_audit(req, "Revoked an API key", scop_get(key, "name"));
	}
	scop_flash(req, SCOP_TEXT("The key no longer works."));
	scop_redirect(req, "keys", NULL);
}
