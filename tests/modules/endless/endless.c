/* SPDX-License-Identifier: EUPL-1.2 */
/* Never ends a request on one route. */
#include "names.h"

static void
page(struct scop_request *req)
{
	scop_view(req, &view_page);
}

static void
loop(struct scop_request *req)
{
	for (volatile unsigned turns = 0; turns < 2; turns = 1)
		;
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ .method = SCOP_GET, .path = "/loop", .name = "loop", .handle = loop },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
