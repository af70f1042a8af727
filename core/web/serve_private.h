/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files that serve a request: serve.c leads it to its route and serves GET, input.c
 * reads what it brings, post.c serves POST. */
#ifndef SCOP_WEB_SERVE_PRIVATE_H
#define SCOP_WEB_SERVE_PRIVATE_H

#include "web/answer.h"
#include "web/request.h"
#include "web/serve.h"

/* Reads the parameters of the request; false where its path is none. */
bool scop_serve_read_head(struct scop_request *req, const struct scop_exchange *exchange);

/* Reads the body into `req->pairs`; 0, or the status of the answer, with the reason where there is
 * more to say. */
int scop_serve_read_form(struct scop_request *req, const struct scop_exchange *exchange,
    struct scop_error *err);

/* Has the database act for the tenant's module. */
void scop_serve_enter(struct scop_request *req, bool writable);

/* Runs a handler that only reads, once more after a lost connection. */
void scop_serve_run_get(struct scop_request *req, void (*handle)(struct scop_request *));

/* The answer of what the handler has decided; and that of a failed request. */
void scop_serve_build(struct scop_request *req, struct scop_answer *answer, int status);
void scop_serve_failure(struct scop_request *req, struct scop_answer *answer);

/* Serves a POST; stored bytes to send, or NULL when `answer` holds the answer. */
const struct scop_value *scop_serve_post(struct scop_request *req,
    const struct scop_exchange *exchange, struct scop_answer *answer);

#endif
