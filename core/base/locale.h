/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How values look to a person: the four languages, numbers, money, and UTC times in the person's
 * zone. The formats are those of CLDR for fr, nl, de and en, written out, since the pages need no
 * more of it.
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

/* "fr", and its own name, "Français". */
const char *scop_language_code(enum scop_language language);
const char *scop_language_name(enum scop_language language);

/* Whether the first two letters of `code` name one of the four; leaves `ret_language` alone when
 * not. */
bool scop_language_parse(const char *code, size_t length, enum scop_language *ret_language);

/* The decimal separator: ',' or '.'. */
char scop_language_point(enum scop_language language);

/* Which form a count takes: 0 singular, 1 plural. */
unsigned scop_language_plural(enum scop_language language, int64_t count);

/* Appends what a person reads: nothing for null, lists and maps; "true" for true. Not escaped. */
void scop_locale_print(struct scop_buffer *out, const struct scop_value *value,
    const struct scop_locale *locale);

/* The date and clock of `zone` at an instant; month from 1, weekday from 0 for Sunday. */
struct scop_clock {
	int year, month, day, weekday, hour, minute;
};
struct scop_clock scop_zone_clock(const char *zone, int64_t microseconds);

/* The instant at which the clock of `zone` shows this. Shown twice (the end of summer time): the
 * first. Never shown (its beginning): as much later as the clock was put forward. */
int64_t scop_zone_instant(const char *zone, int year, int month, int day, int hour, int minute);

/* How often the clock of `zone` shows this: 1; 0 at the beginning of summer time, 2 at its end.
 * Gives the first and the last instant that does; of none the one of scop_zone_instant. */
unsigned scop_zone_instants(const char *zone, int64_t days, int64_t clock, int64_t *ret_first,
    int64_t *ret_last);

/* Whether the machine knows the zone. */
bool scop_zone_valid(const char *zone);

#endif
