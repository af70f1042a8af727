/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files of pools: pool.c holds a pool's socket and state, scale.c says when workers
 * start and stop, start.c starts one, and end.c judges how one ended. */
#ifndef SCOP_SUPERVISOR_POOL_PRIVATE_H
#define SCOP_SUPERVISOR_POOL_PRIVATE_H

#include "supervisor/pool.h"

/* Milliseconds after which a request is told of, and is ended. */
int64_t scop_pool_soft_limit(const struct scop_host *host, const struct scop_pool *pool);
int64_t scop_pool_hard_limit(const struct scop_host *host, const struct scop_pool *pool);

/* Workers that it may have, and whether one more may start now. */
unsigned scop_pool_max(const struct scop_host *host, const struct scop_pool *pool);
bool scop_pool_may_start(const struct scop_host *host, const struct scop_pool *pool);

/* Tells the workers whether to call for help. */
void scop_pool_tell_hunger(const struct scop_host *host, struct scop_pool *pool);

/* The number of workers in `state`. */
unsigned scop_pool_count(const struct scop_pool *pool, int state);

/* Makes the pool's scoreboard with its first worker; false, with the reason in the log, where no
 * worker can be started. */
bool scop_pool_start_worker(struct scop_host *host, struct scop_pool *pool);

/* Has the worker finish its request and end. */
void scop_pool_stop_worker(struct scop_pool *pool, unsigned index);

/* Closes the socket for a while, longer with each time; `reason` as base/said.h has it. */
void scop_pool_out_of_service(struct scop_host *host, struct scop_pool *pool, const char *reason);

#endif
