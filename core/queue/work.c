/* SPDX-License-Identifier: EUPL-1.2 */
/* Background work: enqueuing it in a request's transaction, and running it in a job's. See
 * scopiton/work.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "queue/work.h"

#include "base/json.h"
#include "base/log.h"
#include "data/statements.h"
#include "queue/command.h"
#include "queue/queue.h"
#include "scopiton/portal.h"
#include "web/request.h"
#include "web/serve.h"
#include "web/trace.h"
#include "web/traces.h"

enum { ONCE_MAX = 100, TRIES = 10, RUNS = 5 };

/* ---- enqueuing ---- */

SCOP_HOST_STATEMENT(put_entry, "queue_put",
    "INSERT INTO queue.outbox (is_event, name, once, body, run_at) "
    "VALUES (?, ?, ?, ?, COALESCE(?, UTC_TIMESTAMP(3)))",
    5, 1);

static void
put(struct scop_request *req, bool is_event, const char *name, const char *once,
    const struct scop_value *body, const struct scop_value *at)
{
	struct scop_buffer text;
	bool there_already;

	scop_buffer_init(&text, req->arena);
	if (body)
		scop_json_print(&text, body);
	else
		scop_buffer_text(&text, "{}");
	if (text.length > SCOP_QUEUE_BODY_MAX || (once && (!once[0] || strlen(once) > ONCE_MAX))) {
		scop_request_fail(req, SCOP_DB_FAILED,
		    scop_arena_printf(req->arena,
			"'%s' is enqueued with a body of %zu bytes or a 'once' of %zu; the limits "
			"are %d and %d",
			name, text.length, once ? strlen(once) : 0, SCOP_QUEUE_BODY_MAX, ONCE_MAX));
		return;
	}
	scop_write_unique(req,
	    (struct scop_query){ &put_entry,
		{ scop_value_int(req->arena, is_event), scop_value_text(req->arena, name),
		    once ? scop_value_text(req->arena, once) : NULL,
		    scop_value_bytes(req->arena, text.data, text.length), at } },
	    &there_already);
	req->queued = true;
}

static const struct scop_job *
find_job(const struct scop_app *app, const char *name)
{
	for (const struct scop_job *job = app->module->jobs; job && job->name; job++)
		if (strcmp(job->name, name) == 0)
			return job;
	return NULL;
}

void
scop_enqueue_at(struct scop_request *req, const char *job, const struct scop_value *body,
    const struct scop_value *at, const char *once)
{
	if (!find_job(req->app, job))
		scop_request_fail(req, SCOP_DB_FAILED,
		    scop_arena_printf(req->arena, "the module has no job '%s'", job));
	else
		put(req, false, job, once, body, at);
}

void
scop_enqueue(struct scop_request *req, const char *job, const struct scop_value *body)
{
	scop_enqueue_at(req, job, body, NULL, NULL);
}

void
scop_emit(struct scop_request *req, const char *event, const struct scop_value *body)
{
	put(req, true, event, NULL, body, NULL);
}

void
scop_send_command(struct scop_request *req, const struct scop_command *command,
    const struct scop_value *const *values)
{
	const char *mistake;
	const struct scop_value *body = scop_command_write(req->arena, command, values, &mistake);

	if (body)
		put(req, true, command->name, NULL, body, NULL);
	else
		scop_request_fail(req, SCOP_DB_FAILED, mistake);
}

SCOP_HOST_STATEMENT(order_job, "job_order",
    "INSERT INTO queue.job_order (entry, verb) VALUES (?, ?)", 2, 1);

void
scop_order_job(struct scop_request *req, const struct scop_value *job, const char *verb)
{
	scop_write(req,
	    (struct scop_query){ &order_job, { job, scop_value_text(req->arena, verb) } });
	req->queued = true;
}

/* ---- in a job ---- */

const char *
scop_sender(const struct scop_request *req)
{
	return req->job_sender ? req->job_sender : "";
}

const struct scop_value *
scop_body(const struct scop_request *req)
{
	return req->job_body;
}

unsigned
scop_tries(const struct scop_request *req)
{
	return req->tries;
}

static void
set_cause(struct scop_request *req, const char *format, va_list args)
{
	if (!req->failed)
		vsnprintf(req->cause, sizeof req->cause, format, args);
}

enum scop_job_result
scop_retry(struct scop_request *req, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_cause(req, format, args);
	va_end(args);
	return SCOP_JOB_RETRY;
}

enum scop_job_result
scop_give_up(struct scop_request *req, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_cause(req, format, args);
	va_end(args);
	return SCOP_JOB_FAILED;
}

static void
say(struct scop_request *req, const char *line)
{
	if (!req->exchange)
		return;
	req->exchange->write(req->exchange->context, line, strlen(line));
	req->exchange->flush(req->exchange->context);
}

void
scop_progress(struct scop_request *req, uint32_t done, uint32_t total)
{
	say(req, scop_arena_printf(req->arena, "progress %u %u\n", done, total));
}

bool
scop_cancelled(struct scop_request *req)
{
	return req->exchange && req->exchange->gone(req->exchange->context);
}

/* ---- running a job ---- */

SCOP_HOST_STATEMENT(job_claim, "job_claim", "INSERT INTO scop_job_done (entry) VALUES (?)", 1, 1);
enum outcome { JOB_DONE, JOB_AGAIN, JOB_DEAD, JOB_COLLIDED, JOB_SUSPENDED };

/* Runs the job once, in one transaction whose first write shows whether an earlier delivery has
 * taken effect.
 */
static enum outcome
run(struct scop_request *req, const struct scop_job *job, const char *entry)
{
	struct scop_db *db = req->app->db;
	bool repeated = false;

	scop_db_enter(db, req->site.role, req->site.database, req->site.socle, req->site.epoch,
	    true);
	scop_db_currency(db, req->site.currency);
	enum scop_db_status status = scop_db_begin(db);
	if (status != SCOP_DB_OK)
		scop_request_fail(req, status, scop_db_error(db));
	scop_write_unique(req,
	    (struct scop_query){ &job_claim, { scop_value_text(req->arena, entry) } }, &repeated);
	const enum scop_job_result result =
	    req->failed || repeated ? SCOP_JOB_RETRY : job->handle(req);
	const bool cancelled = result == SCOP_JOB_DONE && scop_cancelled(req);
	if (result == SCOP_JOB_DONE && !cancelled && !req->failed) {
		status = scop_db_commit(db);
		if (status == SCOP_DB_OK)
			return JOB_DONE;
		scop_request_fail(req, status, scop_db_error(db));
	}
	scop_db_rollback(db);
	if (repeated)
		return JOB_DONE;
	if (req->failed)
		return req->failure == SCOP_DB_FAILED ? JOB_AGAIN : JOB_COLLIDED;
	if (cancelled)
		snprintf(req->cause, sizeof req->cause, "cancelled");
	return result == SCOP_JOB_FAILED ? JOB_DEAD : JOB_AGAIN;
}

static enum outcome
run_until_settled(struct scop_request *req, const struct scop_job *job, const char *entry)
{
	enum outcome outcome = JOB_COLLIDED;

	for (int i = 0; i < RUNS && outcome == JOB_COLLIDED; i++) {
		if (i > 0)
			scop_rest(i);
		scop_request_rewind(req);
		outcome = run(req, job, entry);
	}
	if (req->failed)
		scop_log_line(SCOP_LOG_ERROR, "job failed: %s", req->cause);
	return outcome == JOB_COLLIDED ? JOB_AGAIN : outcome;
}

static const struct scop_value *
read_json(struct scop_request *req, const struct scop_exchange *exchange, struct scop_error *err)
{
	struct scop_buffer text;
	char bytes[4096];

	scop_buffer_init(&text, req->arena);
	for (size_t got; text.length <= SCOP_QUEUE_BODY_MAX &&
	     (got = exchange->read(exchange->context, bytes, sizeof bytes)) > 0;)
		scop_buffer_add(&text, bytes, got);
	return scop_json_parse(req->arena, scop_buffer_str(&text), text.length, err);
}

static const char *
param(const struct scop_exchange *exchange, const char *name)
{
	const char *value = exchange->param(exchange->context, name);

	return value ? value : "";
}

/* The portal shows the cause on one line. */
static const char *
one_line(struct scop_request *req, const char *cause)
{
	char *line = scop_arena_text(req->arena, cause);

	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20)
			*c = ' ';
	return line;
}

static const char *const outcome_words[] = { "done", "again", "dead", "again", "suspended" };

static void
answer(struct scop_request *req, enum outcome outcome, const char *cause)
{
	say(req,
	    scop_arena_printf(req->arena, "%s %s\n", outcome_words[outcome],
		outcome == JOB_DONE ? "" : one_line(req, cause)));
}

void
scop_serve_job(struct scop_app *app, struct scop_arena *arena, const struct scop_site *site,
    const struct scop_exchange *exchange)
{
	struct scop_request *req = scop_request_new(app, arena, site);
	const char *name = param(exchange, "JOB"), *entry = param(exchange, "ENTRY");
	const struct scop_job *job = find_job(app, name);
	struct scop_error err;

	if (app->trace)
		scop_trace_begin(app->trace, site->host);
	req->exchange = exchange;
	req->id = entry;
	req->tries = (unsigned)atoi(param(exchange, "TRIES"));
	req->job_sender = param(exchange, "SENDER");
	scop_log_context(
	    scop_arena_printf(arena, "job=%s entry=%s tenant=%s", name, entry, site->tenant_name));
	if (!job) {
		answer(req, JOB_DEAD, SCOP_TEXT("the module has no such job"));
	} else if (exchange->route &&
	    !exchange->route(exchange->context, (unsigned)(job - app->module->jobs))) {
		answer(req, JOB_SUSPENDED,
		    SCOP_TEXT("the job is suspended, because most of its last runs crashed"));
	} else if (!(req->job_body = read_json(req, exchange, &err)) ||
	    (job->accepts &&
		!(req->job_body = scop_command_read(arena, job->accepts, req->job_body, &err)))) {
		answer(req, JOB_DEAD, err.text);
	} else {
		enum outcome outcome = run_until_settled(req, job, entry);

		if (outcome == JOB_AGAIN && (!req->failed || req->failure == SCOP_DB_FAILED) &&
		    req->tries >= (job->tries > 0 ? job->tries : TRIES))
			outcome = JOB_DEAD;
		if (outcome == JOB_DONE)
			scop_wake_services(req);
		scop_traces_keep(req, name, outcome_words[outcome]);
		answer(req, outcome,
		    req->cause[0] ? req->cause : SCOP_TEXT("the job gave no reason"));
	}
	if (exchange->see)
		exchange->see(exchange->context, req);
	scop_log_context("");
}
