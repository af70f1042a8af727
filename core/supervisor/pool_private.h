/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files of pools: pool.c has a pool's socket and state, scale.c decides when workers
 * start and stop, start.c starts one, end.c judges how one ended, and gateway.c is about the
 * process between them and everybody else. */
#ifndef SCOP_SUPERVISOR_POOL_PRIVATE_H
#define SCOP_SUPERVISOR_POOL_PRIVATE_H

#include "supervisor/pool.h"

/* Milliseconds after which a request is logged, and after which it is killed. */
int64_t scop_pool_soft_limit(const struct scop_host *host, const struct scop_pool *pool);
int64_t scop_pool_hard_limit(const struct scop_host *host, const struct scop_pool *pool);

/* The maximum of its workers, and whether one more may start now. */
unsigned scop_pool_max(const struct scop_host *host, const struct scop_pool *pool);
bool scop_pool_may_start(const struct scop_host *host, const struct scop_pool *pool);

/* Tells the workers whether to wake the supervisor. */
void scop_pool_tell_hunger(const struct scop_host *host, struct scop_pool *pool);

/* The number of workers in `state`, without those that were told to end: they take no request. */
unsigned scop_pool_count(const struct scop_pool *pool, enum scop_worker_state state);

/* Starts a worker, with the pool's scoreboard and gateway if it has none; false, with errno, if
 * that cannot be done. */
bool scop_pool_start_worker(struct scop_host *host, struct scop_pool *pool);

/* ---- gateway.c ---- */

/* Starts the pool's gateway unless it runs; false, with errno, if it cannot be started. */
bool scop_gateway_start(struct scop_host *host, struct scop_pool *pool);

/* Tells it of a new worker, with the gateway's end of the worker's channel; and that a worker is to
 * end after its request. False if it cannot be told. */
bool scop_gateway_add(struct scop_pool *pool, unsigned slot, pid_t pid, int channel);
bool scop_gateway_retire(struct scop_pool *pool, unsigned slot, pid_t pid);

/* The process id of a worker that has served one request for longer than the hard limit, with its
 * slot; 0 for no further one. */
pid_t scop_gateway_notice(struct scop_pool *pool, unsigned *ret_slot);

/* Leaves it to itself: it takes no further request, lets its workers finish, and ends. The next
 * worker gets a new one. */
void scop_gateway_leave(const struct scop_host *host, struct scop_pool *pool);

/* A worker of that gateway has ended: the last one of a gateway that was left takes its socket
 * along. */
void scop_gateway_lost_worker(const struct scop_host *host, const struct scop_pool *pool,
    pid_t gateway);

/* ---- yield.c ---- */

/* In a child that is about to become a worker: a job's goes after a page's. */
void scop_yield_begin(const struct scop_pool *pool);

/* Looks at a busy worker: lets all others go before it, once its request has computed for long. */
void scop_yield_check(struct scop_pool *pool, unsigned index);

/* That request has ended: the worker is like its siblings again, or makes place for one. */
void scop_yield_end(struct scop_pool *pool, unsigned index);

/* ---- the others ---- */

/* Lets the worker finish its request and end. */
void scop_pool_stop_worker(struct scop_pool *pool, unsigned index);

/* Takes the pool out of service for a while, longer each time; `reason` is a message as in
 * base/said.h. */
void scop_pool_out_of_service(struct scop_host *host, struct scop_pool *pool, const char *reason);

#endif
