/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Digests, signatures with a shared secret, and bytes written as text. A digest
 * is a string of raw bytes: write it with scop_hex or scop_base64. For random
 * tokens see scop_random, for storing a token scop_hash, for keeping a secret
 * scop_seal.
 */
#ifndef SCOPITON_DIGEST_H
#define SCOPITON_DIGEST_H

#include <stdbool.h>

#include "scopiton/value.h"

struct scop_request;

/* SHA-2 (FIPS 180-4), of 32 and 64 bytes. */
enum scop_digest { SCOP_SHA256, SCOP_SHA512 };

/* The digest of a string, NULL counting as empty. */
const struct scop_value *scop_digest(struct scop_request *req, enum scop_digest digest,
    const struct scop_value *bytes);

/* The keyed digest (RFC 2104) of a string, with a key of any length. An empty
 * key fails the request: a setting that nobody has filled in signs nothing. */
const struct scop_value *scop_hmac(struct scop_request *req, enum scop_digest digest,
    const struct scop_value *key, const struct scop_value *bytes);

/* Whether two strings are equal and not empty, in a time that does not depend
 * on where they differ: for a signature or a token that somebody has sent. */
bool scop_same_secret(const struct scop_value *one, const struct scop_value *other);

/* A string's bytes as hexadecimal digits in lower case, as base64 with padding,
 * and as base64url without (RFC 4648, sections 4 and 5). */
const struct scop_value *scop_hex(struct scop_request *req, const struct scop_value *bytes);
const struct scop_value *scop_base64(struct scop_request *req, const struct scop_value *bytes);
const struct scop_value *scop_base64url(struct scop_request *req, const struct scop_value *bytes);

/* The bytes of such a text; NULL if it is none. Hexadecimal digits may be
 * capitals, base64 may have line breaks and spaces, as in mails and XML, and
 * base64url may have padding. */
const struct scop_value *scop_from_hex(struct scop_request *req, const struct scop_value *text);
const struct scop_value *scop_from_base64(struct scop_request *req, const struct scop_value *text);
const struct scop_value *scop_from_base64url(struct scop_request *req,
    const struct scop_value *text);

#endif
