/* SPDX-License-Identifier: EUPL-1.2 */
/* The audit trail: who did what for this tenant, the latest first. */
#include "portal.h"

enum { PER_PAGE = 50 };

void
portal_audit(struct scop_request *req)
{
	const struct scop_value *language = portal_language(req);

	portal_put_period(req);
	portal_put_page(req, "trail",
	    scop_rows(req,
		audit_trail(language, scop_field(req, "words"), portal_since(req),
		    portal_before(req), scop_make_int(req, PER_PAGE), portal_first(req, PER_PAGE))),
	    PER_PAGE);
	scop_view(req, &view_audit);
}
