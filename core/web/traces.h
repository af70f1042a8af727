/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The last traces of this machine's requests and jobs, in memory that the workers of all modules
 * share, and the page /<module>/_traces that lists a module's own.
 *
 * The supervisor makes the memory where the configuration says "trace = yes", which needs
 * "development = yes": else there is none, and nothing is kept. Any worker may write to it, so it
 * is for an author's machine alone.
 */
#ifndef SCOP_WEB_TRACES_H
#define SCOP_WEB_TRACES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct scop_answer;
struct scop_request;

enum { SCOP_TRACES_KEPT = 128, SCOP_TRACES_STATEMENTS = 48, SCOP_TRACES_NAME = 44 };

/* One request or job. Names are cut to their room. */
struct scop_kept_trace {
	_Atomic uint64_t number; /* from 1; 0 while it is being written, and before */
	int64_t at;              /* microseconds since 1970, when it was answered */
	char module[28], tenant[36], what[160], view[SCOP_TRACES_NAME], reference[40], result[12];
	int64_t took, waited; /* microseconds; waited for MariaDB */
	uint32_t count, left_out, trips;
	struct scop_kept_statement {
		char name[SCOP_TRACES_NAME];
		uint32_t microseconds, rows;
		uint16_t trip;
		bool failed;
	} list[SCOP_TRACES_STATEMENTS];
};

struct scop_traces {
	_Atomic uint64_t next;
	struct scop_kept_trace list[SCOP_TRACES_KEPT];
};

/* Keeps the trace of the request, or of the job `job`, with its result, such as "200"; does nothing
 * where none is kept. */
void scop_traces_keep(struct scop_request *req, const char *job, const char *result);

/* Whether the request asks for the page. */
bool scop_traces_asked(const struct scop_request *req);

/* The page. The request for it is not traced itself. */
void scop_traces_answer(struct scop_request *req, struct scop_answer *answer);

#endif
