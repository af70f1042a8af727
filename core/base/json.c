/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON by jansson: see json.h. */
#include "base/json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/decimal.h"
#include "base/value.h"

enum { DOUBLE_DIGITS = 17, EXACT_DIGITS = 15 };
#define EXACT_BELOW 1000000000000000 /* 10^15 */

static const struct scop_value *from_json(struct scop_arena *arena, json_t *json);

static const struct scop_value *
list_from_json(struct scop_arena *arena, json_t *json)
{
	struct scop_list_maker list;
	json_t *item;
	size_t i;

	scop_list_init(&list, arena);
	scop_list_room(&list, (uint32_t)json_array_size(json));
	json_array_foreach (json, i, item)
		scop_list_add(&list, from_json(arena, item));
	return scop_list_value(&list);
}

static const struct scop_value *
map_from_json(struct scop_arena *arena, json_t *json)
{
	struct scop_map_maker map;
	const char *key;
	json_t *item;

	scop_map_init(&map, arena);
	scop_map_room(&map, (uint32_t)json_object_size(json));
	json_object_foreach (json, key, item)
		scop_map_add(&map, key, from_json(arena, item));
	return scop_map_value(&map);
}

/* jansson reads numbers as double, which holds any decimal of 15 digits exactly enough: the
 * shortest decimal that gives the double is the one that was written. A number that does not fit 18
 * digits becomes null. */
static const struct scop_value *
number_from_json(struct scop_arena *arena, double real)
{
	struct scop_decimal decimal;
	char text[400];

	for (int digits = 1; digits <= DOUBLE_DIGITS; digits++) {
		snprintf(text, sizeof text, "%.*e", digits - 1, real);
		if (strtod(text, NULL) != real)
			continue;
		const int exponent = atoi(strchr(text, 'e') + 1);
		const int behind = digits - 1 - exponent;

		snprintf(text, sizeof text, "%.*f", behind > 0 ? behind : 0, real);
		if (scop_decimal_parse(text, strlen(text), &decimal))
			return scop_value_number(arena, decimal.unscaled, decimal.scale);
		break;
	}
	return scop_value_null();
}

static const struct scop_value *
from_json(struct scop_arena *arena, json_t *json)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return map_from_json(arena, json);
	case JSON_ARRAY:
		return list_from_json(arena, json);
	case JSON_STRING:
		return scop_value_bytes(arena, json_string_value(json), json_string_length(json));
	case JSON_INTEGER:
		return scop_value_int(arena, json_integer_value(json));
	case JSON_REAL:
		return number_from_json(arena, json_real_value(json));
	case JSON_TRUE:
		return scop_value_bool(arena, true);
	case JSON_FALSE:
		return scop_value_bool(arena, false);
	default:
		return scop_value_null();
	}
}

/* jansson allocates its tree in the arena of the value, which points to the tree's keys and
 * strings: nothing is copied, or freed piece by piece. */
static struct scop_arena *pieces;

static void *
take_piece(size_t size)
{
	return scop_arena_alloc(pieces, size);
}

static void
leave_piece(void *piece)
{
	(void)piece;
}

const struct scop_value *
scop_json_parse(struct scop_arena *arena, const char *text, size_t length, struct scop_error *err)
{
	json_error_t mistake;

	pieces = arena;
	json_set_alloc_funcs(take_piece, leave_piece);
	json_t *json = json_loadb(text, length, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &mistake);
	const struct scop_value *value = json ? from_json(arena, json) : NULL;
	json_set_alloc_funcs(malloc, free);
	if (!value)
		scop_error_set(err, "%d:%d: %s", mistake.line, mistake.column, mistake.text);
	return value;
}

/* Whether a double holds all its digits: 15 always fit. */
static bool
is_exact(const struct scop_value *number)
{
	return number->integer > -EXACT_BELOW && number->integer < EXACT_BELOW;
}

static json_t *
to_json(const struct scop_value *value, struct scop_arena *arena)
{
	struct scop_buffer text;
	json_t *json;

	switch (scop_type(value)) {
	case SCOP_BOOL:
		return json_boolean(value->integer);
	case SCOP_INT:
		return json_integer(value->integer);
	case SCOP_NUMBER:
		scop_buffer_init(&text, arena);
		scop_value_plain(&text, value);
		return is_exact(value) ? json_real(strtod(scop_buffer_str(&text), NULL))
				       : json_string(scop_buffer_str(&text));
	case SCOP_MONEY:
		return json_pack("{s:I,s:s}", "cents", (json_int_t)value->integer, "currency",
		    value->currency);
	case SCOP_STRING:
		return json_stringn(value->string, value->length);
	case SCOP_TIME:
	case SCOP_DATE:
	case SCOP_CLOCK:
		scop_buffer_init(&text, arena);
		scop_value_plain(&text, value);
		return json_string(scop_buffer_str(&text));
	case SCOP_LIST:
		json = json_array();
		for (uint32_t i = 0; i < value->length; i++)
			json_array_append_new(json, to_json(&value->items[i], arena));
		return json;
	case SCOP_MAP:
		json = json_object();
		for (uint32_t i = 0; i < value->length; i++)
			json_object_set_new(json, value->members->keys[i],
			    to_json(&value->members->values[i], arena));
		return json;
	default:
		return json_null();
	}
}

void
scop_json_print(struct scop_buffer *out, const struct scop_value *value)
{
	json_t *json = to_json(value, out->arena);
	char *text =
	    json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(EXACT_DIGITS));

	if (text)
		scop_buffer_text(out, text);
	free(text);
	json_decref(json);
}
