/* SPDX-License-Identifier: EUPL-1.2 */
/* Ends the process while being loaded, with status 0: a trial load that checked only the status
 * would accept it. */
#include <unistd.h>

#include "names.h"

static void __attribute__((constructor)) leave(void)
{
	_exit(0);
}

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
