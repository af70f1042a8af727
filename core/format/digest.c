/* SPDX-License-Identifier: EUPL-1.2 */
/* Digests and bytes as text, with libsodium: see scopiton/digest.h. */
#include "scopiton/digest.h"

#include <sodium.h>
#include <string.h>

#include "web/request.h"

static const unsigned char *
bytes_of(const struct scop_value *value)
{
	return (const unsigned char *)scop_as_text(value);
}

const struct scop_value *
scop_digest(struct scop_request *req, enum scop_digest digest, const struct scop_value *bytes)
{
	unsigned char sum[crypto_hash_sha512_BYTES];
	const bool wide = digest == SCOP_SHA512;

	if (wide)
		crypto_hash_sha512(sum, bytes_of(bytes), scop_size(bytes));
	else
		crypto_hash_sha256(sum, bytes_of(bytes), scop_size(bytes));
	return scop_make_bytes(req, sum, wide ? sizeof sum : crypto_hash_sha256_BYTES);
}

static void
hmac_sha256(unsigned char *out, const struct scop_value *key, const struct scop_value *bytes)
{
	crypto_auth_hmacsha256_state state;

	crypto_auth_hmacsha256_init(&state, bytes_of(key), scop_size(key));
	crypto_auth_hmacsha256_update(&state, bytes_of(bytes), scop_size(bytes));
	crypto_auth_hmacsha256_final(&state, out);
	sodium_memzero(&state, sizeof state);
}

static void
hmac_sha512(unsigned char *out, const struct scop_value *key, const struct scop_value *bytes)
{
	crypto_auth_hmacsha512_state state;

	crypto_auth_hmacsha512_init(&state, bytes_of(key), scop_size(key));
	crypto_auth_hmacsha512_update(&state, bytes_of(bytes), scop_size(bytes));
	crypto_auth_hmacsha512_final(&state, out);
	sodium_memzero(&state, sizeof state);
}

const struct scop_value *
scop_hmac(struct scop_request *req, enum scop_digest digest, const struct scop_value *key,
    const struct scop_value *bytes)
{
	unsigned char out[crypto_auth_hmacsha512_BYTES];
	const bool wide = digest == SCOP_SHA512;

	if (scop_size(key) == 0) {
		scop_request_fail(req, SCOP_DB_FAILED, "scop_hmac without a key");
		return NULL;
	}
	if (wide)
		hmac_sha512(out, key, bytes);
	else
		hmac_sha256(out, key, bytes);
	return scop_make_bytes(req, out, wide ? sizeof out : crypto_auth_hmacsha256_BYTES);
}

bool
scop_same_secret(const struct scop_value *one, const struct scop_value *other)
{
	const size_t size = scop_size(one);

	return size > 0 && size == scop_size(other) &&
	    sodium_memcmp(scop_as_text(one), scop_as_text(other), size) == 0;
}

const struct scop_value *
scop_hex(struct scop_request *req, const struct scop_value *bytes)
{
	const size_t room = 2 * scop_size(bytes) + 1;
	char *out = scop_arena_alloc(req->arena, room);

	return scop_value_bytes(req->arena,
	    sodium_bin2hex(out, room, bytes_of(bytes), scop_size(bytes)), room - 1);
}

static const struct scop_value *
to_base64(struct scop_request *req, const struct scop_value *bytes, int variant)
{
	const size_t room = sodium_base64_encoded_len(scop_size(bytes), variant);
	char *out = scop_arena_alloc(req->arena, room);

	sodium_bin2base64(out, room, bytes_of(bytes), scop_size(bytes), variant);
	return scop_value_text(req->arena, out);
}

const struct scop_value *
scop_base64(struct scop_request *req, const struct scop_value *bytes)
{
	return to_base64(req, bytes, sodium_base64_VARIANT_ORIGINAL);
}

const struct scop_value *
scop_base64url(struct scop_request *req, const struct scop_value *bytes)
{
	return to_base64(req, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

const struct scop_value *
scop_from_hex(struct scop_request *req, const struct scop_value *text)
{
	const size_t size = scop_size(text);
	unsigned char *out = scop_arena_alloc(req->arena, size / 2 + 1);
	size_t length;

	if (scop_type(text) != SCOP_STRING || size % 2 != 0 ||
	    sodium_hex2bin(out, size / 2, text->string, size, NULL, &length, NULL) != 0)
		return NULL;
	return scop_value_bytes(req->arena, (const char *)out, length);
}

static const struct scop_value *
from_base64(struct scop_request *req, const struct scop_value *text, const char *ignore,
    int variant)
{
	const size_t size = scop_size(text);
	unsigned char *out = scop_arena_alloc(req->arena, size / 4 * 3 + 4);
	size_t length;

	if (scop_type(text) != SCOP_STRING ||
	    sodium_base642bin(out, size / 4 * 3 + 3, text->string, size, ignore, &length, NULL,
		variant) != 0)
		return NULL;
	return scop_value_bytes(req->arena, (const char *)out, length);
}

const struct scop_value *
scop_from_base64(struct scop_request *req, const struct scop_value *text)
{
	return from_base64(req, text, " \t\r\n", sodium_base64_VARIANT_ORIGINAL);
}

const struct scop_value *
scop_from_base64url(struct scop_request *req, const struct scop_value *text)
{
	const char *padding = memchr(scop_as_text(text), '=', scop_size(text));

	return from_base64(req, text, NULL,
	    padding ? sodium_base64_VARIANT_URLSAFE : sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
