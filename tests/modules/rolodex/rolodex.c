/* SPDX-License-Identifier: EUPL-1.2 */
/* Offers a read of its cards to other modules, and adds the cards that they ask for. */
#include "names.h"

static void
list(struct scop_request *req)
{
	scop_put(req, "cards", scop_rows(req, cards()));
	scop_view(req, &view_list);
}

/* Answers with an event that has the sender's reference. */
static enum scop_job_result
add_party(struct scop_request *req)
{
	const struct scop_value *body = scop_body(req);

	scop_write(req,
	    card_add(scop_get(body, "name"), scop_make_string(req, scop_text(body, "mail")),
		scop_make_text(req, "from %s", scop_sender(req)),
		scop_make_int(req, scop_int(body, "owes")), scop_get(body, "since")));
	scop_emit(req, "party_added",
	    scop_map_of(req, "reference", scop_get(body, "reference"), "id",
		scop_make_int(req, scop_inserted(req)), NULL));
	return SCOP_JOB_DONE;
}

static const struct scop_job jobs[] = {
	{ .name = "add_party", .handle = add_party, .accepts = &accepts_add_party_1 },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "list", .handle = list, .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes, .jobs = jobs);
