/* SPDX-License-Identifier: EUPL-1.2 */
/* Days and dates by Howard Hinnant's "chrono-compatible low-level date algorithms", in which years
 * begin in March, so that the leap day is the last day of a year. */
#include "base/date.h"

#include <string.h>

#include "base/buffer.h"

int64_t
scop_days_of(struct scop_day day)
{
	const int64_t years = day.month > 2 ? day.year : day.year - 1;
	const int64_t eras = (years >= 0 ? years : years - 399) / 400, of_era = years - eras * 400;
	const int64_t of_year =
	    (153 * (day.month + (day.month > 2 ? -3 : 9)) + 2) / 5 + day.day - 1;

	return eras * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct scop_day
scop_day_of(int64_t days)
{
	const int64_t shifted = days + 719468;
	const int64_t eras = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	const int64_t of_era = shifted - eras * 146097;
	const int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	const int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
	const int64_t month = (5 * of_year + 2) / 153;

	return (struct scop_day){ (int)(years + eras * 400 + (month >= 10)),
		(int)(month < 10 ? month + 3 : month - 9),
		(int)(of_year - (153 * month + 2) / 5 + 1) };
}

int
scop_month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

bool
scop_day_exists(struct scop_day day)
{
	return day.year >= 1 && day.year <= 9999 && day.month >= 1 && day.month <= 12 &&
	    day.day >= 1 && day.day <= scop_month_days(day.year, day.month);
}

int
scop_weekday_of(int64_t days)
{
	return (int)(((days + 3) % 7 + 7) % 7) + 1;
}

void
scop_date_print(struct scop_buffer *out, int64_t days)
{
	const struct scop_day day = scop_day_of(days);
	char behind[] = "-00-00";

	if (day.year < 0) /* beyond what people or MariaDB use */
		scop_buffer_char(out, '-');
	scop_buffer_digits(out, (uint64_t)(day.year < 0 ? -day.year : day.year), 4);
	scop_two_digits(behind + 1, (unsigned)day.month);
	scop_two_digits(behind + 4, (unsigned)day.day);
	scop_buffer_add(out, behind, sizeof behind - 1);
}

static bool
digits(const char *text, size_t count, int *ret_number)
{
	int number = 0;

	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		number = number * 10 + (text[i] - '0');
	}
	*ret_number = number;
	return true;
}

bool
scop_date_parse(const char *text, size_t length, int64_t *ret_days)
{
	struct scop_day day;

	if (length != 10 || text[4] != '-' || text[7] != '-' || !digits(text, 4, &day.year) ||
	    !digits(text + 5, 2, &day.month) || !digits(text + 8, 2, &day.day) ||
	    !scop_day_exists(day))
		return false;
	*ret_days = scop_days_of(day);
	return true;
}

bool
scop_clock_parse(const char *text, size_t length, int64_t *ret_seconds)
{
	int hour, minute, second = 0;

	if ((length != 5 && length != 8) || text[2] != ':' || !digits(text, 2, &hour) ||
	    !digits(text + 3, 2, &minute) ||
	    (length == 8 && (text[5] != ':' || !digits(text + 6, 2, &second))) || hour > 23 ||
	    minute > 59 || second > 59)
		return false;
	*ret_seconds = hour * 3600 + minute * 60 + second;
	return true;
}

/* "Z", "+01:00": the offset from UTC in seconds. */
static bool
offset_parse(const char *text, size_t length, int64_t *ret_seconds)
{
	if (length == 1 && (*text == 'Z' || *text == 'z')) {
		*ret_seconds = 0;
		return true;
	}
	if (length != 6 || (*text != '+' && *text != '-') ||
	    !scop_clock_parse(text + 1, 5, ret_seconds))
		return false;
	if (*text == '-')
		*ret_seconds = -*ret_seconds;
	return true;
}

bool
scop_moment_parse(const char *text, size_t length, int64_t *ret_microseconds)
{
	int64_t days, clock, ahead;

	if (length < 17 || !scop_date_parse(text, 10, &days) || !strchr("Tt ", text[10]))
		return false;
	const size_t size = text[16] == ':' ? 8 : 5;
	size_t zone = 11 + size;
	if (zone >= length || !scop_clock_parse(text + 11, size, &clock))
		return false;
	if (size == 8 && text[zone] == '.')
		while (++zone < length && text[zone] >= '0' && text[zone] <= '9')
			;
	if (!offset_parse(text + zone, length - zone, &ahead))
		return false;
	*ret_microseconds = (days * 86400 + clock - ahead) * 1000000;
	return true;
}

int64_t
scop_date_add_months(int64_t days, int64_t months)
{
	struct scop_day day = scop_day_of(days);
	const int64_t month = (int64_t)day.year * 12 + day.month - 1 + months;

	day.year = (int)((month >= 0 ? month : month - 11) / 12);
	day.month = (int)(month - (int64_t)day.year * 12) + 1;
	const int last = scop_month_days(day.year, day.month);
	if (day.day > last)
		day.day = last;
	return scop_days_of(day);
}
