/* SPDX-License-Identifier: EUPL-1.2 */
/* A statement of its names the guestbook's table of tenant 1: no installation of it may go through.
 */
#include "names.h"

static void
page(struct scop_request *req)
{
	scop_rows(req, foreign_entries());
	scop_not_found(req);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
