/* SPDX-License-Identifier: EUPL-1.2 */
/* Serves a request: see serve.h. Read downward: input, identity, route, the two methods, the
 * answer. */
#include "web/serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "web/answer.h"
#include "web/field.h"
#include "web/form.h"
#include "web/formkey.h"
#include "web/route.h"
#include "web/session.h"
#include "web/trace.h"
#include "web/traces.h"

enum { GET_TRIES = 2, POST_TRIES = 5, PATH_MAX_BYTES = 2000 };

static const char *
param(const struct scop_exchange *exchange, const char *name)
{
	const char *value = exchange->param(exchange->context, name);

	return value ? value : "";
}

static bool
read_head(struct scop_request *req, const struct scop_exchange *exchange)
{
	req->method = param(exchange, "REQUEST_METHOD");
	req->head = strcmp(req->method, "HEAD") == 0;
	if (req->head)
		req->method = "GET";
	/* as nginx chose the pool by it, which may not be what the header says */
	req->host = param(exchange, "HOST");
	req->authority = param(exchange, "HTTP_HOST");
	const size_t host_length = strlen(req->host);
	if (strncasecmp(req->authority, req->host, host_length) != 0 ||
	    (req->authority[host_length] && req->authority[host_length] != ':'))
		req->authority = req->host;
	req->path = param(exchange, "DOCUMENT_URI");
	req->query = param(exchange, "QUERY_STRING");
	req->id = param(exchange, "REQUEST_ID");
	req->cookie = param(exchange, "HTTP_COOKIE");
	req->accept = param(exchange, "HTTP_ACCEPT");
	req->if_none_match = param(exchange, "HTTP_IF_NONE_MATCH");
	req->authorization = param(exchange, "HTTP_AUTHORIZATION");
	req->idempotency_key = param(exchange, "HTTP_IDEMPOTENCY_KEY");
	req->agent = param(exchange, "HTTP_USER_AGENT");
	req->origin = param(exchange, "HTTP_ORIGIN");
	req->sender = param(exchange, "REMOTE_ADDR");
	req->fetch_site = param(exchange, "HTTP_SEC_FETCH_SITE");
	req->htmx = strcmp(param(exchange, "HTTP_HX_REQUEST"), "true") == 0;
	req->stored = strcmp(param(exchange, "STORED"), "1") == 0;
	req->closed = strcmp(param(exchange, "CLOSED"), "1") == 0;
	req->wants_json = strstr(req->accept, "application/json") ||
	    strstr(req->accept, "application/problem+json");
	req->inner_path = req->path;

	const size_t length = strlen(req->path);
	if (length == 0 || length > PATH_MAX_BYTES || req->path[0] != '/' ||
	    !scop_utf8_valid(req->path, length))
		return false;
	for (const char *c = req->path; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return true;
}

/* The first of the visitor's languages that is ours (RFC 9110, section 12.5.4; weights are in order
 * in practice). */
static enum scop_language
preferred_language(const char *accepted, enum scop_language otherwise)
{
	enum scop_language language = otherwise;

	for (const char *at = accepted; *at;) {
		at += strspn(at, " ,");
		if (scop_language_parse(at, strlen(at), &language))
			return language;
		at += strcspn(at, ",");
	}
	return otherwise;
}

static void
enter(struct scop_request *req, bool writable)
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
static void
answer_failure(struct scop_request *req, struct scop_answer *answer)
{
	log_failure(req);
	scop_answer_error(req, answer, failure_status(req),
	    req->app->development ? req->cause : NULL); /* to programs neither */
}

/* ---- the body ---- */

static void
unmap(void *thing)
{
	struct scop_file *map = thing;

	munmap((void *)(uintptr_t)map->data, map->size);
}

/* A body as one piece in a memory descriptor, so that uploads do not fill the arena. Status 0 when
 * all is well. */
static int
read_body(struct scop_request *req, const struct scop_exchange *exchange, const char **ret_body,
    size_t *ret_length)
{
	const char *announced = param(exchange, "CONTENT_LENGTH");
	char *end;
	const unsigned long long length = strtoull(announced, &end, 10);

	if (*end || strlen(announced) > 15 || announced[0] == '-')
		return 400;
	if (length > req->app->body_max)
		return 413;
	*ret_body = "";
	*ret_length = length;
	if (length == 0)
		return 0;

	const int fd = memfd_create("body", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)length) != 0)
		return fd < 0 ? 503 : (close(fd), 503);
	char *bytes = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (bytes == MAP_FAILED)
		return 503;
	struct scop_file *map = scop_arena_alloc(req->arena, sizeof *map);
	*map = (struct scop_file){ .data = bytes, .size = length };
	scop_arena_cleanup(req->arena, unmap, map);

	size_t got = 0;
	for (size_t step = 1; step > 0 && got < length; got += step)
		step = exchange->read(exchange->context, bytes + got, length - got);
	*ret_body = bytes;
	return got == length ? 0 : 400; /* a body cut short never reaches the handler */
}

static bool
is_type(const char *type, const char *wanted)
{
	const size_t length = strlen(wanted);

	return strncasecmp(type, wanted, length) == 0 &&
	    (!type[length] || strchr("; ", type[length]));
}

static int
read_form(struct scop_request *req, const struct scop_exchange *exchange, struct scop_error *err)
{
	const char *type = param(exchange, "CONTENT_TYPE"), *body;
	size_t length;
	const int status = read_body(req, exchange, &body, &length);

	if (status == 413)
		scop_error_set(err, "the body is larger than %llu bytes",
		    (unsigned long long)req->app->body_max);
	if (status)
		return status;
	if (is_type(type, "multipart/form-data"))
		return scop_form_multipart(req->pairs, req->arena, type, body, length, err) ? 0
											    : 400;
	if (is_type(type, "application/json")) {
		req->json_body = true;
		return scop_form_json(req->pairs, req->arena, body, length, req->site.currency, err)
		    ? 0
		    : 400;
	}
	if (length == 0 || is_type(type, "application/x-www-form-urlencoded"))
		return scop_form_urlencoded(req->pairs, req->arena, body, length, err) ? 0 : 400;
	scop_error_set(err, "the content type is neither a form's nor JSON");
	return 400;
}

/* ---- GET ---- */

static void
run_get(struct scop_request *req, void (*handle)(struct scop_request *))
{
	enter(req, false);
	for (int i = 0; i < GET_TRIES; i++) {
		req->failed = false;
		req->answer = ANSWER_NONE;
		scop_map_init(&req->model, req->arena);
		handle(req);
		if (!req->failed || req->failure == SCOP_DB_FAILED)
			return;
	}
}

static void
build_or_fail(struct scop_request *req, struct scop_answer *answer, int status)
{
	struct scop_error err;

	if (!scop_answer_build(req, answer, status, &err)) {
		scop_request_fail(req, SCOP_DB_FAILED, err.text);
		answer_failure(req, answer);
	}
}

static void
serve_get(struct scop_request *req, struct scop_answer *answer)
{
	scop_fields_check(req, req->route->fields);
	if (req->rejected) {
		scop_answer_error(req, answer, 400, NULL);
		return;
	}
	run_get(req, req->route->handle);
	if (req->failed)
		answer_failure(req, answer);
	else
		build_or_fail(req, answer, 200);
}

/* ---- POST ---- */

static const struct scop_statement key_claim = { "form_key_claim",
	"INSERT INTO scop_form_key (nonce, route) VALUES (UNHEX(?), ?)", 2, 1 };
static const struct scop_statement key_store = { "form_key_store",
	"UPDATE scop_form_key SET answer = ?, answer_until = IF(?, UTC_TIMESTAMP() + INTERVAL 1 "
	"HOUR, NULL) WHERE nonce = UNHEX(?)",
	3, 1 };
static const struct scop_statement key_find = { "form_key_find",
	"SELECT route, answer FROM scop_form_key WHERE nonce = UNHEX(?)", 1, 0 };

static const char *
posted_key(const struct scop_request *req)
{
	for (size_t i = 0; i < req->pairs->count; i++)
		if (strcmp(req->pairs->pair[i].name, "_key") == 0)
			return req->pairs->pair[i].value;
	return "";
}

static bool
from_elsewhere(const struct scop_request *req)
{
	const char *scheme_end = strstr(req->origin, "://");
	const char *host = scheme_end ? scheme_end + 3 : "";

	if (strcmp(req->fetch_site, "cross-site") == 0)
		return true;
	/* "null" is the origin of a sandboxed frame: not ours. */
	return req->origin[0] && strcasecmp(host, req->authority) != 0;
}

/* Draws the form again, with the input and its errors. */
static void
draw_form_again(struct scop_request *req, struct scop_answer *answer)
{
	const struct scop_list_maker errors = req->errors;
	const struct scop_map_maker error_by_field = req->error_by_field;

	scop_buffer_init(&req->cookies, req->arena); /* of a run that was rolled back */
	if (req->wants_json || !req->route->form) {
		scop_answer_error(req, answer, 422, NULL);
		return;
	}
	run_get(req, req->route->form);
	req->errors = errors;
	req->error_by_field = error_by_field;
	if (req->failed)
		answer_failure(req, answer);
	else
		build_or_fail(req, answer, req->answer == ANSWER_NOT_FOUND ? 404 : 422);
}

/* A button only asks for the form with the input: nothing is checked and nothing done. */
static void
redraw(struct scop_request *req, struct scop_answer *answer)
{
	scop_request_rewind(req); /* what the fields' check found is no mistake yet */
	scop_fields_full(req);
	run_get(req, req->route->form);
	if (req->failed)
		answer_failure(req, answer);
	else
		build_or_fail(req, answer, req->answer == ANSWER_NOT_FOUND ? 404 : 200);
}

/* The stored answer of a form that was posted before. */
static const struct scop_value *
first_answer(struct scop_request *req, const char *nonce)
{
	const struct scop_value *row;

	enter(req, false);
	row =
	    scop_row(req, (struct scop_query){ &key_find, { scop_value_text(req->arena, nonce) } });
	if (strcmp(scop_text(row, "route"), req->route->path) != 0)
		return NULL;
	const struct scop_value *answer = scop_get(row, "answer");
	return scop_type(answer) == SCOP_STRING ? answer : NULL;
}

enum run { RUN_DONE, RUN_AGAIN, RUN_REPEATED, RUN_REJECTED, RUN_FAILED };

/* Claims the key, whose unique index tells a form that was posted before. */
static void
claim_key(struct scop_request *req, const char *nonce, bool *ret_repeated)
{
	*ret_repeated = false;
	if (nonce)
		scop_write_unique(req,
		    (struct scop_query){ &key_claim,
			{ scop_value_text(req->arena, nonce),
			    scop_value_text(req->arena, req->route->path) } },
		    ret_repeated);
}

/* A page is kept for an hour only: it may show persons, and anybody can have one made and stored. A
 * redirect, and what a program with a key of its own got, stay as long as the key. */
static void
store_answer(struct scop_request *req, const char *nonce, const struct scop_value *bytes)
{
	const bool is_page = req->answer != ANSWER_REDIRECT && !req->by_key;

	if (nonce && !req->shown_once)
		scop_write(req,
		    (struct scop_query){ &key_store,
			{ bytes, scop_value_bool(req->arena, is_page),
			    scop_value_text(req->arena, nonce) } });
}

static enum run
run_that_failed(const struct scop_request *req)
{
	return req->failure == SCOP_DB_FAILED ? RUN_FAILED : RUN_AGAIN;
}

/* Without a key nothing shows whether a commit whose answer was lost took effect: it is not run
 * again. */
static enum run
commit_post(struct scop_request *req, const char *nonce)
{
	struct scop_db *db = req->app->db;
	const enum scop_db_status status = req->failed ? SCOP_DB_OK : scop_db_commit(db);

	if (status != SCOP_DB_OK)
		scop_request_fail(req, status, scop_db_error(db));
	if (!req->failed)
		return RUN_DONE;
	scop_db_rollback(db);
	return !nonce && status == SCOP_DB_LOST ? RUN_FAILED : run_that_failed(req);
}

/* One run in one transaction. RUN_DONE: committed, and `ret_bytes` is what was stored as the key's
 * answer. `nonce` is the key's random part; NULL for none. */
static enum run
run_post(struct scop_request *req, const char *nonce, const struct scop_value **ret_bytes)
{
	struct scop_db *db = req->app->db;
	struct scop_answer answer;
	struct scop_error err;
	bool repeated;

	enter(req, true);
	const enum scop_db_status status = scop_db_begin(db);
	if (status != SCOP_DB_OK)
		scop_request_fail(req, status, scop_db_error(db));
	claim_key(req, nonce, &repeated);
	if (!req->failed && !repeated)
		req->route->handle(req);
	if (!req->failed && !repeated && !req->rejected) {
		if (!scop_answer_build(req, &answer, 200, &err))
			scop_request_fail(req, SCOP_DB_FAILED, err.text);
	}
	if (req->failed || repeated || req->rejected || req->answer == ANSWER_NOT_FOUND) {
		scop_db_rollback(db);
		if (!req->failed && !repeated && !req->rejected)
			*ret_bytes = scop_answer_bytes(req, &answer);
		return req->failed  ? run_that_failed(req)
		    : repeated      ? RUN_REPEATED
		    : req->rejected ? RUN_REJECTED
				    : RUN_DONE;
	}
	*ret_bytes = scop_answer_bytes(req, &answer);
	store_answer(req, nonce, *ret_bytes);
	return commit_post(req, nonce);
}

/* A program can make a request idempotent with the header Idempotency-Key: a repetition gets the
 * first one's answer again. NULL without it: each request counts as new, and its answer is not
 * stored. */
static const char *
key_of_program(struct scop_request *req)
{
	const char *key = req->idempotency_key;

	if (!key[0])
		return NULL;
	const struct scop_value *text = scop_value_text(req->arena,
	    scop_arena_printf(req->arena, "%s %s %s", req->authorization, req->inner_path, key));
	return scop_arena_printf(req->arena, "%.32s", scop_as_text(scop_hash(req, text)));
}

static const struct scop_value *
transact(struct scop_request *req, const char *nonce, struct scop_answer *answer)
{
	const struct scop_value *bytes = NULL;
	enum run run = RUN_AGAIN;

	/* After a lost connection too: the key tells whether the first try was committed. */
	for (int try = 0; try < POST_TRIES && run == RUN_AGAIN; try++) {
		if (try > 0)
			scop_rest(try);
		scop_request_rewind(req);
		run = run_post(req, nonce, &bytes);
	}
	switch (run) {
	case RUN_DONE:
		scop_wake_services(req);
		return bytes;
	case RUN_REPEATED:
		bytes = first_answer(req, nonce);
		if (bytes)
			return bytes;
		if (req->failed) /* it was posted before, and MariaDB does not say how it went */
			answer_failure(req, answer);
		else
			scop_answer_error(req, answer, 409, NULL);
		return NULL;
	case RUN_REJECTED:
		draw_form_again(req, answer);
		return NULL;
	default:
		answer_failure(req, answer);
		return NULL;
	}
}

/* Returns the stored bytes to send, or NULL when `answer` holds the answer. */
static const struct scop_value *
serve_post(struct scop_request *req, const struct scop_exchange *exchange,
    struct scop_answer *answer)
{
	struct scop_error err = { .text = "" };
	const char *nonce;

	req->pairs = scop_arena_alloc(req->arena, sizeof *req->pairs);
	const int status = read_form(req, exchange, &err);

	if (status) {
		scop_answer_error(req, answer, status, err.text[0] ? err.text : NULL);
		return NULL;
	}
	if (from_elsewhere(req)) {
		scop_answer_foreign(req, answer);
		return NULL;
	}
	if (req->by_key) {
		nonce = key_of_program(req);
	} else if (!scop_form_key_check(req, req->route->path, posted_key(req), &nonce)) {
		scop_answer_error(req, answer, 409, NULL);
		return NULL;
	}
	scop_fields_check(req, req->route->fields);
	if (scop_fields_only_redraw(req)) {
		redraw(req, answer);
		return NULL;
	}
	if (req->rejected) {
		draw_form_again(req, answer);
		return NULL;
	}
	return transact(req, nonce, answer);
}

/* ---- the whole ---- */

static bool
may_enter(struct scop_request *req, struct scop_answer *answer)
{
	if (!req->site.portal || req->route->open || req->stored)
		return true;
	if (!req->member) {
		scop_answer_error(req, answer, 401, NULL);
		return false;
	}
	if (scop_session_may(req, req->route->permission))
		return true;
	scop_answer_error(req, answer, 403, NULL);
	return false;
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

/* Finds the route and serves it. Returns stored bytes to send, or NULL when `answer` holds the
 * answer. */
static const struct scop_value *
serve_route(struct scop_request *req, const struct scop_exchange *exchange,
    struct scop_answer *answer)
{
	struct scop_error err;
	bool other_method;

	enter(req, false);
	if (req->site.portal && !req->stored)
		scop_session_load(req);
	if (req->failed) {
		answer_failure(req, answer);
		return NULL;
	}
	req->route = scop_route_find(req, &other_method);
	if (!req->route) {
		scop_answer_error(req, answer, other_method ? 405 : 404, NULL);
		if (other_method)
			scop_answer_header(answer, "Allow", scop_route_methods(req));
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
		return serve_post(req, exchange, answer);
	if (!req->site.portal && !req->language_in_path && !req->wants_json && !req->stored &&
	    req->route->name) {
		redirect_to_language(req, answer);
		return NULL;
	}
	if (req->query[0])
		req->pairs = scop_arena_alloc(req->arena, sizeof *req->pairs);
	if (!scop_form_urlencoded(req->pairs, req->arena, req->query, strlen(req->query), &err))
		scop_answer_error(req, answer, 400, err.text);
	else
		serve_get(req, answer);
	return NULL;
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

	const bool ok = read_head(req, exchange);
	if (app->trace)
		scop_trace_begin(app->trace, req->host);
	snprintf(context, sizeof context, "request=%s tenant=%s path=%.80s", req->id,
	    req->site.tenant_name, req->path);
	scop_log_context(context);

	req->locale.language =
	    preferred_language(param(exchange, "HTTP_ACCEPT_LANGUAGE"), req->locale.language);
	if (!ok) {
		scop_answer_error(req, &answer, 400, NULL);
	} else if (!site) {
		scop_answer_error(req, &answer, 404, NULL);
	} else if (req->closed) {
		scop_route_strip(req);
		scop_answer_closed(req, &answer);
	} else if (site->frozen) {
		scop_answer_error(req, &answer, 503, NULL);
	} else {
		scop_route_strip(req);
		if (scop_traces_asked(req))
			scop_traces_answer(req, &answer);
		else
			bytes = serve_route(req, exchange, &answer);
	}
	if (!bytes)
		bytes = scop_answer_bytes(req, &answer);
	/* Cookies are only for the first sender, and their secrets must not be stored: they precede
	 * the part that may be stored. */
	if (req->cookies.length > 0)
		exchange->write(exchange->context, scop_buffer_str(&req->cookies),
		    req->cookies.length);
	const char *timing = scop_trace_header(req);
	if (timing)
		exchange->write(exchange->context, timing, strlen(timing));
	exchange->write(exchange->context, bytes->string, bytes->length);
	const int status = bytes->length > 11 ? atoi(bytes->string + strlen("Status: ")) : 500;
	scop_traces_keep(req, NULL, scop_arena_printf(arena, "%d", status));
	if (exchange->see)
		exchange->see(exchange->context, req);
	scop_log_context("");
	return status;
}
