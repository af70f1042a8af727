/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls what a portal alone may: signs whoever comes in with a token of its own. */
#include <scopiton/portal.h>

#include "names.h"

static void
page(struct scop_request *req)
{
	scop_session_cookie(req, "a token that was guessed");
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
