/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * HTTP calls to other systems. Only jobs may make them, so that no visitor waits for another
 * system, and only to the hosts that module.xml names; private addresses are refused:
 *
 *     <calls host="api.example.com"/>  <calls host="*.example.com" port="8443"/>  <calls host="*"/>
 *
 * The connection leaves through the host's broker; certificates are verified against the machine's
 * certificate authorities. A job may run again after a call has been answered: pass scop_job_key()
 * to systems that accept an idempotency key. Make calls before writing: written rows stay locked
 * until the job ends.
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

/* The parameters of a call. They need not outlive it. */
struct scop_http {
	const char *method; /* default: "GET" */
	/* https, or http if module.xml names the host with port 80 */
	const struct scop_value *url;
	const struct scop_http_header *headers; /* a NULL name ends the array; NULL: none */
	const struct scop_value *body;          /* bytes; NULL: none */
	/* for the whole call, redirects included; default 30, at most 300 */
	unsigned seconds;
	/* of the answer, after decompression; default 10,000,000 */
	size_t max_bytes;
	/* number to follow, each checked like the first address; default 0, at most 5 */
	unsigned redirects;
};

/* Makes the call. Returns the answer: a map of `status` (an integer), `type`, `body` (bytes), `url`
 * (the final address after redirects) and `headers` (a map with names in lower case; the last one
 * of a name counts). NULL if there was no answer; scop_http_error then gives the reason. */
const struct scop_value *scop_http(struct scop_request *req, const struct scop_http *ask);

/* Why the last call had no answer, for scop_retry and for display; "" if it had one. */
const char *scop_http_error(const struct scop_request *req);

/* An idempotency key: a string that is the same at each try of this job and differs from that of
 * every other job. */
const struct scop_value *scop_job_key(struct scop_request *req);

#endif
