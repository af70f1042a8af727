/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Serves a POST: reads the form, claims its key, and runs the handler in one transaction, which
 * stores the answer with the key. A form that is posted twice gets the first answer.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "web/serve_private.h"

#include "data/statements.h"
#include "web/field.h"
#include "web/form.h"
#include "web/formkey.h"

enum { POST_TRIES = 5, CHECK_TRIES = 2 };

SCOP_HOST_STATEMENT(key_claim, "form_key_claim",
    "INSERT INTO scop_form_key (nonce, route) VALUES (UNHEX(?), ?)", 2, 1);
SCOP_HOST_STATEMENT(key_store, "form_key_store",
    "UPDATE scop_form_key SET answer = ?, answer_until = IF(?, UTC_TIMESTAMP() + INTERVAL 1 "
    "HOUR, NULL) WHERE nonce = UNHEX(?)",
    3, 1);
SCOP_HOST_STATEMENT(key_find, "form_key_find",
    "SELECT route, answer FROM scop_form_key WHERE nonce = UNHEX(?)", 1, 0);

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
	/* "null" is the origin of a sandboxed frame, so never this site. */
	return req->origin[0] && strcasecmp(host, req->authority) != 0;
}

/* Draws the form again, with the input and its errors. */
static void
draw_form_again(struct scop_request *req, struct scop_answer *answer)
{
	const struct scop_list_maker errors = req->errors;
	const struct scop_map_maker error_by_field = req->error_by_field;

	memset(req->cookies, 0, sizeof req->cookies); /* of a run that was rolled back */
	if (req->wants_json || !req->route->form) {
		scop_answer_error(req, answer, 422, NULL);
		return;
	}
	scop_serve_run_get(req, req->route->form);
	req->errors = errors;
	req->error_by_field = error_by_field;
	if (req->failed)
		scop_serve_failure(req, answer);
	else
		scop_serve_build(req, answer, req->answer == ANSWER_NOT_FOUND ? 404 : 422);
}

/* Adds the errors of the route's own check to those of its fields; once more after a lost
 * connection. */
static void
run_check(struct scop_request *req)
{
	const struct scop_list_maker errors = req->errors;
	const struct scop_map_maker error_by_field = req->error_by_field;
	const bool rejected = req->rejected;

	for (int i = 0; req->route->check && i < CHECK_TRIES; i++) {
		req->failed = false;
		req->errors = errors;
		req->error_by_field = error_by_field;
		req->rejected = rejected;
		req->route->check(req);
		if (!req->failed || req->failure == SCOP_DB_FAILED)
			return;
	}
}

/* Handles a button that only redraws the form with the input: nothing is validated or saved. */
static void
redraw(struct scop_request *req, struct scop_answer *answer)
{
	scop_request_rewind(req); /* errors found by the validation do not count yet */
	scop_fields_full(req);
	scop_serve_run_get(req, req->route->form);
	if (req->failed)
		scop_serve_failure(req, answer);
	else
		scop_serve_build(req, answer, req->answer == ANSWER_NOT_FOUND ? 404 : 200);
}

/* The stored answer of a form that was posted before. */
static const struct scop_value *
first_answer(struct scop_request *req, const char *nonce)
{
	const struct scop_value *row;

	scop_serve_enter(req, false);
	row =
	    scop_row(req, (struct scop_query){ &key_find, { scop_value_text(req->arena, nonce) } });
	if (strcmp(scop_text(row, "route"), req->route->path) != 0)
		return NULL;
	const struct scop_value *answer = scop_get(row, "answer");
	return scop_type(answer) == SCOP_STRING ? answer : NULL;
}

enum run { RUN_DONE, RUN_AGAIN, RUN_REPEATED, RUN_REJECTED, RUN_FAILED };

/* Claims the key; its unique index detects a form that was posted before. */
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

/* A page is stored for only an hour: it may contain personal data, and anybody can cause one to be
 * stored. A redirect, or the answer to a program with an Idempotency-Key, is stored as long as the
 * key. */
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

/* Without a key nothing shows whether a commit whose reply was lost has taken effect, so the
 * handler is not run again. */
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

/* Runs the handler once, in one transaction. RUN_DONE: committed, and `ret_bytes` is the answer
 * stored with the key. `nonce` is the key's random part; NULL for none. */
static enum run
run_post(struct scop_request *req, const char *nonce, const struct scop_value **ret_bytes)
{
	struct scop_db *db = req->app->db;
	struct scop_answer answer;
	struct scop_error err;
	bool repeated;

	scop_serve_enter(req, true);
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

/* A program can make a request idempotent with the header Idempotency-Key: a repeated request gets
 * the first answer again. NULL without it: each request counts as new, and its answer is not
 * stored. */
static const char *
key_of_program(struct scop_request *req)
{
	const char *key = req->idempotency_key;

	if (!key[0])
		return NULL;
	const struct scop_value *text = scop_value_text(req->arena,
	    scop_arena_printf(req->arena, "%s %s %s", req->key, req->inner_path, key));
	return scop_arena_printf(req->arena, "%.32s", scop_as_text(scop_hash(req, text)));
}

static const struct scop_value *
transact(struct scop_request *req, const char *nonce, struct scop_answer *answer)
{
	const struct scop_value *bytes = NULL;
	enum run run = RUN_AGAIN;

	/* Also after a lost connection: the key shows whether the first try was committed. */
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
		if (req->failed) /* posted before, but the stored answer cannot be read */
			scop_serve_failure(req, answer);
		else
			scop_answer_error(req, answer, 409, NULL);
		return NULL;
	case RUN_REJECTED:
		draw_form_again(req, answer);
		return NULL;
	default:
		scop_serve_failure(req, answer);
		return NULL;
	}
}

/* Returns the stored bytes to send, or NULL when `answer` holds the answer. */
const struct scop_value *
scop_serve_post(struct scop_request *req, const struct scop_exchange *exchange,
    struct scop_answer *answer)
{
	struct scop_error err = { .text = "" };
	const char *nonce;

	req->pairs = scop_arena_alloc(req->arena, sizeof *req->pairs);
	const int status = scop_serve_read_form(req, exchange, &err);

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
	run_check(req);
	if (req->failed) {
		scop_serve_failure(req, answer);
		return NULL;
	}
	if (req->rejected) {
		draw_form_again(req, answer);
		return NULL;
	}
	return transact(req, nonce, answer);
}
