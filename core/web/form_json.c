/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Converts a program's JSON to the names and values of a form, so that both are validated by the
 * same code: see scop_form_json.
 */
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "web/form.h"

enum { DEPTH_MAX = 4 };

struct flattening {
	struct scop_pairs *pairs;
	struct scop_arena *arena;
	const char *currency;
	struct scop_error *err;
};

static bool flatten(const struct flattening *to, const char *name, const struct scop_value *value,
    unsigned depth);

static bool
add(const struct flattening *to, const char *name, const struct scop_value *value)
{
	struct scop_buffer plain;

	if (to->pairs->count == SCOP_PAIRS_MAX)
		return scop_error_set(to->err, "more than %d fields", SCOP_PAIRS_MAX);
	scop_buffer_init(&plain, to->arena);
	if (scop_type(value) != SCOP_BOOL || value->integer) /* false is an unchecked box */
		scop_value_plain(&plain, value);
	to->pairs->pair[to->pairs->count++] =
	    (struct scop_pair){ name, scop_buffer_str(&plain), plain.length };
	return true;
}

static bool
is_money(const struct scop_value *map)
{
	return scop_count(map) == 2 && scop_type(scop_get(map, "cents")) == SCOP_INT &&
	    scop_type(scop_get(map, "currency")) == SCOP_STRING;
}

static bool
add_money(const struct flattening *to, const char *name, const struct scop_value *map)
{
	const char *currency = scop_text(map, "currency");

	if (strcmp(currency, to->currency) != 0)
		return scop_error_set(to->err, "'%s': amounts are in %s", name, to->currency);
	return add(to, name, scop_value_number(to->arena, scop_int(map, "cents"), 2));
}

static bool
flatten_map(const struct flattening *to, const char *name, const struct scop_value *map,
    unsigned depth)
{
	for (size_t i = 0; i < scop_count(map); i++) {
		const char *key = scop_key(map, i);

		if (!flatten(to, name ? scop_arena_printf(to->arena, "%s.%s", name, key) : key,
			scop_get(map, key), depth + 1))
			return false;
	}
	return true;
}

/* Adds several values of one name, or lines. */
static bool
flatten_list(const struct flattening *to, const char *name, const struct scop_value *list,
    unsigned depth)
{
	for (size_t i = 0; i < scop_count(list); i++) {
		const struct scop_value *item = scop_at(list, i);
		const bool is_line = scop_type(item) == SCOP_MAP && !is_money(item);

		if (!flatten(to, is_line ? scop_arena_printf(to->arena, "%s.%zu", name, i) : name,
			item, depth + 1))
			return false;
	}
	return true;
}

static bool
flatten(const struct flattening *to, const char *name, const struct scop_value *value,
    unsigned depth)
{
	if (depth > DEPTH_MAX)
		return scop_error_set(to->err, "'%s' nests deeper than %d", name, DEPTH_MAX);
	if (scop_type(value) == SCOP_LIST)
		return flatten_list(to, name, value, depth);
	if (scop_type(value) != SCOP_MAP)
		return add(to, name, value);
	return name && is_money(value) ? add_money(to, name, value)
				       : flatten_map(to, name, value, depth);
}

bool
scop_form_json(struct scop_pairs *pairs, struct scop_arena *arena, const char *text, size_t length,
    const char *currency, struct scop_error *err)
{
	const struct flattening to = { pairs, arena, currency, err };
	const struct scop_value *value = scop_json_parse(arena, text, length, err);

	if (!value)
		return false;
	if (scop_type(value) != SCOP_MAP)
		return scop_error_set(err, "the body is not a JSON object");
	return flatten(&to, NULL, value, 0);
}
