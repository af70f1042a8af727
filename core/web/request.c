/* The public side of a request: see scopiton/request.h. */
#include "web/request.h"

#include <assert.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct scop_value *
scop_path(const struct scop_request *req, const char *name)
{
	for (size_t i = 0; i < req->part_count; i++)
		if (strcmp(req->part_name[i], name) == 0)
			return scop_value_text(req->arena, req->part_value[i]);
	return NULL;
}

const struct scop_value *
scop_field(const struct scop_request *req, const char *name)
{
	const struct scop_value *value = scop_get(scop_map_value(&req->fields), name);

	return scop_type(value) == SCOP_NULL ? NULL : value;
}

const struct scop_file *
scop_upload(const struct scop_request *req, const char *name)
{
	for (size_t i = 0; req->pairs && i < req->pairs->file_count; i++)
		if (strcmp(req->pairs->file_field[i], name) == 0 && req->pairs->file[i].size > 0)
			return &req->pairs->file[i];
	return NULL;
}

const struct scop_value *
scop_now(const struct scop_request *req)
{
	return scop_value_time(req->arena, req->now);
}

const struct scop_value *
scop_from_now(struct scop_request *req, int64_t seconds)
{
	return scop_value_time(req->arena, req->now + seconds * 1000000);
}

const char *
scop_language_of(const struct scop_request *req)
{
	return scop_language_code(req->locale.language);
}

const struct scop_value *
scop_member(const struct scop_request *req)
{
	return scop_get(req->member, "member");
}

const struct scop_value *
scop_member_name(const struct scop_request *req)
{
	return scop_get(req->member, "name");
}

const struct scop_value *
scop_tenant(const struct scop_request *req)
{
	return scop_value_int(req->arena, req->site.tenant);
}

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

const char *
scop_translate(const struct scop_request *req, const char *text)
{
	const char *translated = scop_app_message(req->app, req->locale.language, text, NULL, 1);

	return translated ? translated : text;
}

void *
scop_alloc(struct scop_request *req, size_t size)
{
	return scop_arena_alloc(req->arena, size);
}

const struct scop_value *
scop_make_number(struct scop_request *req, int64_t unscaled, uint8_t scale)
{
	return scop_value_number(req->arena, unscaled, scale);
}

bool
scop_may(const struct scop_request *req, const char *permission)
{
	return scop_session_may(req, permission);
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

void
scop_put(struct scop_request *req, const char *name, const struct scop_value *value)
{
	scop_map_put(&req->model, name, value);
}

const struct scop_value *
scop_model(const struct scop_request *req, const char *name)
{
	return scop_get(scop_map_value(&req->model), name);
}

bool
scop_view(struct scop_request *req, const struct scop_view *view)
{
	req->view = view;
	req->answer = ANSWER_VIEW;
	return true;
}

static const struct scop_value *
find_part(const void *parts, const char *name)
{
	return scop_get(parts, name);
}

bool
scop_redirect(struct scop_request *req, const char *name, const struct scop_value *parts)
{
	struct scop_buffer location;

	scop_buffer_init(&location, req->arena);
	if (!scop_route_link(req, name, find_part, parts, &location))
		scop_request_fail(req, SCOP_DB_FAILED,
		    scop_arena_printf(req->arena, "no route is named '%s'", name));
	req->location = scop_buffer_str(&location);
	req->answer = ANSWER_REDIRECT;
	return true;
}

bool
scop_send_stored(struct scop_request *req, const char *name, const struct scop_value *parts,
    const char *file_name)
{
	struct scop_buffer location;

	scop_buffer_init(&location, req->arena);
	if (!scop_route_stored(req, name, find_part, parts, &location))
		scop_request_fail(req, SCOP_DB_FAILED,
		    scop_arena_printf(req->arena, "no stored route is named '%s'", name));
	req->location = scop_buffer_str(&location);
	req->file_name = file_name ? scop_arena_text(req->arena, file_name) : NULL;
	req->answer = ANSWER_STORED;
	return true;
}

bool
scop_not_found(struct scop_request *req)
{
	req->answer = ANSWER_NOT_FOUND;
	return true;
}

static const char *
label_of(const struct scop_request *req, const char *field)
{
	for (const struct scop_field *one = req->route ? req->route->fields : NULL;
	     one && one->name; one++)
		if (one->label && strcmp(one->name, field) == 0)
			return scop_translate(req, one->label);
	return NULL;
}

/* `sentence` with the value of each {{name}} as its reader writes it. */
static const char *
filled(struct scop_request *req, const char *sentence, const struct scop_value *values)
{
	struct scop_buffer out;
	const char *open, *close;

	scop_buffer_init(&out, req->arena);
	while ((open = strstr(sentence, "{{")) && (close = strstr(open, "}}"))) {
		const char *name =
		    scop_arena_printf(req->arena, "%.*s", (int)(close - open) - 2, open + 2);

		scop_buffer_add(&out, sentence, (size_t)(open - sentence));
		scop_locale_print(&out, scop_get(values, name), &req->locale);
		sentence = close + 2;
	}
	scop_buffer_text(&out, sentence);
	return scop_buffer_str(&out);
}

bool
scop_reject_with(struct scop_request *req, const char *field, const char *title,
    const char *message, const struct scop_value *values)
{
	const char *label = title ? title : label_of(req, field),
		   *said = filled(req, scop_translate(req, message), values);
	struct scop_map_maker error;

	scop_map_init(&error, req->arena);
	scop_map_put_text(&error, "field", field);
	if (label)
		scop_map_put_text(&error, "label", label);
	scop_map_put_text(&error, "message", said);
	scop_list_add(&req->errors, scop_map_value(&error));
	scop_map_put_text(&req->error_by_field, field, said);
	req->rejected = true;
	return true;
}

bool
scop_reject(struct scop_request *req, const char *field, const char *message)
{
	return scop_reject_with(req, field, NULL, message, NULL);
}

const struct scop_value *
scop_rejection(const struct scop_request *req, const char *field)
{
	return scop_get(scop_map_value(&req->error_by_field), field);
}

bool
scop_rejected(const struct scop_request *req)
{
	return req->rejected || req->failed;
}

bool
scop_send_file(struct scop_request *req, const char *type, const struct scop_value *bytes)
{
	req->answer = ANSWER_FILE;
	req->file_type = type;
	req->file_bytes = bytes;
	return true;
}

bool
scop_send_download(struct scop_request *req, const char *file_name, const char *type,
    const struct scop_value *bytes)
{
	req->file_name = file_name ? scop_arena_text(req->arena, file_name) : NULL;
	req->download = true;
	return scop_send_file(req, type, bytes);
}

void
scop_show_once(struct scop_request *req)
{
	req->shown_once = true;
}

void
scop_session_cookie(struct scop_request *req, const char *token)
{
	req->set_cookie = scop_arena_printf(req->arena, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
	    req->app->https ? "__Host-sid" : "sid", token, req->app->https ? "; Secure" : "",
	    token[0] ? "" : "; Max-Age=0");
}

void
scop_report(struct scop_request *req, enum scop_report_level level, unsigned line, unsigned column,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *text = scop_arena_vprintf(req->arena, format, args);
	va_end(args);
	req->report_errors += level == SCOP_REPORT_ERROR;
	if (req->report)
		req->report(req, level, line, column, text);
}

void
scop_request_fail(struct scop_request *req, enum scop_db_status status, const char *cause)
{
	if (req->failed)
		return;
	req->failed = true;
	req->failure = status;
	snprintf(req->cause, sizeof req->cause, "%s", cause);
}

void
scop_request_rewind(struct scop_request *req)
{
	req->failed = req->come_back = false;
	req->failure = SCOP_DB_OK;
	req->cause[0] = '\0';
	req->answer = ANSWER_NONE;
	req->view = NULL;
	req->set_cookie = NULL;
	req->visitor = NULL;
	req->settings = NULL;
	req->rejected = false;
	req->queued = req->mailed = req->shown_once = false;
	req->mail = 0;
	req->given_up = false;
	scop_map_init(&req->model, req->arena);
	scop_list_init(&req->errors, req->arena);
	scop_map_init(&req->error_by_field, req->arena);
}

/* ---- statements ---- */

static bool
read_into(struct scop_request *req, const struct scop_query *queries, size_t count,
    const struct scop_value **ret_rows)
{
	if (req->failed)
		return false;
	const enum scop_db_status status =
	    scop_db_read(req->app->db, req->arena, queries, count, ret_rows);
	if (status != SCOP_DB_OK)
		scop_request_fail(req, status, scop_db_error(req->app->db));
	return status == SCOP_DB_OK;
}

const struct scop_value *
scop_rows(struct scop_request *req, struct scop_query query)
{
	const struct scop_value *rows;

	return read_into(req, &query, 1, &rows) ? rows : NULL;
}

const struct scop_value *
scop_row(struct scop_request *req, struct scop_query query)
{
	return scop_at(scop_rows(req, query), 0);
}

const struct scop_value *
scop_put_all(struct scop_request *req, const struct scop_want *wants)
{
	struct scop_query queries[16];
	const struct scop_value *rows[16];
	size_t count = 0;

	for (; wants[count].name; count++) {
		assert(count < 16);
		queries[count] = wants[count].query;
	}
	if (count == 0 || !read_into(req, queries, count, rows))
		return NULL;
	for (size_t i = 0; i < count; i++)
		scop_put(req, wants[i].name, wants[i].first ? scop_at(rows[i], 0) : rows[i]);
	return wants[0].first ? scop_at(rows[0], 0) : rows[0];
}

uint64_t
scop_write_unique(struct scop_request *req, struct scop_query query, bool *ret_duplicate)
{
	uint64_t touched = 0;

	*ret_duplicate = false;
	if (req->failed)
		return 0;
	const enum scop_db_status status =
	    scop_db_write(req->app->db, req->arena, &query, &touched);
	*ret_duplicate = status == SCOP_DB_DUPLICATE;
	if (status != SCOP_DB_OK && status != SCOP_DB_DUPLICATE)
		scop_request_fail(req, status, scop_db_error(req->app->db));
	return touched;
}

uint64_t
scop_write(struct scop_request *req, struct scop_query query)
{
	bool duplicate;
	const uint64_t touched = scop_write_unique(req, query, &duplicate);

	if (duplicate)
		scop_request_fail(req, SCOP_DB_FAILED, scop_db_error(req->app->db));
	return touched;
}

int64_t
scop_inserted(struct scop_request *req)
{
	return req->failed ? 0 : scop_db_inserted(req->app->db);
}
