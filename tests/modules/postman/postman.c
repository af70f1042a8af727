/* SPDX-License-Identifier: EUPL-1.2 */
/* Sends mails, from a page and from a job, with the visitor's input. */
#include <string.h>

#include "names.h"

static void
write(struct scop_request *req)
{
	scop_view(req, &view_write);
}

static void
mail(struct scop_request *req, const struct scop_value *from)
{
	scop_put(req, "name", scop_get(from, "name"));
	scop_put(req, "text", scop_get(from, "text"));
	scop_mail(req,
	    &(const struct scop_mail){ .view = &view_news,
		.to = scop_get(from, "to"),
		.to_name = scop_get(from, "name"),
		.reply_to = scop_text(from, "reply_to")[0] ? scop_get(from, "reply_to") : NULL,
		.secret = scop_bool(from, "secret") });
}

static void
send(struct scop_request *req)
{
	const struct scop_value *from = scop_map_of(req, "to", scop_field(req, "to"), "name",
	    scop_field(req, "name"), "text", scop_field(req, "text"), "reply_to",
	    scop_field(req, "reply_to"), "secret", scop_field(req, "secret"), NULL);

	const int64_t times = !scop_field(req, "attach") ? 0
	    : scop_field(req, "times")                   ? scop_as_int(scop_field(req, "times"))
							 : 1;

	if (scop_as_bool(scop_field(req, "job"))) {
		scop_enqueue(req, "later", from);
	} else {
		mail(req, from);
		for (int64_t i = 0; i < times; i++)
			scop_attach(req, scop_as_text(scop_field(req, "attach")), "text/csv",
			    scop_field(req, "text"));
	}
	scop_redirect(req, "write", NULL);
}

static enum scop_job_result
later(struct scop_request *req)
{
	mail(req, scop_body(req));
	return SCOP_JOB_DONE;
}

static const struct scop_field fields[] = {
	/* unchecked, for the API to check it */
	{ .name = "to", .type = SCOP_FIELD_TEXT, .required = true },
	{ .name = "name", .type = SCOP_FIELD_TEXT },
	{ .name = "text", .type = SCOP_FIELD_LONGTEXT, .required = true },
	{ .name = "reply_to", .type = SCOP_FIELD_TEXT },
	{ .name = "attach", .type = SCOP_FIELD_TEXT },
	{ .name = "times", .type = SCOP_FIELD_INT, .min = 1, .max = 100 },
	{ .name = "secret", .type = SCOP_FIELD_BOOL },
	{ .name = "job", .type = SCOP_FIELD_BOOL },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "write", .handle = write },
	{ .method = SCOP_POST,
	    .path = "/",
	    .name = "send",
	    .handle = send,
	    .fields = fields,
	    .form = write },
	{ 0 },
};

static const struct scop_job jobs[] = {
	{ .name = "later", .handle = later },
	{ 0 },
};

SCOP_MODULE(.routes = routes, .jobs = jobs);
