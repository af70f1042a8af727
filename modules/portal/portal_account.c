/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signing in with a password, and setting one. Neither the answer nor its timing reveals whether an
 * account exists: a password is always hashed, and a forgotten one always enqueues a job. A client
 * that fails often must wait. After many failures for an address, only clients from locations known
 * for that account may try, and others sign in through the mail for a forgotten password, so that
 * nobody can lock the owner out.
 */
#include <ctype.h>
#include <string.h>

#include "portal.h"

enum {
	FAILURES_OF_PAIR = 5,
	FAILURES_OF_SENDER = 30,
	FAILURES_OF_ACCOUNT = 50 /* per quarter of an hour */,
	PASSWORD_MIN = 10,
	RESETS_MAX = 3 /* per ten minutes */
};

/* The address that was asked without a session. */
const struct scop_field portal_to_fields[] = { PORTAL_TO_FIELD, { 0 } };

const struct scop_field portal_sign_in_fields[] = {
	{ .name = "mail",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("E-mail address"),
	    .required = true,
	    .max = 254 },
	{ .name = "password",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Password"),
	    .required = true,
	    .max = 200 },
	PORTAL_TO_FIELD,
	{ 0 },
};

const struct scop_field portal_forgot_fields[] = {
	{ .name = "mail",
	    .type = SCOP_FIELD_EMAIL,
	    .label = SCOP_TEXT("E-mail address"),
	    .required = true },
	{ 0 },
};

const struct scop_field portal_reset_fields[] = {
	{ .name = "password",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("New password"),
	    .required = true,
	    .min = PASSWORD_MIN,
	    .max = 200 },
	{ 0 },
};

const struct scop_field portal_password_fields[] = {
	{ .name = "name", .type = SCOP_FIELD_TEXT, .label = SCOP_TEXT("Name"), .max = 100 },
	{ .name = "mail", .type = SCOP_FIELD_EMAIL, .label = SCOP_TEXT("E-mail address") },
	{ .name = "current",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Current password"),
	    .max = 200 },
	{ .name = "password",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("New password"),
	    .min = PASSWORD_MIN,
	    .max = 200 },
	{ 0 },
};

/* ---- signing in ---- */

void
portal_sign_in_form(struct scop_request *req)
{
	scop_put(req, "to", scop_field(req, "to"));
	scop_view(req, &view_sign_in);
}

/* Answered rather than rejected, because a rejection would roll back the count of failures. */
static void
failed(struct scop_request *req, const char *why)
{
	scop_put(req, "mail", scop_field(req, "mail"));
	scop_put(req, "to", scop_field(req, "to"));
	scop_put(req, "why", scop_make_text(req, "%s", scop_translate(req, why)));
	scop_view(req, &view_sign_in);
}

/* Addresses are compared in lower case. */
static const struct scop_value *
in_lower_case(struct scop_request *req, const struct scop_value *text)
{
	const size_t length = scop_size(text);
	char *lower = scop_alloc(req, length + 1);

	for (size_t i = 0; i < length; i++)
		lower[i] = (char)tolower((unsigned char)scop_as_text(text)[i]);
	return scop_make_bytes(req, lower, length);
}

bool
portal_password_proved(struct scop_request *req, const struct scop_value *mail,
    const struct scop_value *person, bool may_enter, const char **ret_why)
{
	const struct scop_value *sender = scop_sender_hash(req),
				*hash = scop_hash(req, in_lower_case(req, mail));
	const struct scop_value *counts = scop_row(req, failures_of(sender, hash));

	if (scop_int(counts, "pair") >= FAILURES_OF_PAIR ||
	    scop_int(counts, "sender") >= FAILURES_OF_SENDER) {
		*ret_why =
		    SCOP_TEXT("Too many attempts from your network. Wait a quarter of an hour, or "
			      "ask for a new password.");
		return false;
	}

	if (scop_int(counts, "account") >= FAILURES_OF_ACCOUNT &&
	    !scop_row(req, place_known(mail, sender))) {
		*ret_why =
		    SCOP_TEXT("Many wrong passwords were entered for this address. Sign in from a "
			      "network that you usually use, or ask for a new password.");
		return false;
	}

	const bool right = scop_password_verify(req, scop_field(req, "password"),
	    scop_get(person, "password"), scop_int(counts, "sender") == 0);
	if (right && may_enter)
		return true;
	scop_write(req, failure_add(sender, hash));
	*ret_why = SCOP_TEXT("Wrong e-mail address or password.");
	return false;
}

void
portal_sign_in(struct scop_request *req)
{
	const struct scop_value *person = scop_row(req, person_by_mail(scop_field(req, "mail")));
	const struct scop_value *member = scop_get(person, "member");
	const char *why;

	if (!portal_password_proved(req, scop_field(req, "mail"), person,
		scop_type(member) != SCOP_NULL, &why))
		failed(req, why);
	else if (scop_bool(person, "second"))
		portal_ask_second(req, person);
	else
		portal_enter(req, member);
}

/* Ends sessions at other tenants too: the installer does it, because the portal's role has access
 * only to its own tenant. */
static void
end_elsewhere(struct scop_request *req, const struct scop_value *person,
    const struct scop_value *name)
{
	bool under_way;

	scop_write_unique(req, sign_out_everywhere(scop_tenant(req), person, name), &under_way);
}

bool
portal_refuse_weak(struct scop_request *req, const struct scop_value *name,
    const struct scop_value *mail)
{
	const bool weak = scop_password_is_weak(req, scop_field(req, "password"), name, mail);

	if (weak)
		scop_reject(req, "password",
		    "This password is easy to guess. Three unrelated words work well.");
	return weak;
}

/* ---- a forgotten password ---- */

void
portal_forgot_form(struct scop_request *req)
{
	scop_view(req, &view_forgot);
}

void
portal_forgot(struct scop_request *req)
{
	const struct scop_value *mail = scop_field(req, "mail");

	/* One mail at a time per address, so that nobody can flood a mailbox. */
	scop_enqueue_at(req, "forgot",
	    scop_map_of(req, "mail", mail, "language",
		scop_make_text(req, "%s", scop_language_of(req)), NULL),
	    NULL, scop_as_text(scop_hash(req, mail)));
	scop_put(req, "asked", scop_make_bool(req, true));
	scop_view(req, &view_forgot);
}

enum scop_job_result
portal_forgot_job(struct scop_request *req)
{
	const struct scop_value *mail = scop_get(scop_body(req), "mail"),
				*token = scop_random(req, PORTAL_TOKEN);
	const struct scop_value *person = scop_row(req, person_by_mail(mail));

	/* whoever is invited needs the password to join */
	if (!person ||
	    (scop_type(scop_get(person, "member")) == SCOP_NULL && !scop_bool(person, "invited")))
		return SCOP_JOB_DONE;
	if (scop_int(scop_row(req, resets_of(scop_get(person, "id"))), "fresh") >= RESETS_MAX)
		return SCOP_JOB_DONE;
	scop_write(req, reset_add(scop_hash(req, token), scop_get(person, "id")));
	scop_put(req, "token", token);
	scop_put(req, "name", scop_get(person, "name"));
	scop_mail(req,
	    &(const struct scop_mail){ .view = &view_reset_mail,
		.to = scop_get(person, "mail"),
		.to_name = scop_get(person, "name"),
		.language = scop_text(scop_body(req), "language"), /* of the page that asked */
		.secret = true });
	return SCOP_JOB_DONE;
}

void
portal_reset_form(struct scop_request *req)
{
	scop_put(req, "person",
	    scop_row(req, reset_by_hash(scop_hash(req, scop_path(req, "token")))));
	scop_put(req, "token", scop_path(req, "token"));
	scop_view(req, &view_reset);
}

void
portal_reset(struct scop_request *req)
{
	const struct scop_value *found =
	    scop_row(req, reset_by_hash(scop_hash(req, scop_path(req, "token"))));

	/* If two requests use the link at once, one of them finds none. */
	if (!found || scop_write(req, resets_use(scop_get(found, "person"))) == 0) {
		portal_reset_form(req);
		return;
	}
	if (portal_refuse_weak(req, scop_get(found, "name"), NULL))
		return;
	scop_write(req,
	    person_password(scop_get(found, "person"),
		scop_password_hash(req, scop_field(req, "password"))));
	scop_write(req, sessions_end(scop_get(found, "member")));
	end_elsewhere(req, scop_get(found, "person"), scop_get(found, "name"));
	if (scop_type(scop_get(found, "member")) == SCOP_NULL) {
		scop_flash(req,
		    SCOP_TEXT("Your password is changed. All other devices are signed out."));
		scop_redirect(req, "sign-in-form", NULL);
		return;
	}
	scop_audit_as(req, scop_get(found, "member"), NULL, "Reset a forgotten password", NULL);
	scop_flash(req, SCOP_TEXT("Your password is changed. All other devices are signed out."));
	/* The link has proved the address: signs in at once, also from a network with too many
	 * failures. */
	if (scop_bool(found, "second")) {
		portal_ask_second(req, found);
		return;
	}
	portal_enter(req, scop_get(found, "member"));
}

/* ---- the member's own account ---- */

void
portal_account_form(struct scop_request *req)
{
	portal_put_profile(req);
	scop_put(req, "person", scop_row(req, person_of_member(scop_member(req))));
	scop_view(req, &view_account);
}

/* A page of its own, so that this button loses no input on the account's page. */
void
portal_password_form(struct scop_request *req)
{
	scop_put(req, "person", scop_row(req, person_of_member(scop_member(req))));
	scop_view(req, &view_password_page);
}

/* A member who signed in by a link gets an account once a mail has proved the address, because the
 * address might be somebody else's. */
static void
set_up(struct scop_request *req)
{
	const struct scop_value *mail = scop_field(req, "mail"), *name = scop_field(req, "name");

	if (!name)
		scop_reject(req, "name", "Enter your name.");
	if (!mail)
		scop_reject(req, "mail", "Enter your e-mail address.");
	else if (scop_row(req, members_by_mail(mail)) &&
	    !scop_row(req, member_with_mail(scop_member(req), mail)))
		scop_reject(req, "mail", "Someone with this address is already a member.");
	if (scop_rejected(req))
		return;
	scop_write(req, member_named(scop_member(req), name, mail));
	portal_send_invitation(req, scop_member(req), name, mail, NULL);
	scop_put(req, "written_to", mail);
	portal_password_form(req);
}

void
portal_password(struct scop_request *req)
{
	const struct scop_value *person = scop_row(req, person_of_member(scop_member(req)));
	const struct scop_value *current = scop_field(req, "current");

	if (!person) {
		set_up(req);
		return;
	}
	if (!current || !scop_password_verify(req, current, scop_get(person, "password"), true))
		scop_reject(req, "current", "This is not your current password.");
	if (!scop_field(req, "password"))
		scop_reject(req, "password", "Choose a password.");
	else
		portal_refuse_weak(req, scop_get(person, "name"), scop_get(person, "mail"));
	if (scop_rejected(req))
		return;
	scop_write(req,
	    person_password(scop_get(person, "id"),
		scop_password_hash(req, scop_field(req, "password"))));
	scop_write(req, resets_use(scop_get(person, "id")));
	scop_write(req, sessions_end_others(scop_member(req), scop_session(req)));
	end_elsewhere(req, scop_get(person, "id"), scop_actor(req));
	scop_audit(req, "Changed the password", NULL);
	scop_flash(req, SCOP_TEXT("Your password is changed. All other devices are signed out."));
	scop_redirect(req, "account", NULL);
}
