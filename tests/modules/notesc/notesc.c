/* SPDX-License-Identifier: EUPL-1.2 */
/* Stores notes in two tables, which an upgrade rebuilds. */
#include "names.h"

static void
page(struct scop_request *req)
{
	scop_put(req, "version", scop_make_text(req, "2"));
	scop_put(req, "notes", scop_rows(req, notes()));
	scop_view(req, &view_page);
}

static void
add(struct scop_request *req)
{
	scop_write(req, note_add());
	scop_write(req, body_add(scop_make_int(req, scop_inserted(req)), scop_field(req, "text")));
	scop_redirect(req, "page", NULL);
}

static const struct scop_field fields[] = {
	{ .name = "text", .type = SCOP_FIELD_TEXT, .required = true, .max = 200 },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page, .api = true },
	{ .method = SCOP_POST,
	    .path = "/",
	    .name = "add",
	    .handle = add,
	    .fields = fields,
	    .form = page },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
