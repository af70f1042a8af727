/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The guestbook: the smallest module that does something, and the example that others start from.
 * Visitors leave a name and a message; the latest stand on top.
 */
#include "names.h"

enum { PER_PAGE = 20 };

static void
list(struct scop_request *req)
{
	const struct scop_value *page = scop_field(req, "page");
	const int64_t first = page ? (scop_as_int(page) - 1) * PER_PAGE : 0;

	scop_put(req, "entries",
	    scop_rows(req, entries(scop_make_int(req, PER_PAGE), scop_make_int(req, first))));
	scop_view(req, &view_list);
}

static void
sign(struct scop_request *req)
{
	scop_write(req,
	    entry_add(scop_field(req, "name"), scop_field(req, "message"), scop_now(req)));
	scop_flash(req, SCOP_TEXT("Thank you! Your message is in the guestbook."));
	scop_redirect(req, "list", NULL);
}

static const struct scop_field entry_fields[] = {
	{ .name = "name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Your name"),
	    .required = true,
	    .max = 80 },
	{ .name = "message",
	    .type = SCOP_FIELD_LONGTEXT,
	    .label = SCOP_TEXT("Your message"),
	    .required = true,
	    .max = 1000 },
	{ 0 },
};

static const struct scop_field page_fields[] = {
	{ .name = "page", .type = SCOP_FIELD_INT, .min = 1, .max = 10000 },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET,
	    .path = "/",
	    .name = "list",
	    .handle = list,
	    .fields = page_fields,
	    .api = true },
	{ .method = SCOP_POST,
	    .path = "/",
	    .name = "sign",
	    .handle = sign,
	    .fields = entry_fields,
	    .form = list },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
