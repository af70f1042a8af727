/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Billing of tenants: periods of use by day, at the tariff of the day they began, and monthly
 * statements. A module that was enabled from the 1st to the 10th of a month of 30 days costs 10/30
 * of its monthly price, rounded half up. A closed month does not change any more.
 */
#include "installer/billing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"

/* Today in the tenant's time zone, as a MariaDB date. */
static const char *
today(struct scop_platform *platform, uint32_t tenant)
{
	const char *zone = scop_text(scop_platform_row(platform,
					 "SELECT zone FROM scopiton.tenant WHERE id = %u", tenant),
	    "zone");

	const struct scop_clock clock = scop_zone_clock(zone, scop_time_now());

	return scop_arena_printf(platform->arena, "%04d-%02d-%02d", clock.year, clock.month,
	    clock.day);
}

bool
scop_period_begin(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	const char *day = today(platform, tenant);
	const struct scop_value *tariff = scop_platform_row(platform,
	    "SELECT p.tariff_cents, p.currency FROM scopiton.subscription s JOIN scopiton.package "
	    "p ON "
	    "p.id = s.package WHERE s.tenant = %u AND s.module = '%s'",
	    tenant, module);

	/* Disabling and enabling on the same day continues the period, as does a version with the
	 * same tariff. */
	return scop_platform_sql(platform,
		   "UPDATE scopiton.subscription_period SET ends = NULL WHERE tenant = %u AND "
		   "module = '%s' AND ends = '%s' AND cents = %lld "
		   "AND NOT EXISTS (SELECT o.id FROM (SELECT id, tenant, module, ends FROM "
		   "scopiton.subscription_period) o WHERE o.tenant = %u AND o.module = '%s' AND "
		   "o.ends IS NULL)",
		   tenant, module, day, (long long)scop_int(tariff, "tariff"), tenant, module) &&
	    scop_platform_sql(platform,
		"INSERT IGNORE INTO scopiton.subscription_period (tenant, module, cents, currency, "
		"begins) VALUES (%u, '%s', %lld, '%s', '%s')",
		tenant, module, (long long)scop_int(tariff, "tariff"),
		scop_text(tariff, "currency")[0] ? scop_text(tariff, "currency") : "EUR", day);
}

bool
scop_period_end(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	const char *which =
	    module ? scop_arena_printf(platform->arena, " AND module = '%s'", module) : "";

	return scop_platform_sql(platform,
	    "UPDATE scopiton.subscription_period SET ends = '%s' WHERE tenant = %u AND ends IS "
	    "NULL%s",
	    today(platform, tenant), tenant, which);
}

/* ---- statements ---- */

static bool
valid_month(const char *month)
{
	return strlen(month) == 7 && month[4] == '-' && strspn(month, "0123456789") == 4 &&
	    strspn(month + 5, "0123456789") == 2 && atoi(month + 5) >= 1 && atoi(month + 5) <= 12 &&
	    atoi(month) >= 2000;
}

const struct scop_value *
scop_statement_lines(struct scop_platform *platform, uint32_t tenant, const char *month,
    bool *ret_closed)
{
	if (!valid_month(month)) {
		scop_error_set(&platform->err, "a month is written as 2026-11, not '%.20s'", month);
		return NULL;
	}
	const struct scop_value *closed = scop_platform_row(platform,
	    "SELECT id FROM scopiton.statement WHERE tenant = %u AND month = '%s'", tenant, month);

	*ret_closed = closed != NULL;
	if (closed)
		return scop_platform_rows(platform,
		    "SELECT module, CAST(begins AS CHAR) AS begins, CAST(ends AS CHAR) AS ends, "
		    "days, of_days, month_cents, cents, currency FROM scopiton.statement_line "
		    "WHERE "
		    "statement = %lld ORDER BY module, begins, id",
		    (long long)scop_int(closed, "id"));
	return scop_platform_rows(platform,
	    "SELECT module, CAST(begins AS CHAR) AS begins, CAST(ends AS CHAR) AS ends, days, "
	    "of_days, month_cents, cents, currency FROM "
	    "scopiton.use_line WHERE tenant = %u AND month = '%s' ORDER BY module, begins, id",
	    tenant, month);
}

bool
scop_statement_close(struct scop_platform *platform, uint32_t tenant, const char *month)
{
	if (!valid_month(month))
		return scop_error_set(&platform->err, "a month is written as 2026-11, not '%.20s'",
		    month);
	const char *now = today(platform, tenant);

	if (strncmp(now, month, 7) <= 0)
		return scop_error_set(&platform->err, "the month %s has not ended yet", month);
	if (scop_platform_row(platform,
		"SELECT id FROM scopiton.statement WHERE tenant = %u AND month = '%s'", tenant,
		month))
		return scop_error_set(&platform->err,
		    "the month %s is already closed, and cannot change any more", month);
	if (scop_platform_begin(platform) &&
	    scop_platform_sql(platform,
		"INSERT INTO scopiton.statement (tenant, month) VALUES (%u, '%s')", tenant,
		month) &&
	    scop_platform_sql(platform,
		"INSERT INTO scopiton.statement_line (module, begins, ends, days, of_days, "
		"month_cents, cents, currency, statement) SELECT "
		"module, begins, ends, days, of_days, month_cents, cents, currency, "
		"LAST_INSERT_ID() FROM scopiton.use_line WHERE tenant = %u AND month = '%s' ORDER "
		"BY "
		"module, begins, id",
		tenant, month) &&
	    scop_platform_sql(platform, "COMMIT"))
		return true;
	const struct scop_error cause = platform->err;
	scop_platform_sql(platform, "ROLLBACK");
	platform->err = cause;
	return false;
}
