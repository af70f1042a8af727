/* SPDX-License-Identifier: EUPL-1.2 */
/* Traces: see trace.h. */
#include "web/trace.h"

#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "web/request.h"
#include "web/route.h"

enum { HEADER_BYTES_MAX = 6000 }; /* nginx accepts 16 kB of headers */

static int64_t
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static double
milliseconds(int64_t microseconds)
{
	return (double)microseconds / 1000;
}

int64_t
scop_trace_took(const struct scop_trace *trace)
{
	return clock_now() - trace->began;
}

void
scop_trace_begin(struct scop_trace *trace, const char *host)
{
	trace->on = scop_route_is_local(host);
	trace->began = trace->on ? clock_now() : 0;
	trace->count = trace->left_out = trace->trips = 0;
	trace->waited = 0;
}

void
scop_trace_statement(struct scop_trace *trace, const struct scop_db_ran *ran)
{
	if (!trace->on)
		return;
	trace->trips += ran->first;
	trace->waited += ran->microseconds;
	if (trace->count == SCOP_TRACED_MAX) {
		trace->left_out++;
		return;
	}
	trace->list[trace->count++] = (struct scop_traced){ ran->statement->name, ran->microseconds,
		ran->rows, trace->trips, ran->failed };
}

/* ---- text ---- */

static const struct scop_trace *
trace_of(const struct scop_request *req)
{
	return req->app->trace && req->app->trace->on ? req->app->trace : NULL;
}

static const char *
handler_of(const struct scop_request *req)
{
	const struct scop_trace *trace = req->app->trace;

	return req->route && trace->handlers
	    ? trace->handlers[req->route - req->app->module->routes]
	    : "";
}

/* "GET /t/{tool} show, tool_show()" */
const char *
scop_trace_route(struct scop_request *req)
{
	const char *handler = handler_of(req);

	if (!req->route)
		return "no route";
	return scop_arena_printf(req->arena, "%s %s %s%s%s%s",
	    req->route->method == SCOP_POST ? "POST" : "GET", req->route->path,
	    req->route->name ? req->route->name : "", handler[0] ? ", " : "", handler,
	    handler[0] ? "()" : "");
}

const char *
scop_trace_view(const struct scop_request *req)
{
	return req->answer == ANSWER_VIEW && req->view ? req->view->name : NULL;
}

static const char *
sum_words(const struct scop_trace *trace, struct scop_arena *arena)
{
	const unsigned count = trace->count + trace->left_out;

	return scop_arena_printf(arena, "%u statement%s in %u trip%s", count, count == 1 ? "" : "s",
	    trace->trips, trace->trips == 1 ? "" : "s");
}

/* ---- the header ---- */

/* Appends the text of a quoted string: names need no escaping, a route's path may. */
static void
add_text(struct scop_buffer *out, const char *text)
{
	for (; *text; text++)
		if (*text >= 0x20 && *text < 0x7f && *text != '"' && *text != '\\')
			scop_buffer_char(out, *text);
}

static void
add_entry(struct scop_buffer *out, const char *name, int64_t microseconds, const char *words)
{
	scop_buffer_printf(out, "%s%s", out->length > strlen("Server-Timing: ") ? ", " : "", name);
	if (microseconds >= 0)
		scop_buffer_printf(out, ";dur=%.3f", milliseconds(microseconds));
	scop_buffer_text(out, ";desc=\"");
	add_text(out, words);
	scop_buffer_char(out, '"');
}

const char *
scop_trace_header(struct scop_request *req)
{
	const struct scop_trace *trace = trace_of(req);
	struct scop_buffer out;

	if (!trace)
		return NULL;
	scop_buffer_init(&out, req->arena);
	scop_buffer_text(&out, "Server-Timing: ");
	add_entry(&out, "total", scop_trace_took(trace), scop_trace_route(req));
	add_entry(&out, "db", trace->waited, sum_words(trace, req->arena));
	if (scop_trace_view(req))
		add_entry(&out, "view", -1, scop_trace_view(req));
	for (unsigned i = 0; i < trace->count && out.length < HEADER_BYTES_MAX; i++) {
		const struct scop_traced *traced = &trace->list[i];

		add_entry(&out, scop_arena_printf(req->arena, "s%u", i + 1), traced->microseconds,
		    scop_arena_printf(req->arena, "%s, trip %u, %zu row%s%s", traced->statement,
			traced->trip, traced->rows, traced->rows == 1 ? "" : "s",
			traced->failed ? ", failed" : ""));
	}
	scop_buffer_text(&out, "\r\n");
	return scop_buffer_str(&out);
}

/* ---- the panel ---- */

void
scop_trace_html(struct scop_buffer *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			scop_buffer_text(out, "&lt;");
			break;
		case '>':
			scop_buffer_text(out, "&gt;");
			break;
		case '&':
			scop_buffer_text(out, "&amp;");
			break;
		default:
			scop_buffer_char(out, *text);
		}
	}
}

void
scop_trace_table_begin(struct scop_buffer *out)
{
	scop_buffer_text(out,
	    "<table class=\"table\">\n<thead><tr><th scope=\"col\">Statement</th><th "
	    "scope=\"col\">Trip</th><th scope=\"col\">Rows</th><th "
	    "scope=\"col\">ms</th></tr></thead>\n<tbody>\n");
}

void
scop_trace_table_row(struct scop_buffer *out, const struct scop_traced *traced)
{
	scop_buffer_text(out, "<tr><td>");
	scop_trace_html(out, traced->statement);
	scop_buffer_printf(out, "%s</td><td>%u</td><td>%zu</td><td>%.3f</td></tr>\n",
	    traced->failed ? " (failed)" : "", traced->trip, traced->rows,
	    milliseconds(traced->microseconds));
}

void
scop_trace_table_end(struct scop_buffer *out, unsigned left_out)
{
	scop_buffer_text(out, "</tbody>\n</table>\n");
	if (left_out > 0)
		scop_buffer_printf(out, "<p>And %u more.</p>\n", left_out);
}

static void
add_statements(struct scop_buffer *out, const struct scop_trace *trace)
{
	scop_trace_table_begin(out);
	for (unsigned i = 0; i < trace->count; i++)
		scop_trace_table_row(out, &trace->list[i]);
	scop_trace_table_end(out, trace->left_out);
}

/* The address of the page of stored traces; NULL if there is none. */
static const char *
kept_address(struct scop_request *req, const struct scop_trace *trace)
{
	const size_t whole = strlen(req->path), inner = strlen(req->inner_path);

	if (!trace->kept || inner > whole ||
	    strcmp(req->path + whole - inner, req->inner_path) != 0)
		return NULL;
	return scop_arena_printf(req->arena, "%.*s" SCOP_TRACES_PATH, (int)(whole - inner),
	    req->path);
}

static const char *
panel(struct scop_request *req, const struct scop_trace *trace)
{
	struct scop_buffer out;

	scop_buffer_init(&out, req->arena);
	scop_buffer_printf(&out,
	    "<aside class=\"wrap small\" lang=\"en\" aria-label=\"Trace\"><details><summary>%.1f "
	    "ms, %s</summary>\n<p>",
	    milliseconds(scop_trace_took(trace)), sum_words(trace, req->arena));
	scop_trace_html(&out, scop_trace_route(req));
	if (scop_trace_view(req)) {
		scop_buffer_text(&out, ", view ");
		scop_trace_html(&out, scop_trace_view(req));
	}
	scop_buffer_text(&out, "</p>\n");
	if (trace->count > 0)
		add_statements(&out, trace);
	if (kept_address(req, trace)) {
		scop_buffer_text(&out, "<p><a href=\"");
		scop_trace_html(&out, kept_address(req, trace));
		scop_buffer_text(&out, "\">The last requests and jobs</a></p>\n");
	}
	scop_buffer_text(&out, "</details></aside>\n");
	return scop_buffer_str(&out);
}

void
scop_trace_panel(struct scop_request *req, struct scop_buffer *page)
{
	static const char end[] = "</body>";
	const struct scop_trace *trace = trace_of(req);
	const char *at = NULL;

	if (!trace || !trace->panel || req->answer == ANSWER_FILE)
		return;
	for (const char *found = scop_buffer_str(page); (found = strstr(found, end)); found++)
		at = found;
	if (!at)
		return;
	const char *rest = scop_arena_text(req->arena, at);

	page->length = (size_t)(at - scop_buffer_str(page));
	scop_buffer_text(page, panel(req, trace));
	scop_buffer_text(page, rest);
}
