/* SPDX-License-Identifier: EUPL-1.2 */
/* Orders: see orders.h. */
#include "installer/orders.h"

#include <string.h>

#include "base/log.h"
#include "installer/catalogue.h"
#include "installer/delete.h"
#include "installer/directory.h"
#include "installer/kinds.h"
#include "installer/migrator.h"
#include "installer/tenant.h"
#include "package/version.h"

struct steps {
	struct scop_platform *platform;
	int64_t order;
	unsigned number;
	bool cancelled;
	bool (*on_step)(void *context, const char *what);
	void *context;
};

int64_t
scop_order_give(struct scop_platform *platform, const struct scop_order *order, bool *ret_under_way)
{
	const char *version = order->wish.version ? order->wish.version : "";

	if (version[0] && !scop_range_valid(version)) {
		scop_error_set(&platform->err,
		    "'%.40s' is not a range of versions; write '^1.4', '>=2 <3' or '1.4.0'",
		    version);
		return 0;
	}
	/* If an order for the module is already in progress, returns that one. */
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

/* The scop's own tenant whose portal has this role: `id` and `name`; NULL if there is none. */
static const struct scop_value *
scop_of(struct scop_platform *platform, const char *role)
{
	return role[0] ? scop_platform_row(platform,
			     "SELECT id, name FROM scopiton.tenant WHERE operates = 1 AND "
			     "CONCAT('t', id, '_portal') = '%s'",
			     scop_platform_quote(platform, role))
		       : NULL;
}

/* MariaDB stamps the role: a portal can order only for its own tenant, a scop's portal only for
 * those that it serves. */
static bool
may_order(struct scop_platform *platform, const char *role, uint32_t tenant)
{
	return !role[0] ||
	    strcmp(role, scop_arena_printf(platform->arena, "t%u_portal", tenant)) == 0 ||
	    scop_platform_row(platform,
		"SELECT id FROM scopiton.tenant WHERE id = %u AND scop = %lld", tenant,
		(long long)scop_int(scop_of(platform, role), "id")) != NULL;
}

/* Whether somebody with the right to do so has asked to cancel it. */
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
		return false; /* the installer that has it now goes on */
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
	return !steps->on_step || steps->on_step(steps->context, what);
}

bool
scop_sweep(struct scop_platform *platform)
{
	scop_catalogue_sweep(platform);
	bool ok = scop_migrator_sweep(platform);
	ok &= scop_tenant_sweep(platform);
	if (!ok) /* leftovers are harmless, and must not block other orders */
		scop_log_line(SCOP_LOG_ERROR, "leftovers of killed runs cannot all be removed: %s",
		    platform->err.text);
	return scop_platform_holds_lock(platform);
}

/* The result of an order that another installer has carried out in the meantime. */
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

static const struct scop_value *
order_by_id(struct scop_platform *platform, int64_t id)
{
	return scop_platform_row(platform,
	    "SELECT id, COALESCE(role, '') AS role, tenant, kind, module, person, rollout, "
	    "new_tenant, version, beta, granted, confirmed, canary, actor, details FROM "
	    "scopiton.installer_order WHERE id = %lld",
	    (long long)id);
}

static bool
carry_out(struct scop_platform *platform, const struct scop_value *order, struct steps *steps,
    const char **ret_report)
{
	const uint32_t tenant = (uint32_t)scop_int(order, "tenant");
	const char *role = scop_text(order, "role");
	struct scop_carrying carrying = { .platform = platform,
		.order = order,
		.scop = scop_of(platform, role),
		.on_step = note_step,
		.context = steps,
		.report = "" };

	if (!may_order(platform, role, tenant))
		return scop_error_set(&platform->err, "role '%s' may not order for tenant %u", role,
		    tenant);
	/* Kinds without steps check for cancellation only here. */
	steps->cancelled = is_cancelled(platform, steps->order);
	if (steps->cancelled)
		return scop_error_set(&platform->err, "it was cancelled before it began");
	carrying.by_operator = !role[0] || carrying.scop;
	const bool ok = scop_order_carry_out(&carrying);
	*ret_report = carrying.report;
	return ok;
}

/* Keeps only the title in the details of a tenant order: the invited person's data is for that
 * tenant alone. */
static void
note_end(struct scop_platform *platform, int64_t id, const char *state, const char *message)
{
	(void)(scop_platform_begin(platform) &&
	    scop_platform_sql(platform,
		"UPDATE scopiton.installer_order SET state = '%s', message = LEFT('%s', 1500), "
		"ended = "
		"UTC_TIMESTAMP(6), details = IF(kind = 'tenant', "
		"JSON_OBJECT('title', JSON_VALUE(details, '$.title')), details) WHERE id = %lld",
		state, scop_platform_quote(platform, message), (long long)id));
	scop_platform_sql(platform, "COMMIT");
}

bool
scop_order_run(struct scop_platform *platform, int64_t id, bool (*on_step)(void *, const char *),
    void *context)
{
	struct steps steps = { .platform = platform,
		.order = id,
		.on_step = on_step,
		.context = context };
	const struct scop_value *order = order_by_id(platform, id);
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
	const bool ok = scop_sweep(platform) && carry_out(platform, order, &steps, &report) &&
	    scop_directory_write(platform);
	const struct scop_error cause = platform->err;
	/* The lock is lost with the connection: the installer that has it now resumes the order. */
	if (!scop_platform_holds_lock(platform))
		return scop_error_set(&platform->err,
		    "%s. The order continues by itself; 'scopiton module list' will show its "
		    "result.",
		    ok ? SCOP_TEXT("another installer has taken over") : cause.said);
	if (ok)
		note_end(platform, id, "done", report);
	else
		note_end(platform, id, steps.cancelled ? "cancelled" : "failed", cause.said);
	platform->err = cause;
	return ok;
}
