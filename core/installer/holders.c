/* SPDX-License-Identifier: EUPL-1.2 */
/* Modules that hold rows which others need: see holders.h. */
#include "installer/holders.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "installer/platform.h"

enum { WAIT_MILLISECONDS = 2000 };

/* Waits whose blocker waits for nobody itself and is a module's connection. The start of a wait is
 * only compared with itself: its time zone is the server's. */
static const char waits[] =
    "SELECT DISTINCT CONCAT(w.requesting_trx_id, ' ', r.trx_wait_started) AS wait_name, "
    "p.id AS connection, SUBSTRING(p.user, 6) AS module, COALESCE(t.name, '') AS tenant, "
    "REPLACE(l.lock_table, '`', '') AS held FROM information_schema.innodb_lock_waits w "
    "JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting_trx_id "
    "JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking_trx_id AND b.trx_state <> "
    "'LOCK WAIT' "
    "JOIN information_schema.innodb_locks l ON l.lock_id = w.requested_lock_id AND l.lock_table "
    "NOT REGEXP '^`t[0-9]+_' "
    "JOIN information_schema.processlist p ON p.id = b.trx_mysql_thread_id AND p.user LIKE "
    "'scop\\_%%' AND p.user NOT LIKE 'scop\\_run\\_%%' "
    "LEFT JOIN scopiton.tenant t ON t.id = SUBSTRING(SUBSTRING_INDEX(p.db, '_', 1), 2)";

static int64_t
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* When the wait was first seen; `now` for a new one. */
static int64_t
seen_since(const struct scop_holders *holders, const char *name, int64_t now)
{
	for (size_t i = 0; i < holders->count; i++)
		if (strcmp(holders->waits[i].name, name) == 0)
			return holders->waits[i].since;
	return now;
}

static void
end_connection(struct scop_platform *platform, const struct scop_value *row, int64_t waited)
{
	if (scop_platform_sql(platform, "KILL CONNECTION %lld",
		(long long)scop_int(row, "connection")))
		scop_log_line(SCOP_LOG_WARNING,
		    "module '%s' of tenant '%s' held rows of %s for which another waited %lld ms: "
		    "its connection to the database was ended",
		    scop_text(row, "module"), scop_text(row, "tenant"), scop_text(row, "held"),
		    (long long)waited);
}

void
scop_holders_step(struct scop_platform *platform, struct scop_holders *holders)
{
	const int64_t now = milliseconds();
	const struct scop_value *rows = scop_platform_rows(platform, waits);
	struct scop_holders next = { .count = 0 };

	for (size_t i = 0; i < scop_count(rows) && next.count < SCOP_HOLDERS_MAX; i++) {
		const struct scop_value *row = scop_at(rows, i);
		struct scop_wait *wait = &next.waits[next.count++];

		snprintf(wait->name, sizeof wait->name, "%s", scop_text(row, "wait_name"));
		wait->since = seen_since(holders, wait->name, now);
		if (now - wait->since >= WAIT_MILLISECONDS)
			end_connection(platform, row, now - wait->since);
	}
	*holders = next;
}
