/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests the functions of scopiton/test.h for background jobs and calls to other systems. */
#include <scopiton/test.h>
#include <string.h>

#include "names.h"

static const char body[] = "{\"url\":\"https://api.example/x\",\"send\":\"hello\"}";

static const char *
stored(struct scop_test *test, const char *column)
{
	return scop_as_text(
	    scop_test_sql_value(test, "SELECT CAST(%s AS CHAR) FROM answer", column));
}

static void
a_job_gets_the_answer_that_the_test_has_made(void **state)
{
	struct scop_test *test = *state;

	scop_test_http(test, 201, "text/plain", "made");
	assert_string_equal(scop_test_job(test, "call", body), "done");
	assert_string_equal(stored(test, "status"), "201");
	assert_string_equal(stored(test, "body"), "made");
	const struct scop_value *call = scop_at(scop_test_calls(test), 0);
	assert_string_equal(scop_text(call, "method"), "POST");
	assert_string_equal(scop_text(call, "url"), "https://api.example/x");
	assert_string_equal(scop_text(call, "body"), "hello");
}

static void
a_call_has_no_answer_where_the_test_has_none_or_a_reason(void **state)
{
	struct scop_test *test = *state;

	assert_string_equal(scop_test_job(test, "call", body), "done");
	assert_non_null(strstr(stored(test, "trouble"), "the test has no answer"));
	scop_test_http(test, 0, NULL, "connection refused");
	assert_string_equal(scop_test_job(test, "call", body), "done");
	assert_string_equal(stored(test, "trouble"), "connection refused");
}

static void
a_job_that_is_delivered_twice_takes_effect_once(void **state)
{
	struct scop_test *test = *state;

	for (int i = 0; i < 2; i++) {
		scop_test_param(test, "ENTRY", "7");
		assert_string_equal(scop_test_job(test, "call", body), "done");
	}
	assert_int_equal(scop_count(scop_test_calls(test)), 1);
}

static void
what_a_form_puts_into_the_queue_is_run_from_there(void **state)
{
	struct scop_test *test = *state;

	scop_test_field(test, "url", "https://api.example/y");
	assert_int_equal(scop_test_ask(test, "ask"), 303);
	const struct scop_value *jobs = scop_test_jobs(test, "call");
	assert_int_equal(scop_count(jobs), 1);
	assert_string_equal(scop_text(scop_at(jobs, 0), "url"), "https://api.example/y");
	assert_int_equal(scop_count(scop_test_events(test, "call")), 0);
	assert_int_equal(scop_test_run_queue(test), 1);
	assert_string_equal(stored(test, "url"), "https://api.example/y");
	assert_int_equal(scop_test_run_queue(test), 0);
}

static void
a_job_that_is_none_is_dead_with_the_reason(void **state)
{
	struct scop_test *test = *state;

	assert_string_equal(scop_test_job(test, "cal", NULL), "dead the module has no such job");
}

static void
a_request_that_fails_says_why(void **state)
{
	struct scop_test *test = *state;

	assert_int_equal(scop_test_ask(test, "visit"), 500);
	assert_non_null(strstr(scop_test_failure(test), "scop_http outside a job"));
	assert_string_equal(scop_test_view(test), "");
}

static void
a_key_that_is_not_the_forms_is_refused(void **state)
{
	struct scop_test *test = *state;

	scop_test_field(test, "_key", "forged");
	assert_int_equal(scop_test_ask(test, "ask"), 409);
	assert_int_equal(scop_count(scop_test_jobs(test, "call")), 0);
}

static void
each_test_finds_the_tables_as_the_migrations_leave_them(void **state)
{
	struct scop_test *test = *state;

	assert_int_equal(scop_test_count(test, "answer"), 0);
	assert_int_equal(scop_count(scop_test_jobs(test, "call")), 0);
	assert_int_equal(scop_as_int(
			     scop_test_sql_value(test, "SELECT COUNT(*) FROM scop_job_done")),
	    0);
	scop_test_sql(test, "INSERT INTO socle.role (name) VALUES ('left')");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scop_test(a_job_gets_the_answer_that_the_test_has_made),
		scop_test(a_call_has_no_answer_where_the_test_has_none_or_a_reason),
		scop_test(a_job_that_is_delivered_twice_takes_effect_once),
		scop_test(what_a_form_puts_into_the_queue_is_run_from_there),
		scop_test(a_job_that_is_none_is_dead_with_the_reason),
		scop_test(a_request_that_fails_says_why),
		scop_test(a_key_that_is_not_the_forms_is_refused),
		scop_test(each_test_finds_the_tables_as_the_migrations_leave_them),
		scop_test(each_test_finds_the_tables_as_the_migrations_leave_them),
	};

	return cmocka_run_group_tests(tests, scop_test_start, scop_test_stop);
}
