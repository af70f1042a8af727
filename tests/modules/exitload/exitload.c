/* SPDX-License-Identifier: EUPL-1.2 */
/* Ends while it is loaded, with the status of success: who judges a trial load by that status alone
 * takes it for sound. */
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
