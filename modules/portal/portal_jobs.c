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
	    (const struct scop_read[]){ { "dead", false, dead_jobs(language, limit, first) },
		{ "jobs", false, jobs(language, limit, first) }, { 0 } });
	const struct scop_value *dead = portal_all_said(req, scop_model(req, "dead"), "error"),
				*living = portal_all_said(req, scop_model(req, "jobs"), "error");

	scop_put(req, "dead", dead);
	portal_put_page(req, "jobs", living,
	    scop_count(dead) == PER_PAGE ? scop_count(living) : PER_PAGE);
	scop_put(req, "any_dead", scop_make_bool(req, scop_count(dead) > 0));
	scop_view(req, &view_jobs);
}

/* The orders that a member may give about a job. */
struct job_order {
	const char *verb, *note, *said;
	const struct scop_view *question; /* NULL: not asked */
};

/* A job that has ended meanwhile is no mistake of the person who pressed the button. */
static void
give_order(struct scop_request *req, const struct scop_value *job, const struct job_order *order)
{
	scop_put(req, "one", job);
	if (job && order->question && !portal_is_sure(req, order->question))
		return;
	if (job) {
		scop_order_job(req, scop_get(job, "id"), order->verb);
		scop_audit(req, order->note, scop_get(job, "title"));
	}
	scop_flash(req, job ? order->said : SCOP_TEXT("This job has ended in the meantime."));
	scop_redirect(req, "jobs", NULL);
}

static const struct scop_value *
waiting_job(struct scop_request *req)
{
	return scop_row(req, job_by_id(portal_language(req), scop_path(req, "id")));
}

static const struct scop_value *
failed_job(struct scop_request *req)
{
	return scop_row(req, dead_job_by_id(portal_language(req), scop_path(req, "id")));
}

void
portal_job_cancel(struct scop_request *req)
{
	static const struct job_order cancel = { "cancel", SCOP_AUDIT("Cancelled a job"),
		SCOP_TEXT("The job is cancelled."), &view_sure_cancel };

	give_order(req, waiting_job(req), &cancel);
}

void
portal_job_replay(struct scop_request *req)
{
	static const struct job_order replay = { "replay", SCOP_AUDIT("Retried a job"),
		SCOP_TEXT("The job is tried again now."), NULL };

	give_order(req, failed_job(req), &replay);
}

void
portal_job_drop(struct scop_request *req)
{
	static const struct job_order drop = { "drop", SCOP_AUDIT("Discarded a job"),
		SCOP_TEXT("The job is discarded."), &view_sure_drop };

	give_order(req, failed_job(req), &drop);
}
