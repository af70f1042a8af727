/* SPDX-License-Identifier: EUPL-1.2 */
/* Crashes in each request. */
#include <signal.h>

#include "names.h"

static void
page(struct scop_request *req)
{
	raise(SIGSEGV);
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
