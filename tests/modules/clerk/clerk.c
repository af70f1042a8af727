/* SPDX-License-Identifier: EUPL-1.2 */
/* Jobs of every kind: done at the first try, at the third, never; slow, with progress; one that
 * crashes; one that enqueues more. */
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "names.h"

enum { STEPS = 60, STEP_NANOSECONDS = 100000000, FIRST_GOOD_TRY = 3 };

static enum scop_job_result
note_as(struct scop_request *req, const char *job)
{
	scop_write(req,
	    note_add(scop_make_text(req, "%s", job), scop_get(scop_body(req), "text"),
		scop_now(req)));
	return SCOP_JOB_DONE;
}

static enum scop_job_result
note(struct scop_request *req)
{
	return note_as(req, "note");
}

static enum scop_job_result
flaky(struct scop_request *req)
{
	note_as(req, "flaky"); /* undone with the try */
	return scop_tries(req) < FIRST_GOOD_TRY
	    ? scop_retry(req, "not yet, at try %u", scop_tries(req))
	    : SCOP_JOB_DONE;
}

static enum scop_job_result
never(struct scop_request *req)
{
	return scop_retry(req, "never\nin two lines");
}

static enum scop_job_result
hopeless(struct scop_request *req)
{
	return scop_give_up(req, "there is no sense in it");
}

static enum scop_job_result
slow(struct scop_request *req)
{
	for (uint32_t i = 0; i < STEPS && !scop_cancelled(req); i++) {
		scop_progress(req, i, STEPS);
		nanosleep(&(struct timespec){ 0, STEP_NANOSECONDS }, NULL);
	}
	return note_as(req, "slow");
}

static enum scop_job_result
crash(struct scop_request *req)
{
	note_as(req, "crash");
	if (scop_tries(req) == 1)
		raise(SIGSEGV);
	return SCOP_JOB_DONE;
}

static enum scop_job_result
chain(struct scop_request *req)
{
	note_as(req, "chain");
	scop_enqueue(req, "note", scop_body(req));
	scop_emit(req, "noted", scop_body(req));
	return SCOP_JOB_DONE;
}

static enum scop_job_result
tick(struct scop_request *req)
{
	scop_write(req,
	    note_add(scop_make_text(req, "tick"), scop_make_text(req, "by the clock"),
		scop_now(req)));
	return SCOP_JOB_DONE;
}

static const struct scop_job jobs[] = {
	{ .name = "note", .handle = note },
	{ .name = "flaky", .handle = flaky },
	{ .name = "never", .handle = never, .tries = 3 },
	{ .name = "hopeless", .handle = hopeless },
	{ .name = "slow", .handle = slow },
	{ .name = "crash", .handle = crash },
	{ .name = "chain", .handle = chain },
	{ .name = "tick", .handle = tick },
	{ .name = "nightly", .handle = tick },
	{ 0 },
};

/* ---- enqueuing them ---- */

static void
list(struct scop_request *req)
{
	scop_put(req, "notes", scop_rows(req, notes()));
	scop_view(req, &view_list);
}

static const struct scop_value *
body(struct scop_request *req)
{
	return scop_map_of(req, "text", scop_field(req, "text"), NULL);
}

static void
ask(struct scop_request *req)
{
	const int64_t delay = scop_as_int(scop_field(req, "delay")),
		      count = scop_as_int(scop_field(req, "count"));
	const char *job = scop_as_text(scop_field(req, "job")),
		   *once = scop_as_text(scop_field(req, "once"));

	for (int64_t i = 0; i < (count > 0 ? count : 1); i++)
		scop_enqueue_at(req, job, body(req), delay > 0 ? scop_from_now(req, delay) : NULL,
		    once[0] ? once : NULL);
	if (scop_as_bool(scop_field(req, "refuse"))) {
		scop_reject(req, "refuse", "Slow");
		return;
	}
	scop_redirect(req, "list", NULL);
}

static void
announce(struct scop_request *req)
{
	const char *event = scop_as_text(scop_field(req, "event")),
		   *text = scop_as_text(scop_field(req, "text"));
	const int64_t count = scop_as_int(scop_field(req, "count"));

	if (count == 0)
		scop_emit(req, event, body(req));
	for (int64_t i = 0; i < count; i++) /* each another one */
		scop_emit(req, event,
		    scop_map_of(req, "text", scop_make_text(req, "%s %lld", text, (long long)i),
			NULL));
	scop_redirect(req, "list", NULL);
}

static void
too_large(struct scop_request *req)
{
	static char text[20 << 20];

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = 'x';
	scop_enqueue(req, "note",
	    scop_map_of(req, "text", scop_make_bytes(req, text, sizeof text), NULL));
	scop_redirect(req, "list", NULL);
}

static const struct scop_field job_fields[] = {
	{ .name = "job", .type = SCOP_FIELD_TEXT, .required = true },
	{ .name = "text", .type = SCOP_FIELD_TEXT, .required = true },
	{ .name = "once", .type = SCOP_FIELD_TEXT },
	{ .name = "delay", .type = SCOP_FIELD_INT, .max = 100000 },
	{ .name = "count", .type = SCOP_FIELD_INT, .max = 1000 },
	{ .name = "refuse", .type = SCOP_FIELD_BOOL },
	{ 0 },
};

static const struct scop_field event_fields[] = {
	{ .name = "event", .type = SCOP_FIELD_TEXT, .required = true },
	{ .name = "text", .type = SCOP_FIELD_TEXT, .required = true },
	{ .name = "count", .type = SCOP_FIELD_INT, .max = 1000 },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "list", .handle = list, .api = true },
	{ .method = SCOP_POST,
	    .path = "/jobs",
	    .name = "ask",
	    .handle = ask,
	    .fields = job_fields,
	    .form = list },
	{ .method = SCOP_POST,
	    .path = "/events",
	    .name = "announce",
	    .handle = announce,
	    .fields = event_fields,
	    .form = list },
	{ .method = SCOP_POST, .path = "/large", .name = "large", .handle = too_large },
	{ 0 },
};

SCOP_MODULE(.routes = routes, .jobs = jobs);
