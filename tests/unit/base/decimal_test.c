/* SPDX-License-Identifier: EUPL-1.2 */
/* Decimals and days: what is exact stays exact, what is rounded is rounded half away from zero. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "../with_arena.h"
#include "base/buffer.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/time.h"
#include "base/value.h"

static struct scop_decimal
decimal(const char *text)
{
	struct scop_decimal decimal;

	assert_true(scop_decimal_parse(text, strlen(text), &decimal));
	return decimal;
}

static const char *
print(struct scop_decimal decimal)
{
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	scop_decimal_print(&out, decimal);
	return scop_buffer_str(&out);
}

static void
what_is_read_is_written_digit_by_digit(void **state)
{
	static const char *const texts[] = { "0", "0.00", "7", "-7", "0.05", "-0.05", "1234.56",
		"10000000.01", "-999999999999999999", "0.000000000000000001",
		"123456789.123456789" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_string_equal(print(decimal(texts[i])), texts[i]);
}

static void
what_is_no_decimal_is_refused(void **state)
{
	static const char *const texts[] = { "", "-", ".", "1.", "1,5", "1 000", "1e3",
		"9300000000000000019", "0x1", "--1", "1.2.3", "1234567890123456789",
		"0.0000000000000000001", "+1" };
	struct scop_decimal ignored;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_false(scop_decimal_parse(texts[i], strlen(texts[i]), &ignored));
}

static void
rounding_goes_half_away_from_zero(void **state)
{
	struct scop_decimal rounded;

	(void)state;
	assert_true(scop_decimal_rescale(decimal("0.125"), 2, &rounded));
	assert_string_equal(print(rounded), "0.13");
	assert_true(scop_decimal_rescale(decimal("-0.125"), 2, &rounded));
	assert_string_equal(print(rounded), "-0.13");
	assert_true(scop_decimal_rescale(decimal("0.1249"), 2, &rounded));
	assert_string_equal(print(rounded), "0.12");
	assert_true(scop_decimal_rescale(decimal("7"), 3, &rounded));
	assert_string_equal(print(rounded), "7.000");
	assert_false(scop_decimal_rescale(decimal("999999999999999999"), 2, &rounded));
}

static void
products_and_quotients_are_those_of_whole_numbers(void **state)
{
	struct scop_decimal result;

	(void)state;
	/* 21 % of 12.35, to the cent: 2.5935 */
	assert_true(scop_decimal_multiply(decimal("12.35"), decimal("0.21"), 2, &result));
	assert_string_equal(print(result), "2.59");
	assert_true(scop_decimal_divide(decimal("121.00"), decimal("1.21"), 2, &result));
	assert_string_equal(print(result), "100.00");
	assert_true(scop_decimal_divide(decimal("1"), decimal("-3"), 4, &result));
	assert_string_equal(print(result), "-0.3333");
	assert_false(scop_decimal_divide(decimal("1"), decimal("0"), 2, &result));
	assert_false(
	    scop_decimal_multiply(decimal("999999999999999999"), decimal("1000"), 0, &result));
	/* random ones, against arithmetic of 128 bits */
	srandom(7);
	for (int i = 0; i < 20000; i++) {
		const int64_t a = (random() % 2000000000) - 1000000000,
			      b = (random() % 2000000) - 1000000;
		const unsigned sa = (unsigned)random() % 5, sb = (unsigned)random() % 5;

		assert_true(scop_decimal_multiply((struct scop_decimal){ a, sa },
		    (struct scop_decimal){ b, sb }, sa + sb, &result));
		assert_int_equal(result.unscaled, a * b);
		assert_true(scop_decimal_add((struct scop_decimal){ a, 2 },
		    (struct scop_decimal){ b, 3 }, &result));
		assert_int_equal(result.unscaled, a * 10 + b);
		assert_int_equal(result.scale, 3);
	}
}

static void
order_is_by_amount_whatever_the_scale(void **state)
{
	(void)state;
	assert_int_equal(scop_decimal_compare(decimal("1.50"), decimal("1.5")), 0);
	assert_true(scop_decimal_compare(decimal("-2"), decimal("-1.99")) < 0);
	assert_true(scop_decimal_compare(decimal("999999999999999999"),
			decimal("0.000000000000000001")) > 0);
}

static const char *
through_json(const struct scop_value *value)
{
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	scop_json_print(&out, value);
	return scop_buffer_str(&out);
}

static const struct scop_value *
from_json(const char *text)
{
	struct scop_error err;
	const struct scop_value *value = scop_json_parse(arena, text, strlen(text), &err);

	assert_non_null(value);
	return value;
}

static void
json_keeps_every_digit(void **state)
{
	(void)state;
	assert_string_equal(through_json(scop_value_number(arena, 123456, 2)), "1234.56");
	assert_string_equal(through_json(scop_value_number(arena, 1000000001, 2)), "10000000.01");
	assert_string_equal(through_json(scop_value_number(arena, 115, 2)), "1.15");
	assert_string_equal(through_json(scop_value_number(arena, -99999999999999, 2)),
	    "-999999999999.99");
	/* more than a double holds becomes a text, so that no digit is lost */
	assert_string_equal(through_json(scop_value_number(arena, 123456789012345678, 2)),
	    "\"1234567890123456.78\"");
	assert_int_equal(scop_unscaled(from_json("5.0000005")), 50000005);
	assert_int_equal(scop_scale(from_json("5.0000005")), 7);
	assert_int_equal(scop_unscaled(from_json("0.0000001")), 1);
	assert_int_equal(scop_scale(from_json("0.0000001")), 7);
	assert_int_equal(scop_unscaled(from_json("-1234.56")), -123456);
	/* and a text stays what was written */
	assert_string_equal(scop_as_text(from_json("1e300")), "1e300");
	assert_string_equal(scop_as_text(from_json("0.1234567890123456789")),
	    "0.1234567890123456789");
	srandom(11);
	for (int i = 0; i < 20000; i++) {
		const int64_t unscaled = (((int64_t)random() << 20) ^ random()) % 1000000000000000;
		const unsigned scale = (unsigned)random() % 10 + 1;
		const struct scop_value *number = scop_value_number(arena, unscaled, scale),
					*back = from_json(through_json(number));

		assert_int_equal(scop_compare(number, back), 0);
	}
}

static void
days_are_those_of_the_calendar(void **state)
{
	int64_t days;

	(void)state;
	assert_true(scop_date_parse("2026-11-28", 10, &days));
	assert_int_equal(scop_weekday_of(days), 6);
	assert_int_equal(scop_days_of((struct scop_day){ 1970, 1, 1 }), 0);
	assert_int_equal(scop_weekday_of(0), 4);
	assert_false(scop_date_parse("2026-02-29", 10, &days));
	assert_true(scop_date_parse("2024-02-29", 10, &days));
	assert_false(scop_date_parse("1900-02-29", 10, &days));
	assert_false(scop_date_parse("2026-13-01", 10, &days));
	assert_false(scop_date_parse("0000-01-01", 10, &days));
	assert_false(scop_date_parse("26-11-28", 8, &days));
	for (days = -800000; days < 3000000; days += 37) {
		const struct scop_day day = scop_day_of(days);

		assert_int_equal(scop_days_of(day), days);
		assert_true(day.month >= 1 && day.month <= 12);
		assert_true(day.day >= 1 && day.day <= scop_month_days(day.year, day.month));
	}
}

static void
a_month_later_is_the_same_day_or_the_last(void **state)
{
	const int64_t january = scop_days_of((struct scop_day){ 2026, 1, 31 });

	(void)state;
	assert_int_equal(scop_date_add_months(january, 1),
	    scop_days_of((struct scop_day){ 2026, 2, 28 }));
	assert_int_equal(scop_date_add_months(january, 25),
	    scop_days_of((struct scop_day){ 2028, 2, 29 }));
	assert_int_equal(scop_date_add_months(january, -2),
	    scop_days_of((struct scop_day){ 2025, 11, 30 }));
	assert_int_equal(scop_date_add_months(january, 12 * 100),
	    scop_days_of((struct scop_day){ 2126, 1, 31 }));
}

static void
moments_before_1970_are_printed_right(void **state)
{
	struct scop_buffer out;

	(void)state;
	scop_buffer_init(&out, arena);
	scop_time_print(&out, scop_time_make(1969, 12, 31, 23, 59, 59, 500000));
	assert_string_equal(scop_buffer_str(&out), "1969-12-31T23:59:59Z");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_read_is_written_digit_by_digit),
		TEST(what_is_no_decimal_is_refused),
		TEST(rounding_goes_half_away_from_zero),
		TEST(products_and_quotients_are_those_of_whole_numbers),
		TEST(order_is_by_amount_whatever_the_scale),
		TEST(json_keeps_every_digit),
		TEST(days_are_those_of_the_calendar),
		TEST(a_month_later_is_the_same_day_or_the_last),
		TEST(moments_before_1970_are_printed_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
