/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The kinds of orders. Each is a row of one table: the column that names its subject, whether an
 * owner may place it, and the function that carries it out. A new kind is a row here and a title in
 * the portal.
 */
#include "installer/kinds.h"

#include <string.h>

#include "base/json.h"
#include "installer/catalogue.h"
#include "installer/choose.h"
#include "installer/create.h"
#include "installer/install.h"
#include "installer/life.h"
#include "installer/rehearse.h"
#include "installer/request.h"
#include "installer/rollout.h"
#include "installer/tenant.h"

static uint32_t
tenant_of(const struct scop_carrying *carrying)
{
	return (uint32_t)scop_int(carrying->order, "tenant");
}

static const char *
module_of(const struct scop_carrying *carrying)
{
	return scop_text(carrying->order, "module");
}

static const char *
actor_of(const struct scop_carrying *carrying)
{
	return scop_text(carrying->order, "actor");
}

static struct scop_wish
wish_of(const struct scop_carrying *carrying)
{
	const char *details = scop_text(carrying->order, "details");
	struct scop_error ignored;
	const struct scop_value *agreed =
	    scop_get(scop_json_parse(carrying->platform->arena, details, strlen(details), &ignored),
		"agreed");

	return (struct scop_wish){ .version = scop_text(carrying->order, "version"),
		.beta = scop_bool(carrying->order, "beta"),
		.granted = scop_bool(carrying->order, "granted"),
		.by_owner = !carrying->by_operator,
		.agreed = scop_type(agreed) == SCOP_INT ? scop_as_int(agreed) : -1 };
}

/* The order's details; NULL with the reason. */
static const struct scop_value *
details_of(const struct scop_carrying *carrying)
{
	const char *text = scop_text(carrying->order, "details");

	return scop_json_parse(carrying->platform->arena, text, strlen(text),
	    &carrying->platform->err);
}

/* ---- a module for a tenant ---- */

/* Accepts the owner's request for the module, whether an operator installs it or a raised allowance
 * now covers it. */
static bool
install_as(struct scop_carrying *carrying, const struct scop_wish *wish)
{
	struct scop_platform *platform = carrying->platform;
	const uint32_t tenant = tenant_of(carrying);
	const char *module = module_of(carrying);

	return scop_module_install(platform, tenant, module, wish, carrying->on_step,
		   carrying->context) &&
	    scop_request_end(platform, tenant, module, true, actor_of(carrying), "");
}

static bool
install(struct scop_carrying *carrying)
{
	const struct scop_wish wish = wish_of(carrying);

	return install_as(carrying, &wish);
}

static bool
install_root(struct scop_carrying *carrying)
{
	struct scop_wish wish = wish_of(carrying);

	wish.root = true;
	return install_as(carrying, &wish);
}

static bool
upgrade(struct scop_carrying *carrying)
{
	struct scop_wish wish = wish_of(carrying);

	if (!scop_platform_row(carrying->platform,
		"SELECT 1 AS there FROM scopiton.subscription WHERE tenant = %u AND module = '%s'",
		tenant_of(carrying), scop_platform_quote(carrying->platform, module_of(carrying))))
		return scop_error_set(&carrying->platform->err,
		    "this tenant has no module '%s' to upgrade; install it", module_of(carrying));
	wish.newest = true;
	return install_as(carrying, &wish);
}

static bool
rehearse(struct scop_carrying *carrying)
{
	struct scop_wish wish = wish_of(carrying);

	wish.newest = true;
	return scop_module_rehearse(carrying->platform, tenant_of(carrying), module_of(carrying),
	    &wish, carrying->on_step, carrying->context, &carrying->report);
}

static bool
back(struct scop_carrying *carrying)
{
	return scop_module_back(carrying->platform, tenant_of(carrying), module_of(carrying),
	    carrying->on_step, carrying->context, &carrying->report);
}

static bool
disable(struct scop_carrying *carrying)
{
	return scop_module_disable(carrying->platform, tenant_of(carrying), module_of(carrying));
}

static bool
uninstall(struct scop_carrying *carrying)
{
	return scop_module_uninstall(carrying->platform, tenant_of(carrying), module_of(carrying));
}

static bool
purge(struct scop_carrying *carrying)
{
	return scop_module_purge(carrying->platform, tenant_of(carrying), module_of(carrying),
	    scop_text(carrying->order, "confirmed"), carrying->on_step, carrying->context,
	    &carrying->report);
}

static bool
request(struct scop_carrying *carrying)
{
	return scop_request_make(carrying->platform, tenant_of(carrying), module_of(carrying),
	    actor_of(carrying));
}

static bool
decline(struct scop_carrying *carrying)
{
	const struct scop_value *details = details_of(carrying);

	return details &&
	    scop_request_end(carrying->platform, tenant_of(carrying), module_of(carrying), false,
		actor_of(carrying), scop_text(details, "words"));
}

/* ---- persons ---- */

/* After a change of password, ends the person's sessions at all tenants except the one that has
 * already done so. A tenant that fails, for instance because its rows are held, keeps no session
 * alive at the others. */
static bool
sign_out(struct scop_carrying *carrying)
{
	const struct scop_value *tenants = scop_platform_rows(carrying->platform,
	    "SELECT id FROM scopiton.tenant WHERE id <> %u", tenant_of(carrying));
	size_t failed = 0;

	for (size_t i = 0; i < scop_count(tenants); i++) {
		const uint32_t id = (uint32_t)scop_int(scop_at(tenants, i), "id");

		failed += !scop_platform_sql(carrying->platform,
		    "DELETE s FROM t%u.session s JOIN t%u.member m ON m.id = s.member WHERE "
		    "m.person = %lld",
		    id, id, (long long)scop_int(carrying->order, "person"));
	}
	if (failed > 0) {
		const struct scop_error cause = carrying->platform->err;

		scop_error_set(&carrying->platform->err,
		    "the sessions at %zu of %zu companies could not be ended, the others are: %s",
		    failed, scop_count(tenants), cause.said);
	}
	return tenants && failed == 0;
}

/* ---- tenants ---- */

/* Whether an earlier run of this order was killed after it had done everything. */
static bool
is_made(const struct scop_carrying *carrying, const char *name)
{
	return scop_platform_row(carrying->platform,
		   "SELECT t.id FROM scopiton.tenant t JOIN scopiton.installer_order o ON o.id = "
		   "%lld WHERE t.name = '%s' AND t.state = 'whole' AND t.created >= o.began",
		   (long long)scop_int(carrying->order, "id"),
		   scop_platform_quote(carrying->platform, name)) != NULL;
}

/* The requested address, else one below the operator's own; "" if the operator has none. */
static const char *
host_of(const struct scop_carrying *carrying, const char *wanted, const char *name,
    const char *suffix)
{
	struct scop_platform *platform = carrying->platform;
	const char *own = scop_text(scop_platform_row(platform,
					"SELECT host FROM scopiton.host_name WHERE tenant = %u AND "
					"portal = 0 LIMIT 1",
					tenant_of(carrying)),
	    "host");
	const char *below = strchr(own, '.');

	if (wanted[0] || !below)
		return wanted;
	return scop_arena_printf(platform->arena, "%s%s%s", name, suffix, below);
}

static bool
make_tenant(struct scop_carrying *carrying)
{
	const struct scop_value *details = details_of(carrying);
	const char *name = scop_text(carrying->order, "new_tenant"),
		   *template = scop_text(details, "template"),
		   *owner = scop_text(details, "owner_mail"),
		   *inviter = scop_text(details, "inviter");

	if (!details)
		return false;
	if (is_made(carrying, name))
		return true;
	return scop_tenant_create(carrying->platform,
	    &(struct scop_tenant_order){ .name = name,
		.title = scop_text(details, "title"),
		.language = scop_text(details, "language"),
		.zone = scop_text(details, "zone"),
		.country = scop_text(details, "country"),
		.scop = scop_text(carrying->scop, "name"),
		.template = template[0] ? template : NULL,
		.host = host_of(carrying, scop_text(details, "host"), name, ""),
		.portal_host =
		    host_of(carrying, scop_text(details, "portal_host"), name, "-portal"),
		.owner_name = scop_text(details, "owner_name"),
		.owner_mail = owner[0] ? owner : NULL,
		.inviter = inviter[0] ? inviter : actor_of(carrying) },
	    carrying->on_step, carrying->context);
}

static bool
set_sender(struct scop_carrying *carrying)
{
	const struct scop_value *details = details_of(carrying);

	return details &&
	    scop_tenant_sender(carrying->platform, tenant_of(carrying),
		scop_text(details, "address"));
}

static bool
set_country(struct scop_carrying *carrying)
{
	const struct scop_value *details = details_of(carrying);

	return details &&
	    scop_tenant_country(carrying->platform, tenant_of(carrying),
		scop_text(details, "country"));
}

static bool
set_allowance(struct scop_carrying *carrying)
{
	const struct scop_value *details = details_of(carrying);
	const bool is_set = scop_type(scop_get(details, "cents")) == SCOP_INT;

	return details &&
	    scop_tenant_allow(carrying->platform, tenant_of(carrying),
		is_set ? scop_int(details, "cents") : -1);
}

/* ---- the host ---- */

static bool
refresh(struct scop_carrying *carrying)
{
	return scop_catalogue_refresh(carrying->platform);
}

static uint32_t
scop_number(const struct scop_carrying *carrying)
{
	return (uint32_t)scop_int(carrying->scop, "id");
}

static bool
begin_rollout(struct scop_carrying *carrying)
{
	const struct scop_wish wish = wish_of(carrying);

	return scop_rollout_begin(carrying->platform, module_of(carrying), &wish,
		   scop_number(carrying), (uint32_t)scop_int(carrying->order, "canary"),
		   actor_of(carrying)) != 0;
}

static bool
pause_rollout(struct scop_carrying *carrying)
{
	return scop_rollout_set(carrying->platform, scop_int(carrying->order, "rollout"),
	    scop_number(carrying), "paused");
}

static bool
resume_rollout(struct scop_carrying *carrying)
{
	return scop_rollout_set(carrying->platform, scop_int(carrying->order, "rollout"),
	    scop_number(carrying), "running");
}

/* ---- the table ---- */

static const struct kind {
	const char *name;
	/* the column that names its subject; NULL: only its tenant */
	const char *concerns;
	bool operators_only;
	bool (*carry_out)(struct scop_carrying *carrying);
} kinds[] = {
	{ "install", "module", false, install },
	{ "install-root", "module", false, install_root },
	{ "upgrade", "module", false, upgrade },
	{ "rehearse", "module", false, rehearse },
	{ "back", "module", false, back },
	{ "disable", "module", false, disable },
	{ "uninstall", "module", false, uninstall },
	{ "purge", "module", false, purge },
	{ "request", "module", false, request },
	{ "sign-out", "person", false, sign_out },
	{ "decline", "module", true, decline },
	{ "tenant", "new_tenant", true, make_tenant },
	{ "sender", NULL, true, set_sender },
	{ "country", NULL, false, set_country },
	{ "allowance", NULL, true, set_allowance },
	{ "refresh", NULL, true, refresh },
	{ "rollout", "module", true, begin_rollout },
	{ "rollout-pause", "rollout", true, pause_rollout },
	{ "rollout-resume", "rollout", true, resume_rollout },
};

bool
scop_order_carry_out(struct scop_carrying *carrying)
{
	const char *name = scop_text(carrying->order, "kind");
	const struct kind *kind = NULL;

	for (size_t i = 0; !kind && i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].name, name) == 0)
			kind = &kinds[i];
	if (!kind || (kind->operators_only && !carrying->by_operator))
		return scop_error_set(&carrying->platform->err, "there is no order of kind '%s'",
		    name);
	if (kind->concerns && scop_type(scop_get(carrying->order, kind->concerns)) == SCOP_NULL)
		return scop_error_set(&carrying->platform->err,
		    "an order of this kind needs a subject");
	return kind->carry_out(carrying);
}
