/* SPDX-License-Identifier: EUPL-1.2 */
/* The internals of values: their layout and construction. The public interface is scopiton/value.h.
 */
#ifndef SCOP_BASE_VALUE_H
#define SCOP_BASE_VALUE_H

#include <string.h>

#include "base/utf8.h"
#include "scopiton/value.h"

struct scop_arena;
struct scop_buffer;

struct scop_members {
	const char *const *keys; /* shared by all rows of one result */
	const struct scop_value *values;
};

/* 16 bytes, so that a row of ten columns is 160 bytes in one piece. */
struct scop_value {
	uint8_t type;  /* enum scop_type */
	uint8_t scale; /* of a number: decimal places */
	union {
		uint32_t length; /* bytes of a string, items of a list, members of a map */
		char currency[4];
	};
	union {
		/* bool, int, number, money's cents, a time's microseconds, a date's days, a time
		 * of day's seconds */
		int64_t integer;
		const char *string;
		const struct scop_value *items;
		const struct scop_members *members;
	};
};

/* A map being filled. Setting a key again replaces its value. */
struct scop_map_maker {
	struct scop_arena *arena;
	const char **keys;
	struct scop_value *values;
	uint32_t length;
	uint32_t capacity;
};

/* A list being filled. */
struct scop_list_maker {
	struct scop_arena *arena;
	struct scop_value *items;
	uint32_t length;
	uint32_t capacity;
};

/* Whether two names are the same. Most differ in their first byte, and a page compares thousands.
 */
static inline bool
scop_same_name(const char *one, const char *other)
{
	return one[0] == other[0] && strcmp(one, other) == 0;
}

const struct scop_value *scop_value_null(void);
const struct scop_value *scop_value_bool(struct scop_arena *arena, bool truth);
const struct scop_value *scop_value_int(struct scop_arena *arena, int64_t integer);
const struct scop_value *scop_value_number(struct scop_arena *arena, int64_t integer,
    unsigned scale);
const struct scop_value *scop_value_money(struct scop_arena *arena, int64_t cents,
    const char *currency);
const struct scop_value *scop_value_time(struct scop_arena *arena, int64_t microseconds);
const struct scop_value *scop_value_date(struct scop_arena *arena, int64_t days);
const struct scop_value *scop_value_clock(struct scop_arena *arena, int64_t seconds);

/* Appends a value as programs write it: see scop_plain. */
void scop_value_plain(struct scop_buffer *out, const struct scop_value *value);

/* `text` is not copied, and must live until the arena is reset. NULL gives null. */
const struct scop_value *scop_value_text(struct scop_arena *arena, const char *text);
const struct scop_value *scop_value_bytes(struct scop_arena *arena, const char *text,
    size_t length);

void scop_map_init(struct scop_map_maker *maker, struct scop_arena *arena);
void scop_map_put(struct scop_map_maker *maker, const char *key, const struct scop_value *value);
/* For a caller that knows the keys: reserves room for members, and adds a member that does not
 * exist yet.
 */
void scop_map_room(struct scop_map_maker *maker, uint32_t capacity);
void scop_map_add(struct scop_map_maker *maker, const char *key, const struct scop_value *value);
void scop_map_put_text(struct scop_map_maker *maker, const char *key, const char *text);
const struct scop_value *scop_map_value(const struct scop_map_maker *maker);

void scop_list_init(struct scop_list_maker *maker, struct scop_arena *arena);
void scop_list_room(struct scop_list_maker *maker, uint32_t capacity);
void scop_list_add(struct scop_list_maker *maker, const struct scop_value *value);
const struct scop_value *scop_list_value(const struct scop_list_maker *maker);

#endif
