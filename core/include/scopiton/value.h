/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Values: the one type for data from a database row to a page.
 *
 * A value is immutable and lives in the arena of the request that made it, so nobody frees one.
 * Every function here accepts NULL as "no value" and treats it as null, so callers need not check
 * for a missing row or key first.
 */
#ifndef SCOPITON_VALUE_H
#define SCOPITON_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scop_value;

/* Marks a function that the next major version of the API removes. Each call of it gives a compiler
 * warning with `remedy`, which says since which version and what to call instead, as in
 * SCOP_DEPRECATED("since 2.3: call scop_make_string"). It is the only warning that does not fail a
 * module's build. */
#define SCOP_DEPRECATED(remedy) __attribute__((deprecated(remedy)))

/* Marks a text for translators; the code that shows it translates it. */
#define SCOP_TEXT(text) text
/* The same for a text that is passed to scop_audit() or scop_make_message() in a variable: the
 * portal shows it later. */
#define SCOP_AUDIT(text) text

enum scop_type {
	SCOP_NULL,
	SCOP_BOOL,
	SCOP_INT,
	SCOP_NUMBER, /* an integer and a scale: 1234 with scale 2 is 12.34 */
	SCOP_MONEY,  /* integer cents and an ISO 4217 currency */
	SCOP_STRING, /* UTF-8, no NUL inside */
	SCOP_TIME,   /* microseconds since 1970-01-01 UTC; shown in the tenant's time zone */
	SCOP_DATE,   /* a calendar day, which has no zone: a DATE column */
	SCOP_CLOCK,  /* a time of day, which has no zone: a TIME column from 00:00 to 23:59:59 */
	SCOP_LIST,
	SCOP_MAP,
};

/* The type of `value`; SCOP_NULL for NULL. */
enum scop_type scop_type(const struct scop_value *value);

/* The member `key` of `map`; NULL if there is none, or `map` is not a map. Lives as long as `map`.
 */
const struct scop_value *scop_get(const struct scop_value *map, const char *key);

/* The number of items in a list, or of members in a map; 0 for anything else. */
size_t scop_count(const struct scop_value *list);

/* Item `index`, from 0, of a list; NULL past its end. */
const struct scop_value *scop_at(const struct scop_value *list, size_t index);

/* The key of member `index`, from 0, of a map; NULL past its end. Lives as long as the map. */
const char *scop_key(const struct scop_value *map, size_t index);

/* `value` as an integer: for a boolean 0 or 1, for money the cents, for a number its integer part,
 * for a time the seconds since 1970-01-01 UTC, for a date the days since 1970-01-01, for a time of
 * day the seconds since midnight; 0 for null. For a string, list or map it returns 0 and logs an
 * error. */
int64_t scop_as_int(const struct scop_value *value);

/* The digits of a number without its decimal point, and the number of decimal places: 1234 and 2
 * for 12.34. For money the cents and 2, for an integer itself and 0; 0 and 0 for anything else. */
int64_t scop_unscaled(const struct scop_value *value);
unsigned scop_scale(const struct scop_value *value);

/* The parts of a date: year, month (from 1), day of the month (from 1), and day of the week (1,
 * Monday, to 7, Sunday); 0 for anything else. A time has such parts only in a time zone: see
 * scop_date_of. */
int scop_year(const struct scop_value *date);
int scop_month(const struct scop_value *date);
int scop_day(const struct scop_value *date);
int scop_weekday(const struct scop_value *date);

/* -1, 0 or 1 if `a` sorts before, equal to or after `b`: integers, numbers and money of one
 * currency by amount; times, dates and times of day chronologically; strings by their bytes; null
 * before everything else. For types that cannot be compared it returns 0 and logs an error. */
int scop_compare(const struct scop_value *a, const struct scop_value *b);

/* The text of a string, which lives as long as the value; "" for anything else, never NULL. For
 * binary data it is not all: a reader stops at the first NUL byte (see scop_size). */
const char *scop_as_text(const struct scop_value *value);

/* The length of a string in bytes, which for a BLOB may include NUL bytes; 0 for anything else. */
size_t scop_size(const struct scop_value *value);

/* Whether `value` counts as true in a view. False are null, false, the integer 0, and an empty
 * string, list or map. Numbers and money count as true, also an amount of 0. */
bool scop_as_bool(const struct scop_value *value);

/* scop_as_int, scop_as_text and scop_as_bool of the member `key` of `map`; a missing member counts
 * as null. */
int64_t scop_int(const struct scop_value *map, const char *key);
const char *scop_text(const struct scop_value *map, const char *key);
bool scop_bool(const struct scop_value *map, const char *key);

/* The ISO 4217 code of a money value; "" for anything else. */
const char *scop_currency(const struct scop_value *value);

/* Says where to truncate a text that people typed: how many of its bytes fit into `bytes`, or
 * that its first `letters` characters take. Neither splits a character, or a letter from its
 * combining accent. The whole length for a text that is short enough. For "%.*s", cast the result
 * to int. */
size_t scop_utf8_fit(const char *text, size_t bytes);
size_t scop_utf8_first(const char *text, size_t letters);

#endif
