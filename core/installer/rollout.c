/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Upgrades in waves. A canary first, then waves of 1, 2, 4 ... tenants, each tenant by an order of
 * its own; the first that fails stops all. Where a rollout stands is in its rows, so that it goes
 * on after a crash, and can be paused by one UPDATE.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "installer/migrator.h"
#include "installer/orders.h"

#define SOCLE "socle"

int64_t
scop_rollout_begin(struct scop_platform *platform, const char *module, const struct scop_wish *wish,
    uint32_t scop, uint32_t canary, const char *actor)
{
	const char *name = scop_platform_quote(platform, module);
	const bool socle = strcmp(module, SOCLE) == 0;
	const char *who = socle
	    ? scop_arena_printf(platform->arena,
		  "SELECT t.id AS tenant, '' AS version FROM scopiton.tenant t WHERE %u IN (0, "
		  "t.scop)",
		  scop)
	    : scop_arena_printf(platform->arena,
		  "SELECT s.tenant, p.version FROM scopiton.subscription s JOIN scopiton.package p "
		  "ON p.id = s.package JOIN scopiton.tenant t ON "
		  "t.id = s.tenant WHERE s.module = '%s' AND s.state NOT IN ('off', 'gone') AND %u "
		  "IN (0, t.scop)",
		  name, scop);

	/* Two scops upgrade their own tenants at once; one for all is alone. */
	if (scop_platform_row(platform,
		"SELECT id FROM scopiton.rollout WHERE module = '%s' AND state IN ('running', "
		"'paused') AND (scop IS NULL OR %u IN (0, scop))",
		name, scop)) {
		scop_error_set(&platform->err, "another upgrade of '%s' in waves is under way",
		    module);
		return 0;
	}
	if (!scop_platform_sql(platform, "START TRANSACTION") ||
	    !scop_platform_sql(platform,
		"INSERT INTO scopiton.rollout (module, version, granted, scop, actor) VALUES "
		"('%s', '%s', %d, NULLIF(%u, 0), '%s')",
		name, wish->version ? wish->version : "", wish->granted, scop,
		scop_platform_quote(platform, actor)))
		return 0;
	const int64_t id =
	    scop_int(scop_platform_row(platform, "SELECT LAST_INSERT_ID() AS id"), "id");
	/* The n-th tenant is of wave 1 + log2(n); the canary of wave 0. */
	if (scop_platform_sql(platform,
		"INSERT INTO scopiton.rollout_tenant (rollout, tenant, wave, from_version) SELECT "
		"%lld, w.tenant, IF(w.tenant = %u, 0, 1 + "
		"FLOOR(LOG2(ROW_NUMBER() OVER (PARTITION BY w.tenant = %u ORDER BY w.tenant)))), "
		"w.version FROM (%s) w",
		(long long)id, canary, canary, who) &&
	    scop_db_touched(platform->db) > 0 && scop_platform_sql(platform, "COMMIT"))
		return id;
	scop_platform_sql(platform, "ROLLBACK");
	scop_error_set(&platform->err, "no tenant has the module '%s'", module);
	return 0;
}

bool
scop_rollout_set(struct scop_platform *platform, int64_t id, uint32_t scop, const char *state)
{
	if (!scop_platform_row(platform,
		"SELECT id FROM scopiton.rollout WHERE id = %lld AND %u IN (0, scop)",
		(long long)id, scop))
		return scop_error_set(&platform->err, "there is no rollout %lld", (long long)id);
	/* Who goes on tries those again that have failed. */
	return (strcmp(state, "running") != 0 ||
		   scop_platform_sql(platform,
		       "UPDATE scopiton.rollout_tenant SET state = 'waiting', message = '' WHERE "
		       "rollout = %lld AND "
		       "state = 'failed'",
		       (long long)id)) &&
	    scop_platform_sql(platform,
		"UPDATE scopiton.rollout SET state = '%s' WHERE id = %lld AND state IN ('running', "
		"'paused', 'stopped')",
		state, (long long)id);
}

static bool
migrate_socle(struct scop_platform *platform, uint32_t tenant)
{
	return scop_migrator_run(platform,
		   &(struct scop_migration){ .database =
						 scop_arena_printf(platform->arena, "t%u", tenant),
		       .series = SOCLE,
		       .folder = scop_arena_printf(platform->arena, "%s/" SOCLE,
			   platform->config.migrations) }) &&
	    scop_tenant_views(platform, tenant) && scop_portal_rights(platform, tenant);
}

/* The next tenant of the rollout, by an order as anybody's. */
static bool
serve_tenant(struct scop_platform *platform, const struct scop_value *rollout, uint32_t tenant)
{
	const struct scop_order order = { .tenant = tenant,
		.kind = "upgrade",
		.module = scop_text(rollout, "module"),
		.actor = scop_text(rollout, "actor"),
		.wish = { .version = scop_text(rollout, "version"),
		    .granted = scop_bool(rollout, "granted") },
		.rollout = scop_int(rollout, "id") };
	bool under_way;

	if (strcmp(order.module, SOCLE) == 0)
		return migrate_socle(platform, tenant);
	const int64_t id = scop_order_give(platform, &order, &under_way);
	if (under_way && id)
		return scop_error_set(&platform->err,
		    "another order for this tenant's module is under way");
	return id && scop_order_run(platform, id, NULL, NULL);
}

bool
scop_rollout_step(struct scop_platform *platform)
{
	const struct scop_value *rollout = scop_platform_row(platform,
	    "SELECT id, module, version, granted, actor FROM scopiton.rollout WHERE state = "
	    "'running' "
	    "ORDER BY id LIMIT 1");
	const long long id = (long long)scop_int(rollout, "id");
	const struct scop_value *next = rollout
	    ? scop_platform_row(platform,
		  "SELECT tenant, wave FROM scopiton.rollout_tenant WHERE rollout = %lld AND state "
		  "IN "
		  "('waiting', 'running') ORDER BY wave, tenant LIMIT 1",
		  id)
	    : NULL;

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
	const bool sound = serve_tenant(platform, rollout, tenant);
	const char *cause = scop_platform_quote(platform, sound ? "" : platform->err.text);
	scop_platform_sql(platform,
	    "UPDATE scopiton.rollout_tenant SET state = '%s', message = LEFT('%s', 1000), "
	    "milliseconds = %lld WHERE rollout = %lld AND tenant = "
	    "%u",
	    sound ? "done" : "failed", cause, (long long)(scop_time_now() - began) / 1000, id,
	    tenant);
	if (!sound) {
		scop_log(SCOP_LOG_ERROR, "rollout %lld stops at tenant %u: %s", id, tenant, cause);
		scop_platform_sql(platform,
		    "UPDATE scopiton.rollout SET state = 'stopped' WHERE id = %lld AND state = "
		    "'running'",
		    id);
	}
	return true;
}
