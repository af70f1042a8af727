/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Closes a descriptor that is not its own: /close the listening socket, as closing a number twice
 * would; /shut shuts it down, for all processes that hold it. The answer itself still arrives.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "names.h"

enum { DESCRIPTORS = 64 };

static void
page(struct scop_request *req)
{
	scop_view(req, &view_page);
}

static bool
listens(int fd)
{
	int truth = 0;
	socklen_t size = sizeof truth;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &truth, &size) == 0 && truth;
}

static void
close_all(struct scop_request *req)
{
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		if (listens(fd))
			close(fd);
	page(req);
}

static void
shut_all(struct scop_request *req)
{
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		if (listens(fd))
			shutdown(fd, SHUT_RDWR);
	page(req);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ .method = SCOP_GET, .path = "/close", .name = "close", .handle = close_all },
	{ .method = SCOP_GET, .path = "/shut", .name = "shut", .handle = shut_all },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
