/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The portal: where a tenant's members sign in and manage their modules.
 *
 * It has no rights over modules: it places an order, and the installer carries it out. The page of
 * a sign-in link shows a button, because a mail program may open a link by itself; only the
 * button's POST uses the link up.
 */
#include "portal.h"

#include <string.h>

const struct scop_field portal_sure_fields[] = {
	{ .name = "sure", .type = SCOP_FIELD_BOOL },
	{ 0 },
};

const struct scop_field portal_page_fields[] = {
	SCOP_PAGE_FIELDS,
	{ 0 },
};

const struct scop_value *
portal_language(struct scop_request *req)
{
	return scop_make_string(req, scop_language_of(req));
}

const struct scop_value *
portal_put_page(struct scop_request *req, const char *name, size_t per_page,
    struct scop_query (*read)(struct scop_request *req, const struct scop_page *page))
{
	const struct scop_value *rows = scop_put_page(req, name, per_page, read);

	scop_put(req, "any", scop_make_bool(req, scop_count(rows) > 0));
	return rows;
}

bool
portal_is_sure(struct scop_request *req, const struct scop_view *question)
{
	if (!scop_member(req) || scop_as_bool(scop_field(req, "sure")))
		return true;
	scop_view(req, question);
	return false;
}

/* Signing out again is never what somebody wants who signs in. */
void
portal_return(struct scop_request *req)
{
	const struct scop_value *to = scop_field(req, "to");

	if (!to || strncmp(scop_as_text(to), "/portal/sign-", strlen("/portal/sign-")) == 0)
		scop_redirect(req, "home", NULL);
	else
		scop_redirect_inside(req, to);
}

void
portal_enter(struct scop_request *req, const struct scop_value *member)
{
	const struct scop_value *token = scop_random(req, PORTAL_TOKEN);

	scop_write(req, place_note(member, scop_sender_hash(req)));
	scop_write(req, session_add(scop_hash(req, token), member, scop_agent(req)));
	scop_session_cookie(req, scop_as_text(token));
	scop_audit_as(req, member, NULL, "Signed in", NULL);
	portal_return(req);
}

static void
link_show(struct scop_request *req)
{
	const struct scop_value *hash = scop_hash(req, scop_path(req, "token"));

	scop_put(req, "member",
	    portal_called(req, scop_row(req, sign_in_by_hash(portal_language(req), hash))));
	scop_put(req, "token", scop_path(req, "token"));
	scop_view(req, &view_link);
}

static void
link_use(struct scop_request *req)
{
	const struct scop_value *hash = scop_hash(req, scop_path(req, "token"));
	const struct scop_value *found = scop_row(req, sign_in_by_hash(portal_language(req), hash));

	/* If two posts use the link at once, one deletes it and the other finds none. */
	if (!found || scop_write(req, sign_in_use(hash)) != 1) {
		scop_redirect(req, "sign-in-form", NULL);
		return;
	}
	portal_enter(req, scop_get(found, "member"));
	if (!scop_bool(found, "has_account"))
		scop_redirect(req, "password-form", NULL);
}

/* Sign-in for the demo: these routes exist only in development (see scop_route). */
static const struct scop_value *
put_member_of_role(struct scop_request *req)
{
	const struct scop_value *member = portal_called(req,
	    scop_row(req, member_of_role(portal_language(req), scop_path(req, "role"))));

	scop_put(req, "name", scop_get(member, "name"));
	scop_put(req, "role", scop_path(req, "role"));
	if (!member)
		scop_not_found(req);
	return member;
}

static void
as_show(struct scop_request *req)
{
	if (put_member_of_role(req))
		scop_view(req, &view_as);
}

static void
as_enter(struct scop_request *req)
{
	const struct scop_value *member = put_member_of_role(req);

	if (member)
		portal_enter(req, scop_get(member, "member"));
}

static void
sign_out_show(struct scop_request *req)
{
	scop_view(req, &view_sign_out);
}

static void
sign_out(struct scop_request *req)
{
	scop_write(req, sessions_end(scop_member(req)));
	scop_session_cookie(req, "");
	scop_audit(req, "Signed out", NULL);
	scop_flash(req, SCOP_TEXT("You are signed out."));
	scop_redirect(req, "sign-in-form", NULL);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET,
	    .path = "/",
	    .name = "home",
	    .handle = portal_home,
	    .permission = SCOP_ANY_MEMBER },
	{ .method = SCOP_GET,
	    .path = "/tile",
	    .name = "tile",
	    .handle = portal_tile,
	    .permission = "portal.jobs" },
	{ .method = SCOP_GET,
	    .path = "/modules",
	    .name = "modules",
	    .handle = portal_modules,
	    .permission = SCOP_ANY_MEMBER,
	    .fields = portal_modules_fields,
	    .api = true },
	{ .method = SCOP_GET,
	    .path = "/modules/{module}",
	    .name = "module",
	    .handle = portal_module,
	    .permission = SCOP_ANY_MEMBER,
	    .api = true },
	{ .method = SCOP_GET,
	    .path = "/modules/{module}/remove",
	    .name = "remove-module",
	    .handle = portal_module_remove,
	    .permission = "portal.modules" },
	{ .method = SCOP_POST,
	    .path = "/modules/{module}/order",
	    .name = "order-module",
	    .handle = portal_module_order,
	    .permission = "portal.modules",
	    .fields = portal_order_fields,
	    .form = portal_module_remove },
	{ .method = SCOP_POST,
	    .path = "/orders/{order}/cancel",
	    .name = "cancel-order",
	    .handle = portal_order_cancel,
	    .permission = "portal.modules",
	    .fields = portal_sure_fields,
	    .form = portal_modules },
	{ .method = SCOP_GET,
	    .path = "/operations",
	    .name = "operations",
	    .handle = portal_operations,
	    .permission = "portal.modules",
	    .fields = portal_operations_fields },
	{ .method = SCOP_GET,
	    .path = "/statements",
	    .name = "statements",
	    .handle = portal_statements,
	    .permission = "portal.billing",
	    .api = true },
	{ .method = SCOP_GET,
	    .path = "/statements/{month}",
	    .name = "statement",
	    .handle = portal_statement,
	    .permission = "portal.billing",
	    .api = true },
	{ .method = SCOP_GET,
	    .path = "/statements/{month}/csv",
	    .name = "statement-csv",
	    .handle = portal_statement_csv,
	    .permission = "portal.billing" },
	{ .method = SCOP_GET,
	    .path = "/rollouts",
	    .name = "rollouts",
	    .handle = portal_rollouts,
	    .permission = "portal.operate",
	    .fields = portal_page_fields },
	{ .method = SCOP_POST,
	    .path = "/rollouts",
	    .name = "begin-rollout",
	    .handle = portal_rollout_begin,
	    .permission = "portal.operate",
	    .fields = portal_rollout_fields,
	    .form = portal_rollouts },
	{ .method = SCOP_GET,
	    .path = "/rollouts/{rollout}",
	    .name = "rollout",
	    .handle = portal_rollout,
	    .permission = "portal.operate",
	    .fields = portal_page_fields,
	    .api = true },
	{ .method = SCOP_POST,
	    .path = "/rollouts/{rollout}/pause",
	    .name = "pause-rollout",
	    .handle = portal_rollout_pause,
	    .permission = "portal.operate" },
	{ .method = SCOP_POST,
	    .path = "/rollouts/{rollout}/resume",
	    .name = "resume-rollout",
	    .handle = portal_rollout_resume,
	    .permission = "portal.operate" },
	{ .method = SCOP_GET,
	    .path = "/tenants/{tenant}/{module}",
	    .name = "tenant-module",
	    .handle = portal_tenant_module,
	    .permission = "portal.operate",
	    .api = true },
	{ .method = SCOP_GET,
	    .path = "/tenants/{tenant}/{module}/remove",
	    .name = "tenant-remove-module",
	    .handle = portal_tenant_module_remove,
	    .permission = "portal.operate" },
	{ .method = SCOP_POST,
	    .path = "/tenants/{tenant}/{module}/order",
	    .name = "tenant-order-module",
	    .handle = portal_tenant_module_order,
	    .permission = "portal.operate",
	    .fields = portal_order_fields,
	    .form = portal_tenant_module_remove },
	{ .method = SCOP_POST,
	    .path = "/tenants/{tenant}/orders/{order}/cancel",
	    .name = "tenant-cancel-order",
	    .handle = portal_tenant_order_cancel,
	    .permission = "portal.operate",
	    .fields = portal_sure_fields,
	    .form = portal_tenant },
	{ .method = SCOP_GET,
	    .path = "/modules/{module}/install",
	    .name = "install-form",
	    .handle = portal_install_form,
	    .permission = "portal.modules" },
	{ .method = SCOP_POST,
	    .path = "/modules/{module}/install",
	    .name = "install",
	    .handle = portal_install,
	    .permission = "portal.modules",
	    .fields = portal_install_fields,
	    .form = portal_install_form },
	{ .method = SCOP_GET,
	    .path = "/modules/{module}/disable",
	    .name = "disable-form",
	    .handle = portal_disable_form,
	    .permission = "portal.modules" },
	{ .method = SCOP_GET,
	    .path = "/modules/{module}/back",
	    .name = "back-form",
	    .handle = portal_back_form,
	    .permission = "portal.modules" },
	{ .method = SCOP_POST,
	    .path = "/modules/{module}/ask",
	    .name = "ask-module",
	    .handle = portal_module_ask,
	    .permission = "portal.modules" },
	{ .method = SCOP_POST,
	    .path = "/modules/{module}/disable",
	    .name = "disable",
	    .handle = portal_disable,
	    .permission = "portal.modules" },
	{ .method = SCOP_GET,
	    .path = "/modules/{module}/settings",
	    .name = "settings",
	    .handle = portal_settings,
	    .permission = "portal.settings" },
	{ .method = SCOP_POST,
	    .path = "/modules/{module}/settings",
	    .name = "save-settings",
	    .handle = portal_settings_save,
	    .permission = "portal.settings",
	    .fields = portal_setting_fields,
	    .form = portal_settings },
	{ .method = SCOP_GET,
	    .path = "/company",
	    .name = "company",
	    .handle = portal_company,
	    .permission = "portal.settings" },
	{ .method = SCOP_POST,
	    .path = "/company",
	    .name = "save-company",
	    .handle = portal_company_save,
	    .permission = "portal.settings",
	    .fields = portal_company_fields,
	    .form = portal_company },
	{ .method = SCOP_GET,
	    .path = "/roles",
	    .name = "roles",
	    .handle = portal_roles,
	    .permission = "portal.members" },
	{ .method = SCOP_POST,
	    .path = "/roles",
	    .name = "add-role",
	    .handle = portal_role_add,
	    .permission = "portal.members",
	    .fields = portal_new_role_fields,
	    .form = portal_roles },
	{ .method = SCOP_GET,
	    .path = "/roles/{role}",
	    .name = "one-role",
	    .handle = portal_role,
	    .permission = "portal.members" },
	{ .method = SCOP_POST,
	    .path = "/roles/{role}",
	    .name = "save-role",
	    .handle = portal_role_save,
	    .permission = "portal.members",
	    .fields = portal_may_fields,
	    .form = portal_role },
	{ .method = SCOP_POST,
	    .path = "/roles/{role}/remove",
	    .name = "remove-role",
	    .handle = portal_role_remove,
	    .permission = "portal.members",
	    .fields = portal_sure_fields,
	    .form = portal_role },
	{ .method = SCOP_GET,
	    .path = "/keys",
	    .name = "keys",
	    .handle = portal_keys,
	    .permission = "portal.keys" },
	{ .method = SCOP_POST,
	    .path = "/keys",
	    .name = "add-key",
	    .handle = portal_key_add,
	    .permission = "portal.keys",
	    .fields = portal_key_fields,
	    .form = portal_keys,
	    .check = portal_key_check },
	{ .method = SCOP_POST,
	    .path = "/keys/{key}/remove",
	    .name = "remove-key",
	    .handle = portal_key_remove,
	    .permission = "portal.keys",
	    .fields = portal_sure_fields,
	    .form = portal_keys },
	{ .method = SCOP_GET,
	    .path = "/tenants",
	    .name = "tenants",
	    .handle = portal_tenants,
	    .permission = "portal.operate",
	    .fields = portal_tenants_fields,
	    .api = true },
	{ .method = SCOP_GET,
	    .path = "/tenants/new",
	    .name = "new-tenant",
	    .handle = portal_tenant_new,
	    .permission = "portal.operate" },
	{ .method = SCOP_POST,
	    .path = "/tenants/new",
	    .name = "make-tenant",
	    .handle = portal_tenant_make,
	    .permission = "portal.operate",
	    .fields = portal_new_tenant_fields,
	    .form = portal_tenant_new,
	    .check = portal_tenant_check },
	{ .method = SCOP_GET,
	    .path = "/tenants/{tenant}",
	    .name = "tenant",
	    .handle = portal_tenant,
	    .permission = "portal.operate" },
	{ .method = SCOP_POST,
	    .path = "/agreements/{tenant}",
	    .name = "tenant-agree",
	    .handle = portal_tenant_agree,
	    .permission = "portal.operate",
	    .fields = portal_agreed_fields,
	    .form = portal_tenant },
	{ .method = SCOP_GET,
	    .path = "/tenants/{tenant}/{module}/disable",
	    .name = "tenant-disable-form",
	    .handle = portal_tenant_disable_form,
	    .permission = "portal.operate" },
	{ .method = SCOP_GET,
	    .path = "/tenants/{tenant}/{module}/back",
	    .name = "tenant-back-form",
	    .handle = portal_tenant_back_form,
	    .permission = "portal.operate" },
	{ .method = SCOP_POST,
	    .path = "/tenants/{tenant}/{module}/decline",
	    .name = "decline-request",
	    .handle = portal_request_decline,
	    .permission = "portal.operate",
	    .fields = portal_decline_fields,
	    .form = portal_tenant_module },
	{ .method = SCOP_GET,
	    .path = "/requests",
	    .name = "requests",
	    .handle = portal_requests_tile,
	    .permission = "portal.operate" },
	{ .method = SCOP_POST,
	    .path = "/tenants/{tenant}/{module}/install",
	    .name = "tenant-install",
	    .handle = portal_tenant_install,
	    .permission = "portal.operate" },
	{ .method = SCOP_POST,
	    .path = "/tenants/{tenant}/{module}/disable",
	    .name = "tenant-disable",
	    .handle = portal_tenant_disable,
	    .permission = "portal.operate" },
	{ .method = SCOP_GET,
	    .path = "/jobs",
	    .name = "jobs",
	    .handle = portal_jobs,
	    .permission = "portal.jobs",
	    .fields = portal_jobs_fields,
	    .api = true },
	{ .method = SCOP_POST,
	    .path = "/jobs/{id}/cancel",
	    .name = "cancel-job",
	    .handle = portal_job_cancel,
	    .permission = "portal.jobs",
	    .fields = portal_sure_fields,
	    .form = portal_jobs },
	{ .method = SCOP_POST,
	    .path = "/jobs/{id}/replay",
	    .name = "replay-job",
	    .handle = portal_job_replay,
	    .permission = "portal.jobs" },
	{ .method = SCOP_POST,
	    .path = "/jobs/{id}/drop",
	    .name = "drop-job",
	    .handle = portal_job_drop,
	    .permission = "portal.jobs",
	    .fields = portal_sure_fields,
	    .form = portal_jobs },
	{ .method = SCOP_GET,
	    .path = "/mails",
	    .name = "mails",
	    .handle = portal_mails,
	    .permission = "portal.mails",
	    .fields = portal_period_fields,
	    .api = true },
	{ .method = SCOP_GET,
	    .path = "/mails/{id}",
	    .name = "mail",
	    .handle = portal_mail,
	    .permission = "portal.mails" },
	{ .method = SCOP_GET,
	    .path = "/members",
	    .name = "members",
	    .handle = portal_members,
	    .permission = "portal.members",
	    .fields = portal_page_fields,
	    .api = true },
	{ .method = SCOP_POST,
	    .path = "/members",
	    .name = "invite",
	    .handle = portal_invite,
	    .permission = "portal.members",
	    .fields = portal_invite_fields,
	    .form = portal_members,
	    .check = portal_invite_check },
	{ .method = SCOP_GET,
	    .path = "/members/{member}",
	    .name = "member",
	    .handle = portal_member,
	    .permission = "portal.members" },
	{ .method = SCOP_POST,
	    .path = "/members/{member}/role",
	    .name = "member-role",
	    .handle = portal_member_role,
	    .permission = "portal.members",
	    .fields = portal_role_fields,
	    .form = portal_member },
	{ .method = SCOP_POST,
	    .path = "/members/{member}/remove",
	    .name = "member-remove",
	    .handle = portal_member_remove,
	    .permission = "portal.members",
	    .fields = portal_sure_fields,
	    .form = portal_member },
	{ .method = SCOP_POST,
	    .path = "/members/{member}/invite",
	    .name = "invite-again",
	    .handle = portal_invite_again,
	    .permission = "portal.members" },
	{ .method = SCOP_GET,
	    .path = "/audit",
	    .name = "audit",
	    .handle = portal_audit,
	    .permission = "portal.audit",
	    .fields = portal_period_fields,
	    .api = true },
	{ .method = SCOP_GET,
	    .path = "/account",
	    .name = "account",
	    .handle = portal_account_form,
	    .permission = SCOP_ANY_MEMBER },
	{ .method = SCOP_GET,
	    .path = "/account/password",
	    .name = "password-form",
	    .handle = portal_password_form,
	    .permission = SCOP_ANY_MEMBER },
	{ .method = SCOP_POST,
	    .path = "/account/password",
	    .name = "save-password",
	    .handle = portal_password,
	    .permission = SCOP_ANY_MEMBER,
	    .fields = portal_password_fields,
	    .form = portal_password_form },
	{ .method = SCOP_POST,
	    .path = "/account/profile",
	    .name = "save-profile",
	    .handle = portal_profile,
	    .permission = SCOP_ANY_MEMBER,
	    .fields = portal_profile_fields,
	    .form = portal_account_form,
	    .check = portal_profile_check },
	{ .method = SCOP_POST,
	    .path = "/account/sessions/end",
	    .name = "end-sessions",
	    .handle = portal_sessions_end,
	    .permission = SCOP_ANY_MEMBER,
	    .fields = portal_sure_fields,
	    .form = portal_account_form },
	{ .method = SCOP_POST,
	    .path = "/account/sessions/{session}/end",
	    .name = "end-session",
	    .handle = portal_session_end,
	    .permission = SCOP_ANY_MEMBER,
	    .fields = portal_sure_fields,
	    .form = portal_account_form },
	{ .method = SCOP_GET,
	    .path = "/account/second",
	    .name = "second",
	    .handle = portal_second_form,
	    .permission = SCOP_ANY_MEMBER },
	{ .method = SCOP_POST,
	    .path = "/account/second",
	    .name = "second-on",
	    .handle = portal_second_on,
	    .permission = SCOP_ANY_MEMBER,
	    .fields = portal_second_fields,
	    .form = portal_second_form },
	{ .method = SCOP_POST,
	    .path = "/account/second/off",
	    .name = "second-off",
	    .handle = portal_second_off,
	    .permission = SCOP_ANY_MEMBER,
	    .fields = portal_second_off_fields,
	    .form = portal_second_form },
	{ .method = SCOP_POST,
	    .path = "/sign-in/second",
	    .name = "second-step",
	    .handle = portal_second_step,
	    .open = true,
	    .fields = portal_step_fields,
	    .form = portal_sign_in_form },
	{ .method = SCOP_GET,
	    .path = "/sign-in",
	    .name = "sign-in-form",
	    .handle = portal_sign_in_form,
	    .open = true,
	    .fields = portal_to_fields },
	{ .method = SCOP_POST,
	    .path = "/sign-in",
	    .name = "sign-in",
	    .handle = portal_sign_in,
	    .open = true,
	    .fields = portal_sign_in_fields,
	    .form = portal_sign_in_form },
	{ .method = SCOP_GET, .path = "/sign-in/{token}", .handle = link_show, .open = true },
	{ .method = SCOP_POST,
	    .path = "/sign-in/{token}",
	    .name = "link",
	    .handle = link_use,
	    .open = true },
	{ .method = SCOP_GET,
	    .path = "/as/{role}",
	    .handle = as_show,
	    .open = true,
	    .development = true },
	{ .method = SCOP_POST,
	    .path = "/as/{role}",
	    .name = "as",
	    .handle = as_enter,
	    .open = true,
	    .development = true },
	{ .method = SCOP_GET,
	    .path = "/forgot",
	    .name = "forgot-form",
	    .handle = portal_forgot_form,
	    .open = true },
	{ .method = SCOP_POST,
	    .path = "/forgot",
	    .name = "forgot",
	    .handle = portal_forgot,
	    .open = true,
	    .fields = portal_forgot_fields,
	    .form = portal_forgot_form },
	{ .method = SCOP_GET,
	    .path = "/reset/{token}",
	    .name = "reset-form",
	    .handle = portal_reset_form,
	    .open = true },
	{ .method = SCOP_POST,
	    .path = "/reset/{token}",
	    .name = "reset",
	    .handle = portal_reset,
	    .open = true,
	    .fields = portal_reset_fields,
	    .form = portal_reset_form },
	{ .method = SCOP_GET,
	    .path = "/invitation/{token}",
	    .name = "invitation-form",
	    .handle = portal_invitation_form,
	    .open = true },
	{ .method = SCOP_POST,
	    .path = "/invitation/{token}",
	    .name = "invitation",
	    .handle = portal_invitation,
	    .open = true,
	    .fields = portal_invitation_fields,
	    .form = portal_invitation_form },
	{ .method = SCOP_GET,
	    .path = "/sign-out",
	    .handle = sign_out_show,
	    .permission = SCOP_ANY_MEMBER },
	{ .method = SCOP_POST,
	    .path = "/sign-out",
	    .name = "sign-out",
	    .handle = sign_out,
	    .permission = SCOP_ANY_MEMBER },
	{ 0 },
};

static const struct scop_job portal_job_table[] = {
	{ .name = "forgot", .handle = portal_forgot_job, .tries = 3 },
	{ .name = "asked", .handle = portal_asked_job },
	{ .name = "invite", .handle = portal_invite_job, .tries = 3 },
	{ 0 },
};

SCOP_MODULE(.routes = routes, .jobs = portal_job_table);
