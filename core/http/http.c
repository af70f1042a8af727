/* SPDX-License-Identifier: EUPL-1.2 */
/* The API side of calls to other systems; http/out.c makes the calls, and only job workers load it.
 */
#include "http/out.h"
#include "web/request.h"
#include "web/serve.h"

const struct scop_value *
scop_http(struct scop_request *req, const struct scop_http *ask)
{
	req->http_error = "";
	if (req->failed)
		return NULL;
	if (!req->job_body) {
		scop_request_fail(req, SCOP_DB_FAILED,
		    "scop_http outside a job: visitors must not wait for another system");
		return NULL;
	}
	if (!req->app->out) {
		scop_request_fail(req, SCOP_DB_FAILED,
		    "module.xml has no <calls>, so this module may not make calls");
		return NULL;
	}
	return req->app->out->call(req, ask, &req->http_error);
}

const char *
scop_http_error(const struct scop_request *req)
{
	return req->http_error ? req->http_error : "";
}

const struct scop_value *
scop_job_key(struct scop_request *req)
{
	const char *entry =
	    req->exchange ? req->exchange->param(req->exchange->context, "ENTRY") : NULL;

	return scop_hash(req,
	    scop_value_text(req->arena,
		scop_arena_printf(req->arena, "%s %s", req->site.role, entry ? entry : "")));
}
