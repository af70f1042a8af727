/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The trace of a request, for a module's author: route, handler, statements with time and rows and
 * which of them travelled together, view, total time. Names, counts and times; never a value.
 *
 * The answer carries it as the header Server-Timing (https://www.w3.org/TR/server-timing/), which
 * browsers show beside each request, redirects and fragments too; with `trace = yes` a whole page
 * ends with it as well. Only where the configuration says "development = yes" is there a struct
 * scop_trace at all, and only a host name below .localhost is traced.
 */
#ifndef SCOP_WEB_TRACE_H
#define SCOP_WEB_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/db.h"

struct scop_buffer;
struct scop_request;

enum { SCOP_TRACED_MAX = 48 };

struct scop_trace {
	bool panel;                  /* at the end of pages, too */
	const char *const *handlers; /* the name of each route's function, "" for unknown */

	/* of the request under way */
	bool on;
	int64_t began; /* microseconds of the monotonic clock */
	unsigned count, left_out, trips;
	int64_t waited; /* for MariaDB */
	struct scop_traced {
		const char *statement;
		int64_t microseconds;
		size_t rows;
		unsigned trip;
		bool failed;
	} list[SCOP_TRACED_MAX];
};

/* A request begins; on a host name that is not below .localhost nothing is noted. */
void scop_trace_begin(struct scop_trace *trace, const char *host);

void scop_trace_statement(struct scop_trace *trace, const struct scop_db_ran *ran);

/* The header's line with its end, in the request's arena; NULL where nothing is traced. */
const char *scop_trace_header(struct scop_request *req);

/* Inserts the panel before the end of a whole page; leaves any other answer unchanged. */
void scop_trace_panel(struct scop_request *req, struct scop_buffer *page);

#endif
