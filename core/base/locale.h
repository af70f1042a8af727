/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Formatting of values for people: the four languages, numbers, money, and UTC times in a time
 * zone. The formats are CLDR's for fr, nl, de and en, hard-coded, since pages need no more of CLDR.
 */
#ifndef SCOP_BASE_LOCALE_H
#define SCOP_BASE_LOCALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

struct scop_buffer;
struct scop_value;

enum scop_language { SCOP_FR, SCOP_NL, SCOP_DE, SCOP_EN, SCOP_LANGUAGES };

struct scop_locale {
	enum scop_language language;
	const char *zone; /* an IANA name, such as "Europe/Brussels" */
};

/* The code "fr", and the language's own name, "Français". */
const char *scop_language_code(enum scop_language language);
const char *scop_language_name(enum scop_language language);

/* Whether the first two letters of `code` name one of the four languages; if not, `ret_language` is
 * unchanged. */
bool scop_language_parse(const char *code, size_t length, enum scop_language *ret_language);

/* The decimal separator: ',' or '.'. */
char scop_language_point(enum scop_language language);

/* The plural form for a count: 0 singular, 1 plural. */
unsigned scop_language_plural(enum scop_language language, int64_t count);

/* Appends the value formatted for people: nothing for null, lists and maps; "true" for true. Not
 * escaped. */
void scop_locale_print(struct scop_buffer *out, const struct scop_value *value,
    const struct scop_locale *locale);

/* The local date and time in `zone` at an instant; months count from 1, weekdays from 0 for Sunday.
 */
struct scop_clock {
	int year, month, day, weekday, hour, minute;
};
struct scop_clock scop_zone_clock(const char *zone, int64_t microseconds);

/* The instant of a local time in `zone`. If it occurs twice (at the end of summer time), the first;
 * if it is skipped (at its beginning), moved forward by as much as the clock is. */
int64_t scop_zone_instant(const char *zone, int year, int month, int day, int hour, int minute);

/* How often a local time occurs in `zone`: 1; 0 at the beginning of summer time, 2 at its end.
 * Returns its first and last instant; if it is skipped, both are that of scop_zone_instant. */
unsigned scop_zone_instants(const char *zone, int64_t days, int64_t clock, int64_t *ret_first,
    int64_t *ret_last);

/* Whether the machine's time zone database has the zone. */
bool scop_zone_valid(const char *zone);

#endif
