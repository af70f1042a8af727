/* SPDX-License-Identifier: EUPL-1.2 */
/* Declarations shared by the portal's files. */
#ifndef PORTAL_H
#define PORTAL_H

#include <scopiton/portal.h>

#include "names.h"

enum { PORTAL_TOKEN = 40 };

extern const struct scop_field portal_page_fields[];

/* For a POST that deletes something: whether it is confirmed. If false, the answer is the view
 * `question`, whose form sends `sure`. A program with an API key needs no confirmation. */
bool portal_is_sure(struct scop_request *req, const struct scop_view *question);
extern const struct scop_field portal_sure_fields[];

/* The address to return to after signing in. */
#define PORTAL_TO_FIELD \
	{ \
		.name = "to", .type = SCOP_FIELD_TEXT, .max = 1000 \
	}

/* Redirects to the address in the field `to`; without one, to the first page. */
void portal_return(struct scop_request *req);

/* Opens a session for the member, and redirects as portal_return does. */
void portal_enter(struct scop_request *req, const struct scop_value *member);

/* As scop_put_page, and `any`. */
const struct scop_value *portal_put_page(struct scop_request *req, const char *name,
    size_t per_page,
    struct scop_query (*read)(struct scop_request *req, const struct scop_page *page));
/* The code of the reader's language, as statements want it. */
const struct scop_value *portal_language(struct scop_request *req);

/* portal_words.c: a message stored by the host as a sentence in the reader's language; the second
 * does so for the column `key` of all `rows`. */
const struct scop_value *portal_said(struct scop_request *req, const struct scop_value *text);
const struct scop_value *portal_all_said(struct scop_request *req, const struct scop_value *rows,
    const char *key);

/* The same for a column that scop_actor() has filled, of one row or NULL, and of all rows. */
const struct scop_value *portal_named(struct scop_request *req, const struct scop_value *row,
    const char *key);
const struct scop_value *portal_all_named(struct scop_request *req, const struct scop_value *rows,
    const char *key);

/* portal_account.c: signing in with a password, and setting one. */
void portal_sign_in_form(struct scop_request *req);
void portal_sign_in(struct scop_request *req);
void portal_forgot_form(struct scop_request *req);
void portal_forgot(struct scop_request *req);
enum scop_job_result portal_forgot_job(struct scop_request *req);
void portal_reset_form(struct scop_request *req);
void portal_reset(struct scop_request *req);
void portal_account_form(struct scop_request *req);
void portal_password_form(struct scop_request *req);
void portal_password(struct scop_request *req);

/* Whether the field `password` is easily guessed and was therefore rejected. */
/* Whether the field `password` holds the person's password; counts a wrong one, and refuses where
 * too many were tried, as signing in does. Without `may_enter` none is right. On refusal *ret_why
 * is a text to translate. */
bool portal_password_proved(struct scop_request *req, const struct scop_value *mail,
    const struct scop_value *person, bool may_enter, const char **ret_why);
bool portal_refuse_weak(struct scop_request *req, const struct scop_value *name,
    const struct scop_value *mail);
extern const struct scop_field portal_to_fields[], portal_sign_in_fields[], portal_forgot_fields[],
    portal_reset_fields[], portal_password_fields[];

/* portal_second.c: two-step verification. */
void portal_second_form(struct scop_request *req);
void portal_second_on(struct scop_request *req);
void portal_second_off(struct scop_request *req);
void portal_second_step(struct scop_request *req);
/* Whether the field `code` holds a code of the person's second step, which it uses up; a wrong one
 * is counted. */
bool portal_second_proved(struct scop_request *req, const struct scop_value *person);
void portal_ask_second(struct scop_request *req, const struct scop_value *person);
extern const struct scop_field portal_second_fields[], portal_second_off_fields[],
    portal_step_fields[];

/* portal_members.c: members and their roles. */
void portal_members(struct scop_request *req);
void portal_invite_check(struct scop_request *req);
void portal_invite(struct scop_request *req);
enum scop_job_result portal_invite_job(struct scop_request *req);
void portal_member(struct scop_request *req);
void portal_member_role(struct scop_request *req);
void portal_member_remove(struct scop_request *req);
/* A row of a member, with `name`, `mail` and the role's `title`, whose `name` is now what pages
 * show: of a member without a name the address, or else the title. NULL for none. */
const struct scop_value *portal_called(struct scop_request *req, const struct scop_value *member);
/* The name of the signed-in member; NULL for a member without one. */
const struct scop_value *portal_own_name(struct scop_request *req);
/* `inviter` is NULL if the member requested the mail to prove the address, "" if the inviter has no
 * name. */
void portal_send_invitation(struct scop_request *req, const struct scop_value *member,
    const struct scop_value *name, const struct scop_value *mail, const struct scop_value *inviter);
void portal_invite_again(struct scop_request *req);
void portal_invitation_form(struct scop_request *req);
void portal_invitation(struct scop_request *req);
extern const struct scop_field portal_invite_fields[], portal_role_fields[],
    portal_invitation_fields[];

/* portal_home.c: the first page. */
void portal_home(struct scop_request *req);
void portal_tile(struct scop_request *req);

/* portal_modules.c: the list of modules, one module, and orders for it; the same for tenants that
 * the scop serves. */
void portal_modules(struct scop_request *req);
void portal_module(struct scop_request *req);
void portal_module_remove(struct scop_request *req);
void portal_module_order(struct scop_request *req);
void portal_install_form(struct scop_request *req);
void portal_disable_form(struct scop_request *req);
void portal_back_form(struct scop_request *req);
void portal_install(struct scop_request *req);
void portal_disable(struct scop_request *req);
void portal_order_cancel(struct scop_request *req);
void portal_tenant_module(struct scop_request *req);
void portal_tenant_module_remove(struct scop_request *req);
void portal_tenant_module_order(struct scop_request *req);
void portal_tenant_disable_form(struct scop_request *req);
void portal_tenant_back_form(struct scop_request *req);
void portal_tenant_install(struct scop_request *req);
void portal_tenant_disable(struct scop_request *req);
void portal_tenant_order_cancel(struct scop_request *req);
extern const struct scop_field portal_modules_fields[], portal_order_fields[],
    portal_install_fields[];
/* A module's title, and the company's if `tenant` is given, for the audit trail. */
const struct scop_value *portal_module_noted(struct scop_request *req, const struct scop_value *one,
    const struct scop_value *tenant);

/* Puts `orders` with their titles, for the view orders; returns whether one of them is in progress.
 */
bool portal_put_orders(struct scop_request *req, const struct scop_value *orders);

/* portal_requests.c: owners' requests to their operator. */
void portal_module_ask(struct scop_request *req);
void portal_request_decline(struct scop_request *req);
enum scop_job_result portal_asked_job(struct scop_request *req);
void portal_requests_tile(struct scop_request *req);
extern const struct scop_field portal_decline_fields[];

/* portal_statements.c: the tenant's billing. */
void portal_statements(struct scop_request *req);
void portal_statement(struct scop_request *req);
void portal_statement_csv(struct scop_request *req);

/* portal_rollouts.c: upgrades in waves, for operators. */
void portal_rollouts(struct scop_request *req);
void portal_rollout_begin(struct scop_request *req);
void portal_rollout(struct scop_request *req);
void portal_rollout_pause(struct scop_request *req);
void portal_rollout_resume(struct scop_request *req);
extern const struct scop_field portal_rollout_fields[];

/* portal_company.c: the company's own settings. */
extern const struct scop_field portal_company_fields[];
void portal_company(struct scop_request *req);
void portal_company_save(struct scop_request *req);

/* portal_settings.c: settings of modules. */
void portal_settings(struct scop_request *req);
void portal_settings_save(struct scop_request *req);
extern const struct scop_field portal_setting_fields[];

/* portal_roles.c: roles and their permissions. */
void portal_roles(struct scop_request *req);
void portal_role_add(struct scop_request *req);
void portal_role(struct scop_request *req);
void portal_role_save(struct scop_request *req);
void portal_role_remove(struct scop_request *req);
bool portal_may_give(struct scop_request *req, const struct scop_value *role);
extern const struct scop_field portal_new_role_fields[], portal_may_fields[];

/* portal_keys.c: API keys. */
void portal_keys(struct scop_request *req);
void portal_key_check(struct scop_request *req);
void portal_key_add(struct scop_request *req);
void portal_key_remove(struct scop_request *req);
extern const struct scop_field portal_key_fields[];

/* portal_profile.c: name, language, time zone, sessions. */
void portal_put_profile(struct scop_request *req);
void portal_put_zones(struct scop_request *req);
void portal_profile_check(struct scop_request *req);
void portal_profile(struct scop_request *req);
void portal_session_end(struct scop_request *req);
void portal_sessions_end(struct scop_request *req);
extern const struct scop_field portal_profile_fields[];

/* portal_tenants.c: the tenants of a scop, for its operators. */
void portal_tenants(struct scop_request *req);
void portal_tenant(struct scop_request *req);
void portal_tenant_new(struct scop_request *req);
void portal_tenant_check(struct scop_request *req);
void portal_tenant_make(struct scop_request *req);
void portal_tenant_agree(struct scop_request *req);
extern const struct scop_field portal_tenants_fields[], portal_new_tenant_fields[],
    portal_agreed_fields[];

/* portal_period.c: the filter of a list by text (a person) and days: its fields, the corresponding
 * times (NULL: none), and the values for the view `period` and the pager. */
extern const struct scop_field portal_period_fields[];
const struct scop_value *portal_since(struct scop_request *req);
const struct scop_value *portal_before(struct scop_request *req);
void portal_put_period(struct scop_request *req);

/* portal_operations.c: all orders for the tenant, or for one that the scop serves. */
void portal_operations(struct scop_request *req);
extern const struct scop_field portal_operations_fields[];

/* portal_audit.c: the audit trail, and values for its entries. A text of a module's package is
 * shown in the reader's language. The title of a row (`title`, `english`, `module`) is such a text,
 * or what people have called it if it has no module. */
const struct scop_value *portal_text_of(struct scop_request *req, const struct scop_value *module,
    const char *english);
const struct scop_value *portal_title_of(struct scop_request *req, const struct scop_value *row);
void portal_audit(struct scop_request *req);

/* portal_jobs.c: work that waits, runs or could not be done. */
extern const struct scop_field portal_jobs_fields[];
void portal_jobs(struct scop_request *req);
void portal_job_cancel(struct scop_request *req);
void portal_job_replay(struct scop_request *req);
void portal_job_drop(struct scop_request *req);

/* portal_mails.c: mails of the last month, and their results. */
void portal_mails(struct scop_request *req);
void portal_mail(struct scop_request *req);

#endif
