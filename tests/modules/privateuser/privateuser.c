/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls a function that libscopiton.so exports only for the host's own programs. */
#include "names.h"

struct scop_arena *scop_arena_new(void);

static void
page(struct scop_request *req)
{
	scop_put(req, "arena", scop_make_bool(req, scop_arena_new() != NULL));
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
