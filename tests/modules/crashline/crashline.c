/* SPDX-License-Identifier: EUPL-1.2 */
/* Crashes in a different way on each route, at a line that the test finds by its mark. */
#include <signal.h>
#include <stdlib.h>

#include "names.h"

static volatile int deep;

static void
page(struct scop_request *req)
{
	scop_view(req, &view_page);
}

static int
read_through(const volatile int *number)
{
	return *number; /* mark: null */
}

static void
null_pointer(struct scop_request *req)
{
	deep = read_through(NULL); /* mark: null's caller */
	scop_view(req, &view_page);
}

static int __attribute__((noinline)) descend(volatile int *number)
{
	volatile int here[64] = { *number };

	return here[0] ? descend(here) + here[1] : 0; /* mark: endless's caller */
}

static void
endless_recursion(struct scop_request *req)
{
	deep = descend(&(volatile int){ 1 });
	scop_view(req, &view_page);
}

static void
give_up(struct scop_request *req)
{
	if (!deep)
		abort(); /* mark: abort */
	scop_view(req, &view_page);
}

static void
wrong_argument(struct scop_request *req)
{
	const struct scop_value *nowhere = (const struct scop_value *)16;

	deep = (int)scop_int(nowhere, "votes"); /* mark: in the host */
	scop_view(req, &view_page);
}

static void
no_function(struct scop_request *req)
{
	void (*volatile nowhere)(void) = NULL;

	nowhere(); /* mark: no function */
	scop_view(req, &view_page);
}

static void
ask(struct scop_request *req)
{
	raise(SIGFPE); /* mark: post */
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ .method = SCOP_POST, .path = "/", .name = "ask", .handle = ask },
	{ .method = SCOP_GET, .path = "/null", .name = "null", .handle = null_pointer },
	{ .method = SCOP_GET, .path = "/endless", .name = "endless", .handle = endless_recursion },
	{ .method = SCOP_GET, .path = "/abort", .name = "abort", .handle = give_up },
	{ .method = SCOP_GET, .path = "/host", .name = "host", .handle = wrong_argument },
	{ .method = SCOP_GET, .path = "/nowhere", .name = "nowhere", .handle = no_function },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
