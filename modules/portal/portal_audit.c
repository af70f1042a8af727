/* SPDX-License-Identifier: EUPL-1.2 */
/* The audit trail: who did what for this tenant, newest first. */
#include "portal.h"

enum { PER_PAGE = 50 };

/* Entries that version 0.1.0 stored, which are still translated. */
__attribute__((unused)) static const char *const earlier_texts[] = {
	SCOP_AUDIT("Changed the role of"), SCOP_AUDIT("Removed"), SCOP_AUDIT("Installed"),
	SCOP_AUDIT("Updated"), SCOP_AUDIT("Went back to the previous version"),
	SCOP_AUDIT("Disabled"), SCOP_AUDIT("Uninstalled"), SCOP_AUDIT("Deleted permanently")
};

const struct scop_value *
portal_text_of(struct scop_request *req, const struct scop_value *module, const char *english)
{
	return scop_make_with(req, scop_make_message(req, english, NULL), "module", module);
}

static struct scop_query
page_of_trail(struct scop_request *req, const struct scop_page *page)
{
	const struct scop_value *language = portal_language(req), *words = scop_field(req, "words"),
				*since = portal_since(req), *until = portal_before(req);

	return page->before
	    ? audit_trail_back(language, words, since, until, page->before, page->limit)
	    : audit_trail(language, words, since, until, page->after, page->limit);
}

void
portal_audit(struct scop_request *req)
{
	const struct scop_value *entries = portal_put_page(req, "trail", PER_PAGE, page_of_trail);

	portal_put_period(req);
	scop_put(req, "trail", portal_all_named(req, scop_audit_shown(req, entries), "name"));
	scop_view(req, &view_audit);
}
