/* SPDX-License-Identifier: EUPL-1.2 */
/* The guestbook's handlers: what they store, show and refuse. */
#include <scopiton/test.h>
#include <string.h>

#include "names.h"

/* Signs as a visitor would; gives the status. */
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
	    scop_test_query(test, entries(scop_test_int(test, 10), scop_test_int(test, 0)));
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

static void
the_second_page_goes_on_where_the_first_ends(void **state)
{
	struct scop_test *test = *state;

	scop_test_sql(test,
	    "INSERT INTO entry (name, message, created) SELECT CONCAT('Visitor ', seq), 'Hello', "
	    "UTC_TIMESTAMP() FROM seq_1_to_21");
	scop_test_field(test, "page", "2");
	assert_int_equal(scop_test_ask(test, "list"), 200);
	const struct scop_value *shown = scop_test_model(test, "entries");
	assert_int_equal(scop_count(shown), 1);
	assert_string_equal(scop_text(scop_at(shown, 0), "name"), "Visitor 1");
}

static void
a_page_that_is_no_number_is_refused(void **state)
{
	struct scop_test *test = *state;

	scop_test_field(test, "page", "last");
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
		scop_test(the_second_page_goes_on_where_the_first_ends),
		scop_test(a_page_that_is_no_number_is_refused),
	};

	return cmocka_run_group_tests(tests, scop_test_start, scop_test_stop);
}
