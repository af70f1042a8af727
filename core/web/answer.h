/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers as they are sent: a status, headers, a body. */
#ifndef SCOP_WEB_ANSWER_H
#define SCOP_WEB_ANSWER_H

#include "web/request.h"

struct scop_answer {
	int status;
	struct scop_buffer headers; /* lines that end in CR LF */
	struct scop_buffer body;
};

void scop_answer_init(struct scop_answer *answer, struct scop_arena *arena, int status);
void scop_answer_header(struct scop_answer *answer, const char *name, const char *value);

/* Builds the answer from the handler's decision; false, with the reason, if its view cannot be
 * rendered. */
bool scop_answer_build(struct scop_request *req, struct scop_answer *answer, int status,
    struct scop_error *err);

/* An error page for people, problem+json (RFC 9457) for programs. `detail` (may be NULL) is in
 * English: programs always get it, people only in development. */
void scop_answer_error(struct scop_request *req, struct scop_answer *answer, int status,
    const char *detail);

/* The answer to public pages of a disabled module: 503, with the tenant's name. */
void scop_answer_closed(struct scop_request *req, struct scop_answer *answer);

/* The same as scop_answer_error() for a form that was posted from another site. */
void scop_answer_foreign(struct scop_request *req, struct scop_answer *answer);

/* The answer as bytes: "Status:" line, headers with length, ETag and security, blank line, body. */
const struct scop_value *scop_answer_bytes(struct scop_request *req, struct scop_answer *answer);

#endif
