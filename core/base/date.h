/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendar days of the proleptic Gregorian calendar, counted from 1970-01-01; they have no zone. */
#ifndef SCOP_BASE_DATE_H
#define SCOP_BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scop_buffer;

/* Years that a DATE of MariaDB holds: 0 to 9999. */
struct scop_day {
	int year, month, day; /* month and day from 1 */
};

int64_t scop_days_of(struct scop_day day);
struct scop_day scop_day_of(int64_t days);

/* The number of days in the month, 28 to 31. */
int scop_month_days(int year, int month);

/* Whether the date exists, with a year from 1 to 9999. */
bool scop_day_exists(struct scop_day day);

/* From 1, Monday, to 7, Sunday (ISO 8601). */
int scop_weekday_of(int64_t days);

/* Appends "2026-11-22". */
void scop_date_print(struct scop_buffer *out, int64_t days);

/* Reads "2026-11-22"; false for anything else, or a date that does not exist. */
bool scop_date_parse(const char *text, size_t length, int64_t *ret_days);

/* Reads "14:30" or "14:30:05" as seconds since midnight; false for anything else. */
bool scop_clock_parse(const char *text, size_t length, int64_t *ret_seconds);

/* Reads a time with its offset, "2026-11-22T14:30:00+01:00" or "...Z" (RFC 3339; seconds are
 * optional, fractions are dropped), as microseconds since 1970-01-01 UTC; false for anything else.
 */
bool scop_moment_parse(const char *text, size_t length, int64_t *ret_microseconds);

/* The same day of the month, `months` later (or earlier); the month's last day if it has no such
 * day. */
int64_t scop_date_add_months(int64_t days, int64_t months);

#endif
