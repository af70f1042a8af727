/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The queue: work enqueued by modules, in the database `queue` of the server that has their data.
 *
 * A module's role can only insert. The dispatcher leases due entries: when it dies, the leases end
 * and the entries are due again. So an entry is delivered at least once; a row in the module's own
 * transaction (migrations/module/0002_job_done.sql) makes its effect idempotent. Finished entries
 * are deleted, so that the index of due entries stays small, and 10,000 sleeping ones cost one read
 * of its first row.
 *
 * All functions run through the dispatcher's connection and fail as data/db.h says.
 */
#ifndef SCOP_QUEUE_QUEUE_H
#define SCOP_QUEUE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/db.h"

struct scop_arena;
struct scop_value;

enum {
	SCOP_QUEUE_BATCH = 100,
	SCOP_QUEUE_BODY_MAX = 64 << 10, /* also in migrations/queue/0006_short.sql */
	SCOP_QUEUE_LEFT_OUT = 8,
	SCOP_QUEUE_TRIES = 10
};

struct scop_queue {
	struct scop_db *db;
	struct scop_arena *arena; /* of one round; the caller resets it */
	const char *dispatcher;   /* this dispatcher's name, the same after a restart */
	unsigned lease_seconds;
	/* the role whose oldest entry was looked at last, when many are due */
	char after[81];
	bool after_event;
};

/* Leases up to `limit` due jobs, oldest first, and turns due events into jobs of their subscribers.
 * No module gets more than half of them, and many of one do not hide another's. `left_out` are the
 * modules at capacity. `ret_entries`: a list of maps id, role, name, body,
 * tries, entry, tenant, module. `ret_events`: the number of events handled, whose jobs are due now.
 * `ret_more`: another take may find more.
 */
enum scop_db_status scop_queue_take(struct scop_queue *queue,
    const char *const left_out[SCOP_QUEUE_LEFT_OUT], unsigned limit,
    const struct scop_value **ret_entries, unsigned *ret_events, bool *ret_more);

/* Deletes entries that are done, at most SCOP_QUEUE_BATCH. */
enum scop_db_status scop_queue_done(struct scop_queue *queue, const int64_t *ids, unsigned count);

/* Puts an entry back, to be due after `milliseconds`; `counted`: the try counts. */
enum scop_db_status scop_queue_again(struct scop_queue *queue, int64_t id, int64_t milliseconds,
    bool counted, const char *error);

/* Marks an entry as dead. */
enum scop_db_status scop_queue_bury(struct scop_queue *queue, int64_t id, const char *error);

/* Records the progress of a running entry. */
enum scop_db_status scop_queue_progress(struct scop_queue *queue, int64_t id, uint32_t done,
    uint32_t total);

/* Makes all entries that a dead dispatcher of this name was running due again. */
enum scop_db_status scop_queue_reclaim(struct scop_queue *queue);

/* Carries out people's orders, up to the order `last`; `ret_cancelled` is a list of maps with the
 * `id` of each of this dispatcher's running entries to stop. */
enum scop_db_status scop_queue_orders(struct scop_queue *queue, int64_t last,
    const struct scop_value **ret_cancelled);

/* Enqueues the scheduled jobs that are due, and records their next time. */
enum scop_db_status scop_queue_schedules(struct scop_queue *queue);

/* The pending work: milliseconds until the next entry and the next schedule are due (below 0: due;
 * INT64_MAX: none), and the last order (0: none). */
struct scop_queue_glance {
	int64_t entry, hour, last_order;
};
enum scop_db_status scop_queue_glance(struct scop_queue *queue,
    struct scop_queue_glance *ret_glance);

/* The exponential back-off after an entry's nth failed try: from 5 s, doubled each time, to 6 h,
 * with a jitter of up to half, so that entries that failed together are not retried together. */
int64_t scop_queue_rest(unsigned tries);

#endif
