/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Explains crashes: the supervisor passes a worker's crash record to scopiton-explainer, a process
 * of its own, which logs the function and line.
 *
 * The supervisor itself parses no module's file. At most SCOP_EXPLAINERS_MAX run at once; if there
 * are more crashes, some are logged without their line.
 */
#ifndef SCOP_SUPERVISOR_EXPLAIN_H
#define SCOP_SUPERVISOR_EXPLAIN_H

#include "supervisor/pool.h"

/* Starts an explainer for each new crash that the pool's workers have recorded. A retried request
 * is not explained again. Call it before ended workers are reaped. */
void scop_explain(struct scop_host *host, struct scop_pool *pool);

/* Handles the end of a process; true if it was an explainer. */
bool scop_explain_reap(struct scop_host *host, pid_t pid);

/* Forgets the pool, which is about to be freed. */
void scop_explain_forget(struct scop_host *host, const struct scop_pool *pool);

#endif
