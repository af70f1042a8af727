/* SPDX-License-Identifier: EUPL-1.2 */
/* The FastCGI client: what it sends, and that untrusted answers do no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "dispatcher/fcgi.h"

#define TAKE(answer, bytes) \
	scop_fcgi_take(answer, (const unsigned char *)(bytes), sizeof(bytes) - 1)

static void
a_request_is_made_of_records(void **state)
{
	static const char expected[] = "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0" /* begin, as responder */
				       /* parameters, and their end */
				       "\1\4\0\1\0\7\0\0\3\2JOBgo"
				       "\1\4\0\1\0\0\0\0"
				       "\1\5\0\1\0\2\0\0{}"
				       "\1\5\0\1\0\0\0\0"; /* body, and its end */
	const struct scop_fcgi_param params[] = { { "JOB", "go" }, { NULL, NULL } };
	struct scop_arena *arena = scop_arena_new();
	struct scop_buffer out;

	(void)state;
	scop_buffer_init(&out, arena);
	scop_fcgi_request(&out, params, "{}", 2);
	assert_int_equal(out.length, sizeof expected - 1);
	assert_memory_equal(out.data, expected, out.length);
	scop_arena_free(arena);
}

static void
long_values_and_bodies_take_several_records(void **state)
{
	static char body[150000], value[300];
	const struct scop_fcgi_param params[] = { { "LONG", value }, { NULL, NULL } };
	struct scop_arena *arena = scop_arena_new();
	struct scop_buffer out;

	(void)state;
	memset(value, 'v', sizeof value - 1);
	memset(body, 'b', sizeof body);
	scop_buffer_init(&out, arena);
	scop_fcgi_request(&out, params, body, sizeof body);
	assert_memory_equal(out.data + 24,
	    "\4\x80\0\1\x2b"
	    "LONG",
	    9);
	assert_int_equal(out.length, 16 + 8 + 308 + 8 + 3 * 8 + sizeof body + 8);
	scop_arena_free(arena);
}

static void
lines_come_whole_however_they_arrive(void **state)
{
	static const char bytes[] = "\1\6\0\1\0\15\3\0progress 1 2\npad"
				    "\1\7\0\1\0\3\0\0err"
				    "\1\6\0\1\0\2\0\0do"
				    "\1\6\0\1\0\4\0\0ne \n"
				    "\1\3\0\1\0\10\0\0\0\0\0\0\0\0\0\0";
	char line[40];

	(void)state;
	for (size_t piece = 1; piece < sizeof bytes; piece++) {
		struct scop_fcgi_answer answer = { .ended = false };
		int lines = 0;

		for (size_t at = 0; at < sizeof bytes - 1; at += piece) {
			const size_t left = sizeof bytes - 1 - at;

			scop_fcgi_take(&answer, (const unsigned char *)bytes + at,
			    left < piece ? left : piece);
			while (scop_fcgi_line(&answer, line, sizeof line))
				assert_string_equal(line, lines++ == 0 ? "progress 1 2" : "done ");
		}
		assert_int_equal(lines, 2);
		assert_true(answer.ended);
		assert_false(answer.broken);
	}
}

static void
what_is_no_fastcgi_breaks_the_answer_and_nothing_else(void **state)
{
	static const char *const wrong[] = { "HTTP/1.1 200 OK\r\n", "\2\6\0\1\0\1\0\0x",
		"\1\x63\0\1\0\1\0\0x" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct scop_fcgi_answer answer = { .ended = false };

		scop_fcgi_take(&answer, (const unsigned char *)wrong[i], 9);
		assert_true(answer.broken);
	}
}

static void
more_text_than_anybody_needs_breaks_it(void **state)
{
	static char text[5000];
	struct scop_fcgi_answer answer = { .ended = false };
	char line[10];

	(void)state;
	memset(text, 'x', sizeof text);
	TAKE(&answer, "\1\6\0\1\x13\x88\0\0");
	scop_fcgi_take(&answer, (const unsigned char *)text, sizeof text);
	assert_true(answer.broken);
	assert_false(scop_fcgi_line(&answer, line, sizeof line));
}

static void
a_long_line_is_cut_to_its_room(void **state)
{
	struct scop_fcgi_answer answer = { .ended = false };
	char line[6];

	(void)state;
	TAKE(&answer, "\1\6\0\1\0\12\0\0again why\n");
	assert_true(scop_fcgi_line(&answer, line, sizeof line));
	assert_string_equal(line, "again");
	assert_false(scop_fcgi_line(&answer, line, sizeof line));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_made_of_records),
		cmocka_unit_test(long_values_and_bodies_take_several_records),
		cmocka_unit_test(lines_come_whole_however_they_arrive),
		cmocka_unit_test(what_is_no_fastcgi_breaks_the_answer_and_nothing_else),
		cmocka_unit_test(more_text_than_anybody_needs_breaks_it),
		cmocka_unit_test(a_long_line_is_cut_to_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
