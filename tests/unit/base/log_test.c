/* SPDX-License-Identifier: EUPL-1.2 */
/* Log lines: escaping, and that nothing is written past the buffer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"

static const char *
escaped(const char *text, size_t length, size_t size)
{
	static char out[200];

	memset(out, '#', sizeof out);
	assert_true(scop_log_escape(out, size, text, length) == strlen(out));
	assert_true(strlen(out) < size);
	return out;
}

static void
plain_text_stays(void **state)
{
	(void)state;
	assert_string_equal(escaped("12 caf\xc3\xa9s \xe2\x82\xac \xf0\x9f\x9a\xb2", 18, 200),
	    "12 caf\xc3\xa9s \xe2\x82\xac \xf0\x9f\x9a\xb2");
}

static void
what_a_terminal_obeys_is_written_out(void **state)
{
	(void)state;
	assert_string_equal(escaped("a\nb\r\t\x1b[2J\x7f\0z", 11, 200),
	    "a\\x0ab\\x0d\\x09\\x1b[2J\\x7f\\x00");
	assert_string_equal(escaped("\xc2\x9b|\xc2\xa0", 5, 200), "\\xc2\\x9b|\xc2\xa0");
	assert_string_equal(escaped("\xe2\x80\xa8|\xe2\x80\xae|\xe2\x81\xa6|\xe2\x80\x8f", 15, 200),
	    "\\xe2\\x80\\xa8|\\xe2\\x80\\xae|\\xe2\\x81\\xa6|\\xe2\\x80\\x8f");
}

static void
invalid_bytes_are_written_out(void **state)
{
	(void)state;
	assert_string_equal(escaped("\xff|\xc3|\xed\xa0\x80", 7, 200),
	    "\\xff|\\xc3|\\xed\\xa0\\x80");
	assert_string_equal(escaped("caf\xc3", 4, 200), "caf\\xc3"); /* cut in two */
}

static void
it_ends_where_the_room_does(void **state)
{
	(void)state;
	for (size_t size = 1; size < 20; size++)
		escaped("a\nb\xc3\xa9\xe2\x80\xae\xff|", 10, size);
	assert_string_equal(escaped("ab\n", 3, 6), "ab");
	assert_string_equal(escaped("ab\xc3\xa9", 4, 4), "ab");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_stays),
		cmocka_unit_test(what_a_terminal_obeys_is_written_out),
		cmocka_unit_test(invalid_bytes_are_written_out),
		cmocka_unit_test(it_ends_where_the_room_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
