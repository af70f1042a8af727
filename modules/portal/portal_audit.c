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

const struct scop_value *
portal_title_of(struct scop_request *req, const struct scop_value *row)
{
	const char *english = scop_text(row, "english");

	return english[0] && scop_text(row, "module")[0]
	    ? portal_text_of(req, scop_get(row, "module"), english)
	    : scop_get(row, "title");
}

/* Actions and titles are stored in English, and searched in the reader's language. */
static const struct scop_value *
texts_with(struct scop_request *req, const struct scop_value *words)
{
	return words ? scop_rows(req, texts_found(portal_language(req), words))
		     : scop_make_list(req, 0, NULL);
}

/* A pattern that finds each of them, as it stands; NULL for none. */
static const struct scop_value *
pattern_of(struct scop_request *req, const struct scop_value *found)
{
	const struct scop_value *pattern = NULL;

	for (size_t i = 0; i < scop_count(found); i++)
		pattern = scop_make_text(req, "%s%s\\Q%s\\E", scop_as_text(pattern), i ? "|" : "",
		    scop_text(scop_at(found, i), "english"));
	return pattern;
}

static struct scop_query
page_of_trail(struct scop_request *req, const struct scop_page *page)
{
	const struct scop_value *language = portal_language(req), *words = scop_field(req, "words"),
				*since = portal_since(req), *until = portal_before(req),
				*found = texts_with(req, words), *titles = pattern_of(req, found);

	return page->before
	    ? audit_trail_back(language, words, found, titles, since, until, page->before,
		  page->limit)
	    : audit_trail(language, words, found, titles, since, until, page->after, page->limit);
}

void
portal_audit(struct scop_request *req)
{
	const struct scop_value *entries = portal_put_page(req, "trail", PER_PAGE, page_of_trail);

	portal_put_period(req);
	scop_put(req, "trail", portal_all_named(req, scop_audit_shown(req, entries), "name"));
	scop_view(req, &view_audit);
}
