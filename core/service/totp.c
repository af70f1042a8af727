/* SPDX-License-Identifier: EUPL-1.2 */
/* Codes for two-step verification (RFC 6238), with liboath: 6 digits, SHA-1, every 30 seconds,
 * which every authenticator app supports. */
#include <liboath/oath.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "scopiton/portal.h"
#include "web/request.h"

enum { SECRET_BYTES = 20, DIGITS = 6, STEP_SECONDS = 30 };

const struct scop_value *
scop_totp_secret(struct scop_request *req)
{
	char bytes[SECRET_BYTES], *text = NULL;

	randombytes_buf(bytes, sizeof bytes);
	if (oath_base32_encode(bytes, sizeof bytes, &text, NULL) != OATH_OK) {
		scop_request_fail(req, SCOP_DB_FAILED, "no secret can be created");
		return scop_value_text(req->arena, "");
	}
	const struct scop_value *secret =
	    scop_value_text(req->arena, scop_arena_text(req->arena, text));
	free(text);
	return secret;
}

/* The digits of "451 067": apps show and copy a space in the middle, some of them a no-break space.
 */
static bool
read_code(const char *text, char ret_digits[DIGITS + 1])
{
	size_t count = 0;

	while (*text) {
		if (*text == ' ')
			text++;
		else if (strncmp(text, "\xc2\xa0", 2) == 0)
			text += 2;
		else if (strncmp(text, "\xe2\x80\xaf", 3) == 0)
			text += 3;
		else if (*text >= '0' && *text <= '9' && count < DIGITS)
			ret_digits[count++] = *text++;
		else
			return false;
	}
	ret_digits[count] = '\0';
	return count == DIGITS;
}

int64_t
scop_totp_step(struct scop_request *req, const struct scop_value *secret,
    const struct scop_value *code)
{
	const char *text = scop_as_text(secret);
	const time_t now = (time_t)(req->now / 1000000);
	char given[DIGITS + 1], expected[DIGITS + 1], *key = NULL;
	size_t length;
	int64_t found = 0;

	if (!read_code(scop_as_text(code), given) ||
	    oath_base32_decode(text, strlen(text), &key, &length) != OATH_OK)
		return 0;
	for (int i = -1; i <= 1; i++) /* clocks may differ by half a minute */
		if (oath_totp_generate(key, length, now + i * STEP_SECONDS, STEP_SECONDS, 0, DIGITS,
			expected) == OATH_OK &&
		    sodium_memcmp(expected, given, DIGITS) == 0)
			found = now / STEP_SECONDS + i;
	free(key);
	return found;
}
