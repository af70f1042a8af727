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

/* Marks a text for translators; who shows it translates it. */
#define SCOP_TEXT(text) text

enum scop_type {
	SCOP_NULL,
	SCOP_BOOL,
	SCOP_INT,
	SCOP_NUMBER, /* an integer and a scale: 1234 with scale 2 is 12.34 */
	SCOP_MONEY,  /* integer cents and an ISO 4217 currency */
	SCOP_STRING, /* UTF-8, no NUL inside */
	SCOP_TIME,   /* microseconds since 1970-01-01 UTC */
	SCOP_LIST,
	SCOP_MAP,
};

/* The type of `value`; SCOP_NULL for NULL. */
enum scop_type scop_type(const struct scop_value *value);

/* The member `key` of `map`; NULL where the map has none or is no map. Lives as long as `map`. */
const struct scop_value *scop_get(const struct scop_value *map, const char *key);

/* How many items a list, or members a map, has; 0 for anything else. */
size_t scop_count(const struct scop_value *list);

/* Item `index` of a list, from 0; NULL past its end. */
const struct scop_value *scop_at(const struct scop_value *list, size_t index);

/* The integer of `value`: of an integer itself, of money its cents, of a boolean 0 or 1, of
 * anything else 0. */
int64_t scop_as_int(const struct scop_value *value);

/* The text of a string; "" for anything else. Never NULL. */
const char *scop_as_text(const struct scop_value *value);

/* The bytes of a string, which may hold anything where it came from a BLOB; 0 for anything else. */
size_t scop_size(const struct scop_value *value);

/* Whether `value` counts as true in a view: not null, false, 0 pieces, an empty string, list or
 * map. */
bool scop_as_bool(const struct scop_value *value);

/* The same three of the member `key` of `map`. */
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
