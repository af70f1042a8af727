/* SPDX-License-Identifier: EUPL-1.2 */
/* Serves a request: see serve.h. Read upward from scop_serve(): identity, route, GET, the answer.
 */
#include "web/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/serve_private.h"

#include "base/log.h"
#include "web/entrance.h"
#include "web/field.h"
#include "web/form.h"
#include "web/route.h"
#include "web/session.h"
#include "web/trace.h"
#include "web/traces.h"

enum {
	GET_TRIES = 2,
	RETURN_MAX = 1000 /* bytes of the address that the sign-in form returns to */
};

void
scop_serve_enter(struct scop_request *req, bool writable)
{
	scop_db_enter(req->app->db, req->site.role, req->site.database, req->site.socle,
	    req->site.epoch, writable);
	scop_db_currency(req->app->db, req->site.currency);
}

static void
log_failure(const struct scop_request *req)
{
	scop_log_line(req->come_back || req->failure == SCOP_DB_LOST ? SCOP_LOG_WARNING
								     : SCOP_LOG_ERROR,
	    "failed: %s", req->cause);
}

static int
failure_status(const struct scop_request *req)
{
	return req->come_back || req->failure == SCOP_DB_LOST || req->failure == SCOP_DB_AGAIN
	    ? 503
	    : 500;
}

/* The answer to a failed request; the cause is logged once, and shown only while developing. */
void
scop_serve_failure(struct scop_request *req, struct scop_answer *answer)
{
	log_failure(req);
	scop_answer_error(req, answer, failure_status(req),
	    req->app->development ? req->cause : NULL); /* to programs neither */
}

/* ---- GET ---- */

void
scop_serve_run_get(struct scop_request *req, void (*handle)(struct scop_request *))
{
	scop_serve_enter(req, false);
	for (int i = 0; i < GET_TRIES; i++) {
		req->failed = false;
		req->answer = ANSWER_NONE;
		scop_map_init(&req->model, req->arena);
		handle(req);
		if (!req->failed || req->failure == SCOP_DB_FAILED)
			return;
	}
}

void
scop_serve_build(struct scop_request *req, struct scop_answer *answer, int status)
{
	struct scop_error err;

	if (!scop_answer_build(req, answer, status, &err)) {
		scop_request_fail(req, SCOP_DB_FAILED, err.text);
		scop_serve_failure(req, answer);
	}
}

static void
redirect_to_language(struct scop_request *req, struct scop_answer *answer)
{
	scop_answer_init(answer, req->arena, 303);
	scop_answer_header(answer, "Cache-Control", "no-store");
	scop_answer_header(answer, "Vary", "Accept-Language");
	scop_answer_header(answer, "Location",
	    scop_arena_printf(req->arena, "/%s%s%s%s", scop_language_code(req->locale.language),
		scop_route_escape(req, req->path), req->query[0] ? "?" : "", req->query));
}

static void
serve_get(struct scop_request *req, struct scop_answer *answer)
{
	struct scop_error err;

	if (!req->site.portal && !req->language_in_path && !req->wants_json && !req->stored &&
	    req->route->name) {
		redirect_to_language(req, answer);
		return;
	}
	if (req->query[0])
		req->pairs = scop_arena_alloc(req->arena, sizeof *req->pairs);
	if (!scop_form_urlencoded(req->pairs, req->arena, req->query, strlen(req->query), &err)) {
		scop_answer_error(req, answer, 400, err.text);
		return;
	}
	scop_fields_check(req, req->route->fields);
	if (req->rejected) {
		scop_answer_error(req, answer, 400, NULL);
		return;
	}
	scop_serve_run_get(req, req->route->handle);
	if (req->failed)
		scop_serve_failure(req, answer);
	else
		scop_serve_build(req, answer, 200);
}

/* ---- the whole ---- */

/* A browser that opens a page; not a program, nor a script of an open page. */
static bool
is_page_asked(const struct scop_request *req)
{
	return strcmp(req->method, "GET") == 0 && !req->htmx && !req->wants_json &&
	    !req->by_program && strstr(req->accept, "text/html");
}

/* The sign-in form gets the address to which it returns, unless that is very long. */
static void
redirect_to_sign_in(struct scop_request *req, struct scop_answer *answer)
{
	struct scop_buffer location;

	const char *to = scop_arena_printf(req->arena, "%s%s%s", scop_route_escape(req, req->path),
	    req->query[0] ? "?" : "", req->query);

	scop_buffer_init(&location, req->arena);
	scop_buffer_text(&location, "/portal/sign-in");
	if (strlen(to) <= RETURN_MAX && strcmp(to, "/") != 0) {
		scop_buffer_text(&location, "?to=");
		scop_route_percent(&location, to);
	}
	scop_answer_init(answer, req->arena, 303);
	scop_answer_header(answer, "Cache-Control", "no-store");
	scop_answer_header(answer, "Location", scop_buffer_str(&location));
}

static bool
may_enter(struct scop_request *req, struct scop_answer *answer)
{
	if (!req->site.portal || req->route->open || req->stored)
		return true;
	if (!req->member) {
		if (is_page_asked(req))
			redirect_to_sign_in(req, answer);
		else
			scop_answer_error(req, answer, 401, NULL);
		return false;
	}
	if (scop_session_may(req, req->route->permission))
		return true;
	scop_answer_error(req, answer, 403, NULL);
	return false;
}

/* The address of a form's POST was opened as a page: again after the form had errors, or copied.
 * Leads people to the page that it belongs to. */
static void
answer_other_method(struct scop_request *req, struct scop_answer *answer)
{
	struct scop_buffer page;

	scop_buffer_init(&page, req->arena);
	if (is_page_asked(req) && scop_route_page(req, &page)) {
		scop_answer_init(answer, req->arena, 303);
		scop_answer_header(answer, "Cache-Control", "no-store");
		scop_answer_header(answer, "Location", scop_buffer_str(&page));
		return;
	}
	scop_answer_error(req, answer, 405, NULL);
	scop_answer_header(answer, "Allow", scop_route_methods(req));
}

/* Finds the route and serves it. Returns stored bytes to send, or NULL when `answer` holds the
 * answer. */
static const struct scop_value *
serve_route(struct scop_request *req, const struct scop_exchange *exchange,
    struct scop_answer *answer)
{
	bool other_method;

	scop_serve_enter(req, false);
	if (req->site.portal && !req->stored)
		scop_session_load(req);
	if (req->failed) {
		scop_serve_failure(req, answer);
		return NULL;
	}
	req->route = scop_route_find(req, &other_method);
	if (!req->route) {
		if (other_method)
			answer_other_method(req, answer);
		else
			scop_answer_error(req, answer, 404, NULL);
		return NULL;
	}
	if (exchange->route &&
	    !exchange->route(exchange->context,
		(unsigned)(req->route - req->app->module->routes))) {
		scop_answer_error(req, answer, 503, NULL);
		return NULL;
	}
	if (!may_enter(req, answer))
		return NULL;
	if (req->route->method == SCOP_POST)
		return scop_serve_post(req, exchange, answer);
	serve_get(req, answer);
	return NULL;
}

/* Answers; returns stored bytes to send, or NULL when `answer` holds the answer. */
static const struct scop_value *
serve_site(struct scop_request *req, const struct scop_exchange *exchange, bool known,
    struct scop_answer *answer)
{
	if (!known) {
		scop_answer_error(req, answer, 404, NULL);
	} else if (req->closed) {
		scop_route_strip(req);
		if (req->at_root && scop_entrance_needed(req))
			scop_entrance_answer(req, answer);
		else
			scop_answer_closed(req, answer);
	} else if (req->site.frozen) {
		scop_answer_error(req, answer, 503, NULL);
	} else {
		scop_route_strip(req);
		if (!scop_traces_asked(req))
			return serve_route(req, exchange, answer);
		scop_traces_answer(req, answer);
	}
	return NULL;
}

/* Cookies are only for the first sender, and their secrets must not be stored: they precede the
 * part that may be stored. */
static void
send_answer(struct scop_request *req, const struct scop_exchange *exchange,
    const struct scop_value *bytes)
{
	const char *timing = scop_trace_header(req);
	struct scop_buffer cookies;

	scop_buffer_init(&cookies, req->arena);
	scop_request_cookie_lines(req, &cookies);
	if (cookies.length > 0)
		exchange->write(exchange->context, scop_buffer_str(&cookies), cookies.length);
	if (timing)
		exchange->write(exchange->context, timing, strlen(timing));
	exchange->write(exchange->context, bytes->string, bytes->length);
}

int
scop_serve(struct scop_app *app, struct scop_arena *arena, const struct scop_site *site,
    const struct scop_exchange *exchange)
{
	static const struct scop_site nobody = { .tenant_name = "",
		.title = "Scopiton",
		.zone = "UTC",
		.country = "",
		.currency = "EUR",
		.role = "",
		.database = "",
		.socle = "" };
	struct scop_request *req = scop_request_new(app, arena, site ? site : &nobody);
	struct scop_answer answer;
	const struct scop_value *bytes = NULL;
	char context[200];

	const bool ok = scop_serve_read_head(req, exchange);
	if (app->trace)
		scop_trace_begin(app->trace, req->host);
	snprintf(context, sizeof context, "request=%s tenant=%s path=%.80s", req->id,
	    req->site.tenant_name, req->path);
	scop_log_context(context);

	if (ok)
		bytes = serve_site(req, exchange, site != NULL, &answer);
	else
		scop_answer_error(req, &answer, 400, NULL);
	if (!bytes)
		bytes = scop_answer_bytes(req, &answer);
	send_answer(req, exchange, bytes);
	const int status = bytes->length > 11 ? atoi(bytes->string + strlen("Status: ")) : 500;
	if (app->trace && app->trace->on)
		scop_traces_keep(req, NULL, scop_arena_printf(arena, "%d", status));
	if (exchange->see)
		exchange->see(exchange->context, req);
	scop_log_context("");
	return status;
}
