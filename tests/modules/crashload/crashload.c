/* SPDX-License-Identifier: EUPL-1.2 */
/* Crashes while it is loaded: its constructor raises SIGSEGV, so no installation of it may go
 * through. */
#include <signal.h>

#include "names.h"

static void __attribute__((constructor)) crash(void)
{
	raise(SIGSEGV);
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
