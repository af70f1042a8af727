/* SPDX-License-Identifier: EUPL-1.2 */
/* Crashes on one route, by GET and by POST, and works on the other. */
#include <signal.h>

#include "names.h"

static void
page(struct scop_request *req)
{
	scop_view(req, &view_page);
}

static void
crash(struct scop_request *req)
{
	raise(SIGSEGV);
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ .method = SCOP_GET, .path = "/crash", .name = "look", .handle = crash },
	{ .method = SCOP_POST, .path = "/crash", .name = "crash", .handle = crash },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
