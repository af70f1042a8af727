/* SPDX-License-Identifier: EUPL-1.2 */
/* Operations: all orders for the tenant and their results; for operators, also those of the
 * companies that they serve. */
#include "portal.h"

enum { PER_PAGE = 50 };

const struct scop_field portal_operations_fields[] = {
	SCOP_PAGE_FIELDS,
	{ .name = "words", .type = SCOP_FIELD_TEXT, .max = 100 },
	{ .name = "from", .type = SCOP_FIELD_DATE, .label = SCOP_TEXT("From") },
	{ .name = "until", .type = SCOP_FIELD_DATE, .label = SCOP_TEXT("Until") },
	{ .name = "company", .type = SCOP_FIELD_ID },
	{ 0 },
};

static struct scop_query
page_of_own(struct scop_request *req, const struct scop_page *page)
{
	const struct scop_value *language = portal_language(req), *words = scop_field(req, "words"),
				*since = portal_since(req), *until = portal_before(req);

	return page->before
	    ? operations_back(language, words, since, until, page->before, page->limit)
	    : operations(language, words, since, until, page->after, page->limit);
}

static struct scop_query
page_of_company(struct scop_request *req, const struct scop_page *page)
{
	const struct scop_value *language = portal_language(req), *words = scop_field(req, "words"),
				*since = portal_since(req), *until = portal_before(req),
				*company = scop_field(req, "company");

	return page->before
	    ? every_operation_back(language, company, words, since, until, page->before,
		  page->limit)
	    : every_operation(language, company, words, since, until, page->after, page->limit);
}

void
portal_operations(struct scop_request *req)
{
	const struct scop_value *company = scop_field(req, "company"),
				*tenant = company ? scop_row(req, one_tenant(company)) : NULL;

	if (company && (!tenant || !scop_may(req, "portal.operate"))) {
		scop_not_found(req);
		return;
	}
	scop_put(req, "tenant", tenant);
	portal_put_period(req);
	portal_put_orders(req,
	    portal_put_page(req, "found", PER_PAGE, tenant ? page_of_company : page_of_own));
	scop_put(req, "of_all", scop_make_bool(req, true));
	scop_view(req, &view_operations);
}
