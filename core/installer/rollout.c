/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Upgrades in waves. A canary first, then waves of 1, 2, 4 ... tenants, each tenant by its own
 * order; the first failure stops the rollout. The state of a rollout is in its rows, so it resumes
 * after a crash, and one UPDATE pauses it.
 */
#include "installer/rollout.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define SOCLE "socle"

/* Scops may upgrade their own tenants at the same time; a rollout for all tenants excludes others.
 * The reason is in `err`. */
static bool
another_runs(struct scop_platform *platform, const char *module, int64_t scop, int64_t but)
{
	return scop_platform_row(platform,
		   "SELECT id FROM scopiton.rollout WHERE module = '%s' AND state = 'running' AND "
		   "id <> %lld AND (scop IS NULL OR %lld IN (0, scop))",
		   scop_platform_quote(platform, module), (long long)but, (long long)scop) &&
	    !scop_error_set(&platform->err, "another upgrade of '%s' in waves is in progress",
		module);
}

/* The tenants of a rollout, as SQL that gives their number and the version that they have. */
static const char *
tenants_of(struct scop_platform *platform, const char *module, uint32_t scop)
{
	if (strcmp(module, SOCLE) == 0)
		return scop_arena_printf(platform->arena,
		    "SELECT t.id AS tenant, '' AS version FROM scopiton.tenant t WHERE %u IN (0, "
		    "t.scop)",
		    scop);
	return scop_arena_printf(platform->arena,
	    "SELECT s.tenant, p.version FROM scopiton.subscription s JOIN scopiton.package p "
	    "ON p.id = s.package JOIN scopiton.tenant t ON "
	    "t.id = s.tenant WHERE s.module = '%s' AND s.state NOT IN ('off', 'gone') AND %u "
	    "IN (0, t.scop)",
	    scop_platform_quote(platform, module), scop);
}

/* The n-th tenant is in wave 1 + log2(n), the canary in wave 0. */
static bool
add_tenants(struct scop_platform *platform, int64_t id, const char *tenants, uint32_t canary)
{
	return scop_platform_sql(platform,
		   "INSERT INTO scopiton.rollout_tenant (rollout, tenant, wave, from_version) "
		   "SELECT "
		   "%lld, w.tenant, IF(w.tenant = %u, 0, 1 + "
		   "FLOOR(LOG2(ROW_NUMBER() OVER (PARTITION BY w.tenant = %u ORDER BY "
		   "w.tenant)))), "
		   "w.version FROM (%s) w",
		   (long long)id, canary, canary, tenants) &&
	    scop_db_touched(platform->db) > 0;
}

int64_t
scop_rollout_begin(struct scop_platform *platform, const char *module, const struct scop_wish *wish,
    uint32_t scop, uint32_t canary, const char *actor)
{
	const char *name = scop_platform_quote(platform, module);
	const char *tenants = tenants_of(platform, module, scop);

	if (another_runs(platform, module, scop, 0))
		return 0;
	/* Stops a paused rollout, so that a new one may replace it. */
	if (!scop_platform_begin(platform) ||
	    !scop_platform_sql(platform,
		"UPDATE scopiton.rollout SET state = 'stopped' WHERE module = '%s' AND state = "
		"'paused' AND COALESCE(scop, 0) = %u",
		name, scop) ||
	    !scop_platform_sql(platform,
		"INSERT INTO scopiton.rollout (module, version, granted, scop, actor) VALUES "
		"('%s', '%s', %d, NULLIF(%u, 0), '%s')",
		name, wish->version ? wish->version : "", wish->granted, scop,
		scop_platform_quote(platform, actor)))
		return 0;
	const int64_t id =
	    scop_int(scop_platform_row(platform, "SELECT LAST_INSERT_ID() AS id"), "id");
	if (add_tenants(platform, id, tenants, canary) && scop_platform_sql(platform, "COMMIT"))
		return id;
	scop_platform_sql(platform, "ROLLBACK");
	scop_error_set(&platform->err, "no tenant has the module '%s'", module);
	return 0;
}

bool
scop_rollout_set(struct scop_platform *platform, int64_t id, uint32_t scop, const char *state)
{
	const struct scop_value *rollout = scop_platform_row(platform,
	    "SELECT module, COALESCE(scop, 0) AS scop FROM scopiton.rollout WHERE id = %lld AND %u "
	    "IN (0, scop)",
	    (long long)id, scop);
	const bool resumes = strcmp(state, "running") == 0;

	if (!rollout)
		return scop_error_set(&platform->err, "there is no rollout %lld", (long long)id);
	if (resumes &&
	    another_runs(platform, scop_text(rollout, "module"), scop_int(rollout, "scop"), id))
		return false;
	/* A resumed rollout retries the failed tenants. */
	return (!resumes ||
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
