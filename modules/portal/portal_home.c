/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The first page: a tile for each module that has one. A tile is a fragment that its own module
 * answers, so a broken module breaks only its tile. Members whose role has no tile get links to the
 * pages that they may open.
 */
#include "portal.h"

/* Only tiles that the member may see. */
static const struct scop_value *
permitted(struct scop_request *req, const struct scop_value *rows)
{
	const size_t count = scop_count(rows);
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof(*list));
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (scop_may(req, scop_text(scop_at(rows, i), "permission")))
			list[kept++] = scop_at(rows, i);
	return scop_make_list(req, kept, list);
}

void
portal_home(struct scop_request *req)
{
	const struct scop_value *language = portal_language(req);

	scop_put_all(req,
	    (const struct scop_read[]){ { "tiles", false, tiles(language) },
		{ "entries", false, entries(language) }, { "public", true, public_module() },
		{ "member", true, name_of_member(scop_member(req)) }, { 0 } });
	const struct scop_value *found = permitted(req, scop_model(req, "tiles")),
				*pages = permitted(req, scop_model(req, "entries"));

	scop_put(req, "tiles", found);
	scop_put(req, "any", scop_make_bool(req, scop_count(found) > 0));
	scop_put(req, "entries", pages);
	scop_put(req, "any_entry", scop_make_bool(req, scop_count(pages) > 0));
	scop_put(req, "may_modules", scop_make_bool(req, scop_may(req, "portal.modules")));
	scop_view(req, &view_home);
}

/* Puts what needs attention: failed jobs, refused mails. */
void
portal_tile(struct scop_request *req)
{
	scop_put(req, "waiting", scop_row(req, waiting()));
	scop_view(req, &view_waiting);
}
