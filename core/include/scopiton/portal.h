/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Functions for a portal only: accounts and their passwords, sessions, and work of all modules.
 *
 * These functions have a symbol version of their own. A package that needs it is refused before it
 * is loaded, when it is checked, published or installed, unless the right `portal` was granted to
 * its publisher and name: by the group in the signed index (`scopiton catalogue grant`), or, for a
 * package of the host's own folder, by its operator (`granted` in the configuration). docs/api.md
 * lists the rights that are granted so.
 */
#ifndef SCOPITON_PORTAL_H
#define SCOPITON_PORTAL_H

#include <stdbool.h>
#include <stdint.h>

#include "scopiton/value.h"

struct scop_request;

/* ---- passwords ---- */

/* `password` as it is stored: an argon2id string of libsodium's, at most 127 characters. At most
 * two hashes run on a host at once, each for about 70 ms; where more wait, the request fails and is
 * answered 503. NULL when the request has failed. */
const struct scop_value *scop_password_hash(struct scop_request *req,
    const struct scop_value *password);

/* Whether `password` is the one of `stored` (what scop_password_hash gave). False, after the same
 * time, where `stored` is NULL or empty, so that timing does not reveal whether an account exists.
 * While two hashes run, a few `patient` requests wait for up to 8 seconds; the others, and those
 * that find too many waiting, fail and are answered 503. False when the request has failed. */
bool scop_password_verify(struct scop_request *req, const struct scop_value *password,
    const struct scop_value *stored, bool patient);

/* Whether `password` is easily guessed, by dictionaries, keyboards and dates (zxcvbn), knowing the
 * owner's `name` and `mail` (either may be NULL). True for NULL or "". Never fails. */
bool scop_password_is_weak(struct scop_request *req, const struct scop_value *password,
    const struct scop_value *name, const struct scop_value *mail);

/* ---- the second step ---- */

/* A new secret for codes by time (RFC 6238, 160 bits), in base32. Lives as long as the request.
 * Never fails. */
const struct scop_value *scop_totp_secret(struct scop_request *req);

/* The step of 30 seconds since 1970 whose code for `secret` (in base32) is `code`: the present one,
 * the one before or the one after. 0 for none of them, or for a secret that is not base32. The
 * caller stores it and takes no step twice. */
int64_t scop_totp_step(struct scop_request *req, const struct scop_value *secret,
    const struct scop_value *code);

/* ---- sessions ---- */

/* The hash of the session's token, 64 hexadecimal digits; NULL where nobody is signed in. */
const struct scop_value *scop_session(struct scop_request *req);

/* Sets the portal's session cookie to `token`, until the browser is closed; an empty text or NULL
 * removes it. */
void scop_session_cookie(struct scop_request *req, const char *token);

/* The hash of the sender's address, for rate limits: of an IPv4 address, or of the network of an
 * IPv6 one (its first 64 bits). 64 hexadecimal digits. Never fails. */
const struct scop_value *scop_sender_hash(struct scop_request *req);

/* ---- in somebody's name ---- */

/* As scop_audit, in the name of somebody who is not signed in yet: `member` is an id of this
 * tenant's or NULL, `name` a text of at most 100 bytes; more is cut. Part of the transaction. */
void scop_audit_as(struct scop_request *req, const struct scop_value *member,
    const struct scop_value *name, const char *text, const struct scop_value *about);

/* Orders "cancel" for a job that waits or runs, "replay" or "drop" for a dead one; `job` is its
 * entry's number. The dispatcher carries it out after the commit, for jobs of the own tenant alone;
 * an order for another one's, or for one that is gone, does nothing. */
void scop_order_job(struct scop_request *req, const struct scop_value *job, const char *verb);

#endif
