/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads what another module offers, if that is there. */
#include "names.h"

static void
list(struct scop_request *req)
{
	scop_put_all(req,
	    (const struct scop_read[]){ { "calls", false, made_calls() },
		{ "parties", false, parties() }, { 0 } });
	scop_view(req, &view_list);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "list", .handle = list, .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
