/* SPDX-License-Identifier: EUPL-1.2 */
/* Every kind of name in strings, all correct: scopiton-lint accepts it, and its test introduces
 * mistakes into it. */
#include "names.h"

static void
list(struct scop_request *req)
{
	scop_put(req, "tools", scop_rows(req, tools()));
	scop_view(req, &view_list);
}

static void
tool(struct scop_request *req)
{
	scop_put(req, "tool", scop_row(req, tool_by_id(scop_path(req, "tool"))));
	scop_put(req, "number", scop_path(req, "tool"));
	scop_view(req, &view_tool);
}

static void
ask(struct scop_request *req)
{
	if (!scop_row(req, tool_by_id(scop_path(req, "tool")))) {
		scop_reject(req, "name", "This tool is not there");
		return;
	}
	scop_write(req,
	    loan_add(scop_path(req, "tool"), scop_field(req, "name"), scop_field(req, "mail")));
	scop_enqueue(req, "remind", NULL);
	scop_emit(req, "asked", NULL);
	scop_redirect(req, "list", NULL);
}

static void
loans_show(struct scop_request *req)
{
	scop_put_all(req, (const struct scop_read[]){ { "loans", false, loans() }, { 0 } });
	scop_put(req, "may_see", scop_make_bool(req, scop_may(req, "lending.see")));
	scop_put(req, "days", scop_setting(req, "days"));
	scop_view(req, &view_loans);
}

static void
tile(struct scop_request *req)
{
	scop_view(req, &view_tile);
}

static enum scop_job_result
remind(struct scop_request *req)
{
	scop_write(req, loan_add(NULL, NULL, NULL));
	return SCOP_JOB_DONE;
}

static const struct scop_field ask_fields[] = {
	{ .name = "name", .type = SCOP_FIELD_TEXT, .label = SCOP_TEXT("Your name"), .max = 80 },
	{ .name = "mail", .type = SCOP_FIELD_EMAIL, .label = SCOP_TEXT("Your mail address") },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "list", .handle = list },
	{ .method = SCOP_GET, .path = "/t/{tool}", .name = "tool", .handle = tool },
	{ .method = SCOP_POST,
	    .path = "/t/{tool}",
	    .name = "ask",
	    .handle = ask,
	    .fields = ask_fields,
	    .form = tool },
	{ .method = SCOP_GET, .path = "/loans", .handle = loans_show, .permission = "lending.see" },
	{ .method = SCOP_GET, .path = "/tile", .handle = tile, .permission = "lending.see" },
	{ 0 },
};

static const struct scop_job jobs[] = {
	{ .name = "remind", .handle = remind },
	{ 0 },
};

SCOP_MODULE(.routes = routes, .jobs = jobs);
