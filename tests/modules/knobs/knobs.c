/* SPDX-License-Identifier: EUPL-1.2 */
/* Shows its tenant's settings: one of each type. */
#include "names.h"

static void
page(struct scop_request *req)
{
	static const char *const names[] = { "greeting", "places", "fee", "open", "colour", NULL };

	for (const char *const *name = names; *name; name++)
		scop_put(req, *name, scop_setting(req, *name));
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page, .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
