/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Explains crashes: the supervisor passes a worker's crash record to scopiton-explainer, a process
 * of its own, which logs the function and line.
 *
 * The supervisor parses nothing of a module's file. At most SCOP_EXPLAINERS_MAX run at once; of
 * more crashes than that, some are logged without their line.
 */
#ifndef SCOP_SUPERVISOR_EXPLAIN_H
#define SCOP_SUPERVISOR_EXPLAIN_H

#include "supervisor/pool.h"

/* Looks whether workers of the pool have noted a crash, and has each explained, once. A request
 * that is tried again is not explained again. To be called before workers that ended are reaped. */
void scop_explain(struct scop_host *host, struct scop_pool *pool);

/* A process ended; true when it was an explainer. */
bool scop_explain_reap(struct scop_host *host, pid_t pid);

/* The pool is gone. */
void scop_explain_forget(struct scop_host *host, const struct scop_pool *pool);

#endif
