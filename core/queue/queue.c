/* SPDX-License-Identifier: EUPL-1.2 */
/* The queue: see queue.h. Each statement precedes its first use. */
#include "queue/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/locale.h"
#include "base/log.h"
#include "base/value.h"
#include "queue/schedule.h"
#include "scopiton/value.h"

enum {
	REST_FIRST = 5000,
	BACKOFF_MAX = 6 * 3600 * 1000,
	SCHEDULES_AT_ONCE = 50,
	WINDOW = 400,
	HEADS = 64
};

/* The entries of a batch, whose numbers come as one JSON array. */
#define BATCH \
	"JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) b STRAIGHT_JOIN outbox o ON " \
	"o.id = b.id "
/* The parts of a role's name, such as t42_shop. */
#define TENANT_OF(role) "CAST(SUBSTRING(SUBSTRING_INDEX(" role ", '_', 1), 2) AS UNSIGNED)"
#define MODULE_OF(role) "SUBSTRING(" role ", LOCATE('_', " role ") + 1)"
/* A command's name says whom it is for. */
#define IS_COMMAND(o) o ".name LIKE '%:%'"
#define EVENT_OF(o) \
	"IF(" IS_COMMAND(o) ", " o ".name, CONCAT(" MODULE_OF(o ".role") ", '.', " o ".name))"
#define MAY_ORDER "(j.role IS NULL OR j.role = CONCAT(SUBSTRING_INDEX(o.role, '_', 1), '_portal'))"

static void
enter(struct scop_queue *queue)
{
	scop_db_enter(queue->db, "", "queue", "queue", 0, true);
}

static enum scop_db_status
write(struct scop_queue *queue, const struct scop_query query)
{
	uint64_t touched;

	enter(queue);
	return scop_db_write(queue->db, queue->arena, &query, &touched);
}

static enum scop_db_status
read(struct scop_queue *queue, const struct scop_query query, const struct scop_value **ret_rows)
{
	enter(queue);
	return scop_db_read(queue->db, queue->arena, &query, 1, ret_rows);
}

static const struct scop_value *
integer(struct scop_queue *queue, int64_t value)
{
	return scop_value_int(queue->arena, value);
}

static const struct scop_value *
text(struct scop_queue *queue, const char *value)
{
	return scop_value_text(queue->arena, value);
}

/* "[4,8,15]" */
static const struct scop_value *
batch(struct scop_queue *queue, const int64_t *ids, unsigned count)
{
	struct scop_buffer out;

	scop_buffer_init(&out, queue->arena);
	for (unsigned i = 0; i < count; i++)
		scop_buffer_printf(&out, "%c%lld", i == 0 ? '[' : ',', (long long)ids[i]);
	scop_buffer_char(&out, ']');
	return scop_value_bytes(queue->arena, out.data, out.length);
}

/* Ends a transaction: commits all of it, or rolls it back. */
static enum scop_db_status
settle(struct scop_queue *queue, enum scop_db_status status)
{
	if (status == SCOP_DB_OK)
		status = scop_db_commit(queue->db);
	if (status != SCOP_DB_OK)
		scop_db_rollback(queue->db);
	return status;
}

/* ---- taking entries ---- */

/* Nobody's entry is older than it is: a module may write a time of long ago. */
static const struct scop_statement due = { "due",
	"SELECT o.id, o.is_event, " MODULE_OF(
	    "o.role") " AS module FROM (SELECT id, role, is_event, run_at, created FROM outbox "
		      "FORCE INDEX (due) WHERE run_at <= UTC_TIMESTAMP(3) ORDER BY run_at, id "
		      "LIMIT ?) o ORDER BY GREATEST(o.run_at, o.created), o.id",
	1, 0 };
/* The oldest entry of the next role after one. */
static const struct scop_statement next_head = { "next_head",
	"SELECT o.id, o.is_event, o.role, " MODULE_OF(
	    "o.role") " AS module, o.run_at <= UTC_TIMESTAMP(3) AS is_due FROM outbox o FORCE "
		      "INDEX (shares) WHERE o.is_event = ? AND o.role > ? ORDER BY o.is_event, "
		      "o.role, o.run_at, o.id LIMIT 1",
	2, 0 };
/* A body that is too large is not read. */
static const struct scop_statement whole = { "whole",
	"SELECT o.id, o.role, o.is_event, o.name, IF(LENGTH(o.body) <= ?, o.body, NULL) AS body, "
	"o.sender, o.tries, CONCAT(o.id, '-', "
	"UNIX_TIMESTAMP(o.created)) AS entry, " TENANT_OF("o.role") " AS tenant, " MODULE_OF(
	    "o.role") " AS module FROM " BATCH "WHERE o.run_at <= UTC_TIMESTAMP(3) ORDER BY "
		      "o.run_at, o.id FOR UPDATE SKIP LOCKED",
	2, 0 };
static const struct scop_statement lease = { "lease",
	"UPDATE " BATCH "SET o.run_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND, "
	"o.dispatcher = ?, o.tries = o.tries + 1, o.done = NULL, o.total = NULL WHERE o.is_event = "
	"0",
	3, 1 };
/* Library and role let a module write what this refuses: native code uses no library. */
static const struct scop_statement too_large[] = {
	{ "bury_large",
	    "INSERT INTO dead (id, role, is_event, name, once, body, sender, created, tries, "
	    "error) SELECT "
	    "o.id, o.role, o.is_event, o.name, o.once, '{}', o.sender, o.created, o.tries, ? "
	    "FROM " BATCH "WHERE LENGTH(o.body) > ?",
	    3, 1 },
	{ "forget_large", "DELETE o FROM " BATCH "WHERE LENGTH(o.body) > ?", 2, 1 },
};
static const struct scop_statement events[] = {
	{ "bury_unknown",
	    "INSERT INTO dead (id, role, is_event, name, once, body, sender, created, tries, "
	    "error) SELECT "
	    "o.id, o.role, 1, o.name, o.once, o.body, '', o.created, 0, IF(" IS_COMMAND(
		"o") ", "
		     "'the module does not declare this command', "
		     "'the module does not declare this event') "
		     "FROM " BATCH "WHERE o.is_event = 1 AND "
		     "NOT EXISTS (SELECT 1 FROM scopiton.subscription s JOIN "
		     "scopiton.package_emits e ON "
		     "e.package = s.package WHERE "
		     "s.tenant = " TENANT_OF("o.role") " AND s.module = " MODULE_OF(
			 "o.role") " AND e.event = " EVENT_OF("o") ")",
	    1, 1 },
	/* The other module has had another version meanwhile. A command for a module that is not
	 * there is one that may be dropped: it is optional. */
	{ "bury_unaccepted",
	    "INSERT INTO dead (id, role, is_event, name, once, body, sender, created, tries, "
	    "error) SELECT o.id, o.role, 1, o.name, o.once, o.body, '', o.created, 0, "
	    "'the other module does not accept this command' FROM " BATCH
	    "JOIN scopiton.subscription s ON s.tenant = " TENANT_OF(
		"o.role") " AND s.module = SUBSTRING_INDEX(o.name, ':', 1) AND s.state <> 'gone' "
			  "LEFT JOIN "
			  "scopiton.package_takes t ON t.package = s.package AND t.event = o.name "
			  "LEFT JOIN "
			  "dead d ON d.id = o.id WHERE o.is_event = 1 AND " IS_COMMAND(
			      "o") " AND t.event IS NULL AND d.id IS NULL",
	    1, 1 },
	/* A command waits for a module that is switched off; an event does not. */
	{ "spread",
	    "INSERT INTO outbox (role, name, body, sender) SELECT "
	    "CONCAT(SUBSTRING_INDEX(o.role, '_', 1), '_', s.module), t.job, "
	    "o.body, " MODULE_OF(
		"o.role") " FROM " BATCH
			  "JOIN scopiton.subscription s ON s.tenant = " TENANT_OF(
			      "o.role") " AND s.state <> 'gone' AND (s.state <> 'off' "
					"OR " IS_COMMAND("o") ") JOIN "
							      "scopiton.package_takes t ON "
							      "t.package = s.package AND t.event "
							      "= " EVENT_OF(
								  "o") " LEFT JOIN dead d ON d.id "
								       "= o.id WHERE "
								       "o.is_event = 1 AND d.id IS "
								       "NULL",
	    1, 1 },
	{ "forget_events", "DELETE o FROM " BATCH "WHERE o.is_event = 1", 1, 1 },
};

static enum scop_db_status
spread_events(struct scop_queue *queue, const struct scop_value *ids)
{
	enum scop_db_status status = SCOP_DB_OK;

	for (size_t i = 0; status == SCOP_DB_OK && i < sizeof events / sizeof events[0]; i++)
		status = write(queue, (struct scop_query){ &events[i], { ids } });
	return status;
}

/* Ends those of the entries whose bodies are too large. */
static enum scop_db_status
bury_large(struct scop_queue *queue, const struct scop_value *ids)
{
	const struct scop_value *max = integer(queue, SCOP_QUEUE_BODY_MAX);
	enum scop_db_status status = write(queue,
	    (struct scop_query){ &too_large[0],
		{ text(queue, SCOP_TEXT("its body is too large")), ids, max } });

	return status != SCOP_DB_OK
	    ? status
	    : write(queue, (struct scop_query){ &too_large[1], { ids, max } });
}

static enum scop_db_status
take_rows(struct scop_queue *queue, const struct scop_value *rows,
    const struct scop_value **ret_entries, unsigned *ret_events)
{
	struct scop_list_maker jobs;
	int64_t ids[SCOP_QUEUE_BATCH];
	unsigned count = 0;
	bool has_large = false;
	enum scop_db_status status = SCOP_DB_OK;

	scop_list_init(&jobs, queue->arena);
	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);
		const bool is_large = scop_type(scop_get(row, "body")) == SCOP_NULL;

		ids[count++] = scop_int(row, "id");
		has_large |= is_large;
		if (!is_large && !scop_bool(row, "is_event"))
			scop_list_add(&jobs, row);
	}
	const struct scop_value *all = batch(queue, ids, count);
	*ret_events = count - (unsigned)jobs.length;
	*ret_entries = scop_list_value(&jobs);
	if (has_large)
		status = bury_large(queue, all);
	if (status == SCOP_DB_OK && *ret_events > 0)
		status = spread_events(queue, all);
	if (status != SCOP_DB_OK || jobs.length == 0)
		return status;
	return write(queue,
	    (struct scop_query){ &lease,
		{ all, integer(queue, queue->lease_seconds), text(queue, queue->dispatcher) } });
}

/* Entries that are chosen, and the modules that they are jobs of ("": events). */
struct choice {
	const char *const *left_out;
	unsigned limit, count;
	int64_t ids[SCOP_QUEUE_BATCH];
	const char *modules[SCOP_QUEUE_BATCH];
	bool more;
};

static bool
may_choose(const struct choice *choice, int64_t id, const char *module)
{
	unsigned same = 0;

	for (unsigned i = 0; module[0] && i < SCOP_QUEUE_LEFT_OUT; i++)
		if (choice->left_out[i] && strcmp(choice->left_out[i], module) == 0)
			return false;
	for (unsigned i = 0; i < choice->count; i++) {
		if (choice->ids[i] == id)
			return false;
		same += module[0] && strcmp(choice->modules[i], module) == 0;
	}
	return same == 0 || same < choice->limit / 2;
}

static void
choose(struct choice *choice, const struct scop_value *rows)
{
	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);
		const int64_t id = scop_int(row, "id");
		const char *module = scop_bool(row, "is_event") ? "" : scop_text(row, "module");

		if (choice->count == choice->limit || choice->count == SCOP_QUEUE_BATCH) {
			choice->more = true;
			return;
		}
		if (!may_choose(choice, id, module))
			continue;
		choice->ids[choice->count] = id;
		choice->modules[choice->count++] = module;
	}
}

/* Chooses the oldest of each module and tenant, HEADS of them a call, and goes on after those at
 * the next: one step in the index for each, however many entries it has. It ends where the jobs and
 * the events have both been gone through, for it would find the same ones again. */
static enum scop_db_status
choose_heads(struct scop_queue *queue, struct choice *choice)
{
	enum scop_db_status status = SCOP_DB_OK;
	unsigned ends = 0;

	for (unsigned i = 0; status == SCOP_DB_OK && i < HEADS && ends < 2; i++) {
		const struct scop_value *rows = NULL;

		status = read(queue,
		    (struct scop_query){ &next_head,
			{ integer(queue, queue->after_event), text(queue, queue->after) } },
		    &rows);
		if (status != SCOP_DB_OK || scop_count(rows) == 0) {
			queue->after_event = !queue->after_event;
			queue->after[0] = '\0';
			ends++;
			continue;
		}
		snprintf(queue->after, sizeof queue->after, "%s",
		    scop_text(scop_at(rows, 0), "role"));
		if (scop_int(scop_at(rows, 0), "is_due") != 0)
			choose(choice, rows);
	}
	return status;
}

/* Chooses among the oldest that are due, and, if more than those are due, the oldest of each module
 * and tenant before them: many of one may be in the way of another's. */
static enum scop_db_status
find(struct scop_queue *queue, struct choice *choice)
{
	const struct scop_value *rows = NULL;
	enum scop_db_status status =
	    read(queue, (struct scop_query){ &due, { integer(queue, WINDOW) } }, &rows);

	if (status == SCOP_DB_OK && scop_count(rows) == WINDOW) {
		status = choose_heads(queue, choice);
		choice->more = true;
	}
	if (status == SCOP_DB_OK)
		choose(choice, rows);
	return status;
}

enum scop_db_status
scop_queue_take(struct scop_queue *queue, const char *const left_out[SCOP_QUEUE_LEFT_OUT],
    unsigned limit, const struct scop_value **ret_entries, unsigned *ret_events, bool *ret_more)
{
	struct choice choice = { .left_out = left_out, .limit = limit };
	const struct scop_value *rows = NULL;

	*ret_entries = NULL;
	*ret_events = 0;
	*ret_more = false;
	enum scop_db_status status = find(queue, &choice);
	if (status != SCOP_DB_OK || choice.count == 0)
		return status;
	*ret_more = choice.more;
	enter(queue);
	status = scop_db_begin(queue->db);
	if (status == SCOP_DB_OK)
		status = read(queue,
		    (struct scop_query){ &whole,
			{ integer(queue, SCOP_QUEUE_BODY_MAX),
			    batch(queue, choice.ids, choice.count) } },
		    &rows);
	if (status == SCOP_DB_OK && scop_count(rows) > 0)
		status = take_rows(queue, rows, ret_entries, ret_events);
	return settle(queue, status);
}

/* ---- results ---- */

static const struct scop_statement done = { "done", "DELETE o FROM " BATCH, 1, 1 };
static const struct scop_statement again = { "again",
	"UPDATE outbox SET run_at = UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND, "
	"dispatcher = NULL, tries = tries - ?, error = LEFT(?, 300) WHERE id = ?",
	4, 1 };
static const struct scop_statement bury = { "bury",
	"INSERT INTO dead (id, role, is_event, name, once, body, sender, created, tries, "
	"error) SELECT id, role, is_event, name, once, body, sender, created, tries, LEFT(?, 300) "
	"FROM "
	"outbox WHERE id = ?",
	2, 1 };
static const struct scop_statement progress = { "progress",
	"UPDATE outbox SET done = ?, total = ? WHERE id = ?", 3, 1 };
static const struct scop_statement reclaim = { "reclaim",
	"UPDATE outbox SET run_at = UTC_TIMESTAMP(3), dispatcher = NULL WHERE "
	"dispatcher = ?",
	1, 1 };

enum scop_db_status
scop_queue_done(struct scop_queue *queue, const int64_t *ids, unsigned count)
{
	return count > 0 ? write(queue, (struct scop_query){ &done, { batch(queue, ids, count) } })
			 : SCOP_DB_OK;
}

enum scop_db_status
scop_queue_again(struct scop_queue *queue, int64_t id, int64_t milliseconds, bool counted,
    const char *error)
{
	return write(queue,
	    (struct scop_query){ &again,
		{ integer(queue, milliseconds), integer(queue, counted ? 0 : 1), text(queue, error),
		    integer(queue, id) } });
}

enum scop_db_status
scop_queue_bury(struct scop_queue *queue, int64_t id, const char *error)
{
	enter(queue);
	enum scop_db_status status = scop_db_begin(queue->db);

	if (status == SCOP_DB_OK)
		status = write(queue,
		    (struct scop_query){ &bury, { text(queue, error), integer(queue, id) } });
	if (status == SCOP_DB_OK)
		status = scop_queue_done(queue, &id, 1);
	return settle(queue, status);
}

enum scop_db_status
scop_queue_progress(struct scop_queue *queue, int64_t id, uint32_t so_far, uint32_t total)
{
	return write(queue,
	    (struct scop_query){ &progress,
		{ integer(queue, so_far), integer(queue, total), integer(queue, id) } });
}

enum scop_db_status
scop_queue_reclaim(struct scop_queue *queue)
{
	return write(queue, (struct scop_query){ &reclaim, { text(queue, queue->dispatcher) } });
}

int64_t
scop_queue_rest(unsigned tries)
{
	const int64_t doubled = (int64_t)REST_FIRST << (tries > 20 ? 20
					: tries > 0                ? tries - 1
								   : 0);
	const int64_t delay = doubled < BACKOFF_MAX ? doubled : BACKOFF_MAX;

	return delay / 2 + random() % (delay + 1);
}

/* ---- people's orders ---- */

static const struct scop_statement to_stop = { "to_stop",
	"SELECT o.id FROM job_order j JOIN outbox o ON o.id = j.entry WHERE "
	"j.verb = 'cancel' AND o.dispatcher = ? AND j.id <= ? AND " MAY_ORDER,
	2, 0 };
static const struct scop_statement orders[] = {
	{ "cancel",
	    "DELETE o FROM outbox o JOIN job_order j ON j.entry = o.id WHERE j.verb = 'cancel' AND "
	    "o.dispatcher IS NULL AND "
	    "j.id <= ? AND " MAY_ORDER,
	    1, 1 },
	/* It keeps its entry number, so that a replay stays idempotent, here or elsewhere. */
	{ "replay",
	    "INSERT INTO outbox (id, role, is_event, name, body, sender, created) SELECT DISTINCT "
	    "o.id, o.role, o.is_event, o.name, o.body, o.sender, o.created FROM dead o "
	    "JOIN job_order j ON j.entry = o.id WHERE j.verb = 'replay' AND j.id <= ? "
	    "AND " MAY_ORDER,
	    1, 1 },
	{ "drop",
	    "DELETE o FROM dead o JOIN job_order j ON j.entry = o.id WHERE j.verb IN ('replay', "
	    "'drop') AND j.id <= ? AND " MAY_ORDER,
	    1, 1 },
};
/* An order for a running job stays until the job has ended: its dispatcher may be killed before it
 * has stopped the job. */
static const struct scop_statement forget_orders = { "forget_orders",
	"DELETE j FROM job_order j LEFT JOIN outbox o ON o.id = "
	"j.entry AND o.dispatcher IS NOT NULL WHERE j.id <= ? AND (o.id IS NULL OR j.verb <> "
	"'cancel')",
	1, 1 };

static enum scop_db_status
carry_out(struct scop_queue *queue, const struct scop_value *last,
    const struct scop_value **ret_cancelled)
{
	enum scop_db_status status =
	    read(queue, (struct scop_query){ &to_stop, { text(queue, queue->dispatcher), last } },
		ret_cancelled);

	for (size_t i = 0; status == SCOP_DB_OK && i < sizeof orders / sizeof orders[0]; i++)
		status = write(queue, (struct scop_query){ &orders[i], { last } });
	if (status == SCOP_DB_OK)
		status = write(queue, (struct scop_query){ &forget_orders, { last } });
	return status;
}

enum scop_db_status
scop_queue_orders(struct scop_queue *queue, int64_t last, const struct scop_value **ret_cancelled)
{
	*ret_cancelled = NULL;
	enter(queue);
	enum scop_db_status status = scop_db_begin(queue->db);
	if (status == SCOP_DB_OK)
		status = carry_out(queue, integer(queue, last), ret_cancelled);
	return settle(queue, status);
}

/* ---- schedules ---- */

static const struct scop_statement hours = { "hours",
	"SELECT role, name, rule, zone FROM schedule WHERE next_at <= "
	"UTC_TIMESTAMP(3) ORDER BY next_at LIMIT 50 FOR UPDATE SKIP LOCKED",
	0, 0 };
/* A scheduled job that still waits from its last time is not enqueued again. */
static const struct scop_statement put_hour = { "put_hour",
	"INSERT IGNORE INTO outbox (role, name, once, body) VALUES (?, ?, "
	"'schedule', '{}')",
	2, 1 };
static const struct scop_statement move_hour = { "move_hour",
	"UPDATE schedule SET next_at = ? WHERE role = ? AND name = ?", 3, 1 };

static enum scop_db_status
run_hour(struct scop_queue *queue, const struct scop_value *row)
{
	struct scop_schedule schedule;
	const struct scop_value *role = scop_get(row, "role"), *name = scop_get(row, "name");

	if (!scop_schedule_parse(scop_text(row, "rule"), &schedule))
		/* a rule written by a newer host: once a day, until this host can read it */
		schedule = (struct scop_schedule){ .every = 1440 };
	const int64_t next = scop_schedule_next(&schedule, scop_text(row, "zone"), scop_time_now());
	const enum scop_db_status status =
	    write(queue, (struct scop_query){ &put_hour, { role, name } });

	return status == SCOP_DB_OK ? write(queue,
					  (struct scop_query){ &move_hour,
					      { scop_value_time(queue->arena, next), role, name } })
				    : status;
}

enum scop_db_status
scop_queue_schedules(struct scop_queue *queue)
{
	const struct scop_value *rows = NULL;

	enter(queue);
	enum scop_db_status status = scop_db_begin(queue->db);
	if (status == SCOP_DB_OK)
		status = read(queue, (struct scop_query){ &hours, { NULL } }, &rows);
	for (size_t i = 0; status == SCOP_DB_OK && i < scop_count(rows); i++)
		status = run_hour(queue, scop_at(rows, i));
	return settle(queue, status);
}

/* ---- due times ---- */

/* Reads first rows of indexes only, so its cost does not grow with the queue. A time that is no
 * date comes first there and has no difference: its entry is due, and must not hide the others. */
static const struct scop_statement glance = { "glance",
	"SELECT (SELECT COALESCE(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), run_at) DIV "
	"1000, 0) FROM outbox ORDER BY run_at, id LIMIT 1) AS entry, (SELECT "
	"TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), next_at) DIV "
	"1000 FROM schedule ORDER BY next_at LIMIT 1) AS hour, (SELECT MAX(id) FROM job_order) AS "
	"last_order",
	0, 0 };

static int64_t
wait_of(const struct scop_value *row, const char *name)
{
	return scop_type(scop_get(row, name)) == SCOP_NULL ? INT64_MAX : scop_int(row, name);
}

enum scop_db_status
scop_queue_glance(struct scop_queue *queue, struct scop_queue_glance *ret_glance)
{
	const struct scop_value *rows;
	const enum scop_db_status status =
	    read(queue, (struct scop_query){ &glance, { NULL } }, &rows);
	const struct scop_value *row = status == SCOP_DB_OK ? scop_at(rows, 0) : NULL;

	if (status == SCOP_DB_OK)
		*ret_glance = (struct scop_queue_glance){ wait_of(row, "entry"),
			wait_of(row, "hour"), scop_int(row, "last_order") };
	return status;
}
