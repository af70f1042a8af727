/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs a job that the dispatcher hands out: the worker's side of the queue. */
#ifndef SCOP_QUEUE_WORK_H
#define SCOP_QUEUE_WORK_H

#include "web/serve.h"

/* Runs the job that the parameters name (JOB, ENTRY, TRIES, SENDER) with the body of the request.
 * Answers in lines: "progress 3 10" while it runs, and last "done", "again <why>" or "dead <why>".
 */
void scop_serve_job(struct scop_app *app, struct scop_arena *arena, const struct scop_site *site,
    const struct scop_exchange *exchange);

#endif
