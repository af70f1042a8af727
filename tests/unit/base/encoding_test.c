/* SPDX-License-Identifier: EUPL-1.2 */
/* Encodings: each byte as glibc's iconv converts it, and what a text's bytes say about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"

static void
each_byte_is_what_iconv_makes_of_it(void **state)
{
	static const enum scop_encoding encodings[] = { SCOP_WINDOWS_1252, SCOP_ISO_8859_15,
		SCOP_CP850 };

	(void)state;
	for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
		iconv_t converter = iconv_open("UTF-8", scop_encoding_name(encodings[i]));

		assert_true(converter != (iconv_t)-1);
		for (int byte = 0; byte < 256; byte++) {
			char in[1] = { (char)byte }, theirs[8] = "", ours[8] = "";
			char *from = in, *to = theirs;
			size_t left = 1, room = sizeof theirs;

			const size_t length = scop_encoding_convert(encodings[i], in, 1, ours);
			assert_true(length <= SCOP_ENCODING_GROWTH);
			if (iconv(converter, &from, &left, &to, &room) == (size_t)-1) {
				iconv(converter, NULL, NULL, NULL, NULL);
				assert_memory_equal(ours, "\ufffd", 3);
			} else
				assert_memory_equal(ours, theirs, sizeof ours);
		}
		iconv_close(converter);
	}
}

/* The guess, and the offset of what speaks against any. */
static const char *
guess(const char *text, size_t size)
{
	static char said[40];
	size_t wrong = 0;
	char *exact = malloc(size ? size : 1); /* so that a sanitizer sees a read past it */

	memcpy(exact, text, size);
	const enum scop_encoding encoding = scop_encoding_guess(exact, size, &wrong);
	free(exact);
	if (encoding == SCOP_ENCODING_GUESS)
		snprintf(said, sizeof said, "wrong at %zu", wrong);
	else
		snprintf(said, sizeof said, "%s", scop_encoding_name(encoding));
	return said;
}

static void
an_encoding_is_known_by_its_bytes(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *said;
	} cases[] = {
		{ "", 0, "UTF-8" },
		{ "abc", 3, "UTF-8" },
		{ "\xef\xbb\xbf", 3, "UTF-8" },
		{ "\xc3\xa9t\xc3\xa9", 5, "UTF-8" },
		{ "\xef\xbb\xbf\xe9", 4, "wrong at 3" },
		{ "\xff\xfe", 2, "UTF-16LE" },
		{ "\xfe\xff\0a", 4, "UTF-16BE" },
		{ "a\0b\0\xe9\0", 6, "UTF-16LE" },
		{ "\0a\0b\0\xe9", 6, "UTF-16BE" },
		{ "\xe9t\xe9", 3, "windows-1252" },
		{ "\x80 5", 3, "windows-1252" },
		{ "\xa4 5", 3, "ISO-8859-15" },
		{ "\xa4 5 \x92", 5, "windows-1252" },
		/* UTF-8 that is damaged in one place, and cut in a letter */
		{ "\xc3\xa9\xc3\xa9 \xe9", 6, "wrong at 5" },
		{ "\xc3\xa9\xc3\xa9\xc3", 5, "wrong at 4" },
		/* no text: a picture, and a byte that windows-1252 does not have */
		{ "\x89PNG\r\n\x1a\n\0\0", 10, "wrong at 8" },
		{ "\xe9\x81", 2, "wrong at 1" },
		{ "\xff\xd8\xff\xe0\0\x10JFIF", 10, "wrong at 4" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(guess(cases[i].text, cases[i].size), cases[i].said);
}

static void
utf16_keeps_pairs_and_replaces_halves(void **state)
{
	static const char text[] = "\xff\xfe"
				   "a\0\xac\x20\x3d\xd8\x02\xde\x00\xd8"
				   "b";
	char out[64];

	(void)state;
	const size_t length = scop_encoding_convert(SCOP_UTF_16LE, text, sizeof text - 1, out);
	out[length] = '\0';
	assert_string_equal(out, "a\xe2\x82\xac😂\ufffd");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_byte_is_what_iconv_makes_of_it),
		cmocka_unit_test(an_encoding_is_known_by_its_bytes),
		cmocka_unit_test(utf16_keeps_pairs_and_replaces_halves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
