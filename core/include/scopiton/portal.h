/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Functions for a portal only: accounts and passwords, sessions, and jobs of all modules.
 *
 * These functions have a symbol version of their own. A package that needs it is refused before it
 * is loaded (when it is checked, published or installed), unless the right `portal` has been
 * granted to its publisher and name: by the group in the signed index (`scopiton catalogue grant`)
 * or, for a package in the host's own folder, by the operator (`granted` in the configuration).
 * docs/api.md lists these rights.
 */
#ifndef SCOPITON_PORTAL_H
#define SCOPITON_PORTAL_H

#include <stdbool.h>
#include <stdint.h>

#include "scopiton/value.h"

struct scop_request;

/* ---- passwords ---- */

/* Hashes `password` for storage: an argon2id string as libsodium writes it, at most 127 characters.
 * At most two hashes run on a host at once, each for about 70 ms; if too many requests wait, this
 * one fails and is answered 503. NULL if the request has failed. */
const struct scop_value *scop_password_hash(struct scop_request *req,
    const struct scop_value *password);

/* Whether `password` matches the hash `stored`. If `stored` is NULL or empty it returns false after
 * the same time, so that timing does not reveal whether an account exists. While two hashes run, up
 * to 16 `patient` requests wait for at most 8 seconds; all others fail and are answered 503. False
 * if the request has failed. */
bool scop_password_verify(struct scop_request *req, const struct scop_value *password,
    const struct scop_value *stored, bool patient);

/* Whether `password` is easy to guess from dictionaries, keyboard patterns and dates (zxcvbn),
 * given the person's `name` and `mail` (either may be NULL). True for NULL or "". Never fails. */
bool scop_password_is_weak(struct scop_request *req, const struct scop_value *password,
    const struct scop_value *name, const struct scop_value *mail);

/* ---- two-step verification ---- */

/* A new secret for time-based codes (RFC 6238, 160 bits), in base32. Lives as long as the request.
 * Never fails. */
const struct scop_value *scop_totp_secret(struct scop_request *req);

/* The 30-second time step since 1970 whose code for `secret` (in base32) is `code`: the current,
 * previous or next one. 0 if `code` matches none of these, or the secret is not base32. The caller
 * stores the step and must not accept the same or an earlier one again. */
int64_t scop_totp_step(struct scop_request *req, const struct scop_value *secret,
    const struct scop_value *code);

/* ---- sessions ---- */

/* The hash of the session's token, 64 hexadecimal digits; NULL if nobody is signed in. */
const struct scop_value *scop_session(struct scop_request *req);

/* Sets the portal's session cookie to `token`, until the browser is closed; "" or NULL removes it.
 */
void scop_session_cookie(struct scop_request *req, const char *token);

/* Answers 303 to `address`, a path of this host name with its query, percent-encoded, as the host
 * gives it to the sign-in form in the field `to`. Anything else (NULL, another host's address, a
 * control character) leads to "/". */
void scop_redirect_inside(struct scop_request *req, const struct scop_value *address);

/* The hash of the client's IPv4 address, or of the first 64 bits of its IPv6 address, for rate
 * limits: 64 hexadecimal digits. Never fails. */
const struct scop_value *scop_sender_hash(struct scop_request *req);

/* ---- on behalf of others ---- */

/* Like scop_audit, for somebody who is not signed in yet: `member` is the id of a member of this
 * tenant or NULL, `name` a string, truncated to 100 bytes; NULL: the member's own. Part of the
 * transaction. */
void scop_audit_as(struct scop_request *req, const struct scop_value *member,
    const struct scop_value *name, const char *text, const struct scop_value *about);

/* Rows of the audit trail as the reader sees them. Each row needs `module`, `about` and `details`:
 * `about` becomes a text in the reader's language, formats and time zone, and `details` the values
 * themselves, for programs. An entry without valid details keeps its `about`, and its `details` are
 * null. A message may have a member `module` beside those that scop_make_message() gives it: the
 * module whose translations its text has. */
const struct scop_value *scop_audit_shown(struct scop_request *req,
    const struct scop_value *entries);

/* Orders "cancel" for a queued or running job, or "replay" or "drop" for a dead one; `job` is its
 * entry number. The dispatcher carries out the order after the commit, only for jobs of this
 * tenant; an order for another tenant's job, or one that no longer exists, does nothing. */
void scop_order_job(struct scop_request *req, const struct scop_value *job, const char *verb);

#endif
