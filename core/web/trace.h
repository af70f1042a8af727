/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The trace of a request, for a module's author: route, handler, statements with time, rows and
 * batch, view, total time. It holds names, counts and times, never a value.
 *
 * The answer carries it in the header Server-Timing (https://www.w3.org/TR/server-timing/), which
 * browsers show for each request, redirects and fragments included; with `trace = yes` a whole page
 * also ends with it, and the last ones are kept (traces.h), those of jobs too. A struct scop_trace
 * exists only with "development = yes" in the configuration, and only requests for host names below
 * .localhost are traced.
 */
#ifndef SCOP_WEB_TRACE_H
#define SCOP_WEB_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/db.h"

struct scop_buffer;
struct scop_request;
struct scop_traces;

#define SCOP_TRACES_PATH "/_traces" /* of the page that traces.h describes */

enum { SCOP_TRACED_MAX = 48 };

struct scop_trace {
	bool panel;                  /* also at the end of pages */
	const char *const *handlers; /* the name of each route's function, "" for unknown */
	struct scop_traces *kept;    /* NULL: none are */

	/* of the current request */
	bool on;
	int64_t began; /* microseconds of the monotonic clock */
	unsigned count, left_out, trips;
	int64_t waited; /* spent in MariaDB */
	struct scop_traced {
		const char *statement;
		int64_t microseconds;
		size_t rows;
		unsigned trip;
		bool failed;
	} list[SCOP_TRACED_MAX];
};

/* Starts the trace of a request; for a host name that is not below .localhost nothing is recorded.
 */
void scop_trace_begin(struct scop_trace *trace, const char *host);

void scop_trace_statement(struct scop_trace *trace, const struct scop_db_ran *ran);

/* The header line with its line end, in the request's arena; NULL if nothing is traced. */
const char *scop_trace_header(struct scop_request *req);

/* Inserts the panel before the end of a whole page; leaves any other answer unchanged. */
void scop_trace_panel(struct scop_request *req, struct scop_buffer *page);

/* ---- for the list of traces ---- */

/* "GET /t/{tool} show, tool_show()"; the view's name, or NULL; microseconds until now. */
const char *scop_trace_route(struct scop_request *req);
const char *scop_trace_view(const struct scop_request *req);
int64_t scop_trace_took(const struct scop_trace *trace);

/* Appends `text` as HTML; the table of statements. */
void scop_trace_html(struct scop_buffer *out, const char *text);
void scop_trace_table_begin(struct scop_buffer *out);
void scop_trace_table_row(struct scop_buffer *out, const struct scop_traced *traced);
void scop_trace_table_end(struct scop_buffer *out, unsigned left_out);

#endif
