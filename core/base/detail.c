/* SPDX-License-Identifier: EUPL-1.2 */
/* Details of the audit trail: see detail.h. A module can write any bytes there by its role, so
 * everything that reading or showing may take is bounded. */
#include "base/detail.h"

#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/country.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/json.h"
#include "base/locale.h"
#include "base/value.h"

enum { VALUES_MAX = 200, DEPTH_MAX = 6, ITEMS_MAX = 128, SEEN_MAX = 800 };

#define BETWEEN "; "

static bool
is_message(const struct scop_value *value)
{
	return scop_type(value) == SCOP_MAP && scop_type(scop_get(value, "text")) == SCOP_STRING;
}

/* The country that {"country":"BE"} is; NULL for any other value. */
static const struct scop_country *
country_in(const struct scop_value *value)
{
	const struct scop_value *code =
	    scop_type(value) == SCOP_MAP ? scop_get(value, "country") : NULL;

	return scop_count(value) == 1 && scop_type(code) == SCOP_STRING
	    ? scop_country_find(scop_as_text(code))
	    : NULL;
}

/* ---- writing ---- */

static const struct scop_value *coded(struct scop_arena *arena, const struct scop_value *value);

static const struct scop_value *
tagged(struct scop_arena *arena, const char *tag, const struct scop_value *value)
{
	struct scop_map_maker map;
	struct scop_buffer digits;

	scop_buffer_init(&digits, arena);
	scop_value_plain(&digits, value);
	scop_map_init(&map, arena);
	scop_map_put_text(&map, tag, scop_buffer_str(&digits));
	return scop_map_value(&map);
}

static const struct scop_value *
coded_list(struct scop_arena *arena, const struct scop_value *list)
{
	struct scop_list_maker made;

	scop_list_init(&made, arena);
	for (size_t i = 0; i < scop_count(list); i++) {
		const struct scop_value *item = coded(arena, scop_at(list, i));

		if (!item)
			return NULL;
		scop_list_add(&made, item);
	}
	return scop_list_value(&made);
}

static const struct scop_value *
coded_message(struct scop_arena *arena, const struct scop_value *message)
{
	const struct scop_value *values = scop_get(message, "values"),
				*module = scop_get(message, "module");
	struct scop_map_maker made, coded_values;

	if (!is_message(message))
		return NULL;
	scop_map_init(&made, arena);
	scop_map_init(&coded_values, arena);
	scop_map_put(&made, "text", scop_get(message, "text"));
	for (size_t i = 0; i < scop_count(values); i++) {
		const struct scop_value *value =
		    coded(arena, scop_get(values, scop_key(values, i)));

		if (!value)
			return NULL;
		scop_map_put(&coded_values, scop_key(values, i), value);
	}
	if (scop_count(values) > 0)
		scop_map_put(&made, "values", scop_map_value(&coded_values));
	if (module)
		scop_map_put(&made, "module", module);
	return scop_map_value(&made);
}

static const struct scop_value *
coded(struct scop_arena *arena, const struct scop_value *value)
{
	switch (scop_type(value)) {
	case SCOP_NUMBER:
		return tagged(arena, "number", value);
	case SCOP_TIME:
		return tagged(arena, "time", value);
	case SCOP_DATE:
		return tagged(arena, "date", value);
	case SCOP_CLOCK:
		return tagged(arena, "clock", value);
	case SCOP_LIST:
		return coded_list(arena, value);
	case SCOP_MAP:
		return country_in(value) ? value : coded_message(arena, value);
	default:
		return value ? value : scop_value_null();
	}
}

bool
scop_detail_write(struct scop_buffer *out, const struct scop_value *value)
{
	const struct scop_value *json = coded(out->arena, value);

	if (json)
		scop_json_print(out, json);
	return json != NULL;
}

const char scop_detail_more[] = SCOP_TEXT("{{count}} more");

static const struct scop_value *
more(struct scop_arena *arena, size_t count)
{
	struct scop_map_maker message, values;

	scop_map_init(&message, arena);
	scop_map_init(&values, arena);
	scop_map_put(&values, "count", scop_value_int(arena, (int64_t)count));
	scop_map_put_text(&message, "text", scop_detail_more);
	scop_map_put(&message, "values", scop_map_value(&values));
	return scop_map_value(&message);
}

/* The value with at most `most` items of each list. */
static const struct scop_value *
with_lists_of(struct scop_arena *arena, const struct scop_value *value, size_t most)
{
	const size_t count = scop_count(value), kept = count < most ? count : most;
	struct scop_list_maker list;
	struct scop_map_maker map;

	if (scop_type(value) == SCOP_LIST) {
		scop_list_init(&list, arena);
		for (size_t i = 0; i < kept; i++)
			scop_list_add(&list, with_lists_of(arena, scop_at(value, i), most));
		if (count > kept)
			scop_list_add(&list, more(arena, count - kept));
		return scop_list_value(&list);
	}
	if (scop_type(value) != SCOP_MAP)
		return value;
	scop_map_init(&map, arena);
	for (size_t i = 0; i < count; i++) {
		const char *key = scop_key(value, i);

		scop_map_put(&map, key, with_lists_of(arena, scop_get(value, key), most));
	}
	return scop_map_value(&map);
}

/* Whether a reader sees it to its end, in any language. */
static bool
is_seen_whole(struct scop_arena *arena, const struct scop_value *value)
{
	static const struct scop_detail_reader program = { .locale = NULL };
	struct scop_buffer text;

	scop_buffer_init(&text, arena);
	scop_detail_show(&text, value, &program);
	return text.length <= SEEN_MAX;
}

bool
scop_detail_fit(struct scop_buffer *out, const struct scop_value *value)
{
	struct scop_buffer json;
	const char *first = ""; /* that can be read */
	size_t most = SIZE_MAX;

	do {
		scop_buffer_init(&json, out->arena);
		if (!scop_detail_write(&json, with_lists_of(out->arena, value, most)))
			return false;
		const char *made = scop_buffer_str(&json);
		const struct scop_value *read = scop_detail_read(out->arena, made);

		if (read && (!first[0] || is_seen_whole(out->arena, read)))
			first = made;
		if (read && is_seen_whole(out->arena, read))
			break;
		most = most > ITEMS_MAX ? ITEMS_MAX : most / 2;
	} while (most > 0);
	scop_buffer_text(out, first);
	return true;
}

/* ---- reading ---- */

struct reading {
	struct scop_arena *arena;
	unsigned values; /* seen so far */
};

static const struct scop_value *typed(struct reading *reading, const struct scop_value *json,
    unsigned depth);

static const struct scop_value *
typed_list(struct reading *reading, const struct scop_value *json, unsigned depth)
{
	struct scop_list_maker list;

	scop_list_init(&list, reading->arena);
	for (size_t i = 0; i < scop_count(json); i++) {
		const struct scop_value *item = typed(reading, scop_at(json, i), depth + 1);

		if (!item)
			return NULL;
		scop_list_add(&list, item);
	}
	return scop_list_value(&list);
}

static const struct scop_value *
typed_values(struct reading *reading, const struct scop_value *json, unsigned depth)
{
	struct scop_map_maker map;

	scop_map_init(&map, reading->arena);
	for (size_t i = 0; i < scop_count(json); i++) {
		const char *key = scop_key(json, i);
		const struct scop_value *value = typed(reading, scop_get(json, key), depth + 1);

		if (!value)
			return NULL;
		scop_map_put(&map, key, value);
	}
	return scop_map_value(&map);
}

/* Whether it has `text`, and of `values` and `module` what it has in the right type; nothing else.
 */
static bool
has_form_of_message(const struct scop_value *json)
{
	const struct scop_value *values = scop_get(json, "values"),
				*module = scop_get(json, "module");

	return is_message(json) && (!values || scop_type(values) == SCOP_MAP) &&
	    (!module || scop_type(module) == SCOP_STRING) &&
	    scop_count(json) == 1 + (size_t)(values != NULL) + (size_t)(module != NULL);
}

static const struct scop_value *
typed_message(struct reading *reading, const struct scop_value *json, unsigned depth)
{
	const struct scop_value *module = scop_get(json, "module"), *values;
	struct scop_map_maker map;

	if (!has_form_of_message(json) ||
	    !(values = typed_values(reading, scop_get(json, "values"), depth)))
		return NULL;
	scop_map_init(&map, reading->arena);
	scop_map_put(&map, "text", scop_get(json, "text"));
	scop_map_put(&map, "values", values);
	if (module)
		scop_map_put(&map, "module", module);
	return scop_map_value(&map);
}

static const struct scop_value *
typed_money(struct scop_arena *arena, const struct scop_value *json)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const struct scop_value *cents = scop_get(json, "cents");
	const char *currency = scop_text(json, "currency");

	/* the smallest integer has no opposite */
	if (scop_count(json) != 2 || scop_type(cents) != SCOP_INT ||
	    scop_as_int(cents) == INT64_MIN || strlen(currency) != 3 ||
	    strspn(currency, capitals) != 3)
		return NULL;
	return scop_value_money(arena, scop_as_int(cents), currency);
}

static const struct scop_value *
typed_digits(struct scop_arena *arena, const char *tag, const char *digits)
{
	const size_t length = strlen(digits);
	struct scop_decimal decimal;
	int64_t number;

	if (strcmp(tag, "number") == 0 && scop_decimal_parse(digits, length, &decimal))
		return scop_value_number(arena, decimal.unscaled, decimal.scale);
	if (strcmp(tag, "date") == 0 && scop_date_parse(digits, length, &number))
		return scop_value_date(arena, number);
	if (strcmp(tag, "time") == 0 && scop_moment_parse(digits, length, &number))
		return scop_value_time(arena, number);
	if (strcmp(tag, "clock") == 0 && scop_clock_parse(digits, length, &number))
		return scop_value_clock(arena, number);
	return NULL;
}

static const struct scop_value *
typed_map(struct reading *reading, const struct scop_value *json, unsigned depth)
{
	const char *first = scop_key(json, 0);

	if (scop_get(json, "text"))
		return typed_message(reading, json, depth);
	if (scop_get(json, "cents"))
		return typed_money(reading->arena, json);
	if (country_in(json))
		return json;
	return scop_count(json) == 1 ? typed_digits(reading->arena, first, scop_text(json, first))
				     : NULL;
}

/* NULL for an unknown form; also for a number with a decimal point, which JSON reads as a double.
 */
static const struct scop_value *
typed(struct reading *reading, const struct scop_value *json, unsigned depth)
{
	if (depth > DEPTH_MAX || ++reading->values > VALUES_MAX)
		return NULL;
	switch (scop_type(json)) {
	case SCOP_NUMBER:
		return NULL;
	case SCOP_LIST:
		return typed_list(reading, json, depth);
	case SCOP_MAP:
		return typed_map(reading, json, depth);
	default:
		return json;
	}
}

const struct scop_value *
scop_detail_read(struct scop_arena *arena, const char *json)
{
	struct reading reading = { arena, 0 };
	struct scop_error err;
	const size_t length = strlen(json);
	const struct scop_value *parsed =
	    length > SCOP_DETAIL_MAX ? NULL : scop_json_parse(arena, json, length, &err);

	return parsed ? typed(&reading, parsed, 0) : NULL;
}

/* ---- showing ---- */

struct showing {
	struct scop_buffer *out;
	const struct scop_detail_reader *reader;
	size_t end;    /* of `out`, at which the text is complete or cut off */
	unsigned left; /* values */
};

static void show(struct showing *showing, const struct scop_value *value);

/* Adds bytes as far as there is room. */
static void
add(struct showing *showing, const char *text, size_t length)
{
	const size_t room = showing->end - showing->out->length;

	scop_buffer_add(showing->out, text, length < room ? length : room);
}

static const char *
translated(const struct showing *showing, const struct scop_value *message)
{
	const struct scop_detail_reader *reader = showing->reader;
	const char *english = scop_text(message, "text"),
		   *said = reader->say
	    ? reader->say(reader->context, scop_text(message, "module"), english)
	    : NULL;

	return said ? said : english;
}

static const struct scop_value *
named(const struct scop_value *values, const char *name, size_t length)
{
	for (size_t i = 0; i < scop_count(values); i++) {
		const char *key = scop_key(values, i);

		if (strlen(key) == length && memcmp(key, name, length) == 0)
			return scop_get(values, key);
	}
	return NULL;
}

static void
show_message(struct showing *showing, const struct scop_value *message)
{
	const struct scop_value *values = scop_get(message, "values");
	const char *text = translated(showing, message), *open, *close;

	while (showing->left > 0 && (open = strstr(text, "{{")) && (close = strstr(open, "}}"))) {
		add(showing, text, (size_t)(open - text));
		show(showing, named(values, open + 2, (size_t)(close - open) - 2));
		text = close + 2;
	}
	add(showing, text, strlen(text));
}

static void
show_one(struct showing *showing, const struct scop_value *value)
{
	struct scop_buffer text;

	if (scop_type(value) == SCOP_STRING) {
		add(showing, value->string, value->length);
		return;
	}
	scop_buffer_init(&text, showing->out->arena);
	if (showing->reader->locale)
		scop_locale_print(&text, value, showing->reader->locale);
	else
		scop_value_plain(&text, value);
	if (!showing->reader->locale && scop_type(value) == SCOP_MONEY) {
		scop_buffer_char(&text, ' ');
		scop_buffer_text(&text, scop_currency(value));
	}
	add(showing, scop_buffer_str(&text), text.length);
}

static void
show_country(struct showing *showing, const struct scop_country *country)
{
	const struct scop_detail_reader *reader = showing->reader;
	const char *text =
	    reader->country ? reader->country(reader->context, country->name) : country->code;

	add(showing, text, strlen(text));
}

static void
show(struct showing *showing, const struct scop_value *value)
{
	if (showing->left == 0)
		return;
	showing->left--;
	if (scop_type(value) == SCOP_LIST) {
		for (size_t i = 0; i < scop_count(value); i++) {
			add(showing, BETWEEN, i > 0 ? strlen(BETWEEN) : 0);
			show(showing, scop_at(value, i));
		}
	} else if (is_message(value)) {
		show_message(showing, value);
	} else if (country_in(value)) {
		show_country(showing, country_in(value));
	} else {
		show_one(showing, value);
	}
}

void
scop_detail_show(struct scop_buffer *out, const struct scop_value *detail,
    const struct scop_detail_reader *reader)
{
	const size_t begin = out->length;
	struct showing showing = { out, reader, begin + SCOP_DETAIL_SHOWN_MAX, VALUES_MAX };

	show(&showing, detail);
	if (out->length == showing.end) /* perhaps within a character */
		scop_utf8_repair(out->data + begin);
	if (out->data)
		out->length = begin + strlen(out->data + begin);
}

void
scop_detail_texts(const struct scop_value *detail,
    void (*see)(void *context, const char *module, const char *english), void *context)
{
	const struct scop_value *values = scop_get(detail, "values");

	if (is_message(detail))
		see(context, scop_text(detail, "module"), scop_text(detail, "text"));
	for (size_t i = 0; i < scop_count(values); i++)
		scop_detail_texts(scop_get(values, scop_key(values, i)), see, context);
	for (size_t i = 0; scop_type(detail) == SCOP_LIST && i < scop_count(detail); i++)
		scop_detail_texts(scop_at(detail, i), see, context);
}
