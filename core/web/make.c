/* SPDX-License-Identifier: EUPL-1.2 */
/* Values made by a handler, in the request's arena: see scopiton/request.h. */
#include <sodium.h>
#include <stdarg.h>
#include <string.h>

#include "web/request.h"

const struct scop_value *
scop_hash(struct scop_request *req, const struct scop_value *text)
{
	unsigned char sum[32];
	char *hex = scop_arena_alloc(req->arena, 2 * sizeof sum + 1);

	crypto_generichash(sum, sizeof sum, (const unsigned char *)scop_as_text(text),
	    scop_type(text) == SCOP_STRING ? text->length : 0, NULL, 0);
	return scop_value_text(req->arena,
	    sodium_bin2hex(hex, 2 * sizeof sum + 1, sum, sizeof sum));
}

const struct scop_value *
scop_make_int(struct scop_request *req, int64_t integer)
{
	return scop_value_int(req->arena, integer);
}

const struct scop_value *
scop_make_bool(struct scop_request *req, bool truth)
{
	return scop_value_bool(req->arena, truth);
}

const struct scop_value *
scop_make_money(struct scop_request *req, int64_t cents, const char *currency)
{
	return scop_value_money(req->arena, cents, currency);
}

const struct scop_value *
scop_make_text(struct scop_request *req, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const struct scop_value *value =
	    scop_value_text(req->arena, scop_arena_vprintf(req->arena, format, args));
	va_end(args);
	return value;
}

const struct scop_value *
scop_make_bytes(struct scop_request *req, const void *bytes, size_t length)
{
	return scop_value_bytes(req->arena, scop_arena_bytes(req->arena, bytes, length), length);
}

const struct scop_value *
scop_make_map(struct scop_request *req, size_t count, const char *const *keys,
    const struct scop_value *const *values)
{
	struct scop_map_maker map;

	scop_map_init(&map, req->arena);
	for (size_t i = 0; i < count; i++)
		scop_map_put(&map, keys[i], values[i]);
	return scop_map_value(&map);
}

const struct scop_value *
scop_make_with(struct scop_request *req, const struct scop_value *map, const char *key,
    const struct scop_value *value)
{
	struct scop_map_maker made;

	scop_map_init(&made, req->arena);
	for (uint32_t i = 0; i < scop_count(map); i++)
		if (strcmp(map->members->keys[i], key) != 0)
			scop_map_add(&made, map->members->keys[i], &map->members->values[i]);
	scop_map_put(&made, key, value);
	return scop_map_value(&made);
}

const struct scop_value *
scop_make_list(struct scop_request *req, size_t count, const struct scop_value *const *items)
{
	struct scop_list_maker list;

	scop_list_init(&list, req->arena);
	for (size_t i = 0; i < count; i++)
		scop_list_add(&list, items[i]);
	return scop_list_value(&list);
}

const struct scop_value *
scop_make_number(struct scop_request *req, int64_t unscaled, uint8_t scale)
{
	return scop_value_number(req->arena, unscaled, scale);
}

const struct scop_value *
scop_random(struct scop_request *req, size_t length)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	char *text = scop_arena_alloc(req->arena, length + 1);

	randombytes_buf(text, length);
	for (size_t i = 0; i < length; i++)
		text[i] = letters[(unsigned char)text[i] % 32];
	return scop_value_bytes(req->arena, text, length);
}
