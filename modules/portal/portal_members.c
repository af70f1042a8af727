/* SPDX-License-Identifier: EUPL-1.2 */
/* Members and their roles; sending and accepting invitations. The last owner remains one.
 */
#include <string.h>

#include "portal.h"

enum { PER_PAGE = 50, PASSWORD_MIN = 10 };

const struct scop_field portal_invite_fields[] = {
	{ .name = "name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Name"),
	    .required = true,
	    .max = 100 },
	{ .name = "mail",
	    .type = SCOP_FIELD_EMAIL,
	    .label = SCOP_TEXT("E-mail address"),
	    .required = true },
	{ .name = "role",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Role"),
	    .required = true,
	    .max = 24 },
	{ 0 },
};

const struct scop_field portal_role_fields[] = {
	{ .name = "role",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Role"),
	    .required = true,
	    .max = 24 },
	{ .name = "seen", .type = SCOP_FIELD_TEXT, .max = 64 },
	{ 0 },
};

const struct scop_field portal_invitation_fields[] = {
	{ .name = "password",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Choose a password"),
	    .min = PASSWORD_MIN,
	    .max = 200 },
	{ .name = "code", .type = SCOP_FIELD_TEXT, .label = SCOP_TEXT("Code"), .max = 20 },
	{ 0 },
};

/* ---- members without a name ---- */

/* How a member is shown: by name, without one by address, else by the title of the role. */
static const struct scop_value *
called(const struct scop_value *member, const char *title)
{
	return scop_get(member,
	    scop_text(member, "name")[0]       ? "name"
		: scop_text(member, "mail")[0] ? "mail"
					       : title);
}

const struct scop_value *
portal_called(struct scop_request *req, const struct scop_value *member)
{
	return member ? scop_make_with(req, member, "name", called(member, "title")) : NULL;
}

static const struct scop_value *
listed_name(struct scop_request *req, const struct scop_value *member, const void *context)
{
	(void)req;
	(void)context;
	return called(member, "role");
}

static void
put_roles(struct scop_request *req)
{
	scop_put(req, "roles", scop_rows(req, roles(portal_language(req))));
}

static struct scop_query
page_of_members(struct scop_request *req, const struct scop_page *page)
{
	return members(portal_language(req), page->after, page->before, page->limit);
}

void
portal_members(struct scop_request *req)
{
	const struct scop_value *rows = portal_put_page(req, "members", PER_PAGE, page_of_members);

	scop_put(req, "members", scop_rows_with(req, rows, "name", listed_name, NULL));
	put_roles(req);
	scop_view(req, &view_members);
}

/* ---- inviting ---- */

const struct scop_value *
portal_own_name(struct scop_request *req)
{
	const struct scop_value *member = scop_row(req, name_of_member(scop_member(req)));

	return scop_text(member, "name")[0] ? scop_get(member, "name") : NULL;
}

void
portal_send_invitation(struct scop_request *req, const struct scop_value *member,
    const struct scop_value *name, const struct scop_value *mail, const struct scop_value *inviter)
{
	const struct scop_value *token = scop_random(req, PORTAL_TOKEN);

	scop_write(req, invitations_clear(member));
	scop_write(req, invitation_add(scop_hash(req, token), member));
	scop_put(req, "token", token);
	scop_put(req, "name", name);
	scop_put(req, "inviter", inviter);
	scop_put(req, "invited", scop_make_bool(req, inviter && scop_type(inviter) != SCOP_NULL));
	scop_mail(req,
	    &(const struct scop_mail){ .view = &view_invitation_mail,
		.to = mail,
		.to_name = name,
		.secret = true });
}

void
portal_invite_check(struct scop_request *req)
{
	const struct scop_value *mail = scop_field(req, "mail"), *role = scop_field(req, "role");

	if (role && !scop_row(req, role_by_name(portal_language(req), role)))
		scop_reject(req, "role", "Choose one of the roles.");
	else if (role && !portal_may_give(req, role))
		scop_reject(req, "role",
		    "You cannot give permissions that you do not have yourself.");
	if (mail && scop_row(req, members_by_mail(mail)))
		scop_reject(req, "mail", "Someone with this address is already a member.");
}

void
portal_invite(struct scop_request *req)
{
	const struct scop_value *name = scop_field(req, "name"), *mail = scop_field(req, "mail"),
				*role = scop_field(req, "role");

	portal_invite_check(req); /* again, in the transaction */
	if (scop_rejected(req))
		return;
	scop_write(req, member_add(name, mail, scop_make_text(req, "%s", scop_language_of(req))));
	const struct scop_value *member = scop_make_int(req, scop_inserted(req));
	scop_write(req, member_role_add(member, role));
	const struct scop_value *own = portal_own_name(req);
	portal_send_invitation(req, member, name, mail, own ? own : scop_make_text(req, "%s", ""));
	scop_audit(req, "Invited a member", mail);
	scop_flash_with(req, SCOP_TEXT("The invitation to {{mail}} is on its way."),
	    scop_map_of(req, "mail", mail, NULL));
	scop_redirect(req, "members", NULL);
}

/* Sends another invitation to a member who has none that works, or has taken none. */
void
portal_invite_again(struct scop_request *req)
{
	const struct scop_value *member = scop_row(req, member_to_invite(scop_path(req, "member")));
	const struct scop_value *mail = scop_get(member, "mail"), *own = portal_own_name(req);

	if (!member || !scop_as_text(mail)[0]) {
		scop_not_found(req);
		return;
	}
	portal_send_invitation(req, scop_get(member, "id"), scop_get(member, "name"), mail,
	    own ? own : scop_make_text(req, "%s", ""));
	scop_audit(req, "Invited a member", mail);
	scop_flash_with(req, SCOP_TEXT("The invitation to {{mail}} is on its way."),
	    scop_map_of(req, "mail", mail, NULL));
	scop_redirect(req, "members", NULL);
}

/* Invites a member whom the installer has added: the first owner of a new tenant, or who arrived in
 * an archive. */
enum scop_job_result
portal_invite_job(struct scop_request *req)
{
	const struct scop_value *member =
	    scop_row(req, member_to_invite(scop_get(scop_body(req), "member")));

	if (member)
		portal_send_invitation(req, scop_get(member, "id"), scop_get(member, "name"),
		    scop_get(member, "mail"),
		    scop_actor_name(req, scop_get(scop_body(req), "inviter")));
	return SCOP_JOB_DONE;
}

void
portal_invitation_form(struct scop_request *req)
{
	scop_put(req, "invitation",
	    scop_row(req, invitation_by_hash(scop_hash(req, scop_path(req, "token")))));
	scop_put(req, "token", scop_path(req, "token"));
	scop_view(req, &view_invitation);
}

static void
welcome(struct scop_request *req, const struct scop_value *member, bool is_new)
{
	if (!scop_text(member, "name")[0])
		scop_flash(req,
		    is_new ? SCOP_TEXT("Welcome. Your password is set: protect it with a second "
				       "step.")
			   : SCOP_TEXT("Welcome. You are a member now."));
	else
		scop_flash_with(req,
		    is_new ? SCOP_TEXT("Welcome, {{name}}. Your password is set: protect it with a "
				       "second step.")
			   : SCOP_TEXT("Welcome, {{name}}. You are a member now."),
		    member);
}

/* A person with an account joins by signing in with it, so that neither a tenant nor an archive
 * makes anybody a member unasked. Answered rather than rejected, as a wrong sign-in is. */
static bool
confirms(struct scop_request *req, const struct scop_value *found)
{
	const struct scop_value *person = scop_row(req, person_to_join(scop_get(found, "person")));
	const char *why = SCOP_TEXT("This is not the code that the app is showing.");

	if (portal_password_proved(req, scop_get(found, "mail"), person, true, &why) &&
	    (!scop_bool(person, "second") || portal_second_proved(req, person)))
		return true;
	scop_put(req, "why", scop_make_text(req, "%s", scop_translate(req, why)));
	portal_invitation_form(req);
	return false;
}

/* The link proves the address: a person with an account signs in with it, others create one. */
void
portal_invitation(struct scop_request *req)
{
	const struct scop_value *found =
	    scop_row(req, invitation_by_hash(scop_hash(req, scop_path(req, "token"))));
	const struct scop_value *member = scop_get(found, "member"),
				*person = scop_get(found, "person");

	const bool is_new = scop_type(person) == SCOP_NULL;

	if (found && !is_new && !confirms(req, found))
		return;
	if (!found || scop_write(req, invitations_clear(member)) == 0) {
		portal_invitation_form(req);
		return;
	}

	if (is_new) {
		if (!scop_field(req, "password")) {
			scop_reject(req, "password", "Choose a password.");
			return;
		}
		if (portal_refuse_weak(req, scop_get(found, "name"), scop_get(found, "mail")))
			return;
		scop_write(req,
		    person_add(scop_get(found, "mail"), scop_get(found, "name"),
			scop_make_text(req, "%s", scop_language_of(req)),
			scop_password_hash(req, scop_field(req, "password"))));
		person = scop_make_int(req, scop_inserted(req));
	}
	scop_write(req, member_become(member, person, scop_get(found, "mail")));
	scop_audit_as(req, member, NULL, "Joined", scop_get(found, "mail"));
	portal_enter(req, member);
	welcome(req, found, is_new);
	if (is_new)
		scop_redirect(req, "second", NULL);
}

/* ---- one member ---- */

static const struct scop_value *
member_of_path(struct scop_request *req)
{
	return portal_called(req,
	    scop_row(req, member_by_id(portal_language(req), scop_path(req, "member"))));
}

void
portal_member(struct scop_request *req)
{
	const struct scop_value *member = member_of_path(req);

	if (!member) {
		scop_not_found(req);
		return;
	}
	scop_put(req, "one", member);
	scop_put(req, "seen", scop_row_version(req, member, "role"));
	put_roles(req);
	scop_view(req, &view_member);
}

/* Whether no owner would be left. The owners' rows are locked, so that the last two owners cannot
 * both leave at once. */
static bool
is_last_owner(struct scop_request *req, const struct scop_value *member)
{
	return strcmp(scop_text(member, "role"), "owner") == 0 &&
	    scop_int(scop_row(req, owners_but(scop_get(member, "id"))), "others") == 0;
}

void
portal_member_role(struct scop_request *req)
{
	const struct scop_value *member = member_of_path(req), *role = scop_field(req, "role");
	const struct scop_value *given = scop_row(req, role_by_name(portal_language(req), role));

	if (!member) {
		scop_not_found(req);
		return;
	}
	if (!given) {
		scop_reject(req, "role", "Choose one of the roles.");
		return;
	}
	if (scop_row_conflict(req, scop_row(req, member_role_held(scop_get(member, "id"))), "role"))
		return;
	if (!portal_may_give(req, role) || !portal_may_give(req, scop_get(member, "role"))) {
		scop_reject(req, "role",
		    "You cannot give permissions that you do not have yourself.");
		return;
	}
	if (strcmp(scop_as_text(role), "owner") != 0 && is_last_owner(req, member)) {
		scop_reject(req, "role",
		    "This is the last owner. Make someone else an owner first.");
		return;
	}
	scop_write(req, member_roles_clear(scop_get(member, "id")));
	scop_write(req, member_role_add(scop_get(member, "id"), role));
	scop_audit(req, "Changed a member's role",
	    scop_make_message(req, "{{member}}: {{role}}",
		scop_map_of(req, "member", scop_get(member, "name"), "role",
		    portal_title_of(req, given), NULL)));
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "members", NULL);
}

void
portal_member_remove(struct scop_request *req)
{
	const struct scop_value *member = member_of_path(req), *id = scop_get(member, "id");

	if (!member) {
		scop_not_found(req);
		return;
	}
	if (!portal_may_give(req, scop_get(member, "role"))) {
		scop_reject(req, "role",
		    "This member has more permissions than you. Someone else must remove them.");
		return;
	}
	if (is_last_owner(req, member)) {
		scop_reject(req, "role",
		    "This is the last owner. Make someone else an owner first.");
		return;
	}
	scop_put(req, "one", member);
	scop_put(req, "has_keys",
	    scop_make_bool(req, scop_int(scop_row(req, api_keys_of(id)), "n") > 0));
	if (!portal_is_sure(req, &view_sure_member))
		return;
	scop_write(req, sessions_end(id));
	scop_write(req, sign_ins_clear(id));
	scop_write(req, invitations_clear(id));
	scop_write(req, member_roles_clear(id));
	scop_write(req, member_remove(id));
	scop_audit(req, "Removed a member", scop_get(member, "name"));
	const struct scop_value *name = scop_get(member, "name");
	if (scop_bool(member, "is_known"))
		scop_flash_with(req, SCOP_TEXT("{{name}} is no longer a member."),
		    scop_map_of(req, "name", name, NULL));
	else
		scop_flash(req, SCOP_TEXT("The member is removed."));
	scop_redirect(req, "members", NULL);
}
