/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two-step verification: a code from an authenticator app, or a recovery code. No state is stored
 * between password and code: the form carries a sealed pass that is valid for five minutes.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "portal.h"

enum {
	PASS_SECONDS = 300,
	RECOVERY_CODES = 8,
	RECOVERY_LENGTH = 10,
	FAILURES = 5,
	FAILURES_OF_ACCOUNT = 30 /* per quarter of an hour */
};

const struct scop_field portal_second_fields[] = {
	{ .name = "secret", .type = SCOP_FIELD_TEXT, .required = true, .max = 200 },
	{ .name = "current",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Current password"),
	    .required = true,
	    .max = 200 },
	{ .name = "code",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Code"),
	    .required = true,
	    .max = 20 },
	{ 0 },
};

const struct scop_field portal_second_off_fields[] = {
	{ .name = "current",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Current password"),
	    .required = true,
	    .max = 200 },
	{ 0 },
};

/* ---- setting it up ---- */

static void
put_secret(struct scop_request *req, const struct scop_value *secret)
{
	const struct scop_value *person = scop_row(req, person_of_member(scop_member(req)));
	const char *uri =
	    scop_as_text(scop_make_text(req, "otpauth://totp/Scopiton:%s?secret=%s&issuer=Scopiton",
		scop_text(person, "mail"), scop_as_text(secret)));

	scop_put(req, "person", person);
	scop_put(req, "secret", secret);
	scop_put(req, "sealed", scop_seal(req, secret));
	scop_put(req, "code", scop_qr(req, uri));
}

void
portal_second_form(struct scop_request *req)
{
	/* Redraws the form with the same secret, which the person's app already has. */
	const struct scop_value *sent = scop_unseal(req, scop_field(req, "secret"));

	put_secret(req, sent ? sent : scop_totp_secret(req));
	scop_view(req, &view_second);
}

void
portal_second_on(struct scop_request *req)
{
	const struct scop_value *secret = scop_unseal(req, scop_field(req, "secret")),
				*found = scop_row(req, person_of_member(scop_member(req)));
	const struct scop_value *person = scop_get(found, "id"), *codes[RECOVERY_CODES];
	const int64_t step = secret ? scop_totp_step(req, secret, scop_field(req, "code")) : 0;

	if (!person) {
		scop_not_found(req);
		return;
	}
	if (scop_bool(found, "second")) {
		scop_reject(req, "code",
		    "Two-step verification is already on. Turn it off first, then on with the "
		    "other app.");
		return;
	}
	if (!scop_password_verify(req, scop_field(req, "current"), scop_get(found, "password"),
		true))
		scop_reject(req, "current", "This is not your current password.");
	if (step == 0)
		scop_reject(req, "code", "This is not the code that the app is showing.");
	if (scop_rejected(req))
		return;
	scop_write(req, person_totp(person, scop_seal(req, secret), scop_make_int(req, step)));
	scop_write(req, recovery_clear(person));
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		codes[i] = scop_random(req, RECOVERY_LENGTH);
		scop_write(req, recovery_add(person, scop_hash(req, codes[i])));
	}
	scop_audit(req, "Turned on two-step verification", NULL);
	scop_put(req, "codes", scop_make_list(req, RECOVERY_CODES, codes));
	scop_show_once(req);
	scop_view(req, &view_second_codes);
}

void
portal_second_off(struct scop_request *req)
{
	const struct scop_value *person = scop_row(req, person_of_member(scop_member(req)));

	if (!person ||
	    !scop_password_verify(req, scop_field(req, "current"), scop_get(person, "password"),
		true)) {
		scop_reject(req, "current", "This is not your current password.");
		return;
	}
	scop_write(req, person_totp(scop_get(person, "id"), NULL, scop_make_int(req, 0)));
	scop_write(req, recovery_clear(scop_get(person, "id")));
	scop_audit(req, "Turned off two-step verification", NULL);
	scop_flash(req, SCOP_TEXT("Two-step verification is off."));
	scop_redirect(req, "account", NULL);
}

/* ---- signing in with it ---- */

const struct scop_field portal_step_fields[] = {
	{ .name = "pass", .type = SCOP_FIELD_TEXT, .required = true, .max = 400 },
	{ .name = "code",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Code"),
	    .required = true,
	    .max = 20 },
	PORTAL_TO_FIELD,
	{ 0 },
};

/* The password hash when the pass was issued: changing the password makes the pass invalid. */
static const char *
password_mark(struct scop_request *req, const struct scop_value *person)
{
	return scop_as_text(scop_hash(req, scop_get(person, "password")));
}

void
portal_ask_second(struct scop_request *req, const struct scop_value *person)
{
	const struct scop_value *found = scop_row(req, person_with_second(scop_get(person, "id")));
	const struct scop_value *pass =
	    scop_make_text(req, "%lld %lld %s", (long long)scop_int(found, "id"),
		(long long)scop_as_int(scop_now(req)) + PASS_SECONDS, password_mark(req, found));

	scop_put(req, "pass", scop_seal(req, pass));
	scop_put(req, "to", scop_field(req, "to"));
	scop_show_once(req);
	scop_view(req, &view_second_step);
}

/* The person who has passed the first step with this pass; NULL if it is invalid or has expired, or
 * if the password has changed since. */
static const struct scop_value *
person_of_pass(struct scop_request *req)
{
	const struct scop_value *pass = scop_unseal(req, scop_field(req, "pass"));
	long long id, until;
	char mark[65];

	if (!pass || sscanf(scop_as_text(pass), "%lld %lld %64s", &id, &until, mark) != 3 ||
	    until < scop_as_int(scop_now(req)))
		return NULL;
	const struct scop_value *person = scop_row(req, person_with_second(scop_make_int(req, id)));
	return person && strcmp(mark, password_mark(req, person)) == 0 ? person : NULL;
}

/* Guessing requires the password, so a new password resets the count. */
static const struct scop_value *
guessing_key(struct scop_request *req, const struct scop_value *person)
{
	return scop_hash(req,
	    scop_make_text(req, "second %lld %s", (long long)scop_int(person, "id"),
		scop_text(person, "password")));
}

static bool
has_guessed(struct scop_request *req, const struct scop_value *key)
{
	const struct scop_value *counts = scop_row(req, failures_of(scop_sender_hash(req), key));

	return scop_int(counts, "pair") >= FAILURES ||
	    scop_int(counts, "account") >= FAILURES_OF_ACCOUNT;
}

/* Each code is accepted once: of two concurrent uses, one finds the time step used. */
static bool
is_right(struct scop_request *req, const struct scop_value *person)
{
	const struct scop_value *secret = scop_unseal(req, scop_get(person, "totp")),
				*code = scop_field(req, "code");
	const int64_t step = secret ? scop_totp_step(req, secret, code) : 0;

	if (step > 0)
		return scop_write(req,
			   totp_use(scop_get(person, "id"), scop_make_int(req, step))) == 1;
	return scop_write(req, recovery_use(scop_get(person, "id"), scop_hash(req, code))) == 1;
}

bool
portal_second_proved(struct scop_request *req, const struct scop_value *person)
{
	const struct scop_value *key = guessing_key(req, person);

	if (has_guessed(req, key))
		return false;
	if (is_right(req, person))
		return true;
	scop_write(req, failure_add(scop_sender_hash(req), key));
	return false;
}

void
portal_second_step(struct scop_request *req)
{
	const struct scop_value *person = person_of_pass(req);

	if (!person || has_guessed(req, guessing_key(req, person))) {
		scop_redirect(req, "sign-in-form", NULL);
		return;
	}
	if (portal_second_proved(req, person)) {
		portal_enter(req, scop_get(person, "member"));
		return;
	}
	scop_put(req, "why",
	    scop_make_text(req, "%s",
		scop_translate(req, "This is not the code that the app is showing.")));
	portal_ask_second(req, person);
}
