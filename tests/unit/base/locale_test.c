/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers, money, times and plurals in the four languages, as CLDR writes them. */
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
#include "base/date.h"
#include "base/locale.h"
#include "base/value.h"

#define N "\u202f" /* narrow no-break space */
#define B "\u00a0" /* no-break space */

static const char *
print(struct scop_arena *arena, const struct scop_value *value, enum scop_language language,
    const char *zone)
{
	const struct scop_locale locale = { language, zone };
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	scop_locale_print(&out, value, &locale);
	return scop_buffer_str(&out);
}

static void
money_looks_as_in_each_language(void **state)
{
	static const struct {
		int64_t cents;
		const char *text[SCOP_LANGUAGES];
	} cases[] = {
		{ 0, { "0,00" B "€", "€" B "0,00", "0,00" B "€", "€0.00" } },
		{ 5, { "0,05" B "€", "€" B "0,05", "0,05" B "€", "€0.05" } },
		{ 123456,
		    { "1" N "234,56" B "€", "€" B "1.234,56", "1.234,56" B "€", "€1,234.56" } },
		{ 99999, { "999,99" B "€", "€" B "999,99", "999,99" B "€", "€999.99" } },
		{ 123456789012,
		    { "1" N "234" N "567" N "890,12" B "€", "€" B "1.234.567.890,12",
			"1.234.567.890,12" B "€", "€1,234,567,890.12" } },
	};
	struct scop_arena *arena = scop_arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (int l = 0; l < SCOP_LANGUAGES; l++)
			assert_string_equal(print(arena,
						scop_value_money(arena, cases[i].cents, "EUR"),
						(enum scop_language)l, "UTC"),
			    cases[i].text[l]);
	assert_string_equal(print(arena, scop_value_money(arena, 1250, "CHF"), SCOP_FR, "UTC"),
	    "12,50" B "CHF");
	scop_arena_free(arena);
}

static void
a_debt_has_its_minus_where_each_language_puts_it(void **state)
{
	struct scop_arena *arena = scop_arena_new();
	const struct scop_value *debt = scop_value_money(arena, -123456, "EUR");

	(void)state;
	assert_string_equal(print(arena, debt, SCOP_FR, "UTC"), "-1" N "234,56" B "€");
	assert_string_equal(print(arena, debt, SCOP_NL, "UTC"), "€" B "-1.234,56");
	assert_string_equal(print(arena, debt, SCOP_DE, "UTC"), "-1.234,56" B "€");
	scop_arena_free(arena);
}

static void
an_english_debt_has_its_minus_before_the_sign(void **state)
{
	struct scop_arena *arena = scop_arena_new();

	(void)state;
	assert_string_equal(print(arena, scop_value_money(arena, -123456, "EUR"), SCOP_EN, "UTC"),
	    "-€1,234.56");
	scop_arena_free(arena);
}

static void
an_english_code_of_a_currency_stands_apart(void **state)
{
	struct scop_arena *arena = scop_arena_new();

	(void)state;
	assert_string_equal(print(arena, scop_value_money(arena, 1250, "CHF"), SCOP_EN, "UTC"),
	    "CHF" B "12.50");
	scop_arena_free(arena);
}

static void
the_largest_numbers_print(void **state)
{
	struct scop_arena *arena = scop_arena_new();

	(void)state;
	assert_string_equal(print(arena, scop_value_number(arena, INT64_MIN, 0), SCOP_EN, "UTC"),
	    "-9,223,372,036,854,775,808");
	assert_string_equal(print(arena, scop_value_number(arena, INT64_MAX, 18), SCOP_EN, "UTC"),
	    "9.223372036854775807");
	assert_string_equal(print(arena, scop_value_number(arena, 1, 18), SCOP_FR, "UTC"),
	    "0,000000000000000001");
	assert_string_equal(print(arena, scop_value_number(arena, -5, 1), SCOP_NL, "UTC"), "-0,5");
	assert_string_equal(print(arena, scop_value_int(arena, INT64_MIN), SCOP_FR, "UTC"),
	    "-9223372036854775808");
	assert_string_equal(print(arena, scop_value_money(arena, INT64_MIN, "EUR"), SCOP_DE, "UTC"),
	    "-92.233.720.368.547.758,08" B "€");
	scop_arena_free(arena);
}

static void
a_time_is_the_zone_s_own_in_summer_and_winter(void **state)
{
	struct scop_arena *arena = scop_arena_new();
	const struct scop_value *winter =
	    scop_value_time(arena, scop_time_make(2026, 1, 5, 23, 30, 0, 0));
	const struct scop_value *summer =
	    scop_value_time(arena, scop_time_make(2026, 7, 5, 22, 30, 0, 0));

	(void)state;
	assert_string_equal(print(arena, winter, SCOP_FR, "Europe/Brussels"), "06/01/2026 00:30");
	assert_string_equal(print(arena, summer, SCOP_NL, "Europe/Brussels"), "06-07-2026 00:30");
	assert_string_equal(print(arena, summer, SCOP_DE, "America/New_York"), "05.07.2026 18:30");
	assert_string_equal(print(arena, summer, SCOP_EN, "Asia/Kolkata"), "6 Jul 2026, 04:00");
	assert_string_equal(print(arena, winter, SCOP_FR, "UTC"), "05/01/2026 23:30");
	scop_arena_free(arena);
}

static void
shows_what_the_c_library_shows(const char *zone, int64_t seconds)
{
	const time_t instant = (time_t)seconds;
	const struct scop_clock clock = scop_zone_clock(zone, seconds * 1000000);
	struct tm local;

	setenv("TZ", zone, 1); /* as it is already: the same zone was used last */
	localtime_r(&instant, &local);
	assert_int_equal(clock.year, local.tm_year + 1900);
	assert_int_equal(clock.month, local.tm_mon + 1);
	assert_int_equal(clock.day, local.tm_mday);
	assert_int_equal(clock.weekday, local.tm_wday);
	assert_int_equal(clock.hour, local.tm_hour);
	assert_int_equal(clock.minute, local.tm_min);
}

/* Clocks that are changed within a quarter of an hour, or by another amount than a full hour. */
static void
every_zone_is_right_at_all_times(void **state)
{
	static const char *const zones[] = { "Europe/Brussels", "America/New_York", "Asia/Kolkata",
		"Australia/Lord_Howe", "Antarctica/Casey", "Africa/Monrovia", "UTC" };
	static const int64_t changes[] = {
		1601740860,  /* Casey, at 16:01 UTC */
		1774746000,  /* Brussels, 29 March 2026 */
		1775318400,  /* Lord Howe, by half an hour */
		63593070,    /* Monrovia, by 44:30 */
		-2450995200, /* Brussels, by 17:30, in 1892 */
	};

	(void)state;
	for (int round = 0; round < 2; round++)
		for (size_t z = 0; z < sizeof zones / sizeof zones[0]; z++) {
			for (int64_t at = -3786912000; at < 4102444800; at += 86400 * 17 + 611)
				shows_what_the_c_library_shows(zones[z], at);
			for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
				for (int64_t off = -2000; off <= 2000; off += 50)
					shows_what_the_c_library_shows(zones[z], changes[i] + off);
		}
}

static void
an_english_month_is_its_first_three_letters(void **state)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
	struct scop_arena *arena = scop_arena_new();

	(void)state;
	for (int i = 0; i < 12; i++) {
		const struct scop_value *day =
		    scop_value_date(arena, scop_days_of((struct scop_day){ 2026, i + 1, 9 }));

		assert_string_equal(print(arena, day, SCOP_EN, "UTC"),
		    scop_arena_printf(arena, "9 %s 2026", months[i]));
		assert_string_equal(print(arena, day, SCOP_DE, "UTC"),
		    scop_arena_printf(arena, "09.%02d.2026", i + 1));
	}
	scop_arena_free(arena);
}

static void
a_number_has_at_least_so_many_digits(void **state)
{
	static const struct {
		uint64_t number;
		unsigned least;
		const char *text;
	} cases[] = { { 0, 0, "" }, { 0, 1, "0" }, { 7, 2, "07" }, { 123, 2, "123" },
		{ 1, 20, "00000000000000000001" }, { UINT64_MAX, 1, "18446744073709551615" } };
	struct scop_arena *arena = scop_arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct scop_buffer out;

		scop_buffer_init(&out, arena);
		scop_buffer_digits(&out, cases[i].number, cases[i].least);
		assert_string_equal(scop_buffer_str(&out), cases[i].text);
	}
	scop_arena_free(arena);
}

static void
the_hour_that_comes_twice_and_the_one_that_never_does(void **state)
{
	struct scop_arena *arena = scop_arena_new();

	(void)state;
	for (int hour = 0; hour < 2; hour++)
		assert_string_equal(print(arena,
					scop_value_time(arena,
					    scop_time_make(2026, 10, 25, hour, 30, 0, 0)),
					SCOP_FR, "Europe/Brussels"),
		    "25/10/2026 02:30");
	assert_string_equal(print(arena,
				scop_value_time(arena, scop_time_make(2026, 3, 29, 1, 0, 0, 0)),
				SCOP_FR, "Europe/Brussels"),
	    "29/03/2026 03:00");
	scop_arena_free(arena);
}

static void
a_time_for_programs_is_rfc_3339(void **state)
{
	static const struct {
		int64_t microseconds;
		const char *text;
	} cases[] = { { 0, "1970-01-01T00:00:00Z" }, { -1, "1969-12-31T23:59:59Z" },
		{ -1000000, "1969-12-31T23:59:59Z" }, { 999999, "1970-01-01T00:00:00Z" },
		{ 951782400000000, "2000-02-29T00:00:00Z" } };
	struct scop_arena *arena = scop_arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct scop_buffer out;

		scop_buffer_init(&out, arena);
		scop_time_print(&out, cases[i].microseconds);
		assert_string_equal(scop_buffer_str(&out), cases[i].text);
	}
	scop_arena_free(arena);
}

static void
a_language_is_one_of_four_by_its_first_two_letters(void **state)
{
	enum scop_language language = SCOP_DE;

	(void)state;
	assert_true(scop_language_parse("nl-BE", 5, &language));
	assert_int_equal(language, SCOP_NL);
	assert_false(scop_language_parse("f", 1, &language));
	assert_false(scop_language_parse("", 0, &language));
	assert_false(scop_language_parse("xx", 2, &language));
	assert_false(scop_language_parse("FR", 2, &language));
	assert_int_equal(language, SCOP_NL);
}

static void
nothing_is_singular_in_french_alone(void **state)
{
	(void)state;
	for (int l = 0; l < SCOP_LANGUAGES; l++) {
		assert_int_equal(scop_language_plural((enum scop_language)l, 0), l != SCOP_FR);
		assert_int_equal(scop_language_plural((enum scop_language)l, 1), 0);
		assert_int_equal(scop_language_plural((enum scop_language)l, 2), 1);
		assert_int_equal(scop_language_plural((enum scop_language)l, INT64_MIN), 1);
	}
}

static void
a_zone_is_a_file_below_the_zones_folder(void **state)
{
	static const char *const bad[] = { "", "/etc/passwd", "../../../etc/passwd",
		"Europe/../../passwd", "Mars/Phobos", "europe/brussels",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaa" };

	(void)state;
	assert_true(scop_zone_valid("Europe/Brussels"));
	assert_true(scop_zone_valid("UTC"));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(scop_zone_valid(bad[i]));
}

static void
a_folder_of_zones_is_no_zone(void **state)
{
	(void)state;
	assert_false(scop_zone_valid("Europe"));
	assert_false(scop_zone_valid("."));
	assert_false(scop_zone_valid("tzdata.zi"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(money_looks_as_in_each_language),
		cmocka_unit_test(a_debt_has_its_minus_where_each_language_puts_it),
		cmocka_unit_test(an_english_debt_has_its_minus_before_the_sign),
		cmocka_unit_test(an_english_code_of_a_currency_stands_apart),
		cmocka_unit_test(the_largest_numbers_print),
		cmocka_unit_test(a_time_is_the_zone_s_own_in_summer_and_winter),
		cmocka_unit_test(every_zone_is_right_at_all_times),
		cmocka_unit_test(the_hour_that_comes_twice_and_the_one_that_never_does),
		cmocka_unit_test(an_english_month_is_its_first_three_letters),
		cmocka_unit_test(a_number_has_at_least_so_many_digits),
		cmocka_unit_test(a_time_for_programs_is_rfc_3339),
		cmocka_unit_test(a_language_is_one_of_four_by_its_first_two_letters),
		cmocka_unit_test(nothing_is_singular_in_french_alone),
		cmocka_unit_test(a_zone_is_a_file_below_the_zones_folder),
		cmocka_unit_test(a_folder_of_zones_is_no_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
