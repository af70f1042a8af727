/* SPDX-License-Identifier: EUPL-1.2 */
/* Its job calls the given address and stores the result; it also calls from a visitor's request,
 * which is refused. */
#include "names.h"

static enum scop_job_result
call(struct scop_request *req)
{
	const struct scop_value *body = scop_body(req);
	const struct scop_http_header headers[] = { { "X-Note", scop_get(body, "note") },
		{ "Idempotency-Key", scop_job_key(req) }, { 0 } };
	const struct scop_value *sent = scop_get(body, "send");
	const struct scop_value *answer = scop_http(req,
	    &(const struct scop_http){ .url = scop_get(body, "url"),
		.headers = headers,
		.method = sent ? "POST" : NULL,
		.body = sent,
		.seconds = (unsigned)scop_int(body, "seconds"),
		.max_bytes = (size_t)scop_int(body, "most"),
		.redirects = (unsigned)scop_int(body, "redirects") });

	scop_write(req,
	    answer_put(scop_get(body, "url"), scop_get(answer, "status"),
		scop_make_int(req, (int64_t)scop_size(scop_get(answer, "body"))),
		scop_make_text(req, "%.150s", scop_text(answer, "body")),
		scop_make_text(req, "%.250s", scop_http_error(req)), scop_job_key(req)));
	return SCOP_JOB_DONE;
}

static void
visit(struct scop_request *req)
{
	scop_http(req,
	    &(const struct scop_http){ .url = scop_make_text(req, "https://localhost:18443/") });
	scop_not_found(req);
}

static void
form(struct scop_request *req)
{
	scop_view(req, &view_form);
}

static void
ask(struct scop_request *req)
{
	scop_enqueue(req, "call",
	    scop_map_of(req, "url", scop_field(req, "url"), "note", scop_field(req, "note"), "send",
		scop_field(req, "send"), "seconds", scop_field(req, "seconds"), "most",
		scop_field(req, "most"), "redirects", scop_field(req, "redirects"), NULL));
	scop_redirect(req, "form", NULL);
}

static const struct scop_field fields[] = {
	{ .name = "url", .type = SCOP_FIELD_TEXT, .max = 300 },
	{ .name = "note", .type = SCOP_FIELD_LONGTEXT },
	{ .name = "send", .type = SCOP_FIELD_TEXT },
	{ .name = "seconds", .type = SCOP_FIELD_INT, .max = 100 },
	{ .name = "most", .type = SCOP_FIELD_INT, .max = 100000000 },
	{ .name = "redirects", .type = SCOP_FIELD_INT, .max = 9 },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/form", .name = "form", .handle = form },
	{ .method = SCOP_POST,
	    .path = "/form",
	    .name = "ask",
	    .handle = ask,
	    .fields = fields,
	    .form = form },
	{ .method = SCOP_GET, .path = "/", .name = "visit", .handle = visit },
	{ 0 },
};

static const struct scop_job jobs[] = {
	{ .name = "call", .handle = call },
	{ 0 },
};

SCOP_MODULE(.routes = routes, .jobs = jobs);
