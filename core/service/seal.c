/* SPDX-License-Identifier: EUPL-1.2 */
/* A module's sealed secrets: encrypted with libsodium's secretbox under a key derived from the
 * module's own. See request.h. */
#include <sodium.h>
#include <string.h>

#include "web/request.h"

static void
derive(const struct scop_app *app, unsigned char key[crypto_secretbox_KEYBYTES])
{
	static const char purpose[] = "seal";

	crypto_generichash(key, crypto_secretbox_KEYBYTES, (const unsigned char *)purpose,
	    strlen(purpose), app->key, SCOP_KEY_BYTES);
}

const struct scop_value *
scop_seal(struct scop_request *req, const struct scop_value *secret)
{
	const size_t length = scop_type(secret) == SCOP_STRING ? secret->length : 0;
	const size_t size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + length;
	unsigned char key[crypto_secretbox_KEYBYTES], *sealed = scop_arena_alloc(req->arena, size);

	derive(req->app, key);
	randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES,
	    (const unsigned char *)scop_as_text(secret), length, sealed, key);
	sodium_memzero(key, sizeof key);
	char *hex = scop_arena_alloc(req->arena, 2 * size + 1);
	return scop_value_text(req->arena, sodium_bin2hex(hex, 2 * size + 1, sealed, size));
}

const struct scop_value *
scop_unseal(struct scop_request *req, const struct scop_value *sealed)
{
	const char *hex = scop_as_text(sealed);
	const size_t frame = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
	unsigned char key[crypto_secretbox_KEYBYTES],
	    *bytes = scop_arena_alloc(req->arena, strlen(hex) / 2 + 1);
	size_t size;

	if (sodium_hex2bin(bytes, strlen(hex) / 2, hex, strlen(hex), NULL, &size, NULL) != 0 ||
	    size < frame)
		return NULL;
	unsigned char *plain = scop_arena_alloc(req->arena, size - frame + 1);
	derive(req->app, key);
	const bool ok = crypto_secretbox_open_easy(plain, bytes + crypto_secretbox_NONCEBYTES,
			    size - crypto_secretbox_NONCEBYTES, bytes, key) == 0;
	sodium_memzero(key, sizeof key);
	return ok ? scop_value_bytes(req->arena, (const char *)plain, size - frame) : NULL;
}
