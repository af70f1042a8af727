/* SPDX-License-Identifier: EUPL-1.2 */
/* Kept traces: see traces.h. */
#include "web/traces.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/time.h"
#include "web/answer.h"
#include "web/request.h"
#include "web/trace.h"

static struct scop_traces *
kept_by(const struct scop_request *req)
{
	const struct scop_trace *trace = req->app->trace;

	return trace && trace->on ? trace->kept : NULL;
}

/* ---- writing ---- */

static void
copy_name(char *to, size_t size, const char *name)
{
	snprintf(to, size, "%s", name ? name : "");
}

static void
copy_statements(struct scop_kept_trace *kept, const struct scop_trace *trace)
{
	kept->count = trace->count < SCOP_TRACES_STATEMENTS ? trace->count : SCOP_TRACES_STATEMENTS;
	kept->left_out = trace->count - kept->count + trace->left_out;
	for (unsigned i = 0; i < kept->count; i++) {
		const struct scop_traced *traced = &trace->list[i];
		struct scop_kept_statement *statement = &kept->list[i];

		copy_name(statement->name, sizeof statement->name, traced->statement);
		statement->microseconds = (uint32_t)traced->microseconds;
		statement->rows = (uint32_t)traced->rows;
		statement->trip = (uint16_t)traced->trip;
		statement->failed = traced->failed;
	}
}

void
scop_traces_keep(struct scop_request *req, const char *job, const char *result)
{
	struct scop_traces *traces = kept_by(req);

	if (!traces)
		return;
	const struct scop_trace *trace = req->app->trace;
	const uint64_t number = atomic_fetch_add(&traces->next, 1) + 1;
	struct scop_kept_trace *kept = &traces->list[number % SCOP_TRACES_KEPT];

	atomic_store(&kept->number, 0);
	kept->at = scop_time_now();
	copy_name(kept->module, sizeof kept->module, req->app->module_name);
	copy_name(kept->tenant, sizeof kept->tenant, req->site.tenant_name);
	copy_name(kept->what, sizeof kept->what,
	    job ? scop_arena_printf(req->arena, "job %s", job) : scop_trace_route(req));
	copy_name(kept->view, sizeof kept->view, job ? NULL : scop_trace_view(req));
	copy_name(kept->reference, sizeof kept->reference, req->id);
	copy_name(kept->result, sizeof kept->result, result);
	kept->took = scop_trace_took(trace);
	kept->waited = trace->waited;
	kept->trips = trace->trips;
	copy_statements(kept, trace);
	atomic_store(&kept->number, number);
}

/* ---- the page ---- */

bool
scop_traces_asked(const struct scop_request *req)
{
	return kept_by(req) && strcmp(req->method, "GET") == 0 &&
	    strcmp(req->inner_path, SCOP_TRACES_PATH) == 0;
}

/* A copy of the trace of that number; NULL where another has taken its place, or is doing so. */
static const struct scop_kept_trace *
read_kept(struct scop_request *req, struct scop_traces *traces, uint64_t number)
{
	struct scop_kept_trace *kept = &traces->list[number % SCOP_TRACES_KEPT],
			       *copy = scop_arena_alloc(req->arena, sizeof *copy);

	if (atomic_load(&kept->number) != number)
		return NULL;
	memcpy(copy, kept, sizeof *copy);
	if (atomic_load(&kept->number) != number)
		return NULL;
	return strcmp(copy->module, req->app->module_name) == 0 ? copy : NULL;
}

static const char *
clock_words(struct scop_request *req, int64_t at)
{
	const time_t seconds = (time_t)(at / 1000000);
	struct tm tm;
	char text[16];

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof text, "%H:%M:%S", &tm);
	return scop_arena_text(req->arena, text);
}

static void
add_statements(struct scop_buffer *out, const struct scop_kept_trace *kept)
{
	scop_trace_table_begin(out);
	for (unsigned i = 0; i < kept->count; i++) {
		const struct scop_kept_statement *statement = &kept->list[i];

		scop_trace_table_row(out,
		    &(struct scop_traced){ statement->name, statement->microseconds,
			statement->rows, statement->trip, statement->failed });
	}
	scop_trace_table_end(out, kept->left_out);
}

static void
add_trace(struct scop_request *req, struct scop_buffer *out, const struct scop_kept_trace *kept)
{
	const unsigned count = kept->count + kept->left_out;

	scop_buffer_printf(out, "<details><summary>%s ", clock_words(req, kept->at));
	scop_trace_html(out, kept->what);
	scop_buffer_text(out, ": ");
	scop_trace_html(out, kept->result);
	scop_buffer_printf(out, ", %.1f ms, %u statement%s in %u trip%s, %.1f ms</summary>\n<p>",
	    (double)kept->took / 1000, count, count == 1 ? "" : "s", kept->trips,
	    kept->trips == 1 ? "" : "s", (double)kept->waited / 1000);
	scop_trace_html(out,
	    scop_arena_printf(req->arena, "tenant %s, reference %s%s%s", kept->tenant,
		kept->reference, kept->view[0] ? ", view " : "", kept->view));
	scop_buffer_text(out, "</p>\n");
	if (kept->count > 0)
		add_statements(out, kept);
	scop_buffer_text(out, "</details>\n");
}

static unsigned
add_traces(struct scop_request *req, struct scop_buffer *out, struct scop_traces *traces)
{
	const uint64_t last = atomic_load(&traces->next);
	unsigned count = 0;

	for (uint64_t number = last; number > 0 && number + SCOP_TRACES_KEPT > last; number--) {
		const struct scop_kept_trace *kept = read_kept(req, traces, number);

		if (kept)
			add_trace(req, out, kept);
		count += kept != NULL;
	}
	return count;
}

void
scop_traces_answer(struct scop_request *req, struct scop_answer *answer)
{
	struct scop_traces *traces = kept_by(req);
	struct scop_buffer *out = &answer->body;

	scop_answer_init(answer, req->arena, 200);
	scop_answer_header(answer, "Content-Type", "text/html; charset=utf-8");
	scop_answer_header(answer, "Cache-Control", "no-store");
	scop_buffer_printf(out,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Traces of %s</title>\n"
	    "<link rel=\"icon\" href=\"/_/favicon.svg\">\n"
	    "<link rel=\"stylesheet\" href=\"/_/css/scopiton.css\">\n</head>\n<body>\n"
	    "<main class=\"wrap stack\">\n<h1>Traces of %s</h1>\n"
	    "<p>The last requests and jobs of this module, the newest first; times are UTC. "
	    "<a href=\"\">Load again</a></p>\n",
	    req->app->module_name, req->app->module_name);
	if (add_traces(req, out, traces) == 0)
		scop_buffer_text(out, "<p>None yet. Open a page of the module.</p>\n");
	scop_buffer_text(out, "</main>\n</body>\n</html>\n");
	req->app->trace->on = false;
}
