/* SPDX-License-Identifier: EUPL-1.2 */
/* Converts rows of MariaDB's binary protocol to values:
 * https://mariadb.com/kb/en/resultset-row/#binary-resultset-row */
#include "data/db_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/date.h"
#include "base/json.h"
#include "base/locale.h"
#include "base/value.h"

enum { DIGITS_MAX = 18 };

static void *
must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static bool
ends_with(const char *text, const char *end)
{
	const size_t length = strlen(text), tail = strlen(end);

	return length > tail && strcmp(text + length - tail, end) == 0;
}

static bool
is_bool(const MYSQL_FIELD *field)
{
	return field->type == MYSQL_TYPE_TINY && field->length == 1;
}

static struct shape *
make_shape(const MYSQL_FIELD *fields, unsigned count)
{
	struct shape *shape = must(calloc(1, sizeof *shape));

	shape->columns = count;
	shape->currency = -1;
	shape->keys = must(calloc(count + 1, sizeof *shape->keys));
	shape->column = must(calloc(count + 1, sizeof *shape->column));
	for (unsigned i = 0; i < count; i++) {
		const MYSQL_FIELD *field = &fields[i];
		struct column *column = &shape->column[i];
		char *key = must(strdup(field->name));

		column->type = field->type;
		column->is_unsigned = field->flags & UNSIGNED_FLAG;
		column->is_bool = is_bool(field);
		column->is_money = ends_with(key, "_cents");
		if (column->is_money)
			key[strlen(key) - strlen("_cents")] = '\0';
		if (strcmp(key, "currency") == 0)
			shape->currency = (int)i;
		shape->keys[i] = key;
	}
	return shape;
}

/* Whether the column's name is the key, or the key followed by "_cents". */
static bool
same_name(const char *name, const char *key, bool is_money)
{
	const size_t length = strlen(key);

	return strncmp(name, key, length) == 0 &&
	    strcmp(name + length, is_money ? "_cents" : "") == 0;
}

static bool
fits(const struct shape *shape, const MYSQL_FIELD *fields, unsigned count)
{
	if (shape->columns != count)
		return false;
	for (unsigned i = 0; i < count; i++) {
		const struct column *column = &shape->column[i];

		if (column->type != fields[i].type ||
		    column->is_unsigned != ((fields[i].flags & UNSIGNED_FLAG) != 0) ||
		    column->is_bool != is_bool(&fields[i]) ||
		    !same_name(fields[i].name, shape->keys[i], column->is_money))
			return false;
	}
	return true;
}

const struct shape *
scop_shape(const MYSQL_FIELD *fields, unsigned count)
{
	static struct shape *known;

	for (const struct shape *shape = known; shape; shape = shape->next)
		if (fits(shape, fields, count))
			return shape;
	struct shape *tmp = make_shape(fields, count);
	tmp->next = known;
	known = tmp;
	return tmp;
}

struct cursor {
	const unsigned char *at;
	const unsigned char *end;
	bool broken;
};

/* A column's value that is read now. */
struct reading {
	struct scop_arena *arena;
	const struct column *column;
	struct cursor *cursor;
	const char *currency;
	size_t bytes; /* of an integer */
};

static uint64_t
take_integer(struct cursor *cursor, size_t bytes)
{
	uint64_t value = 0;

	if ((size_t)(cursor->end - cursor->at) < bytes) {
		cursor->broken = true;
		return 0;
	}
	for (size_t i = bytes; i-- > 0;)
		value = value << 8 | cursor->at[i];
	cursor->at += bytes;
	return value;
}

static const unsigned char *
take_bytes(struct cursor *cursor, size_t *ret_length)
{
	const uint64_t first = take_integer(cursor, 1);
	uint64_t length = first;

	if (first == 0xfc)
		length = take_integer(cursor, 2);
	else if (first == 0xfd)
		length = take_integer(cursor, 3);
	else if (first == 0xfe)
		length = take_integer(cursor, 8);
	if (cursor->broken || (uint64_t)(cursor->end - cursor->at) < length) {
		cursor->broken = true;
		*ret_length = 0;
		return cursor->end;
	}
	const unsigned char *bytes = cursor->at;
	cursor->at += length;
	*ret_length = length;
	return bytes;
}

/* Values by value: a page reads hundreds, which go into their rows. */
static struct scop_value
of_integer(enum scop_type type, int64_t integer)
{
	return (struct scop_value){ .type = (uint8_t)type, .integer = integer };
}

static struct scop_value
of_money(int64_t cents, const char *currency)
{
	struct scop_value value = of_integer(SCOP_MONEY, cents);

	memcpy(value.currency, currency, sizeof value.currency);
	return value;
}

static struct scop_value
of_text(struct scop_arena *arena, const void *bytes, size_t length)
{
	return (struct scop_value){ .type = SCOP_STRING,
		.string = scop_arena_bytes(arena, bytes, length),
		.length = (uint32_t)length };
}

/* Reads "-12.340" as a number of three decimal places; as a string if it has more digits than an
 * integer holds. */
static struct scop_value
decimal(struct scop_arena *arena, const char *text, size_t length)
{
	int64_t integer = 0;
	unsigned digits = 0, scale = 0;
	bool behind = false;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '.') {
			behind = true;
		} else if (text[i] >= '0' && text[i] <= '9' && digits < DIGITS_MAX) {
			integer = integer * 10 + (text[i] - '0');
			digits += integer != 0;
			scale += behind;
		} else if (text[i] != '-') {
			return of_text(arena, text, length);
		}
	}
	if (length > 0 && text[0] == '-')
		integer = -integer;
	struct scop_value number = of_integer(scale ? SCOP_NUMBER : SCOP_INT, integer);
	number.scale = (uint8_t)scale;
	return number;
}

static struct scop_value
real(struct scop_arena *arena, double number)
{
	char text[64];

	snprintf(text, sizeof text, "%.6f", number);
	return decimal(arena, text, strlen(text));
}

static struct scop_value
moment(const struct reading *reading)
{
	struct cursor *cursor = reading->cursor;
	const uint64_t length = take_integer(cursor, 1);
	const int year = length >= 4 ? (int)take_integer(cursor, 2) : 0;
	const int month = length >= 4 ? (int)take_integer(cursor, 1) : 0;
	const int day = length >= 4 ? (int)take_integer(cursor, 1) : 0;
	const int hour = length >= 7 ? (int)take_integer(cursor, 1) : 0;
	const int minute = length >= 7 ? (int)take_integer(cursor, 1) : 0;
	const int second = length >= 7 ? (int)take_integer(cursor, 1) : 0;
	const int micro = length >= 11 ? (int)take_integer(cursor, 4) : 0;

	return of_integer(SCOP_TIME, scop_time_make(year, month, day, hour, minute, second, micro));
}

static struct scop_value
date(const struct reading *reading)
{
	struct cursor *cursor = reading->cursor;
	const uint64_t length = take_integer(cursor, 1);
	const int year = length >= 4 ? (int)take_integer(cursor, 2) : 0;
	const int month = length >= 4 ? (int)take_integer(cursor, 1) : 0;
	const int day = length >= 4 ? (int)take_integer(cursor, 1) : 0;

	cursor->at += length > 4 ? length - 4 : 0;
	if (month == 0 || day == 0) /* '0000-00-00', which MariaDB in strict mode does not store */
		return *scop_value_null();
	return of_integer(SCOP_DATE, scop_days_of((struct scop_day){ year, month, day }));
}

/* A TIME of MariaDB may also be a duration, negative or of days: there is no type for that, so the
 * statement must use TIME_TO_SEC. */
static struct scop_value
time_of_day(const struct reading *reading)
{
	struct cursor *cursor = reading->cursor;
	const uint64_t length = take_integer(cursor, 1);
	const bool negative = length >= 8 && take_integer(cursor, 1) != 0;
	const uint64_t days = length >= 8 ? take_integer(cursor, 4) : 0;
	const int64_t hour = length >= 8 ? (int64_t)take_integer(cursor, 1) : 0;
	const int64_t minute = length >= 8 ? (int64_t)take_integer(cursor, 1) : 0;
	const int64_t second = length >= 8 ? (int64_t)take_integer(cursor, 1) : 0;

	cursor->at += length > 8 ? length - 8 : 0;
	cursor->broken |= negative || days > 0 || hour > 23;
	return of_integer(SCOP_CLOCK, (hour * 60 + minute) * 60 + second);
}

static int64_t
sign_extend(uint64_t value, size_t bytes, bool is_unsigned)
{
	const unsigned shift = (unsigned)(64 - 8 * bytes);

	return is_unsigned ? (int64_t)value : (int64_t)(value << shift) >> shift;
}

static struct scop_value
integer(const struct reading *reading)
{
	const struct column *column = reading->column;
	const int64_t value = sign_extend(take_integer(reading->cursor, reading->bytes),
	    reading->bytes, column->is_unsigned);

	if (column->is_money)
		return of_money(value, reading->currency);
	return column->is_bool ? of_integer(SCOP_BOOL, value != 0) : of_integer(SCOP_INT, value);
}

static struct scop_value
single(const struct reading *reading)
{
	const uint32_t bits = (uint32_t)take_integer(reading->cursor, sizeof bits);
	float number;

	memcpy(&number, &bits, sizeof number);
	return real(reading->arena, (double)number);
}

static struct scop_value
wide(const struct reading *reading)
{
	const uint64_t bits = take_integer(reading->cursor, sizeof bits);
	double number;

	memcpy(&number, &bits, sizeof number);
	return real(reading->arena, number);
}

static struct scop_value
exact(const struct reading *reading)
{
	size_t length;
	const unsigned char *bytes = take_bytes(reading->cursor, &length);
	const struct scop_value number = decimal(reading->arena, (const char *)bytes, length);

	if (reading->column->is_money && number.type == SCOP_INT) /* SUM(price_cents) */
		return of_money(number.integer, reading->currency);
	return number;
}

static struct scop_value
text(const struct reading *reading)
{
	size_t length;
	const unsigned char *bytes = take_bytes(reading->cursor, &length);

	return of_text(reading->arena, bytes, length);
}

static struct scop_value
nothing(const struct reading *reading)
{
	(void)reading;
	return *scop_value_null();
}

/* How each type is read, and integers' width; types that are not here arrive as text. */
static const struct kind {
	struct scop_value (*read)(const struct reading *reading);
	size_t bytes;
} kinds[] = {
	[MYSQL_TYPE_NULL] = { nothing, 0 },
	[MYSQL_TYPE_TINY] = { integer, 1 },
	[MYSQL_TYPE_SHORT] = { integer, 2 },
	[MYSQL_TYPE_YEAR] = { integer, 2 },
	[MYSQL_TYPE_INT24] = { integer, 4 },
	[MYSQL_TYPE_LONG] = { integer, 4 },
	[MYSQL_TYPE_LONGLONG] = { integer, 8 },
	[MYSQL_TYPE_FLOAT] = { single, 0 },
	[MYSQL_TYPE_DOUBLE] = { wide, 0 },
	[MYSQL_TYPE_DATE] = { date, 0 },
	[MYSQL_TYPE_NEWDATE] = { date, 0 },
	[MYSQL_TYPE_DATETIME] = { moment, 0 },
	[MYSQL_TYPE_TIMESTAMP] = { moment, 0 },
	[MYSQL_TYPE_TIME] = { time_of_day, 0 },
	[MYSQL_TYPE_DECIMAL] = { exact, 0 },
	[MYSQL_TYPE_NEWDECIMAL] = { exact, 0 },
};

static struct scop_value
decode(struct scop_arena *arena, const struct column *column, struct cursor *cursor,
    const char *currency)
{
	const size_t type = (size_t)column->type;
	const struct kind *kind =
	    type < sizeof kinds / sizeof kinds[0] && kinds[type].read ? &kinds[type] : NULL;
	const struct reading reading = { arena, column, cursor, currency, kind ? kind->bytes : 0 };

	return kind ? kind->read(&reading) : text(&reading);
}

bool
scop_row_decode(const struct scop_db *db, struct scop_arena *arena, const struct shape *shape,
    const unsigned char *packet, size_t length, struct scop_value *ret_row)
{
	const size_t nulls = (shape->columns + 9) / 8;
	struct scop_value *values = scop_arena_alloc(arena, (shape->columns + 1) * sizeof *values);
	struct scop_members *members = scop_arena_alloc(arena, sizeof *members);

	if (length < 1 + nulls || packet[0] != 0)
		return false;
	struct cursor cursor = { packet + 1 + nulls, packet + length, false };
	for (unsigned i = 0; i < shape->columns && !cursor.broken; i++) {
		const bool is_null = packet[1 + (i + 2) / 8] >> ((i + 2) % 8) & 1;

		values[i] = is_null ? *scop_value_null()
				    : decode(arena, &shape->column[i], &cursor, db->currency);
	}
	if (shape->currency >= 0 && strlen(scop_as_text(&values[shape->currency])) == 3)
		for (unsigned i = 0; i < shape->columns; i++)
			if (values[i].type == SCOP_MONEY)
				memcpy(values[i].currency, values[shape->currency].string, 3);
	members->keys = shape->keys;
	members->values = values;
	*ret_row =
	    (struct scop_value){ .type = SCOP_MAP, .length = shape->columns, .members = members };
	return !cursor.broken;
}

const char *
scop_arg_text(struct scop_arena *arena, const struct scop_value *value, size_t *ret_length)
{
	struct scop_buffer text;
	const char *result;

	*ret_length = 0;
	scop_buffer_init(&text, arena);
	switch (scop_type(value)) {
	case SCOP_STRING:
		*ret_length = value->length;
		return value->string;
	case SCOP_TIME: {
		scop_time_print(&text, value->integer);
		const int64_t micro = ((value->integer % 1000000) + 1000000) % 1000000;
		result = scop_arena_printf(arena, "%.10s %.8s.%06d", text.data, text.data + 11,
		    (int)micro);
		break;
	}
	case SCOP_NUMBER:
	case SCOP_DATE:
	case SCOP_CLOCK:
		scop_value_plain(&text, value);
		result = scop_buffer_str(&text);
		break;
	case SCOP_LIST:
	case SCOP_MAP:
		scop_json_print(&text, value);
		result = scop_buffer_str(&text);
		break;
	default:
		return NULL;
	}
	*ret_length = strlen(result);
	return result;
}
