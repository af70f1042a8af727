/* SPDX-License-Identifier: EUPL-1.2 */
/* The next step of an upgrade in waves: see wave.h. */
#include "installer/wave.h"

#include <string.h>

#include "base/log.h"
#include "base/time.h"
#include "installer/migrator.h"
#include "installer/orders.h"
#include "installer/rights.h"
#include "installer/tenant.h"

#define SOCLE "socle"

static bool
migrate_socle(struct scop_platform *platform, uint32_t tenant)
{
	return scop_migrator_run(platform,
		   &(struct scop_migration){ .database =
						 scop_arena_printf(platform->arena, "t%u", tenant),
		       .series = SOCLE,
		       .folder = scop_arena_printf(platform->arena, "%s/" SOCLE,
			   platform->config.migrations) }) &&
	    scop_tenant_views(platform, tenant) && scop_session_rights(platform, tenant) &&
	    scop_portal_rights_again(platform, tenant) && scop_socle_rights_again(platform, tenant);
}

/* Upgrades the rollout's next tenant by an ordinary order. */
static bool
serve_tenant(struct scop_platform *platform, const struct scop_value *rollout, uint32_t tenant)
{
	const struct scop_order order = { .tenant = tenant,
		.kind = "upgrade",
		.module = scop_text(rollout, "module"),
		.actor = scop_text(rollout, "actor"),
		.wish = { .version = scop_text(rollout, "version"),
		    .granted = scop_bool(rollout, "granted") } };
	bool under_way;

	if (strcmp(order.module, SOCLE) == 0)
		return migrate_socle(platform, tenant);
	const int64_t id = scop_order_give(platform, &order, &under_way);
	if (under_way && id)
		return scop_error_set(&platform->err,
		    "another order for this tenant's module is in progress");
	return id && scop_order_run(platform, id, NULL, NULL);
}

/* The tenant whose turn it is; NULL: all have had theirs. */
static const struct scop_value *
next_tenant(struct scop_platform *platform, long long id)
{
	return scop_platform_row(platform,
	    "SELECT tenant, wave FROM scopiton.rollout_tenant WHERE rollout = %lld AND state IN "
	    "('waiting', 'running') ORDER BY wave, tenant LIMIT 1",
	    id);
}

/* Stores how it went for the tenant; the first failure stops the rollout. */
static void
note_tenant(struct scop_platform *platform, long long id, uint32_t tenant, bool ok,
    int64_t milliseconds)
{
	const char *cause = scop_platform_quote(platform, ok ? "" : platform->err.said);

	if (!scop_platform_may_go_on(platform))
		return; /* whoever has taken over goes on with this tenant */

	scop_platform_sql(platform,
	    "UPDATE scopiton.rollout_tenant SET state = '%s', message = LEFT('%s', 1500), "
	    "milliseconds = %lld WHERE rollout = %lld AND tenant = "
	    "%u",
	    ok ? "done" : "failed", cause, (long long)milliseconds, id, tenant);
	if (ok)
		return;
	scop_log_line(SCOP_LOG_ERROR, "rollout %lld stops at tenant %u: %s", id, tenant,
	    platform->err.text);
	scop_platform_sql(platform,
	    "UPDATE scopiton.rollout SET state = 'stopped' WHERE id = %lld AND state = 'running'",
	    id);
}

bool
scop_rollout_step(struct scop_platform *platform)
{
	const struct scop_value *rollout = scop_platform_row(platform,
	    "SELECT id, module, version, granted, actor FROM scopiton.rollout WHERE state = "
	    "'running' "
	    "ORDER BY id LIMIT 1");
	const long long id = (long long)scop_int(rollout, "id");
	const struct scop_value *next = rollout ? next_tenant(platform, id) : NULL;

	if (!rollout)
		return false;
	if (!next) {
		scop_platform_sql(platform,
		    "UPDATE scopiton.rollout SET state = 'done', ended = UTC_TIMESTAMP(6) WHERE id "
		    "= %lld",
		    id);
		return true;
	}
	const uint32_t tenant = (uint32_t)scop_int(next, "tenant");
	const int64_t began = scop_time_now();
	scop_platform_sql(platform,
	    "UPDATE scopiton.rollout_tenant SET state = 'running' WHERE rollout = %lld AND tenant "
	    "= %u",
	    id, tenant);
	scop_platform_sql(platform, "UPDATE scopiton.rollout SET wave = %lld WHERE id = %lld",
	    (long long)scop_int(next, "wave"), id);
	const bool ok = serve_tenant(platform, rollout, tenant);
	note_tenant(platform, id, tenant, ok, (scop_time_now() - began) / 1000);
	return true;
}
