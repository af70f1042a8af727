/* SPDX-License-Identifier: EUPL-1.2 */
/* Roles and their permissions, which the installed modules define. The owner's role cannot be
 * restricted. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "portal.h"

enum { ROLES_MAX = 50, NAME_MAX = 24 };

const struct scop_field portal_new_role_fields[] = {
	{ .name = "title",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Name of the role"),
	    .required = true,
	    .max = 60 },
	{ 0 },
};

const struct scop_field portal_may_fields[] = {
	{ .name = "may", .type = SCOP_FIELD_MAP, .max = 1 },
	{ .name = "seen", .type = SCOP_FIELD_TEXT, .max = 64 },
	{ 0 },
};

void
portal_roles(struct scop_request *req)
{
	scop_put(req, "roles", scop_rows(req, roles(portal_language(req))));
	scop_view(req, &view_roles);
}

/* An internal name: letters and '_', as in manifests. */
static const struct scop_value *
name_of(struct scop_request *req, const char *title)
{
	char name[NAME_MAX - 4] = "r_";
	size_t used = 2;

	for (; *title && used < sizeof name - 1; title++)
		if (isalpha((unsigned char)*title) && (unsigned char)*title < 0x80)
			name[used++] = (char)tolower((unsigned char)*title);
	name[used] = '\0';
	return scop_make_text(req, "%s_%s", name, scop_as_text(scop_random(req, 3)));
}

void
portal_role_add(struct scop_request *req)
{
	const struct scop_value *name = name_of(req, scop_as_text(scop_field(req, "title")));

	if (scop_count(scop_rows(req, roles(portal_language(req)))) >= ROLES_MAX) {
		scop_reject(req, "title", "There are too many roles. Remove one first.");
		return;
	}
	scop_write(req, role_add(name, scop_field(req, "title")));
	scop_audit(req, "Added a role", scop_field(req, "title"));
	scop_flash(req, SCOP_TEXT("The role is added. Choose what it can do."));
	scop_redirect(req, "one-role", scop_map_of(req, "role", name, NULL));
}

void
portal_role(struct scop_request *req)
{
	const struct scop_value *language = scop_make_text(req, "%s", scop_language_of(req)),
				*name = scop_path(req, "role");
	const struct scop_value *role = scop_put_all(req,
	    (const struct scop_read[]){ { "one", true, role_by_name(portal_language(req), name) },
		{ "permissions", false, permissions_of_role(language, name) },
		{ "held", false, role_permissions(name) }, { 0 } });

	if (!role) {
		scop_not_found(req);
		return;
	}
	scop_put(req, "title", scop_get(role, "title"));
	scop_put(req, "seen", scop_row_version(req, scop_model(req, "held"), "permission"));
	scop_put(req, "is_owner",
	    scop_make_bool(req, strcmp(scop_text(role, "name"), "owner") == 0));
	scop_view(req, &view_role);
}

/* Nobody can grant permissions that they do not have. */
bool
portal_may_give(struct scop_request *req, const struct scop_value *role)
{
	const struct scop_value *rows =
	    scop_rows(req, permissions_of_role(scop_make_text(req, "%s", "en"), role));

	for (size_t i = 0; i < scop_count(rows); i++)
		if (scop_bool(scop_at(rows, i), "may") &&
		    !scop_may(req, scop_text(scop_at(rows, i), "name")))
			return false;
	return true;
}

/* Gathers the permissions that the form gives into `ret_list`, and what changes into `changes`;
 * false after rejecting one that the person does not have. */
static bool
take_permissions(struct scop_request *req, const struct scop_value *known,
    const struct scop_value **ret_list, size_t *ret_count, struct scop_list *changes)
{
	const struct scop_value *may = scop_field(req, "may");

	for (size_t i = 0; i < scop_count(known); i++) {
		const struct scop_value *permission = scop_get(scop_at(known, i), "name");
		const bool had = scop_bool(scop_at(known, i), "may"),
			   gets = scop_as_text(scop_get(may, scop_as_text(permission)))[0] != '\0';

		if (gets && !had && !scop_may(req, scop_as_text(permission))) {
			scop_reject(req, "role",
			    "You cannot give permissions that you do not have yourself.");
			return false;
		}
		if (gets != had)
			scop_list_push(changes,
			    scop_make_message(req,
				gets ? SCOP_AUDIT("+ {{permission}}")
				     : SCOP_AUDIT("- {{permission}}"),
				scop_map_of(req, "permission",
				    portal_title_of(req, scop_at(known, i)), NULL)));
		if (gets)
			ret_list[(*ret_count)++] = permission;
	}
	return true;
}

/* Whether the person may change the role; false after answering that not. */
static bool
may_change(struct scop_request *req, const struct scop_value *role, const struct scop_value *name)
{
	if (!role)
		scop_not_found(req);
	else if (strcmp(scop_as_text(name), "owner") == 0)
		scop_reject(req, "role",
		    "An owner can do everything. Add another role for fewer permissions.");
	else if (!portal_may_give(req, name))
		scop_reject(req, "role",
		    "This role has more permissions than you. Someone else must change it.");
	else
		return !scop_row_conflict(req, scop_rows(req, role_permissions_held(name)),
		    "permission");
	return false;
}

static void
note(struct scop_request *req, const struct scop_value *role, const struct scop_value *changes)
{
	const struct scop_value *title = portal_title_of(req, role);

	scop_audit(req, "Changed a role",
	    scop_count(changes) == 0
		? title
		: scop_make_message(req, "{{role}}, {{changes}}",
		      scop_map_of(req, "role", title, "changes", changes, NULL)));
}

void
portal_role_save(struct scop_request *req)
{
	const struct scop_value *role = scop_row(req,
				    role_by_name(portal_language(req), scop_path(req, "role"))),
				*name = scop_get(role, "name");
	const struct scop_value *known = scop_rows(req,
	    permissions_of_role(scop_make_text(req, "%s", scop_language_of(req)), name));
	const struct scop_value **list = scop_alloc(req, (scop_count(known) + 1) * sizeof(*list));
	struct scop_list *changes = scop_list_new(req);
	size_t count = 0;

	if (!may_change(req, role, name) || !take_permissions(req, known, list, &count, changes))
		return;
	scop_write(req, role_permissions_clear(name));
	if (count > 0)
		scop_write(req, role_permissions_add(name, scop_make_list(req, count, list)));
	note(req, role, scop_list_done(changes));
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "roles", NULL);
}

/* A role that a member has, or that a module defines, cannot be deleted. */
void
portal_role_remove(struct scop_request *req)
{
	const struct scop_value *role = scop_row(req,
				    role_by_name(portal_language(req), scop_path(req, "role"))),
				*name = scop_get(role, "name");

	if (!role) {
		scop_not_found(req);
		return;
	}
	if (!portal_may_give(req, name)) {
		scop_reject(req, "role",
		    "This role has more permissions than you. Someone else must change it.");
		return;
	}
	if (strcmp(scop_as_text(name), "owner") == 0) {
		scop_reject(req, "role", "This role belongs to a module and cannot be removed.");
		return;
	}
	if (scop_int(role, "members") > 0) {
		scop_reject(req, "role",
		    "Someone still has this role. Give them another role first.");
		return;
	}
	scop_put(req, "one", role);
	if (!portal_is_sure(req, &view_sure_role))
		return;
	scop_write(req, role_permissions_clear(name));
	scop_write(req, role_remove(name));
	scop_audit(req, "Removed a role", portal_title_of(req, role));
	scop_flash(req, SCOP_TEXT("The role is removed."));
	scop_redirect(req, "roles", NULL);
}
