/* SPDX-License-Identifier: EUPL-1.2 */
/* The state of a request: its input, its failure, and the work after its commit. */
#include "web/request.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/said.h"

struct scop_request *
scop_request_new(struct scop_app *app, struct scop_arena *arena, const struct scop_site *site)
{
	struct scop_request *req = scop_arena_alloc(arena, sizeof *req);

	req->app = app;
	req->arena = arena;
	req->site = *site;
	req->locale = (struct scop_locale){ site->language, site->zone };
	req->now = scop_time_now();
	req->session = req->session_hash = req->key = "";
	scop_map_init(&req->fields, arena);
	scop_map_init(&req->values, arena);
	scop_request_rewind(req);
	return req;
}

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
scop_upload_at(const struct scop_request *req, const char *name, size_t index)
{
	for (size_t i = 0; req->pairs && i < req->pairs->file_count; i++)
		if (strcmp(req->pairs->file_field[i], name) == 0 && req->pairs->file[i].size > 0 &&
		    index-- == 0)
			return &req->pairs->file[i];
	return NULL;
}

const struct scop_file *
scop_upload(const struct scop_request *req, const char *name)
{
	return scop_upload_at(req, name, 0);
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

const char *
scop_tenant_language(const struct scop_request *req)
{
	return scop_language_code(req->site.language);
}

const char *
scop_country_of(const struct scop_request *req)
{
	return req->site.country;
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

const char *
scop_translate(const struct scop_request *req, const char *text)
{
	const char *translated = scop_app_message(req->app, req->locale.language, text, NULL, 1);

	return translated ? translated : text;
}

static const char *
say(void *context, const char *format)
{
	return scop_translate(context, format);
}

const struct scop_value *
scop_said(struct scop_request *req, const struct scop_value *said)
{
	const struct scop_said_language language = { say, req };
	char text[4 * SCOP_SAID_MAX];

	if (scop_type(said) != SCOP_STRING)
		return said;
	scop_said_show(scop_as_text(said), &language, text, sizeof text);
	return scop_make_string(req, text);
}

void *
scop_alloc(struct scop_request *req, size_t size)
{
	return scop_arena_alloc(req->arena, size);
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
	memset(req->cookies, 0, sizeof req->cookies);
	req->visitor = NULL;
	req->settings = req->role_titles = NULL;
	req->rejected = false;
	req->queued = req->mailed = req->shown_once = false;
	req->mail = 0;
	scop_map_init(&req->model, req->arena);
	scop_list_init(&req->errors, req->arena);
	scop_map_init(&req->error_by_field, req->arena);
}

void
scop_wake_services(struct scop_request *req)
{
	if (req->app->tell && (req->queued || req->mailed))
		req->app->tell(req->app->tell_context, req->queued, req->mailed);
	req->queued = req->mailed = false;
}

void
scop_rest(int try)
{
	const struct timespec time = { 0, (long)(1 + random() % 10) * (1L << try) * 1000000L };

	nanosleep(&time, NULL);
}

const char *
scop_request_fill(struct scop_request *req, const char *sentence, const struct scop_value *values)
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
scop_request_cookie(struct scop_request *req, enum scop_cookie cookie, const char *value)
{
	req->cookies[cookie] = value;
}

void
scop_request_cookie_lines(const struct scop_request *req, struct scop_buffer *out)
{
	static const char *const headers[SCOP_COOKIES] = { "X-Set-Session", "X-Set-Flash",
		"X-Set-Own" };

	for (size_t i = 0; i < SCOP_COOKIES; i++)
		if (req->cookies[i])
			scop_buffer_printf(out, "%s: %s\r\n", headers[i],
			    req->cookies[i][0] ? req->cookies[i] : "-");
}
