/* SPDX-License-Identifier: EUPL-1.2 */
/* Tries to reach other processes: sockets of each family, and the given unix socket. Answers with
 * errno, 0 if it succeeded. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "names.h"

static void
try_family(struct scop_request *req, const char *name, int family, int type)
{
	const int fd = socket(family, type, 0);

	scop_put(req, name, scop_make_int(req, fd < 0 ? errno : 0));
	if (fd >= 0)
		close(fd);
}

static void
page(struct scop_request *req)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	try_family(req, "inet", AF_INET, SOCK_STREAM);
	try_family(req, "inet6", AF_INET6, SOCK_DGRAM);
	try_family(req, "netlink", AF_NETLINK, SOCK_RAW);
	try_family(req, "packet", AF_PACKET, SOCK_RAW);
	snprintf(address.sun_path, sizeof address.sun_path, "%s",
	    scop_as_text(scop_field(req, "path")));
	scop_put(req, "unix",
	    scop_make_int(req,
		connect(fd, (struct sockaddr *)&address, sizeof address) != 0 ? errno : 0));
	close(fd);
	scop_view(req, &view_page);
}

static const struct scop_field fields[] = {
	{ .name = "path", .type = SCOP_FIELD_TEXT, .required = true },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET,
	    .path = "/",
	    .name = "page",
	    .handle = page,
	    .fields = fields,
	    .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
