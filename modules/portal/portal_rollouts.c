/* SPDX-License-Identifier: EUPL-1.2 */
/* Upgrades in waves of a module for the scop's tenants that have it: start, watch, pause and
 * resume. For operators. */
#include <stdlib.h>
#include <string.h>

#include "portal.h"

/* More companies than SELECT_MAX are not to choose from a list: their name is typed. */
enum { PER_PAGE = 50, SHOWN_MAX = 500, SELECT_MAX = 200 };

const struct scop_field portal_rollout_fields[] = {
	SCOP_PAGE_FIELDS,
	{ .name = "module",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Module"),
	    .required = true,
	    .max = 24,
	    .pattern = "[a-z][a-z0-9_]*",
	    .message = SCOP_TEXT("Choose a module.") },
	{ .name = "version",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Version"),
	    .max = 40,
	    .pattern = "[0-9.^~<>=* ]*",
	    .message = SCOP_TEXT("This is not a version number.") },
	{ .name = "canary", .type = SCOP_FIELD_ID, .label = SCOP_TEXT("Pilot company") },
	{ .name = "pilot",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Pilot company"),
	    .max = 100 },
	{ .name = "granted", .type = SCOP_FIELD_BOOL },
	{ .name = "sure", .type = SCOP_FIELD_BOOL },
	{ 0 },
};

static const struct scop_value *
language_of(struct scop_request *req)
{
	return scop_make_text(req, "%s", scop_language_of(req));
}

static bool
is_running(const struct scop_value *rollout)
{
	return strcmp(scop_text(rollout, "state"), "running") == 0;
}

static struct scop_query
page_of_rollouts(struct scop_request *req, const struct scop_page *page)
{
	return page->before ? rollouts_back(language_of(req), page->before, page->limit)
			    : rollouts(language_of(req), page->after, page->limit);
}

static void
put_pilots(struct scop_request *req)
{
	const struct scop_value *found =
	    scop_rows(req, tenants_titled(scop_make_int(req, SELECT_MAX + 1)));

	scop_put(req, "tenants", found);
	scop_put(req, "many", scop_make_bool(req, scop_count(found) > SELECT_MAX));
}

/* The number of the pilot company, as chosen, or as its name was typed; NULL: none. */
static const struct scop_value *
pilot_of(struct scop_request *req)
{
	const struct scop_value *typed = scop_field(req, "pilot");
	const struct scop_value *found = typed ? scop_rows(req, tenants_called(typed)) : NULL;

	if (!typed)
		return scop_field(req, "canary");
	if (scop_count(found) == 0)
		scop_reject(req, "pilot", "No company has this name.");
	else if (scop_count(found) > 1 && !scop_bool(scop_at(found, 0), "by_name"))
		scop_reject(req, "pilot",
		    "Several companies have this name. Enter the short name of the one you mean.");
	return scop_get(scop_at(found, 0), "id");
}

void
portal_rollouts(struct scop_request *req)
{
	const struct scop_value *asked =
	    scop_rows(req, rollouts_asked(language_of(req), scop_tenant(req)));
	bool busy = false;

	for (size_t i = 0; i < scop_count(asked); i++)
		busy |= scop_bool(scop_at(asked, i), "under_way");
	scop_put(req, "asked", portal_all_said(req, asked, "message"));
	scop_put(req, "rollouts",
	    portal_all_named(req, portal_put_page(req, "rollouts", PER_PAGE, page_of_rollouts),
		"actor"));
	for (size_t i = 0; i < scop_count(scop_model(req, "rollouts")); i++)
		busy |= is_running(scop_at(scop_model(req, "rollouts"), i));
	scop_put(req, "busy", scop_make_bool(req, busy));
	scop_put(req, "modules", scop_rows(req, rollout_modules(language_of(req))));
	put_pilots(req);
	scop_view(req, &view_rollouts);
}

static bool
is_granted(struct scop_request *req)
{
	return scop_as_bool(scop_field(req, "granted"));
}

/* The companies that would be updated, by wave; for the socle, which has no offer, all of them. */
static const struct scop_value *
plan_of(struct scop_request *req, const struct scop_value *module, const struct scop_value *canary)
{
	const struct scop_value *limit = scop_make_int(req, SHOWN_MAX);

	return strcmp(scop_as_text(module), "socle") == 0
	    ? scop_rows(req, rollout_plan_base(canary, limit))
	    : scop_rows(req,
		  rollout_plan(module, scop_field(req, "version"),
		      scop_make_bool(req, is_granted(req)), canary, limit));
}

/* Rejects what the installer would refuse. */
static bool
may_begin(struct scop_request *req, const struct scop_value *rows, const struct scop_value *about,
    const struct scop_value *canary)
{
	const struct scop_value *first = scop_at(rows, 0);

	if (!first)
		scop_reject(req, "module", "No company has this module enabled.");
	else if (canary && scop_int(first, "wave") != 0)
		scop_reject(req, scop_field(req, "pilot") ? "pilot" : "canary",
		    "The pilot company does not have this module enabled. Choose another one.");
	else if (scop_bool(about, "running"))
		scop_reject(req, "module",
		    "Another update of this module is in progress. Wait until it has ended.");
	return !scop_rejected(req);
}

/* Shows the waves, and which companies are left out; false if it could not start. */
static bool
put_plan(struct scop_request *req, const struct scop_value *module, const struct scop_value *canary)
{
	const struct scop_value *rows = plan_of(req, module, canary);
	const struct scop_value *about = scop_row(req, rollout_module(language_of(req), module));
	const int64_t all = scop_int(scop_at(rows, 0), "companies");

	if (!may_begin(req, rows, about, canary))
		return false;
	scop_put(req, "module", module);
	scop_put(req, "title", scop_get(about, "title"));
	scop_put(req, "version", scop_field(req, "version"));
	scop_put(req, "canary", canary);
	scop_put(req, "granted", scop_make_bool(req, is_granted(req)));
	scop_put(req, "plan", rows);
	scop_put(req, "companies", scop_make_int(req, all));
	scop_put(req, "more", scop_make_int(req, all - (int64_t)scop_count(rows)));
	scop_put(req, "left_out",
	    scop_rows(req, rollout_left_out(module, scop_make_int(req, SHOWN_MAX))));
	scop_put(req, "any_left", scop_at(scop_model(req, "left_out"), 0));
	scop_put(req, "replaces", scop_get(about, "paused"));
	return true;
}

void
portal_rollout_begin(struct scop_request *req)
{
	const struct scop_value *module = scop_field(req, "module"),
				*version = scop_field(req, "version"), *canary = pilot_of(req);
	bool under_way;

	if (scop_rejected(req) || !put_plan(req, module, canary) ||
	    !portal_is_sure(req, &view_rollout_plan))
		return;
	scop_write_unique(req,
	    rollout_order_add(scop_tenant(req), module, scop_actor(req),
		version ? version : scop_make_text(req, "%s", ""),
		scop_make_bool(req, is_granted(req)), canary),
	    &under_way);
	const struct scop_value *one = scop_row(req, offer_page(language_of(req), module));

	scop_audit(req, "Started a gradual update", one ? portal_title_of(req, one) : module);
	scop_flash(req, SCOP_TEXT("The update starts in a moment."));
	scop_redirect(req, "rollouts", NULL);
}

static const struct scop_value *
rollout_of(struct scop_request *req)
{
	return scop_row(req,
	    rollout_by_id(language_of(req),
		scop_make_int(req, atoll(scop_as_text(scop_path(req, "rollout"))))));
}

static struct scop_query
page_of_tenants(struct scop_request *req, const struct scop_page *page)
{
	const int64_t rollout = atoll(scop_as_text(scop_path(req, "rollout")));

	return rollout_tenants(scop_make_int(req, rollout), page->after, page->before, page->limit);
}

void
portal_rollout(struct scop_request *req)
{
	const struct scop_value *one = rollout_of(req);

	if (!one) {
		scop_not_found(req);
		return;
	}
	const bool asked =
	    scop_row(req, rollout_changes(scop_tenant(req), scop_get(one, "id"))) != NULL;

	scop_put(req, "one", portal_named(req, one, "actor"));
	/* the installer has not started it yet */
	scop_put(req, "asked", scop_make_bool(req, asked));
	scop_put(req, "busy", scop_make_bool(req, asked || is_running(one)));
	scop_put(req, "tenants",
	    portal_all_said(req, portal_put_page(req, "tenants", PER_PAGE, page_of_tenants),
		"message"));
	scop_view(req, &view_rollout);
}

static void
change(struct scop_request *req, const char *kind, const char *note, const char *said)
{
	const struct scop_value *one = rollout_of(req), *id = scop_get(one, "id");
	bool under_way;

	if (!scop_bool(one, "own")) {
		scop_not_found(req);
		return;
	}
	scop_write_unique(req,
	    rollout_change_add(scop_tenant(req), scop_make_text(req, "%s", kind), id,
		scop_actor(req)),
	    &under_way);
	scop_audit(req, note, portal_title_of(req, one));
	scop_flash(req, said);
	scop_redirect(req, "rollout", scop_map_of(req, "rollout", id, NULL));
}

void
portal_rollout_pause(struct scop_request *req)
{
	change(req, "rollout-pause", SCOP_AUDIT("Paused a gradual update"),
	    SCOP_TEXT("The update pauses after the current company."));
}

void
portal_rollout_resume(struct scop_request *req)
{
	change(req, "rollout-resume", SCOP_AUDIT("Resumed a gradual update"),
	    SCOP_TEXT("The update continues."));
}
