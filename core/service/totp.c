/* SPDX-License-Identifier: EUPL-1.2 */
/* Codes of the second step (RFC 6238), by liboath: 6 digits of SHA-1 every 30 seconds, as every app
 * knows them. */
#include <liboath/oath.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "web/request.h"

enum { SECRET_BYTES = 20, DIGITS = 6, STEP_SECONDS = 30 };

const struct scop_value *
scop_totp_secret(struct scop_request *req)
{
	char bytes[SECRET_BYTES], *text = NULL;

	randombytes_buf(bytes, sizeof bytes);
	if (oath_base32_encode(bytes, sizeof bytes, &text, NULL) != OATH_OK) {
		scop_request_fail(req, SCOP_DB_FAILED, "no secret can be made");
		return scop_value_text(req->arena, "");
	}
	const struct scop_value *secret =
	    scop_value_text(req->arena, scop_arena_text(req->arena, text));
	free(text);
	return secret;
}

int64_t
scop_totp_step(struct scop_request *req, const struct scop_value *secret,
    const struct scop_value *code)
{
	const char *text = scop_as_text(secret), *given = scop_as_text(code);
	const time_t now = (time_t)(req->now / 1000000);
	char expected[DIGITS + 1], *key = NULL;
	size_t length;
	int64_t found = 0;

	if (strlen(given) != DIGITS ||
	    oath_base32_decode(text, strlen(text), &key, &length) != OATH_OK)
		return 0;
	for (int i = -1; i <= 1; i++) /* a clock may be half a minute off */
		if (oath_totp_generate(key, length, now + i * STEP_SECONDS, STEP_SECONDS, 0, DIGITS,
			expected) == OATH_OK &&
		    sodium_memcmp(expected, given, DIGITS) == 0)
			found = now / STEP_SECONDS + i;
	free(key);
	return found;
}
