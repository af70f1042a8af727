/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Converts JSON (RFC 8259) to values and back. Numbers keep the digits that were written: a library
 * that reads them as double would lose the 16th, and whether "12.50" has two decimal places. Money
 * is {"cents":..,"currency":".."}, a time an RFC 3339 string in UTC.
 */
#ifndef SCOP_BASE_JSON_H
#define SCOP_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct scop_arena;
struct scop_buffer;
struct scop_value;

/* Values nest at most so deep, and are at most so many, keys not counted. */
enum { SCOP_JSON_NESTED_MAX = 100, SCOP_JSON_VALUES_MAX = 1000000 };

/* Why a text is not JSON. */
struct scop_json_problem {
	const char *text;      /* a sentence, in SCOP_TEXT() */
	const char *name;      /* of the member that it is about; NULL: none */
	unsigned line, column; /* both from 1; columns count bytes */
};

/* Reads a text of any bytes, with or without a byte order mark. Integers that 64 bits hold and
 * numbers of up to 18 digits are values; a longer number is a string of the text as written.
 * Refuses a member that occurs twice in its object, a NUL, and more than the limits above. NULL
 * with the reason. Lives in `arena`. */
const struct scop_value *scop_json_read_text(struct scop_arena *arena, const char *text,
    size_t length, struct scop_json_problem *ret_problem);

/* The same with the reason and its position in `err`. */
const struct scop_value *scop_json_parse(struct scop_arena *arena, const char *text, size_t length,
    struct scop_error *err);

/* Appends the value. A number of more than 15 digits is a string, since browsers read numbers as
 * double. A string that is not UTF-8 is null. */
void scop_json_print(struct scop_buffer *out, const struct scop_value *value);

/* The same with all digits of each number. */
void scop_json_print_exact(struct scop_buffer *out, const struct scop_value *value);

#endif
