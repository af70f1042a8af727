/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who goes first at the processor: a page's worker before a job's, and both before a worker that
 * computes for long in one request, which goes later after some pages' worth of that, and last
 * after many. Time is shared fairly between processes, so the workers of one module that never stop
 * computing would leave everybody else, with the many short turns that a page needs, a small share
 * of it. Source: sched(7), "The nice value".
 */
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/pool_private.h"

enum {
	BURST = 20000, /* microseconds of the processor that a request has like any other */
	LONG = 200000, /* and before it goes last: twice what a password takes */
	JOB_NICE = 10, /* beyond the supervisor's own */
	LATER_NICE = 10,
	LAST_NICE = 19,
};

/* Only root may raise a priority again, and not in each container. A new worker takes the place of
 * one that has gone last then, and none goes later before. */
static bool cannot_raise;

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
	worker->yields = 0;
	if (setpriority(PRIO_PROCESS, (id_t)worker->pid, ordinary_nice(pool)) == 0)
		return;
	cannot_raise = true;
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
	const int64_t took = used - worker->used_before;
	const int yields = took > LONG ? LAST_NICE : took > BURST && !cannot_raise ? LATER_NICE : 0;
	if (yields > worker->yields &&
	    setpriority(PRIO_PROCESS, (id_t)worker->pid, ordinary_nice(pool) + yields) == 0)
		worker->yields = yields;
}
