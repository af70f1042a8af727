/* SPDX-License-Identifier: EUPL-1.2 */
/* Sound as it is built; the test links it once more, with a library that no module may need. */
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
