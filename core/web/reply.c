/* SPDX-License-Identifier: EUPL-1.2 */
/* A handler's answer before it is written: the model, the view, a redirect, a file, or a refusal.
 */
#include <stdlib.h>
#include <string.h>

#include "scopiton/portal.h"
#include "web/request.h"
#include "web/route.h"

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

void
scop_view(struct scop_request *req, const struct scop_view *view)
{
	if (!view)
		scop_request_fail(req, SCOP_DB_FAILED, "scop_view: no view was given");
	req->view = view;
	req->answer = ANSWER_VIEW;
}

static const struct scop_value *
find_part(const void *parts, const char *name)
{
	return scop_get(parts, name);
}

static void
add_query(struct scop_request *req, struct scop_buffer *location, const struct scop_value *query)
{
	char separator = '?';

	for (size_t i = 0; i < scop_count(query); i++) {
		const char *key = scop_key(query, i);
		const struct scop_value *value = scop_get(query, key);

		if (scop_type(value) == SCOP_NULL)
			continue;
		scop_buffer_char(location, separator);
		scop_route_percent(location, key);
		scop_buffer_char(location, '=');
		scop_route_percent(location, scop_plain(req, value));
		separator = '&';
	}
}

/* Fails the request when a redirect has no target. `kind` is a "route" or a "stored route". */
static void
fail_without(struct scop_request *req, const char *kind, const char *name, enum scop_link made,
    const char *part)
{
	if (made == SCOP_LINK_NO_ROUTE)
		scop_request_fail(req, SCOP_DB_FAILED,
		    scop_arena_printf(req->arena, "no %s is named '%s'", kind, name));
	else if (made == SCOP_LINK_NO_PART)
		scop_request_fail(req, SCOP_DB_FAILED,
		    scop_arena_printf(req->arena, "the %s '%s' lacks its {%s}", kind, name, part));
}

void
scop_redirect(struct scop_request *req, const char *name, const struct scop_value *parts)
{
	scop_redirect_query(req, name, parts, NULL);
}

void
scop_redirect_query(struct scop_request *req, const char *name, const struct scop_value *parts,
    const struct scop_value *query)
{
	struct scop_buffer location;
	const char *part = "";

	scop_buffer_init(&location, req->arena);
	const enum scop_link made = scop_route_link(req, name, find_part, parts, &location, &part);
	fail_without(req, "route", name, made, part);
	add_query(req, &location, query);
	req->location = scop_buffer_str(&location);
	req->answer = ANSWER_REDIRECT;
}

/* Browsers read a backslash as a slash, and "//" as the beginning of a host name. */
static bool
is_inside(const char *address)
{
	if (address[0] != '/' || address[1] == '/' || strchr(address, '\\'))
		return false;
	while (*address > ' ' && *address < 0x7f)
		address++;
	return !*address;
}

void
scop_redirect_inside(struct scop_request *req, const struct scop_value *address)
{
	const char *text = scop_as_text(address);

	req->location = is_inside(text) ? scop_arena_text(req->arena, text) : "/";
	req->answer = ANSWER_REDIRECT;
}

void
scop_send_stored(struct scop_request *req, const char *name, const struct scop_value *parts,
    const char *file_name)
{
	struct scop_buffer location;
	const char *part = "";

	scop_buffer_init(&location, req->arena);
	const enum scop_link made =
	    scop_route_stored(req, name, find_part, parts, &location, &part);
	fail_without(req, "stored route", name, made, part);
	req->location = scop_buffer_str(&location);
	req->file_name = file_name ? scop_arena_text(req->arena, file_name) : NULL;
	req->answer = ANSWER_STORED;
}

void
scop_not_found(struct scop_request *req)
{
	req->answer = ANSWER_NOT_FOUND;
}

static const struct scop_field *
field_named(const struct scop_field *fields, const char *name, size_t length)
{
	for (; fields && fields->name; fields++)
		if (strncmp(fields->name, name, length) == 0 && !fields->name[length])
			return fields;
	return NULL;
}

/* "Line 2, Count" for lines.1.count; NULL if the name is not a field of a line, or has no label. */
static const char *
label_in_line(struct scop_request *req, const char *name)
{
	const size_t length = strcspn(name, ".");
	const struct scop_field *lines = field_named(req->route->fields, name, length);

	if (!name[length] || !lines || lines->type != SCOP_FIELD_LINES)
		return NULL;
	const char *index = name + length + 1, *inner = strchr(index, '.');
	const struct scop_field *field =
	    inner ? field_named(lines->lines, inner + 1, strlen(inner + 1)) : NULL;
	if (!field || !field->label)
		return NULL;
	struct scop_map_maker parts;
	scop_map_init(&parts, req->arena);
	scop_map_put(&parts, "number", scop_value_int(req->arena, atoi(index) + 1));
	scop_map_put_text(&parts, "label", scop_translate(req, field->label));
	return scop_request_fill(req, scop_translate(req, SCOP_TEXT("Line {{number}}, {{label}}")),
	    scop_map_value(&parts));
}

static const char *
label_of(struct scop_request *req, const char *name)
{
	if (!req->route)
		return NULL;
	const struct scop_field *field = field_named(req->route->fields, name, strlen(name));
	return field && field->label ? scop_translate(req, field->label) : label_in_line(req, name);
}

/* `field` and `label` may be NULL. */
static void
add_error(struct scop_request *req, const char *field, const char *label, const char *said)
{
	struct scop_map_maker error;

	scop_map_init(&error, req->arena);
	scop_map_put(&error, "field",
	    field ? scop_value_text(req->arena, field) : scop_value_null());
	if (label)
		scop_map_put_text(&error, "label", label);
	scop_map_put_text(&error, "message", said);
	scop_list_add(&req->errors, scop_map_value(&error));
	req->rejected = true;
}

void
scop_reject_with(struct scop_request *req, const char *field, const char *title,
    const char *message, const struct scop_value *values)
{
	const char *said = scop_request_fill(req, scop_translate(req, message), values);

	add_error(req, field, title ? title : label_of(req, field), said);
	scop_map_put_text(&req->error_by_field, field, said);
}

void
scop_reject_line(struct scop_request *req, const char *field, size_t line, const char *inner,
    const char *message, const struct scop_value *values)
{
	scop_reject_with(req, scop_arena_printf(req->arena, "%s.%zu.%s", field, line, inner), NULL,
	    message, values);
}

void
scop_refuse_with(struct scop_request *req, const char *message, const struct scop_value *values)
{
	add_error(req, NULL, NULL, scop_request_fill(req, scop_translate(req, message), values));
}

void
scop_refuse(struct scop_request *req, const char *message)
{
	scop_refuse_with(req, message, NULL);
}

void
scop_reject(struct scop_request *req, const char *field, const char *message)
{
	scop_reject_with(req, field, NULL, message, NULL);
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

void
scop_send_file(struct scop_request *req, const char *type, const struct scop_value *bytes)
{
	if (!type || scop_type(bytes) != SCOP_STRING)
		scop_request_fail(req, SCOP_DB_FAILED,
		    "a file that is sent needs its type, and a string for its bytes");
	req->answer = ANSWER_FILE;
	req->file_type = type;
	req->file_bytes = bytes;
}

void
scop_send_download(struct scop_request *req, const char *file_name, const char *type,
    const struct scop_value *bytes)
{
	req->file_name = file_name ? scop_arena_text(req->arena, file_name) : NULL;
	req->download = true;
	scop_send_file(req, type, bytes);
}

void
scop_show_once(struct scop_request *req)
{
	req->shown_once = true;
}

void
scop_session_cookie(struct scop_request *req, const char *token)
{
	scop_request_cookie(req, SCOP_COOKIE_SESSION,
	    token ? scop_arena_text(req->arena, token) : "");
}
