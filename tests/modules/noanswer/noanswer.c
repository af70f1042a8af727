/* SPDX-License-Identifier: EUPL-1.2 */
/* Its handler sets no answer. */
#include "names.h"

static void
page(struct scop_request *req)
{
	scop_put(req, "answer", NULL);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
