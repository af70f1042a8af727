/* SPDX-License-Identifier: EUPL-1.2 */
/* When the workers of a pool start and stop: the queue at its socket, the time of their requests,
 * and how long they have been idle. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "supervisor/pool_private.h"

#include "base/log.h"
#include "scopiton/value.h"

enum {
	SECOND_LOOK = 1000,   /* microseconds until the queue is checked again */
	LOOK = 20000,         /* at busy workers */
	REST = 2000,          /* after starting workers */
	ROOM_REST = 5000,     /* after asking another pool's worker to make room */
	SCARCE_REST = 250000, /* after no worker could be started */
	SCARCE_TOLD = 60000000,
	GRACE = 5000000, /* beyond the hard limit, for a worker that was told to end */
};

unsigned
scop_pool_max(const struct scop_host *host, const struct scop_pool *pool)
{
	return (unsigned)(pool->jobs ? host->config.job_workers : host->config.pool_workers);
}

bool
scop_pool_may_start(const struct scop_host *host, const struct scop_pool *pool)
{
	return pool->live < scop_pool_max(host, pool) &&
	    host->live < (unsigned)host->config.workers;
}

void
scop_pool_tell_hunger(const struct scop_host *host, struct scop_pool *pool)
{
	if (pool->board)
		atomic_store(&pool->board->hungry, scop_pool_may_start(host, pool));
}

unsigned
scop_pool_count(const struct scop_pool *pool, enum scop_worker_state state)
{
	unsigned count = 0;

	for (unsigned i = 0; pool->board && i < SCOP_SLOTS; i++)
		count += pool->workers[i].pid != 0 && !pool->workers[i].told_at &&
		    scop_ledger_state(&pool->ledger->entries[i]) == state;
	return count;
}

int64_t
scop_pool_soft_limit(const struct scop_host *host, const struct scop_pool *pool)
{
	return pool->jobs ? host->config.job_soft_milliseconds : host->config.soft_milliseconds;
}

int64_t
scop_pool_hard_limit(const struct scop_host *host, const struct scop_pool *pool)
{
	return pool->jobs ? host->config.job_hard_milliseconds : host->config.hard_milliseconds;
}

void
scop_pool_stop_worker(struct scop_pool *pool, unsigned index)
{
	struct scop_worker_process *worker = &pool->workers[index];

	if (worker->told_at)
		return;
	worker->told_at = scop_board_clock();
	if (!scop_gateway_retire(pool, index, worker->pid))
		kill(worker->pid, SIGKILL);
}

bool
scop_pool_watched(const struct scop_host *host, const struct scop_pool *pool, int64_t now)
{
	return pool->listen_fd >= 0 && pool->live < scop_pool_max(host, pool) &&
	    now >= pool->retry_at && (pool->look_at == 0 || now >= pool->look_at) &&
	    scop_pool_count(pool, SCOP_WORKER_IDLE) == 0;
}

/* If the maximum number of workers is alive, but some are idle, evicts the longest-idle worker of
 * another pool. */
static void
make_room(struct scop_host *host, const struct scop_pool *needy)
{
	struct scop_pool *owner = NULL;
	unsigned index = 0;
	int64_t longest = INT64_MAX;

	for (struct scop_pool *pool = host->pools; pool; pool = pool->next) {
		for (unsigned i = 0; pool != needy && pool->board && i < SCOP_SLOTS; i++) {
			const struct scop_ledger_entry *entry = &pool->ledger->entries[i];

			if (pool->workers[i].pid == 0 || pool->workers[i].told_at ||
			    scop_ledger_state(entry) != SCOP_WORKER_IDLE ||
			    atomic_load(&entry->since) >= longest)
				continue;
			longest = atomic_load(&entry->since);
			owner = pool;
			index = i;
		}
	}
	if (owner)
		scop_pool_stop_worker(owner, index);
}

/* Once a minute for all pools: all are short of the same. */
static void
tell_scarcity(struct scop_host *host, const struct scop_pool *pool, int error, int64_t now)
{
	if (host->scarce_told_at && now - host->scarce_told_at < SCARCE_TOLD)
		return;
	host->scarce_told_at = now;
	scop_log_line(SCOP_LOG_ERROR,
	    "pool '%s' gets no worker: %s. It is tried again; if this lasts, raise the limit "
	    "of the supervisor (LimitNOFILE, TasksMax, memory).",
	    pool->name, strerror(error));
}

void
scop_pool_readable(struct scop_host *host, struct scop_pool *pool, int64_t now)
{
	unsigned wanted = 1;

	if (!scop_pool_may_start(host, pool)) {
		make_room(host, pool);
		pool->retry_at = now + ROOM_REST;
		return;
	}

	if (pool->live > 0) {
		if (pool->look_at == 0) {
			pool->look_at = now + SECOND_LOOK;
			return;
		}
		if (scop_pool_count(pool, SCOP_WORKER_STARTING) * 2 >= pool->live) {
			pool->look_at = now + SECOND_LOOK;
			return;
		}
		wanted = pool->live + 1;
	}
	pool->look_at = 0;
	pool->retry_at = now + REST;
	for (; wanted > 0 && scop_pool_may_start(host, pool); wanted--)
		if (!scop_pool_start_worker(host, pool)) {
			tell_scarcity(host, pool, errno, now);
			pool->retry_at = now + SCARCE_REST;
			break;
		}
}

void
scop_pool_warm(struct scop_host *host, struct scop_pool *pool)
{
	bool in_use = false;

	for (const struct scop_pool *other = host->pools; other; other = other->next)
		in_use |= other != pool && other->jobs == pool->jobs && other->live > 0 &&
		    strcmp(other->module, pool->module) == 0;
	if (in_use && scop_pool_may_start(host, pool))
		scop_pool_start_worker(host, pool);
}

static void
kill_worker(struct scop_pool *pool, unsigned index)
{
	struct scop_worker_process *worker = &pool->workers[index];

	pool->killed++;
	worker->killed = worker->pid;
	kill(worker->pid, SIGKILL);
}

/* Route and address are what the worker wrote on the scoreboard, and a module may have changed. */
static void
tell_time(const struct scop_pool *pool, unsigned index, bool stuck, int64_t milliseconds)
{
	const struct scop_slot *slot = &pool->board->slots[index];
	const struct scop_ledger_entry *entry = &pool->ledger->entries[index];

	scop_log_line(stuck ? SCOP_LOG_ERROR : SCOP_LOG_WARNING,
	    "%s after %lld ms (request=%s tenant=%s module=%s route=%u "
	    "path=%.79s)",
	    stuck ? "ended a request" : "slow request", (long long)milliseconds, entry->request,
	    entry->tenant_name, pool->module, atomic_load(&slot->route), slot->path);
}

static void
check_time(struct scop_host *host, struct scop_pool *pool, unsigned index, int64_t now)
{
	struct scop_worker_process *worker = &pool->workers[index];
	const int64_t took = scop_ledger_age(&pool->ledger->entries[index], now) / 1000;
	const bool stuck = took > scop_pool_hard_limit(host, pool);

	if (worker->killed == worker->pid)
		return;
	if (!stuck && (worker->slow_told || took <= scop_pool_soft_limit(host, pool)))
		return;
	tell_time(pool, index, stuck, took);
	worker->slow_told = true;
	if (stuck)
		kill_worker(pool, index);
}

/* The gateway's clock also has the time for which a request waited for a frozen module. A worker
 * that was told to end has the time of one request for it. */
static void
check_by_gateway(struct scop_host *host, struct scop_pool *pool, int64_t now)
{
	const int64_t limit = scop_pool_hard_limit(host, pool);
	unsigned index;

	for (pid_t pid; (pid = scop_gateway_notice(pool, &index));) {
		if (!pool->workers || pool->workers[index].pid != pid ||
		    pool->workers[index].killed == pid)
			continue;
		tell_time(pool, index, true, limit);
		kill_worker(pool, index);
	}
	for (unsigned i = 0; pool->ledger && i < SCOP_SLOTS; i++) {
		struct scop_worker_process *worker = &pool->workers[i];

		/* the gateway has forgotten one that said that its last request has ended */
		if (!worker->told_at && atomic_load(&pool->ledger->entries[i].last))
			worker->told_at = now;
		if (worker->pid == 0 || !worker->told_at || worker->killed == worker->pid ||
		    now - worker->told_at <= limit * 1000 + GRACE)
			continue;
		scop_log_line(SCOP_LOG_ERROR, "killed a worker of '%s' that did not end",
		    pool->module);
		kill_worker(pool, i);
	}
}

static void
check_start(const struct scop_host *host, struct scop_pool *pool, unsigned index, int64_t now)
{
	struct scop_slot *slot = &pool->board->slots[index];

	if (now - pool->workers[index].started_at <= host->config.hard_milliseconds * 1000)
		return;
	snprintf(slot->reason, sizeof slot->reason, SCOP_TEXT("it does not finish starting"));
	kill(pool->workers[index].pid, SIGKILL);
}

void
scop_pool_tick(struct scop_host *host, struct scop_pool *pool, int64_t now)
{
	if (pool->out_until && now >= pool->out_until)
		scop_pool_back_in_service(host, pool);
	if (pool->look_at &&
	    (pool->live >= scop_pool_max(host, pool) ||
		scop_pool_count(pool, SCOP_WORKER_IDLE) > 0))
		/* a sibling is idle, or no worker may be added: no second check is needed */
		pool->look_at = 0;
	check_by_gateway(host, pool, now);
	for (unsigned i = 0; pool->board && i < SCOP_SLOTS; i++) {
		const struct scop_ledger_entry *entry = &pool->ledger->entries[i];

		if (pool->workers[i].pid == 0)
			continue;
		switch (scop_ledger_state(entry)) {
		case SCOP_WORKER_BUSY:
			check_time(host, pool, i, now);
			scop_yield_check(pool, i);
			break;
		case SCOP_WORKER_IDLE:
			pool->workers[i].slow_told = false;
			scop_yield_end(pool, i);
			if (scop_ledger_age(entry, now) > host->config.idle_seconds * 1000000)
				scop_pool_stop_worker(pool, i);
			break;
		case SCOP_WORKER_STARTING:
			check_start(host, pool, i, now);
			break;
		case SCOP_WORKER_NONE:
			break;
		}
	}
}

int64_t
scop_pool_next(const struct scop_host *host, const struct scop_pool *pool, int64_t now)
{
	int64_t next = INT64_MAX;

	if (pool->out_until)
		next = pool->out_until;
	if (pool->look_at && pool->listen_fd >= 0)
		next = pool->look_at;
	if (pool->retry_at > now && pool->retry_at < next)
		next = pool->retry_at;
	if (pool->live > 0) {
		const bool busy = scop_pool_count(pool, SCOP_WORKER_IDLE) < pool->live;
		const int64_t soft = scop_pool_soft_limit(host, pool) * 1000;
		const int64_t tick = busy ? (soft / 4 < LOOK ? soft / 4 : LOOK) : 1000000;

		if (now + tick < next)
			next = now + tick;
	}
	return next;
}
