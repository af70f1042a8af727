/* SPDX-License-Identifier: EUPL-1.2 */
/* A handler's answer before it is written: the model, the view, a redirect, a file, or a refusal.
 */
#include <string.h>

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
	req->view = view;
	req->answer = ANSWER_VIEW;
}

static const struct scop_value *
find_part(const void *parts, const char *name)
{
	return scop_get(parts, name);
}

void
scop_redirect(struct scop_request *req, const char *name, const struct scop_value *parts)
{
	struct scop_buffer location;

	scop_buffer_init(&location, req->arena);
	if (!scop_route_link(req, name, find_part, parts, &location))
		scop_request_fail(req, SCOP_DB_FAILED,
		    scop_arena_printf(req->arena, "no route is named '%s'", name));
	req->location = scop_buffer_str(&location);
	req->answer = ANSWER_REDIRECT;
}

void
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
}

void
scop_not_found(struct scop_request *req)
{
	req->answer = ANSWER_NOT_FOUND;
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

void
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
	req->set_cookie = scop_arena_printf(req->arena, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
	    req->app->https ? "__Host-sid" : "sid", token, req->app->https ? "; Secure" : "",
	    token[0] ? "" : "; Max-Age=0");
}
