/* SPDX-License-Identifier: EUPL-1.2 */
/* The calculations of modules: sums, shares, days; and their failures. */
#include "../with_arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/value.h"
#include "scopiton/calc.h"
#include "web/request.h"

static struct scop_request *req;

static struct scop_request *
request(const char *zone)
{
	static struct scop_request fake;

	fake = (struct scop_request){ .arena = arena };
	fake.site.zone = zone;
	return &fake;
}

static const struct scop_value *
euros(int64_t cents)
{
	return scop_value_money(arena, cents, "EUR");
}

static const struct scop_value *
number(int64_t unscaled, unsigned scale)
{
	return scop_value_number(arena, unscaled, scale);
}

static void
money_adds_multiplies_and_may_be_negative(void **state)
{
	(void)state;
	req = request("UTC");
	assert_int_equal(scop_as_int(scop_subtract(req, euros(500), euros(1250))), -750);
	assert_int_equal(scop_as_int(scop_negate(req, euros(750))), -750);
	assert_int_equal(scop_as_int(scop_multiply(req, euros(1235), number(21, 2))), 259);
	assert_int_equal(scop_as_int(scop_multiply(req, euros(-250), number(5, 1))), -125);
	assert_int_equal(scop_as_int(scop_divide(req, euros(10000), number(3, 0), 0)), 3333);
	assert_int_equal(scop_type(scop_add(req, number(5, 1), scop_value_int(arena, 2))),
	    SCOP_NUMBER);
	assert_null(scop_add(req, euros(1), NULL));
	assert_false(req->failed);
}

static void
what_cannot_be_calculated_fails_the_request(void **state)
{
	(void)state;
	req = request("UTC");
	assert_null(scop_add(req, euros(1), scop_value_money(arena, 1, "USD")));
	assert_true(req->failed);
	req = request("UTC");
	assert_null(scop_add(req, euros(1), scop_value_int(arena, 1)));
	assert_true(req->failed);
	req = request("UTC");
	assert_null(scop_add(req, euros(INT64_MAX), euros(1)));
	assert_true(req->failed);
	req = request("UTC");
	assert_null(scop_divide(req, euros(1), scop_value_int(arena, 0), 2));
	assert_true(req->failed);
	req = request("UTC");
	assert_null(scop_multiply(req, euros(1), euros(1)));
	assert_true(req->failed);
}

static const struct scop_value *
weights(size_t count, const int64_t *numbers)
{
	struct scop_list_maker list;

	scop_list_init(&list, arena);
	for (size_t i = 0; i < count; i++)
		scop_list_add(&list, scop_value_int(arena, numbers[i]));
	return scop_list_value(&list);
}

static void
shares_sum_to_what_is_shared(void **state)
{
	const struct scop_value *thirds;

	(void)state;
	req = request("UTC");
	thirds = scop_share(req, euros(100), weights(3, (const int64_t[]){ 1, 1, 1 }));
	assert_int_equal(scop_as_int(scop_at(thirds, 0)), 34);
	assert_int_equal(scop_as_int(scop_at(thirds, 1)), 33);
	assert_int_equal(scop_as_int(scop_at(thirds, 2)), 33);
	srandom(3);
	for (int round = 0; round < 5000; round++) {
		int64_t numbers[12] = { 0 }, sum = 0;
		const size_t count = 1 + (size_t)random() % 12;
		const int64_t cents = random() % 2000000 - 1000000;

		for (size_t i = 0; i < count; i++)
			numbers[i] = random() % 1000;
		numbers[0] += 1;
		const struct scop_value *shares =
		    scop_share(req, euros(cents), weights(count, numbers));
		assert_int_equal(scop_count(shares), count);
		for (size_t i = 0; i < count; i++) {
			sum += scop_as_int(scop_at(shares, i));
			if (numbers[i] == 0)
				assert_int_equal(scop_as_int(scop_at(shares, i)), 0);
		}
		assert_int_equal(sum, cents);
	}
	assert_false(req->failed);
	assert_null(scop_share(req, euros(5), weights(2, (const int64_t[]){ 0, 0 })));
	assert_true(req->failed);
}

static const struct scop_value *
day(int year, int month, int of_month)
{
	return scop_make_date(req, year, month, of_month);
}

static void
working_days_leave_weekends_and_holidays_out(void **state)
{
	struct scop_list_maker holidays;

	(void)state;
	req = request("Europe/Brussels");
	scop_list_init(&holidays, arena);
	scop_list_add(&holidays, day(2026, 12, 25));
	const struct scop_value *list = scop_list_value(&holidays);
	/* Thursday 24 December 2026: Friday is Christmas */
	assert_int_equal(scop_compare(scop_add_working_days(req, day(2026, 12, 24), 1, list),
			     day(2026, 12, 28)),
	    0);
	assert_int_equal(scop_compare(scop_add_working_days(req, day(2026, 12, 28), -1, list),
			     day(2026, 12, 24)),
	    0);
	assert_int_equal(scop_compare(scop_add_working_days(req, day(2026, 11, 28), 0, NULL),
			     day(2026, 11, 28)),
	    0);
	assert_int_equal(scop_days_between(day(2026, 2, 28), day(2026, 3, 1)), 1);
	assert_null(day(2026, 2, 30));
	assert_null(scop_add_days(req, day(9999, 12, 31), 1));
	assert_true(req->failed);
}

static void
a_moment_is_another_day_in_another_zone(void **state)
{
	const struct scop_value *moment =
	    scop_value_time(arena, scop_time_make(2026, 11, 28, 0, 30, 0, 0));

	(void)state;
	req = request("America/Martinique");
	assert_int_equal(scop_day(scop_date_of(req, moment)), 27);
	req = request("Europe/Brussels");
	assert_int_equal(scop_day(scop_date_of(req, moment)), 28);
	assert_int_equal(scop_as_int(scop_clock_of(req, moment)), 90 * 60);
	/* back: the moment at which the day begins there */
	const struct scop_value *begins = scop_time_of(req, scop_date_of(req, moment), NULL);
	assert_int_equal(scop_as_int(begins), scop_time_make(2026, 11, 27, 23, 0, 0, 0) / 1000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(money_adds_multiplies_and_may_be_negative),
		TEST(what_cannot_be_calculated_fails_the_request),
		TEST(shares_sum_to_what_is_shared),
		TEST(working_days_leave_weekends_and_holidays_out),
		TEST(a_moment_is_another_day_in_another_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
