/* SPDX-License-Identifier: EUPL-1.2 */
/* Mails: header values, addresses, and the text of a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "mail/message.h"

static void
expect_words(const char *text, const char *expected)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	scop_message_words(&out, text);
	assert_string_equal(scop_buffer_str(&out), expected);
	scop_arena_free(arena);
}

static void
expect_address(const char *name, const char *address, const char *expected)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	scop_message_address(&out, name, address);
	assert_string_equal(scop_buffer_str(&out), expected);
	scop_arena_free(arena);
}

static void
expect_text(const char *html, const char *expected)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	scop_message_text(&out, html, strlen(html));
	assert_string_equal(scop_buffer_str(&out), expected);
	scop_arena_free(arena);
}

static void
words_are_encoded_only_where_they_must(void **state)
{
	(void)state;
	expect_words("Your order 1001", "Your order 1001");
	expect_words("Commande confirmée", "=?UTF-8?B?Q29tbWFuZGUgY29uZmlybcOpZQ==?=");
	expect_words("=?UTF-8?B?fake?=", "=?UTF-8?B?PT9VVEYtOD9CP2Zha2U/PQ==?=");
}

static void
no_value_begins_another_header(void **state)
{
	(void)state;
	expect_words("Hello\r\nBcc: all@example.org",
	    "=?UTF-8?B?SGVsbG8gIEJjYzogYWxsQGV4YW1wbGUub3Jn?=");
	expect_address("Eve\r\nBcc: x", "eve@example.org",
	    "=?UTF-8?B?RXZlICBCY2M6IHg=?= <eve@example.org>");
}

/* 60 two-byte characters: none is cut in two, no word is longer than 75 bytes (RFC 2047, section
 * 2). */
static void
a_long_text_becomes_several_words_of_whole_characters(void **state)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_buffer out;
	char text[121] = "";

	(void)state;
	for (int i = 0; i < 60; i++)
		strcat(text, "é");
	scop_buffer_init(&out, arena);
	scop_message_words(&out, text);
	for (char *word = strtok(out.data, " "); word; word = strtok(NULL, " ")) {
		assert_true(strlen(word) <= 75);
		assert_memory_equal(word, "=?UTF-8?B?w6nDqcOp", 18);
	}
	scop_arena_free(arena);
}

static void
names_are_quoted(void **state)
{
	(void)state;
	expect_address("", "a@example.org", "a@example.org");
	expect_address("La Boucle", "a@example.org", "\"La Boucle\" <a@example.org>");
	expect_address("A \"B\" \\C", "a@example.org", "\"A \\\"B\\\" \\\\C\" <a@example.org>");
}

static void
a_page_reads_well_without_html(void **state)
{
	(void)state;
	expect_text("<!DOCTYPE html><html><head><title>T</title><style>p { color: red "
		    "}</style></head><body>\n"
		    "<h1>Thank  you</h1>\n<p>Your order<br>is <strong>on</strong> its way.</p>"
		    "<ul><li>one</li><li>two</li></ul><table><tr><th>Lamp</th><td>2</"
		    "td><td>20,00&nbsp;€</td></tr>"
		    "<tr><th>Sum</th><td></td><td>40 &lt; 50 &amp; more</td></tr></table>"
		    "<p><a href=\"https://x.example/?a=1\">See it</a></p></body></html>",
	    "Thank you\n\nYour order\nis on its way.\n\n- one\n- two\n\nLamp  2  20,00 €\nSum    "
	    "40 < 50 & more\n\n"
	    "See it https://x.example/?a=1\n");
}

static void
rubbish_is_text_or_nothing(void **state)
{
	(void)state;
	expect_text("", "\n");
	expect_text("<", "<\n");
	expect_text("a < b", "a < b\n");
	expect_text("<script>alert(1)", "\n");
	expect_text("<a href=\"x", "<a href=\"x\n");
	expect_text("</a></p><a>b</a>", "b\n");
}

/* Seconds of processor time, the least of three. */
static double
seconds_for(size_t length)
{
	double least = 1e9;

	for (int i = 0; i < 3; i++) {
		struct scop_arena *arena = scop_arena_new();
		struct scop_buffer out;
		struct timespec from, to;
		char *html = malloc(length);

		memset(html, '<', length);
		scop_buffer_init(&out, arena);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		scop_message_text(&out, html, length);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		assert_int_equal(out.length, length + 1);
		const double took =
		    (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
		least = took < least ? took : least;
		free(html);
		scop_arena_free(arena);
	}
	return least;
}

static void
the_work_grows_with_the_size_and_not_faster(void **state)
{
	(void)state;
	seconds_for(750000);
	const double quarter = seconds_for(750000), whole = seconds_for(3000000);
	print_message("0.75 MB of '<': %.3f s, 3 MB: %.3f s\n", quarter, whole);
	assert_true(whole < 8 * quarter); /* the square would be 16 */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_encoded_only_where_they_must),
		cmocka_unit_test(no_value_begins_another_header),
		cmocka_unit_test(a_long_text_becomes_several_words_of_whole_characters),
		cmocka_unit_test(names_are_quoted),
		cmocka_unit_test(a_page_reads_well_without_html),
		cmocka_unit_test(rubbish_is_text_or_nothing),
		cmocka_unit_test(the_work_grows_with_the_size_and_not_faster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
