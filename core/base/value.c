/* SPDX-License-Identifier: EUPL-1.2 */
/* Values: creating, reading and collecting them. */
#include "base/value.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/log.h"
#include "base/time.h"

static const struct scop_value null_value = { .type = SCOP_NULL };

enum scop_type
scop_type(const struct scop_value *value)
{
	return value ? (enum scop_type)value->type : SCOP_NULL;
}

const struct scop_value *
scop_get(const struct scop_value *map, const char *key)
{
	if (scop_type(map) != SCOP_MAP)
		return NULL;
	for (uint32_t i = 0; i < map->length; i++)
		if (scop_same_name(map->members->keys[i], key))
			return &map->members->values[i];
	return NULL;
}

size_t
scop_count(const struct scop_value *list)
{
	const enum scop_type type = scop_type(list);

	return type == SCOP_LIST || type == SCOP_MAP ? list->length : 0;
}

const struct scop_value *
scop_at(const struct scop_value *list, size_t index)
{
	return scop_type(list) == SCOP_LIST && index < list->length ? &list->items[index] : NULL;
}

const char *
scop_key(const struct scop_value *map, size_t index)
{
	return scop_type(map) == SCOP_MAP && index < map->length ? map->members->keys[index] : NULL;
}

static void
misread(const char *what, const struct scop_value *value)
{
	static const char *const names[] = { "null", "a boolean", "an integer", "a number", "money",
		"a string", "a time", "a date", "a time of day", "a list", "a map" };

	scop_log_line(SCOP_LOG_ERROR, "%s of %s, which has none: the module's code has to change",
	    what, names[scop_type(value)]);
}

int64_t
scop_as_int(const struct scop_value *value)
{
	struct scop_decimal whole;

	switch (scop_type(value)) {
	case SCOP_NULL:
		return 0;
	case SCOP_BOOL:
	case SCOP_INT:
	case SCOP_MONEY:
	case SCOP_DATE:
	case SCOP_CLOCK:
		return value->integer;
	case SCOP_NUMBER:
		whole = (struct scop_decimal){ value->integer, value->scale };
		return scop_decimal_whole(whole);
	case SCOP_TIME:
		return value->integer / 1000000 - (value->integer % 1000000 < 0);
	case SCOP_STRING:
	case SCOP_LIST:
	case SCOP_MAP:
		misread("the integer", value);
		break;
	}
	return 0;
}

int64_t
scop_unscaled(const struct scop_value *value)
{
	const enum scop_type type = scop_type(value);

	return type == SCOP_NUMBER || type == SCOP_MONEY || type == SCOP_INT ? value->integer : 0;
}

unsigned
scop_scale(const struct scop_value *value)
{
	const enum scop_type type = scop_type(value);

	return type == SCOP_NUMBER ? value->scale : type == SCOP_MONEY ? 2 : 0;
}

static struct scop_day
day_of(const struct scop_value *date)
{
	return scop_type(date) == SCOP_DATE ? scop_day_of(date->integer)
					    : (struct scop_day){ 0, 0, 0 };
}

int
scop_year(const struct scop_value *date)
{
	return day_of(date).year;
}

int
scop_month(const struct scop_value *date)
{
	return day_of(date).month;
}

int
scop_day(const struct scop_value *date)
{
	return day_of(date).day;
}

int
scop_weekday(const struct scop_value *date)
{
	return scop_type(date) == SCOP_DATE ? scop_weekday_of(date->integer) : 0;
}

static bool
is_amount(const struct scop_value *value)
{
	const enum scop_type type = scop_type(value);

	return type == SCOP_INT || type == SCOP_NUMBER;
}

static int
order_of(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

int
scop_compare(const struct scop_value *a, const struct scop_value *b)
{
	const enum scop_type left = scop_type(a), right = scop_type(b);

	if (left == SCOP_NULL || right == SCOP_NULL)
		return (left != SCOP_NULL) - (right != SCOP_NULL);
	if (is_amount(a) && is_amount(b))
		return scop_decimal_compare((struct scop_decimal){ scop_unscaled(a),
						scop_scale(a) },
		    (struct scop_decimal){ scop_unscaled(b), scop_scale(b) });
	if (left == SCOP_STRING && right == SCOP_STRING) {
		const size_t shorter = a->length < b->length ? a->length : b->length;
		const int order = memcmp(a->string, b->string, shorter);

		return order ? (order > 0) - (order < 0) : order_of(a->length, b->length);
	}
	if (left == right && left != SCOP_LIST && left != SCOP_MAP &&
	    (left != SCOP_MONEY || memcmp(a->currency, b->currency, 4) == 0))
		return order_of(a->integer, b->integer);
	misread("the order beside another kind of value", a);
	return 0;
}

const char *
scop_as_text(const struct scop_value *value)
{
	return scop_type(value) == SCOP_STRING ? value->string : "";
}

size_t
scop_size(const struct scop_value *value)
{
	return scop_type(value) == SCOP_STRING ? value->length : 0;
}

bool
scop_as_bool(const struct scop_value *value)
{
	switch (scop_type(value)) {
	case SCOP_NULL:
		return false;
	case SCOP_BOOL:
	case SCOP_INT:
		return value->integer != 0;
	case SCOP_STRING:
	case SCOP_LIST:
	case SCOP_MAP:
		return value->length > 0;
	default:
		return true;
	}
}

int64_t
scop_int(const struct scop_value *map, const char *key)
{
	return scop_as_int(scop_get(map, key));
}

const char *
scop_text(const struct scop_value *map, const char *key)
{
	return scop_as_text(scop_get(map, key));
}

bool
scop_bool(const struct scop_value *map, const char *key)
{
	return scop_as_bool(scop_get(map, key));
}

const char *
scop_currency(const struct scop_value *value)
{
	return scop_type(value) == SCOP_MONEY ? value->currency : "";
}

static struct scop_value *
make(struct scop_arena *arena, enum scop_type type)
{
	struct scop_value *value = scop_arena_alloc(arena, sizeof *value);

	value->type = (uint8_t)type;
	return value;
}

const struct scop_value *
scop_value_null(void)
{
	return &null_value;
}

static const struct scop_value *
make_integer(struct scop_arena *arena, enum scop_type type, int64_t integer)
{
	struct scop_value *value = make(arena, type);

	value->integer = integer;
	return value;
}

const struct scop_value *
scop_value_bool(struct scop_arena *arena, bool truth)
{
	return make_integer(arena, SCOP_BOOL, truth);
}

const struct scop_value *
scop_value_int(struct scop_arena *arena, int64_t integer)
{
	return make_integer(arena, SCOP_INT, integer);
}

const struct scop_value *
scop_value_number(struct scop_arena *arena, int64_t integer, unsigned scale)
{
	struct scop_value *value = make(arena, SCOP_NUMBER);

	assert(scale <= 18);
	value->integer = integer;
	value->scale = (uint8_t)scale;
	return value;
}

const struct scop_value *
scop_value_money(struct scop_arena *arena, int64_t cents, const char *currency)
{
	struct scop_value *value = make(arena, SCOP_MONEY);

	assert(strlen(currency) == 3);
	value->integer = cents;
	memcpy(value->currency, currency, 4);
	return value;
}

const struct scop_value *
scop_value_time(struct scop_arena *arena, int64_t microseconds)
{
	return make_integer(arena, SCOP_TIME, microseconds);
}

const struct scop_value *
scop_value_date(struct scop_arena *arena, int64_t days)
{
	return make_integer(arena, SCOP_DATE, days);
}

const struct scop_value *
scop_value_clock(struct scop_arena *arena, int64_t seconds)
{
	return make_integer(arena, SCOP_CLOCK, seconds);
}

void
scop_value_plain(struct scop_buffer *out, const struct scop_value *value)
{
	switch (scop_type(value)) {
	case SCOP_NULL:
	case SCOP_LIST:
	case SCOP_MAP:
		break;
	case SCOP_BOOL:
		scop_buffer_text(out, value->integer ? "true" : "false");
		break;
	case SCOP_INT:
	case SCOP_NUMBER:
	case SCOP_MONEY:
		scop_decimal_print(out, (struct scop_decimal){ value->integer, scop_scale(value) });
		break;
	case SCOP_STRING:
		scop_buffer_add(out, value->string, value->length);
		break;
	case SCOP_TIME:
		scop_time_print(out, value->integer);
		break;
	case SCOP_DATE:
		scop_date_print(out, value->integer);
		break;
	case SCOP_CLOCK:
		scop_buffer_printf(out, "%02d:%02d:%02d", (int)(value->integer / 3600),
		    (int)(value->integer / 60 % 60), (int)(value->integer % 60));
		break;
	}
}

const struct scop_value *
scop_value_bytes(struct scop_arena *arena, const char *text, size_t length)
{
	struct scop_value *value = make(arena, SCOP_STRING);

	assert(length <= UINT32_MAX);
	value->string = text;
	value->length = (uint32_t)length;
	return value;
}

const struct scop_value *
scop_value_text(struct scop_arena *arena, const char *text)
{
	return text ? scop_value_bytes(arena, text, strlen(text)) : &null_value;
}

void
scop_map_init(struct scop_map_maker *maker, struct scop_arena *arena)
{
	*maker = (struct scop_map_maker){ .arena = arena };
}

void
scop_map_room(struct scop_map_maker *maker, uint32_t capacity)
{
	if (capacity <= maker->capacity)
		return;
	maker->keys = scop_arena_grow(maker->arena, maker->keys,
	    maker->capacity * sizeof *maker->keys, capacity * sizeof *maker->keys);
	maker->values = scop_arena_grow(maker->arena, maker->values,
	    maker->capacity * sizeof *maker->values, capacity * sizeof *maker->values);
	maker->capacity = capacity;
}

void
scop_map_add(struct scop_map_maker *maker, const char *key, const struct scop_value *value)
{
	if (maker->length == maker->capacity)
		scop_map_room(maker, maker->capacity ? maker->capacity * 2 : 16);
	maker->keys[maker->length] = key;
	maker->values[maker->length++] = value ? *value : null_value;
}

void
scop_map_put(struct scop_map_maker *maker, const char *key, const struct scop_value *value)
{
	for (uint32_t place = 0; place < maker->length; place++)
		if (scop_same_name(maker->keys[place], key)) {
			maker->values[place] = value ? *value : null_value;
			return;
		}
	scop_map_add(maker, key, value);
}

void
scop_map_put_text(struct scop_map_maker *maker, const char *key, const char *text)
{
	scop_map_put(maker, key, scop_value_text(maker->arena, text));
}

const struct scop_value *
scop_map_value(const struct scop_map_maker *maker)
{
	struct scop_members *members = scop_arena_alloc(maker->arena, sizeof *members);
	struct scop_value *value = make(maker->arena, SCOP_MAP);

	members->keys = maker->keys;
	members->values = maker->values;
	value->members = members;
	value->length = maker->length;
	return value;
}

void
scop_list_init(struct scop_list_maker *maker, struct scop_arena *arena)
{
	*maker = (struct scop_list_maker){ .arena = arena };
}

void
scop_list_room(struct scop_list_maker *maker, uint32_t capacity)
{
	if (capacity <= maker->capacity)
		return;
	maker->items = scop_arena_grow(maker->arena, maker->items,
	    maker->capacity * sizeof *maker->items, capacity * sizeof *maker->items);
	maker->capacity = capacity;
}

void
scop_list_add(struct scop_list_maker *maker, const struct scop_value *value)
{
	if (maker->length == maker->capacity)
		scop_list_room(maker, maker->capacity ? maker->capacity * 2 : 16);
	maker->items[maker->length++] = value ? *value : null_value;
}

const struct scop_value *
scop_list_value(const struct scop_list_maker *maker)
{
	struct scop_value *value = make(maker->arena, SCOP_LIST);

	value->items = maker->items;
	value->length = maker->length;
	return value;
}
