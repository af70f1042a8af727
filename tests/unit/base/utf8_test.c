/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts that are shortened, between two letters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"

/* Each letter, and what belongs to it, in one piece. */
static const char *const letters[] = { "x", "é", "中", "🚲", "e\u0301", "👩\u200d🚒", "❤\ufe0f" };
enum { LETTERS = sizeof letters / sizeof letters[0] };

static void
a_text_is_shortened_between_two_letters(void **state)
{
	char text[200] = "";
	size_t ends[LETTERS + 1] = { 0 };

	(void)state;
	for (size_t i = 0; i < LETTERS; i++) {
		strcat(text, letters[i]);
		ends[i + 1] = strlen(text);
	}
	for (size_t bytes = 0; bytes <= strlen(text) + 3; bytes++) {
		size_t fits = 0;

		for (size_t i = 0; i <= LETTERS; i++)
			if (ends[i] <= bytes)
				fits = ends[i];
		assert_int_equal(scop_utf8_fit(text, bytes), fits);
		assert_true(scop_utf8_valid(text, fits));
	}
	assert_int_equal(scop_utf8_first("été", 2), 3);
	assert_int_equal(scop_utf8_first("été", 3), 5);
	assert_int_equal(scop_utf8_first("été", 30), 5);
	assert_int_equal(scop_utf8_first("e\u0301te\u0301", 1), 0);
	assert_int_equal(scop_utf8_first("e\u0301te\u0301", 2), 3);
	assert_int_equal(scop_utf8_first("", 5), 0);
}

static void
what_is_no_letter_falls_away(void **state)
{
	static const char *const cases[][2] = { { "", "" }, { "été", "été" }, { "\xc3", "" },
		{ "a\xc3'b", "a'b" }, { "\x80\xbf", "" }, { "\xf0\x9f\x9a", "" },
		{ "caf\xc3\xa9\xe2\x82", "café" } };
	char text[20];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		strcpy(text, cases[i][0]);
		scop_utf8_repair(text);
		assert_string_equal(text, cases[i][1]);
	}
}

static void
a_message_that_quotes_a_long_text_is_well_formed(void **state)
{
	struct scop_error err;

	(void)state;
	scop_error_set(&err, "'%.4s' is no version", "été");
	assert_string_equal(err.text, "'ét' is no version");
	scop_error_set(&err, "'%.*s'", 2000,
	    "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"
	    "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"
	    "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"
	    "éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé");
	assert_true(scop_utf8_valid(err.text, strlen(err.text)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_shortened_between_two_letters),
		cmocka_unit_test(what_is_no_letter_falls_away),
		cmocka_unit_test(a_message_that_quotes_a_long_text_is_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
