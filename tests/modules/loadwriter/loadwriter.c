/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Creates a file while being loaded, if the environment names one. A package is loaded on trial
 * before anybody has accepted it, so its constructor must not be allowed more than a worker's
 * module.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "names.h"

static void __attribute__((constructor)) make_file(void)
{
	const char *path = getenv("SCOPITON_TEST_MARK");
	const int fd = path ? open(path, O_WRONLY | O_CREAT, 0600) : -1;

	if (fd >= 0)
		close(fd);
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
