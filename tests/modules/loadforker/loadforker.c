/* SPDX-License-Identifier: EUPL-1.2 */
/* Leaves a process behind while being loaded, which keeps the loading process's descriptors open.
 */
#include <unistd.h>

#include "names.h"

enum { STAYS_SECONDS = 20 };

static void __attribute__((constructor)) leave_one(void)
{
	if (fork() == 0) {
		sleep(STAYS_SECONDS);
		_exit(0);
	}
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
