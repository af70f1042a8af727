/* Work of the tenant's modules that waits, runs or could not be done, and what a member may order about it. */
#include "portal.h"

enum { PER_PAGE = 50 };

const struct scop_field portal_page_fields[] = {
	{ .name = "page", .type = SCOP_FIELD_INT, .min = 1, .max = 10000 },
	{ 0 }
};

bool
portal_jobs(struct scop_request *req)
{
	const struct scop_value *field = scop_field(req, "page");
	const int64_t page = field ? scop_as_int(field) : 1;
	const struct scop_value *language = scop_make_text(req, "%s", scop_language_of(req));
	const struct scop_value *limit = scop_make_int(req, PER_PAGE), *first = scop_make_int(req, (page - 1) * PER_PAGE);

	scop_put_all(req, (const struct scop_want[]){
		{ "dead", false, dead_jobs(language, limit, first) },
		{ "jobs", false, jobs(language, limit, first) },
		{ 0 } });
	const size_t count = scop_count(scop_model(req, "jobs")), lost = scop_count(scop_model(req, "dead"));

	scop_put(req, "any", scop_make_bool(req, count > 0));
	scop_put(req, "any_dead", scop_make_bool(req, lost > 0));
	if (page > 1)
		scop_put(req, "previous", scop_make_int(req, page - 1));
	if (count == PER_PAGE || lost == PER_PAGE)
		scop_put(req, "next", scop_make_int(req, page + 1));
	return scop_view(req, &view_jobs);
}

/* A job that has ended meanwhile is no mistake of the person who pressed the button. */
static bool
give_order(struct scop_request *req, const struct scop_value *job, const char *verb)
{
	if (job)
		scop_order_job(req, scop_get(job, "id"), verb);
	return scop_redirect(req, "jobs", NULL);
}

bool
portal_job_cancel(struct scop_request *req)
{
	return give_order(req, scop_row(req, job_by_id(scop_path(req, "id"))), "cancel");
}

bool
portal_job_replay(struct scop_request *req)
{
	return give_order(req, scop_row(req, dead_job_by_id(scop_path(req, "id"))), "replay");
}

bool
portal_job_drop(struct scop_request *req)
{
	return give_order(req, scop_row(req, dead_job_by_id(scop_path(req, "id"))), "drop");
}
