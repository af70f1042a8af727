/* SPDX-License-Identifier: EUPL-1.2 */
/* Bodies of commands: see command.h. A module can put any entry into the queue by its role, so what
 * is read is checked again. */
#include "queue/command.h"

#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/value.h"

/* ---- writing ---- */

/* JSON has doubles for decimals, so a number goes as its digits. */
static const struct scop_value *
digits_of(struct scop_arena *arena, const struct scop_value *number)
{
	struct scop_buffer digits;

	scop_buffer_init(&digits, arena);
	scop_value_plain(&digits, number);
	return scop_value_bytes(arena, digits.data, digits.length);
}

static bool
may_be_given(enum scop_type type, const struct scop_value *value)
{
	return scop_type(value) == type || (type == SCOP_NUMBER && scop_type(value) == SCOP_INT);
}

const struct scop_value *
scop_command_write(struct scop_arena *arena, const struct scop_command *command,
    const struct scop_value *const *values, const char **ret_mistake)
{
	struct scop_map_maker body;

	scop_map_init(&body, arena);
	for (size_t i = 0; command->given && command->given[i].name; i++) {
		const struct scop_given *given = &command->given[i];

		if (scop_type(values[i]) == SCOP_NULL) {
			if (given->optional)
				continue;
			*ret_mistake = scop_arena_printf(arena, "command '%s' is sent without '%s'",
			    command->name, given->name);
			return NULL;
		}
		if (!may_be_given(given->type, values[i])) {
			*ret_mistake = scop_arena_printf(arena,
			    "command '%s' is sent with a '%s' of another type than module.xml "
			    "names",
			    command->name, given->name);
			return NULL;
		}
		scop_map_put(&body, given->name,
		    given->type == SCOP_NUMBER ? digits_of(arena, values[i]) : values[i]);
	}
	return scop_map_value(&body);
}

/* ---- reading ---- */

static const struct scop_value *
as_it_is(struct scop_arena *arena, const struct scop_value *json)
{
	(void)arena;
	return json;
}

static const struct scop_value *
read_number(struct scop_arena *arena, const struct scop_value *json)
{
	struct scop_decimal decimal;

	return scop_decimal_parse(scop_as_text(json), scop_size(json), &decimal)
	    ? scop_value_number(arena, decimal.unscaled, decimal.scale)
	    : NULL;
}

static const struct scop_value *
read_money(struct scop_arena *arena, const struct scop_value *json)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const struct scop_value *cents = scop_get(json, "cents");
	const char *currency = scop_text(json, "currency");

	/* the smallest integer has no opposite */
	return scop_count(json) == 2 && scop_type(cents) == SCOP_INT &&
		scop_as_int(cents) != INT64_MIN && strlen(currency) == 3 &&
		strspn(currency, capitals) == 3
	    ? scop_value_money(arena, scop_as_int(cents), currency)
	    : NULL;
}

static const struct scop_value *
read_date(struct scop_arena *arena, const struct scop_value *json)
{
	int64_t days;

	return scop_date_parse(scop_as_text(json), scop_size(json), &days)
	    ? scop_value_date(arena, days)
	    : NULL;
}

static const struct scop_value *
read_clock(struct scop_arena *arena, const struct scop_value *json)
{
	int64_t seconds;

	return scop_clock_parse(scop_as_text(json), scop_size(json), &seconds)
	    ? scop_value_clock(arena, seconds)
	    : NULL;
}

static const struct scop_value *
read_time(struct scop_arena *arena, const struct scop_value *json)
{
	int64_t microseconds;

	return scop_moment_parse(scop_as_text(json), scop_size(json), &microseconds)
	    ? scop_value_time(arena, microseconds)
	    : NULL;
}

/* By type: the JSON that has it, and how that is read. */
static const struct form {
	enum scop_type json;
	const struct scop_value *(*read)(struct scop_arena *arena, const struct scop_value *json);
} forms[] = {
	[SCOP_BOOL] = { SCOP_BOOL, as_it_is },
	[SCOP_INT] = { SCOP_INT, as_it_is },
	[SCOP_STRING] = { SCOP_STRING, as_it_is },
	[SCOP_NUMBER] = { SCOP_STRING, read_number },
	[SCOP_MONEY] = { SCOP_MAP, read_money },
	[SCOP_DATE] = { SCOP_STRING, read_date },
	[SCOP_CLOCK] = { SCOP_STRING, read_clock },
	[SCOP_TIME] = { SCOP_STRING, read_time },
};

static bool
is_given(const struct scop_command *command, const char *name)
{
	for (size_t i = 0; command->given && command->given[i].name; i++)
		if (strcmp(command->given[i].name, name) == 0)
			return true;
	return false;
}

static const struct scop_value *
refuse(const struct scop_command *command, const char *given, struct scop_error *err)
{
	scop_error_set(err, "the command '%s' came with a '%.40s' that it does not take",
	    command->name, given);
	return NULL;
}

/* Reads one value that is given; an optional one that was left out is null. */
static const struct scop_value *
read_one(struct scop_arena *arena, const struct scop_command *command,
    const struct scop_given *given, const struct scop_value *json, struct scop_error *err)
{
	const struct form *form = &forms[given->type];
	const struct scop_value *value = NULL;

	if (scop_type(json) == SCOP_NULL && given->optional)
		return scop_value_null();
	if (scop_type(json) == SCOP_NULL)
		scop_error_set(err, "the command '%s' came without '%s'", command->name,
		    given->name);
	else if (scop_type(json) == form->json)
		value = form->read(arena, json);
	if (scop_type(json) != SCOP_NULL && !value)
		refuse(command, given->name, err);
	return value;
}

const struct scop_value *
scop_command_read(struct scop_arena *arena, const struct scop_command *command,
    const struct scop_value *body, struct scop_error *err)
{
	struct scop_map_maker map;

	if (scop_type(body) != SCOP_MAP)
		return refuse(command, "?", err);
	for (size_t i = 0; i < scop_count(body); i++)
		if (!is_given(command, scop_key(body, i)))
			return refuse(command, scop_key(body, i), err);
	scop_map_init(&map, arena);
	for (size_t i = 0; command->given && command->given[i].name; i++) {
		const struct scop_given *given = &command->given[i];
		const struct scop_value *value =
		    read_one(arena, command, given, scop_get(body, given->name), err);

		if (!value)
			return NULL;
		scop_map_put(&map, given->name, value);
	}
	return scop_map_value(&map);
}
