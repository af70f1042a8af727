/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements that are fast, slow, slower than MariaDB allows, and larger; alone and in a batch. */
#include "names.h"

static const struct scop_value *
least(struct scop_request *req)
{
	return scop_make_int(req, 1);
}

static void
page(struct scop_request *req)
{
	scop_put_all(req,
	    (const struct scop_read[]){ { .name = "few", .query = few(least(req)) },
		{ .name = "digits", .query = digits() }, { 0 } });
	scop_view(req, &view_page);
}

static void
slow_page(struct scop_request *req)
{
	scop_put(req, "few", scop_rows(req, few(least(req))));
	scop_put(req, "many", scop_rows(req, many(least(req))));
	scop_view(req, &view_page);
}

static void
too_slow(struct scop_request *req)
{
	scop_put(req, "too_many", scop_rows(req, too_many(least(req))));
	scop_view(req, &view_page);
}

static void
too_wide(struct scop_request *req)
{
	scop_put(req, "too_many", scop_rows(req, wide(least(req))));
	scop_view(req, &view_page);
}

static void
add(struct scop_request *req)
{
	scop_write(req, digit_add(least(req)));
	scop_redirect(req, "page", NULL);
}

static enum scop_job_result
count(struct scop_request *req)
{
	scop_rows(req, few(least(req)));
	return SCOP_JOB_DONE;
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page, .api = true },
	{ .method = SCOP_POST, .path = "/", .name = "ask", .handle = add },
	{ .method = SCOP_GET, .path = "/slow", .name = "slow", .handle = slow_page },
	{ .method = SCOP_GET, .path = "/too-slow", .name = "too_slow", .handle = too_slow },
	{ .method = SCOP_GET, .path = "/too-wide", .name = "too_wide", .handle = too_wide },
	{ 0 },
};

static const struct scop_job jobs[] = {
	{ .name = "count", .handle = count },
	{ 0 },
};

SCOP_MODULE(.routes = routes, .jobs = jobs);
