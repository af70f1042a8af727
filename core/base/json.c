/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads JSON by recursive descent, straight into values: see json.h. */
#include "base/json.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/decimal.h"
#include "base/value.h"

enum { SMALL_MAP = 16, EXPONENT_MAX = 100 };

struct reader {
	struct scop_arena *arena;
	const char *at, *end, *start;
	unsigned depth;
	size_t values;
	struct scop_json_problem *problem;
};

static bool read_value(struct reader *reader, struct scop_value *ret_value);

/* ---- problems ---- */

static bool
refuse(struct reader *reader, const char *text)
{
	const char *line = reader->start;

	*reader->problem = (struct scop_json_problem){ .text = text, .line = 1 };
	for (const char *at = reader->start; at < reader->at; at++)
		if (*at == '\n') {
			reader->problem->line++;
			line = at + 1;
		}
	reader->problem->column = (unsigned)(reader->at - line) + 1;
	return false;
}

static bool
refuse_member(struct reader *reader, const char *name)
{
	refuse(reader, SCOP_TEXT("The member \"{{name}}\" is there twice."));
	reader->problem->name = name;
	return false;
}

static bool
refuse_here(struct reader *reader)
{
	return refuse(reader,
	    reader->at >= reader->end
		? SCOP_TEXT("The file ends too early; it may be cut short.")
		: SCOP_TEXT("This is not JSON: something else is expected here."));
}

/* ---- words ---- */

static void
skip_space(struct reader *reader)
{
	while (reader->at < reader->end && *reader->at && strchr(" \t\r\n", *reader->at))
		reader->at++;
}

static bool
take(struct reader *reader, char byte)
{
	if (reader->at >= reader->end || *reader->at != byte)
		return false;
	reader->at++;
	return true;
}

static bool
take_word(struct reader *reader, const char *word)
{
	const size_t length = strlen(word);

	if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
		return false;
	reader->at += length;
	return true;
}

/* ---- numbers ---- */

static size_t
take_digits(struct reader *reader)
{
	const char *from = reader->at;

	while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9')
		reader->at++;
	return (size_t)(reader->at - from);
}

/* Moves the decimal point of "12.5" by the exponent; false if the number does not fit. */
static bool
decimal_of(const char *text, size_t length, int exponent, struct scop_decimal *ret_decimal)
{
	struct scop_decimal decimal;

	if (!scop_decimal_parse(text, length, &decimal))
		return false;
	int scale = (int)decimal.scale - exponent;
	for (; exponent != 0 && scale > 0 && decimal.unscaled % 10 == 0; scale--)
		decimal.unscaled /= 10;
	for (; scale < 0; scale++)
		if (__builtin_mul_overflow(decimal.unscaled, 10, &decimal.unscaled))
			return false;
	decimal.scale = (unsigned)scale;
	*ret_decimal = decimal;
	return scale <= SCOP_SCALE_MAX;
}

static struct scop_value
number_of(struct reader *reader, const char *from, const char *mantissa_end, bool whole)
{
	const size_t length = (size_t)(reader->at - from);
	const char *text = scop_arena_bytes(reader->arena, from, length);
	struct scop_decimal decimal;

	errno = 0;
	const long long integer = whole ? strtoll(text, NULL, 10) : 0;
	if (whole && errno == 0)
		return (struct scop_value){ .type = SCOP_INT, .integer = integer };
	const long exponent = mantissa_end < reader->at ? strtol(mantissa_end + 1, NULL, 10) : 0;
	if (!whole && exponent > -EXPONENT_MAX && exponent < EXPONENT_MAX &&
	    decimal_of(from, (size_t)(mantissa_end - from), (int)exponent, &decimal))
		return (struct scop_value){ .type = SCOP_NUMBER,
			.scale = (uint8_t)decimal.scale,
			.integer = decimal.unscaled };
	return (
	    struct scop_value){ .type = SCOP_STRING, .length = (uint32_t)length, .string = text };
}

static bool
read_number(struct reader *reader, struct scop_value *ret_value)
{
	const char *from = reader->at;
	bool whole = true;

	take(reader, '-');
	if (!take(reader, '0') && take_digits(reader) == 0)
		return refuse_here(reader);
	if (take(reader, '.')) {
		whole = false;
		if (take_digits(reader) == 0)
			return refuse_here(reader);
	}
	const char *mantissa_end = reader->at;
	if (take(reader, 'e') || take(reader, 'E')) {
		whole = false;
		if (!take(reader, '+'))
			take(reader, '-');
		if (take_digits(reader) == 0)
			return refuse_here(reader);
	}
	*ret_value = number_of(reader, from, mantissa_end, whole);
	return true;
}

/* ---- strings ---- */

static bool
take_hex(struct reader *reader, unsigned *ret_unit)
{
	*ret_unit = 0;
	for (int i = 0; i < 4; i++, reader->at++) {
		const char digit = reader->at < reader->end ? *reader->at : '\0';

		*ret_unit <<= 4;
		if (digit >= '0' && digit <= '9')
			*ret_unit += (unsigned)(digit - '0');
		else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
			*ret_unit += (unsigned)((digit | 0x20) - 'a') + 10;
		else
			return refuse_here(reader);
	}
	return true;
}

/* Reads what follows "\u": a unit of UTF-16, or a pair that is one character. */
static bool
take_unicode(struct reader *reader, char **out)
{
	unsigned letter, low;

	if (!take_hex(reader, &letter))
		return false;
	if (letter == 0)
		return refuse(reader, SCOP_TEXT("A text contains the character NUL."));
	if (letter >= 0xd800 && letter < 0xe000) {
		if (letter >= 0xdc00 || !take_word(reader, "\\u"))
			return refuse_here(reader);
		if (!take_hex(reader, &low))
			return false;
		if (low < 0xdc00 || low >= 0xe000)
			return refuse_here(reader);
		letter = 0x10000 + ((letter & 0x3ff) << 10 | (low & 0x3ff));
	}
	*out += scop_utf8_put(*out, letter);
	return true;
}

static bool
take_escape(struct reader *reader, char **out)
{
	static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *found =
	    reader->at < reader->end && *reader->at ? strchr(escapes, *reader->at) : NULL;

	if (found) {
		*(*out)++ = meant[found - escapes];
		reader->at++;
		return true;
	}
	return take(reader, 'u') ? take_unicode(reader, out) : refuse_here(reader);
}

/* The bytes up to the quote that ends the string; a character is never longer than its escape. */
static size_t
room_for(const struct reader *reader)
{
	const char *at = reader->at;

	while (at < reader->end && *at != '"')
		at += *at == '\\' && reader->end - at > 1 ? 2 : 1;
	return (size_t)(at - reader->at);
}

static bool
read_string(struct reader *reader, const char **ret_text, size_t *ret_length)
{
	if (!take(reader, '"'))
		return refuse_here(reader);
	char *text = scop_arena_alloc(reader->arena, room_for(reader) + 1), *out = text;
	while (reader->at < reader->end && *reader->at != '"') {
		const size_t step = scop_utf8_step(reader->at, (size_t)(reader->end - reader->at));

		if (step == 0)
			return refuse(reader, SCOP_TEXT("A text is not UTF-8 here."));
		if ((unsigned char)*reader->at < ' ')
			return refuse_here(reader);
		if (take(reader, '\\')) {
			if (!take_escape(reader, &out))
				return false;
			continue;
		}
		memcpy(out, reader->at, step);
		out += step;
		reader->at += step;
	}
	if (!take(reader, '"'))
		return refuse_here(reader);
	*ret_text = text;
	*ret_length = (size_t)(out - text);
	return true;
}

/* ---- lists and maps ---- */

/* The names of a map, in a hash table, so that an object of many members costs no more for each. */
struct names {
	const char **places;
	size_t size, count;
};

static const char **
place_of(const struct names *names, const char *name)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (const char *c = name; *c; c++)
		hash = (hash ^ (unsigned char)*c) * 1099511628211u;
	size_t place = (size_t)(hash ^ hash >> 32) & (names->size - 1);
	while (names->places[place] && strcmp(names->places[place], name) != 0)
		place = (place + 1) & (names->size - 1);
	return &names->places[place];
}

static void
double_names(struct reader *reader, struct names *names)
{
	const struct names old = *names;

	names->size = old.size ? old.size * 2 : 4 * SMALL_MAP;
	names->places = scop_arena_alloc(reader->arena, names->size * sizeof *names->places);
	for (size_t i = 0; i < old.size; i++)
		if (old.places[i])
			*place_of(names, old.places[i]) = old.places[i];
}

static bool
is_in_map(const struct scop_map_maker *map, const char *name)
{
	for (uint32_t i = 0; i < map->length; i++)
		if (scop_same_name(map->keys[i], name))
			return true;
	return false;
}

/* Whether the map has the name already; notes it. A small map is searched itself. */
static bool
is_twice(struct reader *reader, const struct scop_map_maker *map, struct names *names,
    const char *name)
{
	if (map->length < SMALL_MAP)
		return is_in_map(map, name);
	if (names->count == 0)
		for (uint32_t i = 0; i < map->length; i++, names->count++) {
			if (names->count * 2 >= names->size)
				double_names(reader, names);
			*place_of(names, map->keys[i]) = map->keys[i];
		}
	if (names->count * 2 >= names->size)
		double_names(reader, names);
	const char **place = place_of(names, name);
	if (*place)
		return true;
	*place = name;
	names->count++;
	return false;
}

static bool
read_member(struct reader *reader, struct scop_map_maker *map, struct names *names)
{
	struct scop_value value;
	const char *name;
	size_t length;

	skip_space(reader);
	if (!read_string(reader, &name, &length))
		return false;
	if (is_twice(reader, map, names, name))
		return refuse_member(reader, name);
	skip_space(reader);
	if (!take(reader, ':'))
		return refuse_here(reader);
	if (!read_value(reader, &value))
		return false;
	scop_map_add(map, name, &value);
	return true;
}

static bool
read_map(struct reader *reader, struct scop_value *ret_value)
{
	struct scop_map_maker map;
	struct names names = { .size = 0 };

	scop_map_init(&map, reader->arena);
	skip_space(reader);
	if (!take(reader, '}')) {
		do {
			if (!read_member(reader, &map, &names))
				return false;
			skip_space(reader);
		} while (take(reader, ','));
		if (!take(reader, '}'))
			return refuse_here(reader);
	}
	*ret_value = *scop_map_value(&map);
	return true;
}

static bool
read_list(struct reader *reader, struct scop_value *ret_value)
{
	struct scop_list_maker list;
	struct scop_value item;

	scop_list_init(&list, reader->arena);
	skip_space(reader);
	if (!take(reader, ']')) {
		do {
			if (!read_value(reader, &item))
				return false;
			scop_list_add(&list, &item);
			skip_space(reader);
		} while (take(reader, ','));
		if (!take(reader, ']'))
			return refuse_here(reader);
	}
	*ret_value = *scop_list_value(&list);
	return true;
}

static bool
read_nested(struct reader *reader, struct scop_value *ret_value)
{
	if (reader->depth == SCOP_JSON_NESTED_MAX)
		return refuse(reader, SCOP_TEXT("Lists and objects nest more than 100 deep here."));
	reader->depth++;
	const bool ok =
	    *reader->at++ == '{' ? read_map(reader, ret_value) : read_list(reader, ret_value);
	reader->depth--;
	return ok;
}

static bool
read_value(struct reader *reader, struct scop_value *ret_value)
{
	size_t length;

	skip_space(reader);
	if (reader->at >= reader->end)
		return refuse_here(reader);
	if (reader->values++ == SCOP_JSON_VALUES_MAX)
		return refuse(reader, SCOP_TEXT("The file has more than 1,000,000 values."));
	*ret_value = (struct scop_value){ .type = SCOP_NULL };
	switch (*reader->at) {
	case '{':
	case '[':
		return read_nested(reader, ret_value);
	case '"':
		ret_value->type = SCOP_STRING;
		if (!read_string(reader, &ret_value->string, &length))
			return false;
		ret_value->length = (uint32_t)length;
		return true;
	case 't':
		*ret_value = (struct scop_value){ .type = SCOP_BOOL, .integer = 1 };
		return take_word(reader, "true") || refuse_here(reader);
	case 'f':
		ret_value->type = SCOP_BOOL;
		return take_word(reader, "false") || refuse_here(reader);
	case 'n':
		return take_word(reader, "null") || refuse_here(reader);
	default:
		return read_number(reader, ret_value);
	}
}

const struct scop_value *
scop_json_read_text(struct scop_arena *arena, const char *text, size_t length,
    struct scop_json_problem *ret_problem)
{
	struct reader reader = { .arena = arena,
		.at = text,
		.start = text,
		.end = text + length,
		.problem = ret_problem };
	struct scop_value *value = scop_arena_alloc(arena, sizeof *value);

	if (length >= UINT32_MAX) {
		refuse(&reader, SCOP_TEXT("The file has more than 1,000,000 values."));
		return NULL;
	}
	take_word(&reader, "\xef\xbb\xbf");
	if (!read_value(&reader, value))
		return NULL;
	skip_space(&reader);
	if (reader.at < reader.end) {
		refuse_here(&reader);
		return NULL;
	}
	return value;
}

const struct scop_value *
scop_json_parse(struct scop_arena *arena, const char *text, size_t length, struct scop_error *err)
{
	struct scop_json_problem problem;
	const struct scop_value *value = scop_json_read_text(arena, text, length, &problem);

	if (!value && problem.name)
		scop_error_set(err, "%u:%u: the member '%.60s' is there twice", problem.line,
		    problem.column, problem.name);
	else if (!value)
		scop_error_set(err, "%u:%u: %s", problem.line, problem.column, problem.text);
	return value;
}
