/* SPDX-License-Identifier: EUPL-1.2 */
/* The guestbook's handlers: what they store, show and refuse. */
#include <scopiton/test.h>
#include <stdio.h>
#include <string.h>

#include "names.h"

/* Posts an entry as a visitor would; returns the status. */
static int
sign(struct scop_test *test, const char *name, const char *message)
{
	scop_test_field(test, "name", name);
	scop_test_field(test, "message", message);
	return scop_test_ask(test, "sign");
}

static void
an_empty_guestbook_shows_its_page(void **state)
{
	struct scop_test *test = *state;

	assert_int_equal(scop_test_ask(test, "list"), 200);
	assert_string_equal(scop_test_view(test), "list");
	assert_int_equal(scop_count(scop_test_model(test, "entries")), 0);
}

static void
an_entry_is_stored_and_the_visitor_thanked(void **state)
{
	struct scop_test *test = *state;

	assert_int_equal(sign(test, " Zoé ", "Bonjour"), 303);
	assert_string_equal(scop_test_location(test), "/en/guestbook/");
	const struct scop_value *rows =
	    scop_test_query(test, entries(NULL, scop_test_int(test, 10)));
	assert_int_equal(scop_count(rows), 1);
	assert_string_equal(scop_text(scop_at(rows, 0), "name"), "Zoé");
	assert_string_equal(scop_text(scop_at(rows, 0), "message"), "Bonjour");

	assert_int_equal(scop_test_ask(test, "list"), 200);
	assert_non_null(strstr(scop_test_page(test), "Thank you!"));
	assert_int_equal(scop_test_ask(test, "list"), 200);
	assert_null(strstr(scop_test_page(test), "Thank you!"));
}

static void
an_entry_without_a_name_is_refused_in_the_visitors_language(void **state)
{
	struct scop_test *test = *state;

	scop_test_language(test, "fr");
	assert_int_equal(sign(test, "  ", "Bonjour"), 422);
	assert_string_equal(scop_test_refusal(test, "name"), "À remplir.");
	assert_null(scop_test_refusal(test, "message"));
	assert_string_equal(scop_test_view(test), "list");
	assert_non_null(strstr(scop_test_page(test), ">Bonjour</textarea>"));
	assert_int_equal(scop_test_count(test, "entry"), 0);
}

static void
a_message_that_is_too_long_is_refused(void **state)
{
	struct scop_test *test = *state;
	char message[1002];

	memset(message, 'x', sizeof message - 1);
	message[sizeof message - 1] = '\0';
	assert_int_equal(sign(test, "Zoé", message), 422);
	assert_non_null(scop_test_refusal(test, "message"));
	assert_int_equal(scop_test_refusals(test), 1);
}

/* Follows the pager's link `field` of the page before ("first": none), and checks that the page has
 * the visitors `from` to `to`, and the links named. */
static void
turn(struct scop_test *test, const char *field, int from, int to, const char *links)
{
	char number[20], name[20];

	if (strcmp(field, "first") != 0) {
		snprintf(number, sizeof number, "%lld",
		    (long long)scop_as_int(scop_test_model(test, field)));
		scop_test_field(test, field, number);
	}
	assert_int_equal(scop_test_ask(test, "list"), 200);
	const struct scop_value *shown = scop_test_model(test, "entries");
	assert_int_equal(scop_count(shown), from - to + 1);
	for (int i = 0; i <= from - to; i++) {
		snprintf(name, sizeof name, "Visitor %d", from - i);
		assert_string_equal(scop_text(scop_at(shown, (size_t)i), "name"), name);
	}
	for (const char *const *link = (const char *const[]){ "first", "before", "after", NULL };
	     *link; link++)
		assert_int_equal(scop_as_bool(scop_test_model(test, *link)),
		    strstr(links, *link) != NULL);
}

static void
pages_go_on_where_the_one_before_ended_both_ways(void **state)
{
	struct scop_test *test = *state;

	scop_test_sql(test,
	    "INSERT INTO entry (name, message, created) SELECT CONCAT('Visitor ', seq), 'Hello', "
	    "UTC_TIMESTAMP() FROM seq_1_to_45");
	turn(test, "first", 45, 26, "after");
	/* whoever signs meanwhile moves nobody */
	assert_int_equal(sign(test, "Visitor 46", "Hello"), 303);
	turn(test, "first", 46, 27, "after");
	turn(test, "after", 26, 7, "first before after");
	turn(test, "after", 6, 1, "first before");
	turn(test, "before", 26, 7, "first before after");
	turn(test, "before", 46, 27, "after");
}

static void
a_page_behind_the_last_entry_gives_way_to_the_first(void **state)
{
	struct scop_test *test = *state;

	assert_int_equal(sign(test, "Visitor 1", "Hello"), 303);
	scop_test_field(test, "after", "1");
	turn(test, "first", 1, 1, "");
}

static void
a_place_that_is_no_number_is_refused(void **state)
{
	struct scop_test *test = *state;

	scop_test_field(test, "after", "last");
	assert_int_equal(scop_test_ask(test, "list"), 400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scop_test(an_empty_guestbook_shows_its_page),
		scop_test(an_entry_is_stored_and_the_visitor_thanked),
		scop_test(an_entry_without_a_name_is_refused_in_the_visitors_language),
		scop_test(a_message_that_is_too_long_is_refused),
		scop_test(pages_go_on_where_the_one_before_ended_both_ways),
		scop_test(a_page_behind_the_last_entry_gives_way_to_the_first),
		scop_test(a_place_that_is_no_number_is_refused),
	};

	return cmocka_run_group_tests(tests, scop_test_start, scop_test_stop);
}
