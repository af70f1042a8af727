/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who goes first at the processor: a page's worker before a job's, and both before a worker that
 * computes for long in one request. Time is shared fairly between processes, so the workers of one
 * module that never stop computing would leave everybody else, with the many short turns that a
 * page needs, a small share of it. Source: sched(7), "The nice value".
 */
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/pool_private.h"

enum {
	BURST = 200000, /* microseconds of the processor that a request has like any other */
	JOB_NICE = 10,  /* beyond the supervisor's own */
	LAST_NICE = 19,
};

static int
ordinary_nice(const struct scop_pool *pool)
{
	return getpriority(PRIO_PROCESS, 0) + (pool->jobs ? JOB_NICE : 0);
}

void
scop_yield_begin(const struct scop_pool *pool)
{
	(void)setpriority(PRIO_PROCESS, 0, ordinary_nice(pool));
}

/* Microseconds of the processor that it has used; 0: it has ended. */
static int64_t
processor_time(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
		return 0;
	return used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

void
scop_yield_end(struct scop_pool *pool, unsigned index)
{
	struct scop_worker_process *worker = &pool->workers[index];

	worker->request_since = 0;
	if (!worker->yields)
		return;
	worker->yields = false;
	/* only root may raise it again: for others a new worker takes its place */
	if (setpriority(PRIO_PROCESS, (id_t)worker->pid, ordinary_nice(pool)) != 0)
		scop_pool_stop_worker(pool, index);
}

void
scop_yield_check(struct scop_pool *pool, unsigned index)
{
	struct scop_worker_process *worker = &pool->workers[index];
	const int64_t since = atomic_load(&pool->ledger->entries[index].since),
		      used = processor_time(worker->pid);

	if (worker->request_since != since) {
		scop_yield_end(pool, index);
		worker->request_since = since;
		worker->used_before = used;
	}
	if (!worker->yields && used - worker->used_before > BURST)
		worker->yields = setpriority(PRIO_PROCESS, (id_t)worker->pid, LAST_NICE) == 0;
}
