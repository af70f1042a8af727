/* SPDX-License-Identifier: EUPL-1.2 */
/* Its descriptor has another major version of the API than its symbols; the test writes other
 * versions and sizes into it. */
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

#pragma GCC diagnostic ignored "-Woverride-init"
SCOP_MODULE(.api = (SCOP_API_MAJOR + 1) << 16, .routes = routes);
