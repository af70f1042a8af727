/* SPDX-License-Identifier: EUPL-1.2 */
/* A statement of its names a column that its schema has not: no installation of it may go through.
 */
#include "names.h"

static void
page(struct scop_request *req)
{
	scop_put(req, "things", scop_rows(req, things()));
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
