/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One request from end to end: tenant, session, route, fields, handler, answer. It knows nothing of
 * FastCGI: input and output go through three functions, so that tests and fuzzers can drive it.
 */
#ifndef SCOP_WEB_SERVE_H
#define SCOP_WEB_SERVE_H

#include <stddef.h>

#include "web/app.h"

struct scop_arena;
struct scop_request;

struct scop_exchange {
	/* A FastCGI parameter such as "REQUEST_METHOD"; NULL for none. Lives until the request
	 * ends. */
	const char *(*param)(void *context, const char *name);
	/* Reads up to `size` bytes of the body; 0 at its end. */
	size_t (*read)(void *context, void *bytes, size_t size);
	void (*write)(void *context, const void *bytes, size_t size);
	void *context;
	/* Flushes the output; returns whether the client has disconnected. For jobs only.
	 */
	void (*flush)(void *context);
	bool (*gone)(void *context);
	/* Called when the route is known, for the scoreboard; returns false if the route is
	 * suspended. */
	bool (*route)(void *context, unsigned route_index);
	/* Called with the request once it is answered, for tests; NULL: none. */
	void (*see)(void *context, const struct scop_request *req);
};

/* Serves the request; `site` is NULL if the host name is unknown or the tenant has no such module.
 * Returns the answer's status. */
int scop_serve(struct scop_app *app, struct scop_arena *arena, const struct scop_site *site,
    const struct scop_exchange *exchange);

#endif
