/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Form keys: a random part, the time, and a MAC over them, the tenant, the module, the route and
 * the session. Creating one needs no stored state; when the form is posted, its answer is stored
 * under the random part, so it takes effect once.
 */
#include "web/formkey.h"

#include <sodium.h>
#include <string.h>

enum { NONCE = 16, STAMP = 8, MAC = 16, RAW = NONCE + STAMP + MAC, DAY_SECONDS = 86400 };

static void
sign(const struct scop_request *req, const char *route_path, const unsigned char *raw,
    unsigned char *ret_mac)
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, req->app->key, SCOP_KEY_BYTES, MAC);
	crypto_generichash_update(&state, raw, NONCE + STAMP);
	crypto_generichash_update(&state, (const unsigned char *)req->site.role,
	    strlen(req->site.role) + 1);
	crypto_generichash_update(&state, (const unsigned char *)route_path,
	    strlen(route_path) + 1);
	crypto_generichash_update(&state, (const unsigned char *)req->session_hash,
	    strlen(req->session_hash) + 1);
	crypto_generichash_final(&state, ret_mac, MAC);
}

const char *
scop_form_key_make(struct scop_request *req, const char *route_path)
{
	unsigned char raw[RAW];
	const int64_t seconds = req->now / 1000000;
	char *text = scop_arena_alloc(req->arena, SCOP_FORM_KEY_TEXT);

	randombytes_buf(raw, NONCE);
	memcpy(raw + NONCE, &seconds, STAMP);
	sign(req, route_path, raw, raw + NONCE + STAMP);
	sodium_bin2base64(text, SCOP_FORM_KEY_TEXT, raw, RAW,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return text;
}

bool
scop_form_key_check(struct scop_request *req, const char *route_path, const char *text,
    const char **ret_nonce)
{
	unsigned char raw[RAW], mac[MAC];
	size_t length;
	int64_t seconds;

	if (sodium_base642bin(raw, RAW, text, strlen(text), NULL, &length, NULL,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    length != RAW)
		return false;
	sign(req, route_path, raw, mac);
	if (sodium_memcmp(mac, raw + NONCE + STAMP, MAC) != 0)
		return false;
	memcpy(&seconds, raw + NONCE, STAMP);
	if (req->now / 1000000 - seconds > DAY_SECONDS)
		return false;

	char *hex = scop_arena_alloc(req->arena, NONCE * 2 + 1);
	*ret_nonce = sodium_bin2hex(hex, NONCE * 2 + 1, raw, NONCE);
	return true;
}
