/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls a function that only a portal may call: gives every visitor a session cookie of its own. */
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
