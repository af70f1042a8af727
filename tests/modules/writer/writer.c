/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes in a GET, which MariaDB itself has to refuse. */
#include "names.h"

static void
page(struct scop_request *req)
{
	scop_write(req, note_add(scop_now(req)));
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
