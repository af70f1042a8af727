/* SPDX-License-Identifier: EUPL-1.2 */
/* Schedules: see schedule.h. */
#include "queue/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"

enum { MINUTES_MAX = 1440, DAYS_AHEAD = 63, HOURS = 24 };
#define MICROSECONDS_A_MINUTE 60000000LL
#define MICROSECONDS_A_DAY (1440 * MICROSECONDS_A_MINUTE)

static bool
take_weekday(const char *word, size_t length, unsigned *weekdays)
{
	static const char *const names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

	for (unsigned i = 0; i < 7; i++) {
		if (length != 3 || strncmp(word, names[i], 3) != 0)
			continue;
		*weekdays |= 1u << i;
		return true;
	}
	return false;
}

static bool
take_days(const char *text, struct scop_schedule *schedule)
{
	char *end;
	const long day = strtol(text, &end, 10);

	if (end != text) {
		schedule->month_day = (int)day;
		return !*end && day >= 1 && day <= 28;
	}
	while (*text) {
		const size_t length = strcspn(text, " ");

		if (!take_weekday(text, length, &schedule->weekdays))
			return false;
		text += length;
		text += *text == ' ';
	}
	return schedule->weekdays != 0;
}

bool
scop_schedule_parse(const char *rule, struct scop_schedule *ret_schedule)
{
	struct scop_schedule schedule = { 0 };
	int length = 0;

	if (sscanf(rule, "every %u%n", &schedule.every, &length) == 1) {
		*ret_schedule = schedule;
		return !rule[length] && schedule.every >= 1 && schedule.every <= MINUTES_MAX;
	}
	if (sscanf(rule, "at %2d:%2d%n", &schedule.hour, &schedule.minute, &length) != 2 ||
	    schedule.hour < 0 || schedule.hour >= HOURS || schedule.minute < 0 ||
	    schedule.minute > 59)
		return false;
	if (rule[length] &&
	    (strncmp(rule + length, " on ", 4) != 0 || !take_days(rule + length + 4, &schedule)))
		return false;
	*ret_schedule = schedule;
	return true;
}

static bool
falls_on(const struct scop_schedule *schedule, const struct scop_clock *day)
{
	return (schedule->weekdays == 0 || schedule->weekdays >> day->weekday & 1) &&
	    (schedule->month_day == 0 || schedule->month_day == day->day);
}

int64_t
scop_schedule_next(const struct scop_schedule *schedule, const char *zone, int64_t after)
{
	if (schedule->every > 0) {
		const int64_t step = schedule->every * MICROSECONDS_A_MINUTE;

		return (after / step + 1) * step;
	}

	const struct scop_clock today = scop_zone_clock(zone, after);
	const int64_t noon = scop_time_make(today.year, today.month, today.day, 12, 0, 0, 0);
	for (int ahead = 0; ahead < DAYS_AHEAD; ahead++) {
		const struct scop_clock day =
		    scop_zone_clock("UTC", noon + ahead * MICROSECONDS_A_DAY);
		const int64_t due = scop_zone_instant(zone, day.year, day.month, day.day,
		    schedule->hour, schedule->minute);

		if (due > after && falls_on(schedule, &day))
			return due;
	}
	/* not reached: every day of the month up to the 28th occurs before that */
	return after + DAYS_AHEAD * MICROSECONDS_A_DAY;
}
