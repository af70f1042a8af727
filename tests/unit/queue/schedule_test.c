/* SPDX-License-Identifier: EUPL-1.2 */
/* When a job is due: rules, zones, and the days on which clocks are changed. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"
#include "queue/schedule.h"

static int64_t
utc(int year, int month, int day, int hour, int minute)
{
	return scop_time_make(year, month, day, hour, minute, 0, 0);
}

static void
expect(const char *rule, const char *zone, int64_t after, int64_t due)
{
	struct scop_schedule schedule;

	assert_true(scop_schedule_parse(rule, &schedule));
	assert_int_equal(scop_schedule_next(&schedule, zone, after), due);
}

static void
rules_are_read_or_refused(void **state)
{
	static const char *const wrong[] = { "", "every", "every 0", "every 1441", "every 15 ",
		"every 15 at 03:15", "at", "at 3", "at 24:00", "at 03:60", "at 03:15 on",
		"at 03:15 on ", "at 03:15 on monday", "at 03:15 on mon,tue", "at 03:15 on 29",
		"at 03:15 on 0", "at 03:15 every 15", " on mon", "at -1:10" };
	struct scop_schedule schedule;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(scop_schedule_parse(wrong[i], &schedule));
	assert_true(scop_schedule_parse("at 03:15 on mon wed", &schedule));
	assert_int_equal(schedule.weekdays, 1 << 1 | 1 << 3);
}

static void
every_few_minutes_is_aligned_to_the_hour(void **state)
{
	(void)state;
	expect("every 15", "Europe/Brussels", utc(2026, 3, 1, 10, 7), utc(2026, 3, 1, 10, 15));
	expect("every 15", "Europe/Brussels", utc(2026, 3, 1, 10, 15), utc(2026, 3, 1, 10, 30));
}

static void
a_time_of_day_is_the_tenant_s_own(void **state)
{
	(void)state;
	expect("at 03:15", "Europe/Brussels", utc(2026, 1, 10, 1, 0), utc(2026, 1, 10, 2, 15));
	expect("at 03:15", "Europe/Brussels", utc(2026, 1, 10, 2, 15), utc(2026, 1, 11, 2, 15));
	expect("at 03:15", "Europe/Brussels", utc(2026, 7, 10, 0, 0), utc(2026, 7, 10, 1, 15));
	expect("at 23:30", "America/Guadeloupe", utc(2026, 7, 10, 2, 0), utc(2026, 7, 10, 3, 30));
	expect("at 00:05", "Indian/Reunion", utc(2026, 12, 31, 19, 0), utc(2026, 12, 31, 20, 5));
}

/* On 29 March 2026 at 02:00 clocks in Brussels are put forward to 03:00; on 25 October at 03:00
 * back to 02:00. */
static void
a_day_whose_clock_is_changed_has_one_run(void **state)
{
	(void)state;
	expect("at 02:30", "Europe/Brussels", utc(2026, 3, 28, 12, 0), utc(2026, 3, 29, 1, 30));
	expect("at 02:30", "Europe/Brussels", utc(2026, 3, 29, 1, 30), utc(2026, 3, 30, 0, 30));
	expect("at 02:30", "Europe/Brussels", utc(2026, 10, 24, 12, 0), utc(2026, 10, 25, 0, 30));
	expect("at 02:30", "Europe/Brussels", utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30));
	expect("at 12:00", "Europe/Brussels", utc(2026, 3, 28, 12, 0), utc(2026, 3, 29, 10, 0));
}

static void
days_are_those_of_the_rule(void **state)
{
	(void)state;
	/* 22 November 2026 is a Sunday. */
	expect("at 08:00 on mon wed", "Europe/Paris", utc(2026, 11, 22, 12, 0),
	    utc(2026, 11, 23, 7, 0));
	expect("at 08:00 on mon wed", "Europe/Paris", utc(2026, 11, 23, 7, 0),
	    utc(2026, 11, 25, 7, 0));
	expect("at 08:00 on 1", "Europe/Paris", utc(2026, 11, 22, 12, 0), utc(2026, 12, 1, 7, 0));
	expect("at 08:00 on 28", "Europe/Paris", utc(2027, 1, 28, 7, 0), utc(2027, 2, 28, 7, 0));
}

/* Over years, in zones that differ: never before `after`, and one run each day. */
static void
each_day_has_exactly_one_run(void **state)
{
	static const char *const zones[] = { "Europe/Brussels", "America/New_York",
		"Australia/Lord_Howe", "Asia/Kolkata", "UTC" };
	static const char *const rules[] = { "at 00:00", "at 01:30", "at 02:30", "at 03:00",
		"at 23:59" };

	(void)state;
	for (size_t z = 0; z < 5; z++) {
		for (size_t r = 0; r < 5; r++) {
			struct scop_schedule schedule;
			int64_t at = utc(2024, 1, 1, 0, 0);
			int last = -1;

			assert_true(scop_schedule_parse(rules[r], &schedule));
			for (int i = 0; i < 3 * 365; i++) {
				const int64_t next = scop_schedule_next(&schedule, zones[z], at);
				const struct scop_clock clock = scop_zone_clock(zones[z], next);

				assert_true(next > at);
				assert_true(next - at <= 26 * 3600 * 1000000LL);
				assert_int_not_equal(clock.day, last);
				last = clock.day;
				at = next;
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_read_or_refused),
		cmocka_unit_test(every_few_minutes_is_aligned_to_the_hour),
		cmocka_unit_test(a_time_of_day_is_the_tenant_s_own),
		cmocka_unit_test(a_day_whose_clock_is_changed_has_one_run),
		cmocka_unit_test(days_are_those_of_the_rule),
		cmocka_unit_test(each_day_has_exactly_one_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
