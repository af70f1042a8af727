/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files of pools: pool.c has a pool's socket and state, scale.c decides when workers
 * start and stop, start.c starts one, and end.c judges how one ended. */
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

/* The number of workers in `state`. */
unsigned scop_pool_count(const struct scop_pool *pool, int state);

/* Creates the pool's scoreboard, for its first worker; false, with the reason in the log, if no
 * worker can be started. */
bool scop_pool_start_worker(struct scop_host *host, struct scop_pool *pool);

/* Lets the worker finish its request and end. */
void scop_pool_stop_worker(struct scop_pool *pool, unsigned index);

/* Takes the pool out of service for a while, longer each time; `reason` is a message as in
 * base/said.h. */
void scop_pool_out_of_service(struct scop_host *host, struct scop_pool *pool, const char *reason);

#endif
