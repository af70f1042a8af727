/*
 * The first page: a tile for each module that has one. A tile is a fragment that its own module answers, so a module that is
 * broken breaks its tile and nothing else.
 */
#include "portal.h"

static const struct scop_value *
language_of(struct scop_request *req)
{
	return scop_make_text(req, "%s", scop_language_of(req));
}

/* Only those that the member may see. */
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

bool
portal_home(struct scop_request *req)
{
	const struct scop_value *found = permitted(req, scop_rows(req, tiles(language_of(req))));

	scop_put(req, "tiles", found);
	scop_put(req, "any", scop_make_bool(req, scop_count(found) > 0));
	scop_put(req, "may_modules", scop_make_bool(req, scop_may(req, "portal.modules")));
	return scop_view(req, &view_home);
}

/* What waits for a person: work that could not be done, mails that were refused. */
bool
portal_tile(struct scop_request *req)
{
	scop_put(req, "waiting", scop_row(req, waiting()));
	return scop_view(req, &view_tile);
}

bool
portal_modules(struct scop_request *req)
{
	scop_put_all(req, (const struct scop_want[]){
		{ "modules", false, offers(language_of(req)) },
		{ "steps", false, steps_under_way() },
		{ 0 } });
	const struct scop_value *steps = scop_model(req, "steps"), *modules = scop_model(req, "modules");
	bool busy = scop_count(steps) > 0;

	for (size_t i = 0; i < scop_count(modules); i++)
		busy |= scop_bool(scop_at(modules, i), "under_way");
	scop_put(req, "busy", scop_make_bool(req, busy));
	scop_put(req, "may_order", scop_make_bool(req, scop_may(req, "portal.modules")));
	scop_put(req, "may_set", scop_make_bool(req, scop_may(req, "portal.settings")));
	return scop_view(req, &view_modules);
}

/* One order at a time for a module: a second press shows the run that the first one started. */
static bool
give_order(struct scop_request *req, bool installs)
{
	const struct scop_value *module = scop_path(req, "module");
	bool under_way;

	if (!scop_row(req, offer(module)))
		return scop_not_found(req);
	scop_write_unique(req, order_add(scop_tenant(req), scop_make_text(req, "%s", installs ? "install" : "disable"), module, scop_member_name(req)),
	    &under_way);
	if (!under_way)
		scop_note(req, installs ? SCOP_TEXT("Ordered to install") : SCOP_TEXT("Ordered to disable"), module);
	return scop_redirect(req, "modules", NULL);
}

bool
portal_install(struct scop_request *req)
{
	return give_order(req, true);
}

bool
portal_disable(struct scop_request *req)
{
	return give_order(req, false);
}
