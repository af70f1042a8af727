/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Values: the one type that runs from the database's row to the page.
 *
 * A value is immutable and lives in the arena of the request that made it, so nobody frees one.
 * Every function here takes NULL for "no value" and answers as for null, so a missing row or key
 * needs no test before it is asked.
 */
#ifndef SCOPITON_VALUE_H
#define SCOPITON_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scop_value;

/* Marks a function that will go with the next major version of the API: each call of it is a
 * warning with `remedy`, which says since which version and what to call instead, as in
 * SCOP_DEPRECATED("since 2.3: call scop_make_string"). It is the only warning that does not stop a
 * module's build. */
#define SCOP_DEPRECATED(remedy) __attribute__((deprecated(remedy)))

/* Marks a text for translators; the code that shows it translates it. */
#define SCOP_TEXT(text) text
/* The same for a text that reaches scop_audit() through a variable: the portal shows it later. */
#define SCOP_AUDIT(text) text

enum scop_type {
	SCOP_NULL,
	SCOP_BOOL,
	SCOP_INT,
	SCOP_NUMBER, /* an integer and a scale: 1234 with scale 2 is 12.34 */
	SCOP_MONEY,  /* integer cents and an ISO 4217 currency */
	SCOP_STRING, /* UTF-8, no NUL inside */
	SCOP_TIME,   /* a moment: microseconds since 1970-01-01 UTC; shown in the reader's zone */
	SCOP_DATE,   /* a calendar day, which has no zone: a DATE column */
	SCOP_CLOCK,  /* a time of day, which has no zone: a TIME column from 00:00 to 23:59:59 */
	SCOP_LIST,
	SCOP_MAP,
};

/* The type of `value`; SCOP_NULL for NULL. */
enum scop_type scop_type(const struct scop_value *value);

/* The member `key` of `map`; NULL where it has none or is not a map. Lives as long as `map`. */
const struct scop_value *scop_get(const struct scop_value *map, const char *key);

/* How many items a list, or members a map, has; 0 for anything else. */
size_t scop_count(const struct scop_value *list);

/* Item `index` of a list, from 0; NULL past its end. */
const struct scop_value *scop_at(const struct scop_value *list, size_t index);

/* The key of member `index` of a map, from 0; NULL past its end. Lives as long as the map. */
const char *scop_key(const struct scop_value *map, size_t index);

/* The integer of `value`: of an integer itself, of a boolean 0 or 1, of money its cents, of a
 * number what stands before the point, of a time its seconds since 1970-01-01 UTC, of a date its
 * days since 1970-01-01, of a time of day its seconds since midnight; 0 for null. For a string,
 * list or map 0, and an error in the log. */
int64_t scop_as_int(const struct scop_value *value);

/* All digits of a number, without its point, and how many stand behind it: 1234 and 2 for 12.34. Of
 * money the cents and 2, of an integer itself and 0; 0 and 0 for anything else. */
int64_t scop_unscaled(const struct scop_value *value);
unsigned scop_scale(const struct scop_value *value);

/* The parts of a date: the year, the month and the day of the month from 1, the day of the week
 * from 1, Monday, to 7, Sunday; 0 for anything else. A time has parts in a zone only: see
 * scop_date_of. */
int scop_year(const struct scop_value *date);
int scop_month(const struct scop_value *date);
int scop_day(const struct scop_value *date);
int scop_weekday(const struct scop_value *date);

/* -1, 0 or 1 as `a` stands before, with or after `b`: integers, numbers and money of one currency
 * by amount; times, dates and times of day by time; strings by their bytes; null before everything.
 * For two types that cannot be compared 0, and an error in the log. */
int scop_compare(const struct scop_value *a, const struct scop_value *b);

/* The text of a string, which lives as long as the value; "" for anything else. Never NULL. Ends at
 * the first zero byte of bytes that hold one: see scop_size. */
const char *scop_as_text(const struct scop_value *value);

/* The bytes of a string, which may hold anything where it came from a BLOB; 0 for anything else. */
size_t scop_size(const struct scop_value *value);

/* Whether `value` counts as true in a view: not null, false, 0 pieces, an empty string, list or
 * map. */
bool scop_as_bool(const struct scop_value *value);

/* scop_as_int, scop_as_text and scop_as_bool of the member `key` of `map`; a missing member counts
 * as null. */
int64_t scop_int(const struct scop_value *map, const char *key);
const char *scop_text(const struct scop_value *map, const char *key);
bool scop_bool(const struct scop_value *map, const char *key);

/* The ISO 4217 code of a money value; "" for anything else. */
const char *scop_currency(const struct scop_value *value);

/* For shortening a text that people typed: how many bytes of it fit into `bytes`, or its first
 * `letters` characters take, so that it ends between two letters (and not between a letter and its
 * accent). All of a text that is short enough. For "%.*s", whose argument is an int. */
size_t scop_utf8_fit(const char *text, size_t bytes);
size_t scop_utf8_first(const char *text, size_t letters);

#endif
