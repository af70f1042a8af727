/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The guestbook: the smallest useful module, and the example from which new modules start. Visitors
 * leave a name and a message; the newest are on top.
 */
#include "names.h"

enum { PER_PAGE = 20 };

static struct scop_query
page_of_entries(struct scop_request *req, const struct scop_page *page)
{
	(void)req;
	return page->before ? entries_back(page->before, page->limit)
			    : entries(page->after, page->limit);
}

static void
list(struct scop_request *req)
{
	scop_put_page(req, "entries", PER_PAGE, page_of_entries);
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
	SCOP_PAGE_FIELDS,
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
