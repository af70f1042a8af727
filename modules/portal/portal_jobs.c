/* SPDX-License-Identifier: EUPL-1.2 */
/* Queued, running and failed jobs of the tenant's modules, and the orders that a member may give
 * about them. */
#include "portal.h"

enum { PER_PAGE = 50 };

const struct scop_field portal_jobs_fields[] = {
	SCOP_PAGE_FIELDS,
	/* the failed ones alone */
	{ .name = "failed", .type = SCOP_FIELD_BOOL },
	{ 0 },
};

static struct scop_query
page_of_jobs(struct scop_request *req, const struct scop_page *page)
{
	return jobs(portal_language(req), page->after, page->before, page->limit);
}

static struct scop_query
page_of_dead(struct scop_request *req, const struct scop_page *page)
{
	return page->before ? dead_jobs_back(portal_language(req), page->before, page->limit)
			    : dead_jobs(portal_language(req), page->after, page->limit);
}

/* The latest failed jobs, with a way to the others, and pages of those that wait; or pages of the
 * failed ones. */
void
portal_jobs(struct scop_request *req)
{
	const bool failed = scop_as_bool(scop_field(req, "failed"));
	const struct scop_value *dead = failed
	    ? portal_put_page(req, "dead", PER_PAGE, page_of_dead)
	    : scop_rows(req, dead_jobs(portal_language(req), NULL, scop_make_int(req, PER_PAGE)));

	scop_put(req, "dead", portal_all_said(req, dead, "error"));
	scop_put(req, "any_dead", scop_make_bool(req, scop_count(dead) > 0));
	scop_put(req, "more_dead", scop_make_bool(req, !failed && scop_count(dead) == PER_PAGE));
	scop_put(req, "failed", scop_make_bool(req, failed));
	if (!failed)
		scop_put(req, "jobs",
		    portal_all_said(req, portal_put_page(req, "jobs", PER_PAGE, page_of_jobs),
			"error"));
	scop_view(req, &view_jobs);
}

/* The orders that a member may give about a job. */
struct job_order {
	const char *verb, *note, *said;
	const struct scop_view *question; /* NULL: no confirmation */
};

/* A job that has ended in the meantime is not the user's mistake. */
static void
give_order(struct scop_request *req, const struct scop_value *job, const struct job_order *order)
{
	scop_put(req, "one", job);
	if (job && order->question && !portal_is_sure(req, order->question))
		return;
	if (job) {
		scop_order_job(req, scop_get(job, "id"), order->verb);
		scop_audit(req, order->note, portal_title_of(req, job));
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
		SCOP_TEXT("The job is being retried now."), NULL };

	give_order(req, failed_job(req), &replay);
}

void
portal_job_drop(struct scop_request *req)
{
	static const struct job_order drop = { "drop", SCOP_AUDIT("Discarded a job"),
		SCOP_TEXT("The job is discarded."), &view_sure_drop };

	give_order(req, failed_job(req), &drop);
}
