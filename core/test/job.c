/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs jobs as a job worker does for the dispatcher; calls to other systems get the answers set by
 * the test. */
#include <string.h>

#include "test/test.h"

#include "http/out.h"
#include "queue/work.h"

enum { RUNS_MAX = 1000 };

/* ---- other systems ---- */

static bool
prepare(const struct scop_out_settings *settings, char *ret_error, size_t size)
{
	(void)settings;
	(void)ret_error;
	(void)size;
	return true;
}

static const struct scop_value *
plain_or_null(struct scop_test *test, const struct scop_value *value)
{
	return value ? scop_value_bytes(test->arena,
			   scop_arena_bytes(test->arena, scop_as_text(value), scop_size(value)),
			   scop_size(value))
		     : scop_value_null();
}

static void
note_call(struct scop_test *test, const struct scop_http *ask)
{
	struct scop_map_maker call;

	scop_map_init(&call, test->arena);
	scop_map_put_text(&call, "method", ask->method ? ask->method : "GET");
	scop_map_put(&call, "url", plain_or_null(test, ask->url));
	scop_map_put(&call, "body", plain_or_null(test, ask->body));
	scop_list_add(&test->calls, scop_map_value(&call));
}

static const struct scop_value *
call(struct scop_request *req, const struct scop_http *ask, const char **ret_error)
{
	struct scop_test *test = req->exchange->context;
	struct scop_map_maker answer, headers;

	note_call(test, ask);
	*ret_error = "the test has no answer for this call";
	if (test->reply_next == test->reply_count)
		return NULL;
	const struct scop_test_reply *reply = &test->replies[test->reply_next++];
	*ret_error = reply->status ? "" : reply->body;
	if (!reply->status)
		return NULL;
	scop_map_init(&headers, req->arena);
	scop_map_init(&answer, req->arena);
	scop_map_put(&answer, "status", scop_value_int(req->arena, reply->status));
	scop_map_put_text(&answer, "type", reply->type);
	scop_map_put_text(&answer, "body", reply->body);
	scop_map_put(&answer, "url", ask->url);
	scop_map_put(&answer, "headers", scop_map_value(&headers));
	return scop_map_value(&answer);
}

const struct scop_out scop_test_out = { prepare, call };

void
scop_test_http(struct scop_test *test, int status, const char *type, const char *body)
{
	if (test->reply_count == SCOP_TEST_ANSWERS)
		fail_msg("more than %d answers of other systems", SCOP_TEST_ANSWERS);
	test->replies[test->reply_count++] =
	    (struct scop_test_reply){ status, scop_arena_text(test->arena, type ? type : ""),
		    scop_arena_text(test->arena, body ? body : "") };
}

const struct scop_value *
scop_test_calls(const struct scop_test *test)
{
	return scop_list_value(&test->calls);
}

/* ---- one job ---- */

/* The last line sent by the job worker, without its line end. */
static const char *
last_line(struct scop_test *test)
{
	const char *at = scop_buffer_str(&test->sent), *last = at;

	for (; *at; at += strcspn(at, "\n") + 1)
		last = at;
	size_t length = strcspn(last, "\n");
	while (length > 0 && last[length - 1] == ' ')
		length--;
	return scop_arena_printf(test->arena, "%.*s", (int)length, last);
}

const char *
scop_test_job(struct scop_test *test, const char *job, const char *body)
{
	const char *text = body ? body : "{}";

	scop_test_param(test, "JOB", job);
	if (!scop_test_find(&test->params, "ENTRY"))
		scop_test_param(test, "ENTRY",
		    scop_arena_printf(test->arena, "%u", 1000000000u + ++test->entries));
	if (!scop_test_find(&test->params, "TRIES"))
		scop_test_param(test, "TRIES", "1");
	test->site.portal = false;
	test->head = test->page = "";
	const struct scop_exchange exchange = scop_test_exchange(test, text, strlen(text));
	scop_serve_job(&test->app, test->arena, &test->site, &exchange);
	scop_test_said(test);
	return last_line(test);
}

/* ---- the queue ---- */

static const struct scop_value *
next_due(struct scop_test *test)
{
	return scop_at(scop_test_sql(test,
			   "SELECT CAST(id AS SIGNED) AS id, name, body FROM queue.outbox WHERE "
			   "role = '%s' AND NOT is_event AND run_at <= UTC_TIMESTAMP(3) "
			   "ORDER BY run_at, id LIMIT 1",
			   test->site.role),
	    0);
}

size_t
scop_test_run_queue(struct scop_test *test)
{
	const struct scop_value *entry;
	size_t count = 0;

	for (; (entry = next_due(test)); count++) {
		const char *id =
		    scop_arena_printf(test->arena, "%lld", (long long)scop_int(entry, "id"));

		if (count == RUNS_MAX)
			fail_msg("after %d jobs more are due", RUNS_MAX);
		scop_test_param(test, "ENTRY", id);
		const char *end =
		    scop_test_job(test, scop_text(entry, "name"), scop_text(entry, "body"));
		if (strcmp(end, "done") != 0)
			fail_msg("job '%s': %s", scop_text(entry, "name"), end);
		scop_test_sql(test, "DELETE FROM queue.outbox WHERE id = %s", id);
	}
	return count;
}
