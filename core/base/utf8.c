/* SPDX-License-Identifier: EUPL-1.2 */
/* UTF-8 (RFC 3629): see utf8.h. */
#include "base/utf8.h"

#include <string.h>

/* RFC 3629, section 4. */
size_t
scop_utf8_step(const char *start, size_t left)
{
	const unsigned char *text = (const unsigned char *)start;

	if (left == 0)
		return 0;
	if (text[0] < 0x80)
		return text[0] != 0;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;

	const size_t length = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	if (left < length)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}

bool
scop_utf8_valid(const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		const size_t step = scop_utf8_step(text + at, length - at);

		if (step == 0)
			return false;
		at += step;
	}
	return true;
}

/* Marks that belong to the letter before them: combining accents, variation selectors, and the
 * joiner of emoji with the character that it joins. */
static bool
is_joined(const char *text, const char *start)
{
	const unsigned char *at = (const unsigned char *)text;
	static const char joiner[] = "\xe2\x80\x8d";

	return (at[0] == 0xcc && at[1] >= 0x80) || (at[0] == 0xcd && at[1] <= 0xaf && at[1]) ||
	    (at[0] == 0xef && at[1] == 0xb8 && at[2] >= 0x80 && at[2] <= 0x8f) ||
	    strncmp(text, joiner, 3) == 0 ||
	    (text - start >= 3 && memcmp(text - 3, joiner, 3) == 0);
}

static size_t
cut(const char *text, size_t bytes)
{
	while (bytes > 0 && text[bytes] &&
	    (((unsigned char)text[bytes] & 0xc0) == 0x80 || is_joined(text + bytes, text)))
		bytes--;
	return bytes;
}

size_t
scop_utf8_fit(const char *text, size_t bytes)
{
	return cut(text, strnlen(text, bytes));
}

size_t
scop_utf8_first(const char *text, size_t letters)
{
	const char *at = text;

	for (; *at && letters > 0; letters--)
		for (at++; ((unsigned char)*at & 0xc0) == 0x80;)
			at++;
	return cut(text, (size_t)(at - text));
}

void
scop_utf8_repair(char *text)
{
	size_t left = strlen(text);
	char *out = text;

	while (left > 0) {
		const size_t step = scop_utf8_step(text, left);

		memmove(out, text, step);
		out += step;
		text += step ? step : 1;
		left -= step ? step : 1;
	}
	*out = '\0';
}

size_t
scop_utf8_count(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

size_t
scop_utf8_put(char *out, unsigned letter)
{
	static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };

	if (letter < 0x80) {
		out[0] = (char)letter;
		return 1;
	}
	const size_t more = letter < 0x800 ? 1 : letter < 0x10000 ? 2 : 3;
	out[0] = (char)(first[more] | letter >> 6 * more);
	for (size_t i = 1; i <= more; i++)
		out[i] = (char)(0x80 | (letter >> 6 * (more - i) & 0x3f));
	return more + 1;
}
