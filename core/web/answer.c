/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers: see answer.h. */
#include "web/answer.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/log.h"
#include "web/page.h"
#include "web/route.h"
#include "web/trace.h"

enum { BODY_USUAL = 8000 };

static const struct {
	int status;
	const char *reason;
	const char *headline; /* translated */
	const char *advice;
} statuses[] = {
	{ 200, "OK", NULL, NULL },
	{ 303, "See Other", NULL, NULL },
	{ 304, "Not Modified", NULL, NULL },
	{ 400, "Bad Request", SCOP_TEXT("That request was not understood"),
	    SCOP_TEXT("Please go back and try again.") },
	{ 401, "Unauthorized", SCOP_TEXT("Please sign in"),
	    SCOP_TEXT("This page is for members. Sign in to open it.") },
	{ 403, "Forbidden", SCOP_TEXT("That is not allowed"),
	    SCOP_TEXT("Your role does not allow this. An owner can change that.") },
	{ 404, "Not Found", SCOP_TEXT("This page does not exist"),
	    SCOP_TEXT("It may have moved. The start page leads to everything.") },
	{ 405, "Method Not Allowed", SCOP_TEXT("That request was not understood"),
	    SCOP_TEXT("Please go back and try again.") },
	{ 409, "Conflict", SCOP_TEXT("This form is no longer valid"),
	    SCOP_TEXT("Please load the page again, then send the form once more.") },
	{ 413, "Content Too Large", SCOP_TEXT("That was too large"),
	    SCOP_TEXT("Please send less at once.") },
	{ 422, "Unprocessable Content", SCOP_TEXT("Something is not right yet"),
	    SCOP_TEXT("Please correct what is marked.") },
	{ 500, "Internal Server Error", SCOP_TEXT("Something went wrong on our side"),
	    SCOP_TEXT("Nothing you sent was stored. Please try again; if the problem persists, "
		      "tell us the reference.") },
	{ 503, "Service Unavailable", SCOP_TEXT("One moment, please"),
	    SCOP_TEXT("This page is not available right now. Please try again in a minute.") },
	/* the private answer to nginx: this tenant is at another version */
	{ 509, "Moved", NULL, NULL },
};

static size_t
status_index(int status)
{
	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
		if (statuses[i].status == status)
			return i;
	return status_index(500);
}

void
scop_answer_init(struct scop_answer *answer, struct scop_arena *arena, int status)
{
	answer->status = status;
	scop_buffer_init(&answer->headers, arena);
	scop_buffer_init(&answer->body, arena);
	scop_buffer_reserve(&answer->body, BODY_USUAL);
}

void
scop_answer_header(struct scop_answer *answer, const char *name, const char *value)
{
	struct scop_buffer *headers = &answer->headers;

	scop_buffer_text(headers, name);
	scop_buffer_add(headers, ": ", 2);
	const size_t start = headers->length;
	scop_buffer_text(headers, value);
	for (size_t i = start; i < headers->length; i++) /* no value can start another header */
		if ((unsigned char)headers->data[i] < 0x20 || headers->data[i] == 0x7f)
			headers->data[i] = ' ';
	scop_buffer_add(headers, "\r\n", 2);
}

static bool
build_view(struct scop_request *req, struct scop_answer *answer, struct scop_error *err)
{
	if (req->wants_json && req->route && req->route->api) {
		scop_answer_header(answer, "Content-Type", "application/json");
		scop_json_print(&answer->body, scop_map_value(&req->model));
		return true;
	}
	scop_answer_header(answer, "Content-Type", "text/html; charset=utf-8");
	scop_answer_header(answer, "Content-Language", scop_language_code(req->locale.language));
	/* or a browser's "back" would show only the fragment */
	scop_answer_header(answer, "Vary", "HX-Request");
	return scop_page_render(req, req->view->name, &answer->body, err);
}

static void
add_file_name(struct scop_request *req, struct scop_answer *answer)
{
	if (req->file_name)
		scop_answer_header(answer, "Content-Disposition",
		    scop_arena_printf(req->arena,
			/* RFC 6266 */
			"attachment; filename*=UTF-8''%s", scop_route_escape(req, req->file_name)));
}

bool
scop_answer_build(struct scop_request *req, struct scop_answer *answer, int status,
    struct scop_error *err)
{
	scop_answer_init(answer, req->arena, status);
	switch (req->answer) {
	case ANSWER_VIEW:
		/* only after rendering is it known whether the page is private to this visitor */
		if (!build_view(req, answer, err))
			return false;
		scop_answer_header(answer, "Cache-Control",
		    req->site.portal       ? "no-store"
			: req->for_visitor ? "private, no-cache"
					   : "no-cache");
		return true;
	case ANSWER_REDIRECT:
		answer->status = 303;
		scop_answer_header(answer, "Cache-Control", "no-store");
		scop_answer_header(answer, "Location", req->location);
		return true;
	case ANSWER_FILE:
		scop_answer_header(answer, "Content-Type", req->file_type);
		scop_answer_header(answer, "Cache-Control",
		    req->download                          ? "no-store"
			: req->site.portal && !req->stored ? "private, max-age=31536000, immutable"
							   : "public, max-age=31536000, immutable");
		add_file_name(req, answer);
		scop_buffer_add(&answer->body, req->file_bytes->string, req->file_bytes->length);
		return true;
	case ANSWER_STORED:
		scop_answer_header(answer, "X-Accel-Redirect", req->location);
		scop_answer_header(answer, "Cache-Control",
		    req->site.portal ? "private, no-cache" : "no-cache");
		add_file_name(req, answer);
		return true;
	case ANSWER_NOT_FOUND:
		scop_answer_error(req, answer, 404, NULL);
		return true;
	case ANSWER_NONE:
		break;
	}
	return scop_error_set(err, "the handler of '%s' gave no answer", req->route->path);
}

static void
build_problem(struct scop_request *req, struct scop_answer *answer, const char *detail)
{
	const size_t which = status_index(answer->status);
	struct scop_map_maker problem;

	scop_map_init(&problem, req->arena);
	scop_map_put_text(&problem, "title", statuses[which].reason);
	scop_map_put(&problem, "status", scop_value_int(req->arena, answer->status));
	if (detail)
		scop_map_put_text(&problem, "detail", detail);
	if (req->errors.length > 0)
		scop_map_put(&problem, "errors", scop_list_value(&req->errors));
	scop_map_put_text(&problem, "reference", req->id);
	scop_answer_header(answer, "Content-Type", "application/problem+json");
	scop_json_print(&answer->body, scop_map_value(&problem));
}

/* The error page for people; `detail` is for developers, in English. */
static void
build_error_page(struct scop_request *req, struct scop_answer *answer, const char *headline,
    const char *advice, const char *detail)
{
	struct scop_error err;

	scop_answer_header(answer, "Content-Type", "text/html; charset=utf-8");
	scop_map_init(&req->model, req->arena);
	scop_map_put(&req->model, "status", scop_value_int(req->arena, answer->status));
	scop_map_put_text(&req->model, "headline", scop_translate(req, headline));
	scop_map_put_text(&req->model, "advice", scop_translate(req, advice));
	scop_map_put(&req->model, "reference",
	    answer->status >= 500 ? scop_value_text(req->arena, req->id) : NULL);
	scop_map_put_text(&req->model, "detail", req->app->development ? detail : NULL);
	scop_map_put(&req->model, "portal", scop_value_bool(req->arena, req->site.portal));
	if (!scop_page_render(req, req->site.portal ? "error_portal" : "error_site", &answer->body,
		&err)) {
		scop_log_line(SCOP_LOG_ERROR, "the error page itself cannot be written: %s",
		    err.text);
		scop_buffer_printf(&answer->body, "%d %s\n", answer->status,
		    statuses[status_index(answer->status)].reason);
	}
}

void
scop_answer_closed(struct scop_request *req, struct scop_answer *answer)
{
	struct scop_error err;

	scop_answer_init(answer, req->arena, 503);
	scop_answer_header(answer, "Cache-Control", "no-store");
	scop_answer_header(answer, "Retry-After", "3600"); /* search engines retry later */
	scop_answer_header(answer, "Vary", "Accept-Language");
	if (req->wants_json) {
		build_problem(req, answer, "this service is closed for the moment");
		return;
	}
	scop_answer_header(answer, "Content-Type", "text/html; charset=utf-8");
	scop_answer_header(answer, "Content-Language", scop_language_code(req->locale.language));
	scop_map_init(&req->model, req->arena);
	if (!scop_page_render(req, "closed", &answer->body, &err)) {
		scop_log_line(SCOP_LOG_ERROR, "the page of a closed site cannot be written: %s",
		    err.text);
		scop_buffer_text(&answer->body, "503\n");
	}
}

void
scop_answer_foreign(struct scop_request *req, struct scop_answer *answer)
{
	const char *detail = "the form was posted from another site";

	scop_answer_init(answer, req->arena, 403);
	scop_answer_header(answer, "Cache-Control", "no-store");
	if (req->wants_json)
		build_problem(req, answer, detail);
	else
		build_error_page(req, answer, SCOP_TEXT("This form came from another site"),
		    SCOP_TEXT("For your safety nothing was done. Open the page here, and send the "
			      "form again."),
		    detail);
}

void
scop_answer_error(struct scop_request *req, struct scop_answer *answer, int status,
    const char *detail)
{
	const size_t which = status_index(status);

	scop_answer_init(answer, req->arena, status);
	memset(req->cookies, 0, sizeof req->cookies);
	scop_answer_header(answer, "Cache-Control", "no-store");
	if (status == 503)
		scop_answer_header(answer, "Retry-After", "60");
	if (req->wants_json) {
		build_problem(req, answer, detail);
		return;
	}
	build_error_page(req, answer, statuses[which].headline, statuses[which].advice, detail);
}

/* Whether If-None-Match contains the page's ETag, weak or strong, or is "*", which matches any page
 * (RFC 9110, section 13.1.2). */
static bool
known_to_client(const struct scop_request *req, const char *etag)
{
	return req->if_none_match &&
	    (strcmp(req->if_none_match, "*") == 0 || strstr(req->if_none_match, etag));
}

/* Adds the headers that depend on the page; nginx adds the others, also to its own answers
 * (nginx/headers.conf). */
static void
add_security(struct scop_request *req, struct scop_answer *answer)
{
	scop_answer_header(answer, "Content-Security-Policy",
	    req->answer == ANSWER_FILE
		? "default-src 'none'; style-src 'unsafe-inline'; sandbox"
		: "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
		  "connect-src 'self'; font-src 'self'; "
		  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
	if (req->app->https)
		scop_answer_header(answer, "Strict-Transport-Security",
		    "max-age=31536000; includeSubDomains");
}

const struct scop_value *
scop_answer_bytes(struct scop_request *req, struct scop_answer *answer)
{
	unsigned char hash[16];
	char etag[2 * sizeof hash + 3] = "\"";
	struct scop_buffer out;
	bool body = !req->head;

	/* a page with a form key differs each time */
	if (answer->status == 200 && !req->has_form_key) {
		crypto_generichash(hash, sizeof hash,
		    (const unsigned char *)scop_buffer_str(&answer->body), answer->body.length,
		    NULL, 0);
		sodium_bin2hex(etag + 1, sizeof etag - 1, hash, sizeof hash);
		strcat(etag, "\"");
		scop_answer_header(answer, "ETag", etag);
		if (strcmp(req->method, "GET") == 0 && known_to_client(req, etag)) {
			answer->status = 304;
			body = false;
		}
	}
	if (!req->wants_json)
		scop_trace_panel(req, &answer->body);
	add_security(req, answer);
	scop_buffer_init(&out, req->arena);
	scop_buffer_text(&out, "Status: ");
	scop_buffer_digits(&out, (uint64_t)answer->status, 3);
	scop_buffer_char(&out, ' ');
	scop_buffer_text(&out, statuses[status_index(answer->status)].reason);
	scop_buffer_text(&out, "\r\n");
	scop_buffer_add(&out, scop_buffer_str(&answer->headers), answer->headers.length);
	if (answer->status != 304) {
		scop_buffer_text(&out, "Content-Length: ");
		scop_buffer_digits(&out, answer->body.length, 1);
		scop_buffer_text(&out, "\r\n");
	}
	scop_buffer_text(&out, "\r\n");
	if (body)
		scop_buffer_add(&out, scop_buffer_str(&answer->body), answer->body.length);
	return scop_value_bytes(req->arena, out.data, out.length);
}
