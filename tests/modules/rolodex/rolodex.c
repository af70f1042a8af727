/* SPDX-License-Identifier: EUPL-1.2 */
/* Offers a read of its cards to other modules. */
#include "names.h"

static void
list(struct scop_request *req)
{
	scop_put(req, "cards", scop_rows(req, cards()));
	scop_view(req, &view_list);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "list", .handle = list, .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
