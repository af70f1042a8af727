/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * FastCGI client: how the dispatcher passes a job to a worker.
 *
 * A worker's module is native code, so its answer is untrusted: nothing in it can do more than end
 * the job. Source: https://fastcgi-archives.github.io/FastCGI_Specification.html.
 */
#ifndef SCOP_DISPATCHER_FCGI_H
#define SCOP_DISPATCHER_FCGI_H

#include <stdbool.h>
#include <stddef.h>

struct scop_buffer;

struct scop_fcgi_param {
	const char *name, *value; /* a NULL name ends the array */
};

/* Appends a complete request. */
void scop_fcgi_request(struct scop_buffer *out, const struct scop_fcgi_param *params,
    const char *body, size_t length);

/* The part of the answer that has arrived so far. */
struct scop_fcgi_answer {
	unsigned char head[8]; /* of the current record */
	size_t head_length;
	size_t left, padding; /* of its content */
	bool ended;           /* the end of the request has arrived */
	bool broken;          /* the answer is not FastCGI, or too long */
	char text[4096];      /* standard output, NUL-terminated */
	size_t text_length;
};

/* Parses bytes as they arrive. */
void scop_fcgi_take(struct scop_fcgi_answer *answer, const unsigned char *bytes, size_t length);

/* Removes the next complete line from the text; false if there is none. `ret_line`, without the
 * line end, has room for `size` bytes. */
bool scop_fcgi_line(struct scop_fcgi_answer *answer, char *ret_line, size_t size);

#endif
