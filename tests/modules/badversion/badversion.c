/* SPDX-License-Identifier: EUPL-1.2 */
/* Valid when built; the test then writes into it an API version that no host has. */
#include "names.h"

static void
page(struct scop_request *req)
{
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
