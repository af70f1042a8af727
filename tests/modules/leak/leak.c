/* SPDX-License-Identifier: EUPL-1.2 */
/* Leaks 5 MB in each request, after writing to it; or ten descriptors. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

enum { LOST_BYTES = 5 << 20, LOST_DESCRIPTORS = 10 };

static char *volatile lost;

static void
page(struct scop_request *req)
{
	char *bytes = malloc(LOST_BYTES);

	if (bytes)
		memset(bytes, 1, LOST_BYTES);
	lost = bytes;
	scop_view(req, &view_page);
}

static void
files(struct scop_request *req)
{
	for (int i = 0; i < LOST_DESCRIPTORS; i++)
		(void)fcntl(0, F_DUPFD_CLOEXEC, 0);
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/files", .name = "files", .handle = files },
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
