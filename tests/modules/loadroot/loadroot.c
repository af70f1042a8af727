/* SPDX-License-Identifier: EUPL-1.2 */
/* Ends a process that loads it with root's user or group: a package's code never has these rights,
 * not even in a trial load. */
#include <grp.h>
#include <unistd.h>

#include "names.h"

static void __attribute__((constructor)) look(void)
{
	gid_t groups[8];

	if (getuid() == 0 || geteuid() == 0 || getgid() == 0 || getegid() == 0 ||
	    getgroups(8, groups) > 0)
		_exit(7);
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
