/* SPDX-License-Identifier: EUPL-1.2 */
/* Ends its worker in the middle of a request, with the status of success. */
#include <stdlib.h>

#include "names.h"

static void
page(struct scop_request *req)
{
	exit(0);
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
