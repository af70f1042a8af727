/* SPDX-License-Identifier: EUPL-1.2 */
/* Takes a second and a half for each request. */
#include <time.h>

#include "names.h"

static void
page(struct scop_request *req)
{
	nanosleep(&(struct timespec){ 1, 500000000 }, NULL);
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
