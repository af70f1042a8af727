/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Calls to other systems. Only from a job: a visitor does not wait for somebody else's machine.
 * Only to the hosts that module.xml names, and to no private address:
 *
 *     <calls host="api.example.com"/>  <calls host="*.example.com" port="8443"/>  <calls host="*"/>
 *
 * The connection leaves through the host's broker; TLS is checked against the machine's
 * authorities. A job may run again after a call was answered: give scop_job_key() to systems that
 * take an idempotency key. Call before writing: written rows stay locked until the job ends.
 */
#ifndef SCOPITON_HTTP_H
#define SCOPITON_HTTP_H

#include <stddef.h>

#include "scopiton/value.h"

struct scop_request;

/* A request header; a line break in its name or value fails the request. */
struct scop_http_header {
	const char *name;
	const struct scop_value *value; /* text without a line break */
};

/* The parameters of a call; none of them need outlive it. */
struct scop_http {
	const char *method; /* "GET" unless said */
	/* https, or http where the host is called at its port 80 */
	const struct scop_value *url;
	const struct scop_http_header *headers; /* an empty name ends; NULL: none */
	const struct scop_value *body;          /* bytes; NULL: none */
	/* for all of it, redirects too; 30 unless said, at most 300 */
	unsigned seconds;
	/* bytes of the answer, unpacked; 10,000,000 unless said */
	size_t max_bytes;
	/* followed, each checked like the first; 0 unless said, at most 5 */
	unsigned redirects;
};

/* The answer: a map of `status` (an integer), `type`, `body` (bytes), `url` (where it came from at
 * last) and `headers` (a map, names in lower case; of several of one name the last). NULL where
 * there was none, and scop_http_error says why. */
const struct scop_value *scop_http(struct scop_request *req, const struct scop_http *ask);

/* Why the last call had no answer, for scop_retry and people; "" when it had one. */
const char *scop_http_error(const struct scop_request *req);

/* An idempotency key: a text that is the same at each try of this job, and of no other job. */
const struct scop_value *scop_job_key(struct scop_request *req);

#endif
