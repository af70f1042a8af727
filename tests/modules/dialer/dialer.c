/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads what another module offers, and asks it to add to that, if it is there. */
#include "names.h"

static void
list(struct scop_request *req)
{
	scop_put_all(req,
	    (const struct scop_read[]){ { "calls", false, made_calls() },
		{ "parties", false, parties() }, { 0 } });
	scop_view(req, &view_list);
}

/* A call to somebody who has no card yet. */
static void
call(struct scop_request *req)
{
	scop_write(req, call_add(scop_field(req, "said")));
	rolodex__add_party_1(req, scop_make_text(req, "%lld", (long long)scop_inserted(req)),
	    scop_field(req, "name"), scop_field(req, "owes"), scop_today(req));
	scop_redirect(req, "list", NULL);
}

static enum scop_job_result
added(struct scop_request *req)
{
	const struct scop_value *body = scop_body(req);

	scop_write(req, call_of(scop_get(body, "reference"), scop_get(body, "id")));
	return SCOP_JOB_DONE;
}

static const struct scop_job jobs[] = {
	{ .name = "added", .handle = added },
	{ 0 },
};

static const struct scop_field call_fields[] = {
	{ .name = "said", .type = SCOP_FIELD_TEXT, .required = true },
	{ .name = "name", .type = SCOP_FIELD_TEXT, .required = true },
	{ .name = "owes", .type = SCOP_FIELD_MONEY, .required = true },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "list", .handle = list, .api = true },
	{ .method = SCOP_POST,
	    .path = "/calls",
	    .name = "call",
	    .handle = call,
	    .fields = call_fields,
	    .form = list },
	{ 0 },
};

SCOP_MODULE(.routes = routes, .jobs = jobs);
