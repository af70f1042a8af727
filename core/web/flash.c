/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Flash messages. The text is sent in a cookie that lives half a minute, with a MAC over it, the
 * tenant and the module: it needs no table, and nobody else can inject text into a page.
 */
#include "web/flash.h"

#include <sodium.h>
#include <string.h>

#include "web/form.h"

enum { MAC = 16, TEXT_MAX = 1000 };

static const char *
cookie_name(const struct scop_request *req)
{
	return req->app->https ? "__Host-flash" : "flash";
}

static void
sign(const struct scop_request *req, const char *text, size_t length, unsigned char *ret_mac)
{
	static const char purpose[] = "flash";
	crypto_generichash_state state;

	crypto_generichash_init(&state, req->app->key, SCOP_KEY_BYTES, MAC);
	crypto_generichash_update(&state, (const unsigned char *)purpose, sizeof purpose);
	crypto_generichash_update(&state, (const unsigned char *)req->site.role,
	    strlen(req->site.role) + 1);
	crypto_generichash_update(&state, (const unsigned char *)text, length);
	crypto_generichash_final(&state, ret_mac, MAC);
}

void
scop_flash_with(struct scop_request *req, const char *text, const struct scop_value *values)
{
	const char *filled = scop_request_fill(req, scop_translate(req, text), values);
	const size_t length = scop_utf8_fit(filled, TEXT_MAX);
	unsigned char raw[MAC + TEXT_MAX];
	const size_t size =
	    sodium_base64_ENCODED_LEN(MAC + TEXT_MAX, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	char *cookie = scop_arena_alloc(req->arena, size);

	sign(req, filled, length, raw);
	memcpy(raw + MAC, filled, length);
	sodium_bin2base64(cookie, size, raw, MAC + length,
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	scop_request_cookie(req, SCOP_COOKIE_FLASH, cookie);
}

void
scop_flash(struct scop_request *req, const char *text)
{
	scop_flash_with(req, text, NULL);
}

const char *
scop_flash_take(struct scop_request *req)
{
	const char *cookie = scop_cookie_find(req->arena, req->cookie, cookie_name(req));
	unsigned char raw[MAC + TEXT_MAX], mac[MAC];
	size_t length;

	if (!cookie)
		return NULL;
	scop_request_cookie(req, SCOP_COOKIE_FLASH, "");
	req->for_visitor = true;
	if (sodium_base642bin(raw, sizeof raw, cookie, strlen(cookie), NULL, &length, NULL,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
	    length <= MAC)
		return NULL;
	sign(req, (const char *)raw + MAC, length - MAC, mac);
	if (sodium_memcmp(mac, raw, MAC) != 0)
		return NULL;
	return scop_arena_bytes(req->arena, raw + MAC, length - MAC);
}
