/* SPDX-License-Identifier: EUPL-1.2 */
/* Orders: see orders.h. */
#include "installer/orders.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "installer/catalogue.h"
#include "installer/create.h"
#include "installer/delete.h"
#include "installer/install.h"
#include "installer/leave.h"
#include "installer/life.h"
#include "installer/migrator.h"
#include "installer/rehearse.h"
#include "installer/request.h"
#include "installer/rollout.h"
#include "installer/directory.h"
#include "installer/tenant.h"
#include "package/version.h"

struct steps {
	struct scop_platform *platform;
	int64_t order;
	unsigned number;
	bool cancelled;
	bool (*told)(void *context, const char *what);
	void *context;
};

int64_t
scop_order_give(struct scop_platform *platform, const struct scop_order *order, bool *ret_under_way)
{
	const char *version = order->wish.version ? order->wish.version : "";

	if (version[0] && !scop_range_valid(version)) {
		scop_error_set(&platform->err,
		    "'%.40s' is no range of versions; '^1.4', '>=2 <3' and '1.4.0' are", version);
		return 0;
	}
	/* Where an order for the module is under way already, that one is shown. */
	if (!scop_platform_sql(platform,
		"INSERT INTO scopiton.installer_order (tenant, kind, module, actor, version, beta, "
		"granted, confirmed) VALUES "
		"(%u, '%s', '%s', '%s', '%s', %d, %d, '%s') ON DUPLICATE KEY "
		"UPDATE id = LAST_INSERT_ID(id)",
		order->tenant, order->kind, scop_platform_quote(platform, order->module),
		scop_platform_quote(platform, order->actor), version, order->wish.beta,
		order->wish.granted,
		scop_platform_quote(platform, order->confirmed ? order->confirmed : "")))
		return 0;
	*ret_under_way = scop_db_touched(platform->db) != 1;
	return scop_int(scop_platform_row(platform, "SELECT LAST_INSERT_ID() AS id"), "id");
}

bool
scop_order_cancel(struct scop_platform *platform, int64_t id)
{
	return scop_platform_sql(platform,
	    "INSERT INTO scopiton.order_cancel (installer_order) VALUES (%lld)", (long long)id);
}

/* The scop's own tenant whose portal's role it is: `id` and `name`; NULL where it is none. */
static const struct scop_value *
scop_of(struct scop_platform *platform, const char *role)
{
	return role[0] ? scop_platform_row(platform,
			     "SELECT id, name FROM scopiton.tenant WHERE operates = 1 AND "
			     "CONCAT('t', id, '_portal') = '%s'",
			     scop_platform_quote(platform, role))
		       : NULL;
}

/* The stamp is MariaDB's own: a portal orders for its own tenant, a scop's for those that it
 * serves, and for nobody else. */
static bool
may_order(struct scop_platform *platform, const char *role, uint32_t tenant)
{
	return !role[0] ||
	    strcmp(role, scop_arena_printf(platform->arena, "t%u_portal", tenant)) == 0 ||
	    scop_platform_row(platform,
		"SELECT id FROM scopiton.tenant WHERE id = %u AND scop = %lld", tenant,
		(long long)scop_int(scop_of(platform, role), "id")) != NULL;
}

/* Whether somebody who may asks that it be stopped. */
static bool
is_cancelled(struct scop_platform *platform, int64_t order)
{
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT COALESCE(c.role, '') AS role, o.tenant FROM scopiton.order_cancel c JOIN "
	    "scopiton.installer_order o ON o.id = c.installer_order WHERE o.id = %lld",
	    (long long)order);

	for (size_t i = 0; i < scop_count(rows); i++)
		if (may_order(platform, scop_text(scop_at(rows, i), "role"),
			(uint32_t)scop_int(scop_at(rows, i), "tenant")))
			return true;
	return false;
}

static bool
note_step(void *context, const char *what)
{
	struct steps *steps = context;

	if (!scop_platform_holds_lock(steps->platform))
		return false; /* whoever has it now goes on */
	if (is_cancelled(steps->platform, steps->order)) {
		steps->cancelled = true;
		return false;
	}
	scop_platform_sql(steps->platform,
	    "REPLACE INTO scopiton.order_step (installer_order, number, step) VALUES (%lld, %u, "
	    "'%s')",
	    (long long)steps->order, ++steps->number,
	    scop_platform_quote(steps->platform,
		scop_arena_printf(steps->platform->arena, "%.*s", (int)scop_utf8_fit(what, 100),
		    what)));
	return !steps->told || steps->told(steps->context, what);
}

/* Ends the sessions of a person at every tenant but the one that has done so itself: the password
 * has changed. */
static bool
sign_out(struct scop_platform *platform, uint32_t but, int64_t person)
{
	const struct scop_value *tenants =
	    scop_platform_rows(platform, "SELECT id FROM scopiton.tenant WHERE id <> %u", but);
	bool sound = tenants != NULL;

	for (size_t i = 0; sound && i < scop_count(tenants); i++) {
		const uint32_t id = (uint32_t)scop_int(scop_at(tenants, i), "id");

		sound = scop_platform_sql(platform,
		    "DELETE s FROM t%u.session s JOIN t%u.member m ON m.id = s.member WHERE "
		    "m.person = %lld",
		    id, id, (long long)person);
	}
	return sound;
}

/* What the order says beyond what it concerns; NULL with the reason. */
static const struct scop_value *
details_of(struct scop_platform *platform, const struct scop_value *order)
{
	const char *text = scop_text(order, "details");

	return scop_json_parse(platform->arena, text, strlen(text), &platform->err);
}

/* A new tenant, its addresses below those of the operator where none are said. */
static bool
make_tenant(struct scop_platform *platform, const struct scop_value *order,
    const struct scop_value *scop, struct steps *steps)
{
	const char *own = scop_text(scop_platform_row(platform,
					"SELECT host FROM scopiton.host_name WHERE tenant = %lld "
					"AND portal = 0 LIMIT 1",
					(long long)scop_int(order, "tenant")),
	    "host");
	const struct scop_value *details = details_of(platform, order);
	const char *name = scop_text(order, "new_tenant"), *host = scop_text(details, "host"),
		   *portal_host = scop_text(details, "portal_host"),
		   *template = scop_text(details, "template");
	const char *below = strchr(own, '.');

	if (!details)
		return false;
	/* A run of this very order before us may have been killed when all was done. */
	if (scop_platform_row(platform,
		"SELECT t.id FROM scopiton.tenant t JOIN scopiton.installer_order o ON o.id = %lld "
		"WHERE t.name = '%s' AND t.state = 'whole' AND "
		"t.created >= o.began",
		(long long)scop_int(order, "id"), scop_platform_quote(platform, name)))
		return true;
	const char *owner = scop_text(details, "owner_mail");
	if (!host[0] && below)
		host = scop_arena_printf(platform->arena, "%s%s", name, below);
	if (!portal_host[0] && below)
		portal_host = scop_arena_printf(platform->arena, "%s-portal%s", name, below);
	return scop_tenant_create(platform,
	    &(struct scop_tenant_order){ .name = name,
		.title = scop_text(details, "title"),
		.language = scop_text(details, "language"),
		.zone = scop_text(details, "zone"),
		.scop = scop_text(scop, "name"),
		.template = template[0] ? template : NULL,
		.host = host,
		.portal_host = portal_host,
		.owner_name = scop_text(details, "owner_name"),
		.owner_mail = owner[0] ? owner : NULL,
		.inviter = scop_text(order, "actor") },
	    note_step, steps);
}

static bool
send_from(struct scop_platform *platform, const struct scop_value *order)
{
	const struct scop_value *details = details_of(platform, order);

	return details &&
	    scop_tenant_sender(platform, (uint32_t)scop_int(order, "tenant"),
		scop_text(details, "address"));
}

static bool
allow(struct scop_platform *platform, const struct scop_value *order)
{
	const struct scop_value *details = details_of(platform, order);

	return details &&
	    scop_tenant_allow(platform, (uint32_t)scop_int(order, "tenant"),
		scop_type(scop_get(details, "cents")) == SCOP_INT ? scop_int(details, "cents")
								  : -1);
}

/* An owner orders what costs nothing, what his allowance covers together with what he has, and a
 * newer version of what he pays already; operators and the command line order anything. The view
 * `offer` (tenant.c) says the same beforehand. */
static bool
check_allowance(struct scop_platform *platform, const struct scop_value *order, const char *role,
    uint32_t tenant)
{
	const char *module = scop_platform_quote(platform, scop_text(order, "module"));

	if (!role[0] || scop_of(platform, role))
		return true;
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT COALESCE(v.tariff_cents, p.tariff_cents, 0) AS price, v.currency, "
	    "COALESCE(t.allowance_cents, 0) AS "
	    "allowance, (SELECT COALESCE(SUM(cents), 0) FROM scopiton.subscription_period s WHERE "
	    "s.tenant = t.id AND s.ends IS NULL AND s.module <> '%s') AS used, (SELECT "
	    "COALESCE(MAX(cents), 0) FROM scopiton.subscription_period s WHERE s.tenant = t.id AND "
	    "s.ends IS NULL AND s.module = '%s') AS paid FROM scopiton.tenant t "
	    "LEFT JOIN scopiton.package p ON p.module = '%s' AND p.available = 1 LEFT JOIN "
	    "scopiton.catalogue_version v ON v.module = '%s' AND v.newest = 1 AND "
	    "p.id IS NULL WHERE t.id = %u LIMIT 1",
	    module, module, module, module, tenant);
	if (scop_int(row, "price") <= scop_int(row, "paid") ||
	    scop_int(row, "price") + scop_int(row, "used") <= scop_int(row, "allowance"))
		return true;
	return scop_error_set(&platform->err,
	    "'%s' costs more than this tenant may order by itself. Ask your operator.",
	    scop_text(order, "module"));
}

/* What an operator installs answers the owner's request for it. */
static bool
install(struct scop_platform *platform, const struct scop_value *order,
    const struct scop_wish *wish, struct steps *steps)
{
	const uint32_t tenant = (uint32_t)scop_int(order, "tenant");
	const char *role = scop_text(order, "role"), *module = scop_text(order, "module");
	const bool by_operator = !role[0] || scop_of(platform, role);

	return check_allowance(platform, order, role, tenant) &&
	    scop_module_install(platform, tenant, module, wish, note_step, steps) &&
	    (!by_operator ||
		scop_request_end(platform, tenant, module, true, scop_text(order, "actor"), ""));
}

static bool
decline(struct scop_platform *platform, const struct scop_value *order)
{
	const struct scop_value *details = details_of(platform, order);

	return details &&
	    scop_request_end(platform, (uint32_t)scop_int(order, "tenant"),
		scop_text(order, "module"), false, scop_text(order, "actor"),
		scop_text(details, "words"));
}

static bool
carry_out(struct scop_platform *platform, const struct scop_value *order, struct steps *steps,
    const char **ret_report)
{
	const uint32_t tenant = (uint32_t)scop_int(order, "tenant");
	const char *role = scop_text(order, "role"), *kind = scop_text(order, "kind"),
		   *module = scop_text(order, "module");
	const bool upgrade = strcmp(kind, "upgrade") == 0, rehearse = strcmp(kind, "rehearse") == 0;
	const struct scop_wish wish = { .version = scop_text(order, "version"),
		.newest = upgrade || rehearse,
		.beta = scop_bool(order, "beta"),
		.root = strcmp(kind, "install-root") == 0,
		.granted = scop_bool(order, "granted") };

	if (!may_order(platform, role, tenant))
		return scop_error_set(&platform->err, "role '%s' may not order for tenant %u", role,
		    tenant);
	if (upgrade &&
	    !scop_platform_row(platform,
		"SELECT 1 AS there FROM scopiton.subscription WHERE tenant = %u AND module = '%s'",
		tenant, scop_platform_quote(platform, module)))
		return scop_error_set(&platform->err,
		    "this tenant has no module '%s' to upgrade; install it", module);
	if (strcmp(kind, "install") == 0 || wish.root || upgrade)
		return install(platform, order, &wish, steps);
	if (strcmp(kind, "request") == 0)
		return scop_request_make(platform, tenant, module, scop_text(order, "actor"));
	if (strcmp(kind, "back") == 0)
		return scop_module_back(platform, tenant, module, note_step, steps, ret_report);
	if (rehearse)
		return scop_module_rehearse(platform, tenant, module, &wish, note_step, steps,
		    ret_report);
	if (strcmp(kind, "disable") == 0)
		return scop_module_disable(platform, tenant, module);
	if (strcmp(kind, "uninstall") == 0)
		return scop_module_uninstall(platform, tenant, module);
	if (strcmp(kind, "purge") == 0)
		return scop_module_purge(platform, tenant, module, scop_text(order, "confirmed"),
		    note_step, steps, ret_report);
	if (strcmp(kind, "sign-out") == 0)
		return sign_out(platform, tenant, scop_int(order, "person"));
	const struct scop_value *scop = scop_of(platform, role);
	if (!role[0] || scop) {
		if (strcmp(kind, "refresh") == 0)
			return scop_catalogue_refresh(platform);
		if (strcmp(kind, "tenant") == 0)
			return make_tenant(platform, order, scop, steps);
		if (strcmp(kind, "allowance") == 0)
			return allow(platform, order);
		if (strcmp(kind, "sender") == 0)
			return send_from(platform, order);
		if (strcmp(kind, "decline") == 0)
			return decline(platform, order);
		if (strcmp(kind, "rollout") == 0)
			return scop_rollout_begin(platform, module, &wish,
				   (uint32_t)scop_int(scop, "id"),
				   (uint32_t)scop_int(order, "canary"),
				   scop_text(order, "actor")) != 0;
		if (strcmp(kind, "rollout-pause") == 0 || strcmp(kind, "rollout-resume") == 0)
			return scop_rollout_set(platform, scop_int(order, "rollout"),
			    (uint32_t)scop_int(scop, "id"),
			    strcmp(kind, "rollout-pause") == 0 ? "paused" : "running");
	}
	return scop_error_set(&platform->err, "there is no order of kind '%s'", kind);
}

bool
scop_sweep(struct scop_platform *platform)
{
	scop_catalogue_sweep(platform);
	bool sound = scop_migrator_sweep(platform);
	sound &= scop_tenant_sweep(platform);
	if (!sound) /* what is left harms nobody, and must not keep everybody from going on */
		scop_log_line(SCOP_LOG_ERROR,
		    "what killed runs have left is not all taken away: %s", platform->err.text);
	return scop_platform_holds_lock(platform);
}

/* The outcome of an order that another installer has carried out since we read it. */
static bool
ended_elsewhere(struct scop_platform *platform, int64_t id)
{
	const struct scop_value *order = scop_platform_row(platform,
	    "SELECT state = 'done' AS done, message FROM scopiton.installer_order WHERE id = %lld",
	    (long long)id);

	return order &&
	    (scop_int(order, "done") ||
		scop_error_set(&platform->err, "%s", scop_text(order, "message")));
}

bool
scop_order_run(struct scop_platform *platform, int64_t id, bool (*told)(void *, const char *),
    void *context)
{
	struct steps steps = { .platform = platform,
		.order = id,
		.told = told,
		.context = context };
	const struct scop_value *order = scop_platform_row(platform,
	    "SELECT id, COALESCE(role, '') AS role, tenant, kind, module, person, rollout, "
	    "new_tenant, version, beta, granted, confirmed, canary, actor, details FROM "
	    "scopiton.installer_order WHERE id = %lld",
	    (long long)id);
	const char *report = "";

	if (!order ||
	    !scop_platform_sql(platform,
		"UPDATE scopiton.installer_order SET state = 'running', began = COALESCE(began, "
		"UTC_TIMESTAMP(6)) WHERE id = "
		"%lld AND state IN ('waiting', 'running')",
		(long long)id))
		return false;
	if (scop_db_touched(platform->db) == 0)
		return ended_elsewhere(platform, id);
	const bool sound = scop_sweep(platform) && carry_out(platform, order, &steps, &report) &&
	    scop_directory_write(platform);
	const struct scop_error cause = platform->err;
	/* The lock is lost with the connection: the installer that has it now carries the order
	 * out, from where it stands. */
	if (!sound && !scop_platform_holds_lock(platform))
		return scop_error_set(&platform->err,
		    "%s. The order goes on by itself; 'scopiton module list' shows how it went.",
		    cause.text);
	/* Of a new tenant's order its title stays: who was invited is for that tenant alone. */
	scop_platform_sql(platform,
	    "UPDATE scopiton.installer_order SET state = '%s', message = LEFT('%s', 1000), ended = "
	    "UTC_TIMESTAMP(6), details = IF(kind = 'tenant', "
	    "JSON_OBJECT('title', JSON_VALUE(details, '$.title')), details) WHERE id = %lld",
	    sound                 ? "done"
		: steps.cancelled ? "cancelled"
				  : "failed",
	    scop_platform_quote(platform, sound ? report : cause.text), (long long)id);
	platform->err = cause;
	return sound;
}
