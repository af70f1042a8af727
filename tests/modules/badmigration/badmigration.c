/* SPDX-License-Identifier: EUPL-1.2 */
/* The second statement of its migration fails: no installation of it may go through. */
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
