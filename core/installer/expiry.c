/* SPDX-License-Identifier: EUPL-1.2 */
/* Expired rows: see expiry.h. */
#include "installer/expiry.h"

#include <mysqld_error.h>

#include "base/log.h"
#include "base/time.h"
#include "installer/platform.h"

enum {
	PASS_SECONDS = 3600, /* from the end of one pass to the next */
	BATCH_ROWS = 1000,   /* in one transaction */
	BATCHES_MAX = 200    /* in one step, so that an order does not wait for millions of rows */
};

/* A row of `table` is deleted once `when` is true; with `set` it is cleared instead. Each `when`
 * uses an index, or its table is small. */
struct rule {
	const char *table, *when, *set;
};

static const struct rule host_rules[] = { { "account.reset", "expires < UTC_TIMESTAMP(6)", NULL },
	{ "account.failure", "at < UTC_TIMESTAMP(6) - INTERVAL 1 HOUR", NULL },
	{ "account.place", "at < UTC_TIMESTAMP(6) - INTERVAL 90 DAY", NULL },
	{ "queue.mail",
	    "state IN ('sent', 'refused') AND run_at < UTC_TIMESTAMP() - INTERVAL 30 DAY", NULL },
	{ "queue.dead", "died < UTC_TIMESTAMP() - INTERVAL 90 DAY", NULL },
	{ "scopiton.order_step", "at < UTC_TIMESTAMP() - INTERVAL 90 DAY", NULL },
	{ "scopiton.order_cancel", "at < UTC_TIMESTAMP() - INTERVAL 90 DAY", NULL },
	/* the portal never shows them */
	{ "scopiton.installer_order",
	    "kind IN ('sign-out', 'refresh') AND ended < UTC_TIMESTAMP() - INTERVAL 90 DAY", NULL },
	{ "scopiton.crash", "day < UTC_DATE() - INTERVAL 90 DAY", NULL },
	{ "scopiton.module_request", "answered < UTC_TIMESTAMP() - INTERVAL 1 YEAR", NULL },
	{ NULL, NULL, NULL } };

static const struct rule socle_rules[] = { { "session", "expires < UTC_TIMESTAMP(6)", NULL },
	{ "sign_in", "expires < UTC_TIMESTAMP(6)", NULL },
	{ "invitation", "expires < UTC_TIMESTAMP(6)", NULL },
	{ "api_key", "expires < UTC_TIMESTAMP(6) - INTERVAL 90 DAY", NULL }, { NULL, NULL, NULL } };

/* Runs once the members of all tenants are known. */
static const struct rule person_rules[] = {
	{ "account.person", "member_seen < UTC_DATE() - INTERVAL 30 DAY", NULL },
	{ NULL, NULL, NULL }
};

/* A form key is accepted for a day, so it must be remembered for longer. */
static const struct rule module_rules[] = {
	{ "scop_form_key", "created < UTC_TIMESTAMP() - INTERVAL 25 HOUR", NULL },
	{ "scop_form_key", "answer_until < UTC_TIMESTAMP()", "answer = NULL, answer_until = NULL" },
	{ "scop_job_done", "done < UTC_TIMESTAMP() - INTERVAL 30 DAY", NULL }, { NULL, NULL, NULL }
};

/* Deletes one batch. A missing database or table has no such rows: its module is being installed,
 * or has been removed. */
static bool
apply_once(struct scop_platform *platform, const char *in, const struct rule *rule,
    uint64_t *ret_touched)
{
	const bool ok = rule->set
	    ? scop_platform_sql(platform, "UPDATE %s%s SET %s WHERE %s LIMIT %d", in, rule->table,
		  rule->set, rule->when, BATCH_ROWS)
	    : scop_platform_sql(platform, "DELETE FROM %s%s WHERE %s LIMIT %d", in, rule->table,
		  rule->when, BATCH_ROWS);
	const unsigned error = ok ? 0 : scop_db_errno(platform->db);

	*ret_touched = ok ? scop_db_touched(platform->db) : 0;
	return ok || error == ER_NO_SUCH_TABLE || error == ER_BAD_DB_ERROR;
}

/* Applies all rules in one database; `in` is its name and a dot, or "" if the tables are qualified.
 */
static void
apply(struct scop_platform *platform, struct scop_expiry *expiry, const char *in,
    const struct rule *rules)
{
	for (const struct rule *rule = rules; rule->table; rule++) {
		uint64_t touched = BATCH_ROWS;
		int batches = 0;

		for (; touched == BATCH_ROWS && batches < BATCHES_MAX; batches++) {
			if (!apply_once(platform, in, rule, &touched))
				scop_log_line(SCOP_LOG_WARNING,
				    "expired rows of '%s%s' are not deleted: %s", in, rule->table,
				    platform->err.text);
			expiry->deleted += touched;
		}
		expiry->more |= touched == BATCH_ROWS;
	}
}

/* Records once a day which persons are members of the tenant. */
static bool
see_members(struct scop_platform *platform, uint32_t tenant)
{
	return scop_platform_sql(platform,
	    "UPDATE account.person p JOIN t%u.member m ON m.person = p.id SET p.member_seen = "
	    "UTC_DATE() WHERE p.member_seen < UTC_DATE()",
	    tenant);
}

/* No account is deleted because of a failed query, or while a tenant is being created or deleted.
 */
static void
apply_to_persons(struct scop_platform *platform, struct scop_expiry *expiry)
{
	int64_t others;

	if (!expiry->unsure &&
	    scop_platform_count(platform, &others,
		"SELECT COUNT(*) AS n FROM scopiton.tenant WHERE state <> 'whole'") &&
	    others == 0)
		apply(platform, expiry, "", person_rules);
}

static void
apply_to_tenant(struct scop_platform *platform, struct scop_expiry *expiry)
{
	const struct scop_value *databases = scop_platform_rows(platform,
	    "SELECT database_name AS name FROM scopiton.subscription WHERE tenant = %u UNION "
	    "SELECT previous_database FROM scopiton.subscription WHERE tenant = %u AND "
	    "previous_database IS NOT NULL",
	    expiry->tenant, expiry->tenant);

	expiry->unsure |= !see_members(platform, expiry->tenant);
	apply(platform, expiry, scop_arena_printf(platform->arena, "t%u.", expiry->tenant),
	    socle_rules);
	for (size_t i = 0; i < scop_count(databases); i++)
		apply(platform, expiry,
		    scop_arena_printf(platform->arena, "`%s`.",
			scop_text(scop_at(databases, i), "name")),
		    module_rules);
}

static void
end_pass(struct scop_expiry *expiry)
{
	if (expiry->deleted > 0)
		scop_log_line(SCOP_LOG_INFO, "%llu rows have expired",
		    (unsigned long long)expiry->deleted);
	*expiry = (struct scop_expiry){ .next_at = scop_time_now() +
		    (expiry->more ? 0 : PASS_SECONDS * INT64_C(1000000)) };
}

void
scop_expiry_step(struct scop_platform *platform, struct scop_expiry *expiry)
{
	if (scop_time_now() < expiry->next_at)
		return;
	if (expiry->tenant == 0)
		apply(platform, expiry, "", host_rules);
	const struct scop_value *next = scop_platform_row(platform,
	    "SELECT id FROM scopiton.tenant WHERE id > %u AND state = 'whole' ORDER BY id LIMIT 1",
	    expiry->tenant);
	if (next) {
		expiry->tenant = (uint32_t)scop_int(next, "id");
		apply_to_tenant(platform, expiry);
	} else if (scop_db_connect(platform->db) == SCOP_DB_OK) {
		apply_to_persons(platform, expiry);
		end_pass(expiry);
	}
}
