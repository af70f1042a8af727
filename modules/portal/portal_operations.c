/* SPDX-License-Identifier: EUPL-1.2 */
/* Operations: all that was ordered for the tenant and what came of it; for an operator, of a
 * company that is served. */
#include "portal.h"

enum { PER_PAGE = 50 };

const struct scop_field portal_operations_fields[] = {
	{ .name = "page", .type = SCOP_FIELD_INT, .min = 1, .max = 10000 },
	{ .name = "words", .type = SCOP_FIELD_TEXT, .max = 100 },
	{ .name = "from", .type = SCOP_FIELD_DATE, .label = SCOP_TEXT("From") },
	{ .name = "until", .type = SCOP_FIELD_DATE, .label = SCOP_TEXT("Until") },
	{ .name = "company", .type = SCOP_FIELD_ID },
	{ 0 },
};

void
portal_operations(struct scop_request *req)
{
	const struct scop_value *company = scop_field(req, "company"),
				*tenant = company ? scop_row(req, one_tenant(company)) : NULL,
				*words = scop_field(req, "words"), *since = portal_since(req),
				*before = portal_before(req), *limit = scop_make_int(req, PER_PAGE),
				*first = portal_first(req, PER_PAGE);

	if (company && (!tenant || !scop_may(req, "portal.operate"))) {
		scop_not_found(req);
		return;
	}
	const struct scop_value *rows = scop_rows(req,
	    tenant ? every_operation(portal_language(req), scop_get(tenant, "id"), words, since,
			 before, limit, first)
		   : operations(portal_language(req), words, since, before, limit, first));

	scop_put(req, "tenant", tenant);
	portal_put_period(req);
	portal_put_page(req, "found", rows, PER_PAGE);
	portal_put_orders(req, rows);
	scop_put(req, "of_all", scop_make_bool(req, true));
	scop_view(req, &view_operations);
}
