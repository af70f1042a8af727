/* SPDX-License-Identifier: EUPL-1.2 */
/* Values created by a handler, in the request's arena: see scopiton/request.h. */
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "base/iban.h"
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

/* A handler's mistake: the request fails with a message, and the value is NULL. */
static const struct scop_value *
refuse(struct scop_request *req, const char *why)
{
	scop_request_fail(req, SCOP_DB_FAILED, why);
	return NULL;
}

const struct scop_value *
scop_make_money(struct scop_request *req, int64_t cents, const char *currency)
{
	static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (!currency || strlen(currency) != 3 || strspn(currency, capitals) != 3)
		return refuse(req, "scop_make_money: a currency is three capitals (ISO 4217)");
	return scop_value_money(req->arena, cents, currency);
}

const struct scop_value *
scop_make_iban(struct scop_request *req, const char *text)
{
	char iban[SCOP_IBAN_SIZE];

	return text && scop_iban_parse(text, iban) == SCOP_IBAN_OK ? scop_make_string(req, iban)
								   : NULL;
}

const struct scop_value *
scop_make_text(struct scop_request *req, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const int length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		return refuse(req, "scop_make_text: printf cannot make this text");
	char *text = scop_arena_alloc(req->arena, (size_t)length + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)length + 1, format, args);
	va_end(args);
	return scop_value_text(req->arena, text);
}

const struct scop_value *
scop_make_string(struct scop_request *req, const char *text)
{
	return text ? scop_value_text(req->arena, scop_arena_text(req->arena, text)) : NULL;
}

const char *
scop_plain(struct scop_request *req, const struct scop_value *value)
{
	struct scop_buffer out;

	scop_buffer_init(&out, req->arena);
	scop_value_plain(&out, value);
	return scop_buffer_str(&out);
}

const struct scop_value *
scop_make_bytes(struct scop_request *req, const void *bytes, size_t length)
{
	if (length > UINT32_MAX || (!bytes && length > 0))
		return refuse(req, "scop_make_bytes: no bytes, or more than 4 GB");
	return scop_value_bytes(req->arena,
	    scop_arena_bytes(req->arena, length ? bytes : "", length), length);
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

struct scop_map {
	struct scop_map_maker maker;
};

struct scop_map *
scop_map_new(struct scop_request *req)
{
	struct scop_map *map = scop_arena_alloc(req->arena, sizeof *map);

	scop_map_init(&map->maker, req->arena);
	return map;
}

void
scop_map_set(struct scop_map *map, const char *key, const struct scop_value *value)
{
	scop_map_put(&map->maker, key, value);
}

const struct scop_value *
scop_map_done(const struct scop_map *map)
{
	return scop_map_value(&map->maker);
}

struct scop_list {
	struct scop_list_maker maker;
};

struct scop_list *
scop_list_new(struct scop_request *req)
{
	struct scop_list *list = scop_arena_alloc(req->arena, sizeof *list);

	scop_list_init(&list->maker, req->arena);
	return list;
}

void
scop_list_push(struct scop_list *list, const struct scop_value *item)
{
	scop_list_add(&list->maker, item);
}

const struct scop_value *
scop_list_done(const struct scop_list *list)
{
	return scop_list_value(&list->maker);
}

const struct scop_value *
scop_map_of(struct scop_request *req, ...)
{
	struct scop_map_maker map;
	const char *key;
	va_list members;

	scop_map_init(&map, req->arena);
	va_start(members, req);
	while ((key = va_arg(members, const char *)))
		scop_map_put(&map, key, va_arg(members, const struct scop_value *));
	va_end(members);
	return scop_map_value(&map);
}

const struct scop_value *
scop_rows_with(struct scop_request *req, const struct scop_value *rows, const char *key,
    const struct scop_value *(
	*make)(struct scop_request *, const struct scop_value *, const void *),
    const void *context)
{
	struct scop_list_maker list;

	scop_list_init(&list, req->arena);
	scop_list_room(&list, (uint32_t)scop_count(rows));
	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);

		scop_list_add(&list, scop_make_with(req, row, key, make(req, row, context)));
	}
	return scop_list_value(&list);
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
	if (scale > SCOP_SCALE_MAX)
		return refuse(req, "scop_make_number: more than 18 decimal places");
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
