/*
 * The portal: the way in for a tenant's members, and their modules.
 *
 * It holds no rights over modules: it writes an order, and the installer carries it out. Signing in is by a one-time link
 * whose page shows a button, because a mail program may open a link by itself, and only the button's POST uses it up.
 */
#include "portal.h"

enum { TOKEN_LENGTH = 40 };

static bool
sign_in_show(struct scop_request *req)
{
	const struct scop_value *hash = scop_hash(req, scop_path(req, "token"));

	scop_put(req, "member", scop_row(req, sign_in_by_hash(hash)));
	scop_put(req, "token", scop_path(req, "token"));
	return scop_view(req, &view_sign_in);
}

static bool
sign_in(struct scop_request *req)
{
	const struct scop_value *hash = scop_hash(req, scop_path(req, "token"));
	const struct scop_value *member = scop_get(scop_row(req, sign_in_by_hash(hash)), "member");
	const struct scop_value *token = scop_random(req, TOKEN_LENGTH);

	/* Of two posts at once one deletes the link; the other finds it gone. */
	if (!member || scop_write(req, sign_in_use(hash)) != 1)
		return scop_redirect(req, "sign-in-needed", NULL);
	scop_write(req, sessions_sweep());
	scop_write(req, session_add(scop_hash(req, token), member));
	scop_session_cookie(req, scop_as_text(token));
	return scop_redirect(req, "modules", NULL);
}

static bool
sign_in_needed(struct scop_request *req)
{
	return scop_view(req, &view_sign_in);
}

static bool
sign_out_show(struct scop_request *req)
{
	return scop_view(req, &view_sign_out);
}

static bool
sign_out(struct scop_request *req)
{
	scop_write(req, sessions_end(scop_member(req)));
	scop_session_cookie(req, "");
	return scop_redirect(req, "sign-in-needed", NULL);
}

static bool
modules(struct scop_request *req)
{
	scop_put_all(req, (const struct scop_want[]){
		{ "modules", false, offers(scop_make_text(req, "%s", scop_language_of(req))) },
		{ "steps", false, steps_under_way() },
		{ 0 } });
	return scop_view(req, &view_modules);
}

/* One order at a time for a module: a second press shows the run that the first one started. */
static bool
give_order(struct scop_request *req, const char *kind)
{
	const struct scop_value *module = scop_path(req, "module");
	bool under_way;

	if (!scop_row(req, offer(module)))
		return scop_not_found(req);
	scop_write_unique(req, order_add(scop_tenant(req), scop_make_text(req, "%s", kind), module, scop_member_name(req)),
	    &under_way);
	return scop_redirect(req, "modules", NULL);
}

static bool
install(struct scop_request *req)
{
	return give_order(req, "install");
}

static bool
disable(struct scop_request *req)
{
	return give_order(req, "disable");
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET,  .path = "/", .name = "modules", .handle = modules, .permission = "portal.enter", .api = true },
	{ .method = SCOP_POST, .path = "/modules/{module}/install", .name = "install", .handle = install, .permission = "portal.modules" },
	{ .method = SCOP_POST, .path = "/modules/{module}/disable", .name = "disable", .handle = disable, .permission = "portal.modules" },
	{ .method = SCOP_GET,  .path = "/jobs", .name = "jobs", .handle = portal_jobs, .permission = "portal.jobs", .fields = portal_page_fields, .api = true },
	{ .method = SCOP_POST, .path = "/jobs/{id}/cancel", .name = "cancel-job", .handle = portal_job_cancel, .permission = "portal.jobs" },
	{ .method = SCOP_POST, .path = "/jobs/{id}/replay", .name = "replay-job", .handle = portal_job_replay, .permission = "portal.jobs" },
	{ .method = SCOP_POST, .path = "/jobs/{id}/drop", .name = "drop-job", .handle = portal_job_drop, .permission = "portal.jobs" },
	{ .method = SCOP_GET,  .path = "/mails", .name = "mails", .handle = portal_mails, .permission = "portal.mails", .fields = portal_page_fields, .api = true },
	{ .method = SCOP_GET,  .path = "/mails/{id}", .name = "mail", .handle = portal_mail, .permission = "portal.mails" },
	{ .method = SCOP_GET,  .path = "/sign-in", .name = "sign-in-needed", .handle = sign_in_needed, .open = true },
	{ .method = SCOP_GET,  .path = "/sign-in/{token}", .handle = sign_in_show, .open = true },
	{ .method = SCOP_POST, .path = "/sign-in/{token}", .name = "sign-in", .handle = sign_in, .open = true },
	{ .method = SCOP_GET,  .path = "/sign-out", .handle = sign_out_show, .permission = "portal.enter" },
	{ .method = SCOP_POST, .path = "/sign-out", .name = "sign-out", .handle = sign_out, .permission = "portal.enter" },
	{ 0 }
};

SCOP_MODULE(.routes = routes);
