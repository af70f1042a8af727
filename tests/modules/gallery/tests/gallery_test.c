/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests the functions of scopiton/test.h for members, uploads and programs. */
#include <scopiton/test.h>
#include <string.h>

static void
who_is_not_signed_in_or_may_not_is_sent_away(void **state)
{
	struct scop_test *test = *state;

	assert_int_equal(scop_test_ask(test, "show"), 401);
	scop_test_sign_in(test, "Noor O'Brien", "gallery.other");
	assert_int_equal(scop_test_ask(test, "show"), 403);
	scop_test_sign_in(test, "Camille", "gallery.other gallery.see");
	assert_int_equal(scop_test_ask(test, "show"), 200);
	assert_string_equal(scop_test_view(test), "gallery");
	scop_test_sign_out(test);
	assert_int_equal(scop_test_ask(test, "show"), 401);
}

static void
a_member_reads_their_language(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Camille", "gallery.see");
	scop_test_language(test, "nl");
	assert_int_equal(scop_test_ask(test, "show"), 200);
	assert_non_null(strstr(scop_test_page(test), "<html lang=\"nl\""));
}

static void
a_file_arrives_with_its_name(void **state)
{
	struct scop_test *test = *state;

	scop_test_sign_in(test, "Camille", "gallery.see");
	assert_int_equal(scop_test_ask(test, "send"), 422);
	assert_non_null(scop_test_refusal(test, "file"));
	scop_test_upload(test, "file", "a.csv", "text/csv", "x\0y", 3);
	assert_int_equal(scop_test_ask(test, "send"), 200);
	assert_string_equal(scop_as_text(scop_test_model(test, "saved")), "a.csv ");
}

static void
headers_are_found_whatever_their_case(void **state)
{
	struct scop_test *test = *state;

	scop_test_param(test, "HTTP_HX_REQUEST", "true");
	assert_int_equal(scop_test_ask(test, "GET /store"), 200);
	assert_non_null(strstr(scop_test_header(test, "content-type"), "text/html"));
	assert_string_equal(scop_test_header(test, "X-None"), "");
	assert_null(strstr(scop_test_page(test), "<html"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scop_test(who_is_not_signed_in_or_may_not_is_sent_away),
		scop_test(a_member_reads_their_language),
		scop_test(a_file_arrives_with_its_name),
		scop_test(headers_are_found_whatever_their_case),
	};

	return cmocka_run_group_tests(tests, scop_test_start, scop_test_stop);
}
