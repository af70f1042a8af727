/* SPDX-License-Identifier: EUPL-1.2 */
/* Work of the tenant's modules that waits, runs or could not be done, and what a member may order
 * about it. */
#include "portal.h"

enum { PER_PAGE = 50 };

void
portal_jobs(struct scop_request *req)
{
	const struct scop_value *language = scop_make_text(req, "%s", scop_language_of(req));
	const struct scop_value *limit = scop_make_int(req, PER_PAGE),
				*first = portal_first(req, PER_PAGE);

	scop_put_all(req,
	    (const struct scop_want[]){ { "dead", false, dead_jobs(language, limit, first) },
		{ "jobs", false, jobs(language, limit, first) }, { 0 } });
	const struct scop_value *dead = portal_all_reworded(req, scop_model(req, "dead"), "error"),
				*living =
				    portal_all_reworded(req, scop_model(req, "jobs"), "error");

	scop_put(req, "dead", dead);
	portal_put_page(req, "jobs", living,
	    scop_count(dead) == PER_PAGE ? scop_count(living) : PER_PAGE);
	scop_put(req, "any_dead", scop_make_bool(req, scop_count(dead) > 0));
	scop_view(req, &view_jobs);
}

/* A job that has ended meanwhile is no mistake of the person who pressed the button. */
static void
give_order(struct scop_request *req, const struct scop_value *job, const char *verb,
    const char *words)
{
	if (job) {
		scop_order_job(req, scop_get(job, "id"), verb);
		scop_note(req, words, scop_path(req, "id"));
	}
	scop_redirect(req, "jobs", NULL);
}

void
portal_job_cancel(struct scop_request *req)
{
	give_order(req, scop_row(req, job_by_id(scop_path(req, "id"))), "cancel",
	    SCOP_NOTE("Cancelled a job"));
}

void
portal_job_replay(struct scop_request *req)
{
	give_order(req, scop_row(req, dead_job_by_id(scop_path(req, "id"))), "replay",
	    SCOP_NOTE("Retried a job"));
}

void
portal_job_drop(struct scop_request *req)
{
	give_order(req, scop_row(req, dead_job_by_id(scop_path(req, "id"))), "drop",
	    SCOP_NOTE("Discarded a job"));
}
