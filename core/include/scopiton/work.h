/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Work that is done later: jobs, and events that other modules may act on.
 *
 * Work that a POST or a job enqueues here is part of its transaction: it runs after the commit, and
 * never without one. A job runs in a worker of its own kind, in one transaction, with more time
 * than a visitor has. It may be delivered again (a process died, MariaDB was away), but its
 * transaction takes effect once.
 *
 * A job stands in the module's table and, with its titles, in module.xml; so do its schedule and
 * the events that it takes:
 *
 *     <job name="remind" at="08:00" on="mon tue wed thu fri"><title>Remind</title></job>
 *     <emits event="order_placed"/>
 *     <takes event="shop.order_paid" job="thank"/>
 */
#ifndef SCOPITON_WORK_H
#define SCOPITON_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scopiton/value.h"

struct scop_request;

/* How a job ended. All but SCOP_JOB_DONE roll its transaction back. */
enum scop_job_result {
	SCOP_JOB_RETRY,  /* run again later, with exponential back-off */
	SCOP_JOB_DONE,   /* its transaction is committed */
	SCOP_JOB_FAILED, /* never run again: it waits for a person who retries or discards it */
};

/* A job that the module can do. An array ends with an empty one. */
struct scop_job {
	const char *name; /* as module.xml has it */
	enum scop_job_result (*handle)(struct scop_request *req);
	unsigned tries; /* after which a retry counts as failed; 10 unless said */
};

/* Enqueues a job of this module, to run now. `body` is a map with the job's input, at most 64 kB as
 * JSON; NULL for none. Times become texts and money a map on the way. Only in a POST or a job;
 * elsewhere, or with a larger body, the request fails. */
void scop_enqueue(struct scop_request *req, const char *job, const struct scop_value *body);

/* The same for the time `at` (NULL: now). `once` (1 to 100 bytes; NULL: none) makes the call
 * idempotent: while a job of the same name and `once` waits, another is not enqueued. */
void scop_enqueue_at(struct scop_request *req, const char *job, const struct scop_value *body,
    const struct scop_value *at, const char *once);

/* Announces an event, which module.xml declares: each module that takes it, of the same tenant,
 * gets a job with this body. A module that is switched off at that moment gets none; the jobs
 * enqueued for it before wait until it is back on. */
void scop_emit(struct scop_request *req, const char *event, const struct scop_value *body);

/* ---- in a job ---- */

/* The body that the job was enqueued with: a map, perhaps an empty one; NULL outside of a job. */
const struct scop_value *scop_body(const struct scop_request *req);

/* The number of this try, from 1; 0 outside of a job. */
unsigned scop_tries(const struct scop_request *req);

/* For `return`: SCOP_JOB_RETRY, or SCOP_JOB_FAILED. `format` gives the reason, as printf does,
 * which the portal shows. */
enum scop_job_result scop_retry(struct scop_request *req, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum scop_job_result scop_give_up(struct scop_request *req, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Shows the job's progress in the portal, `done` of `total`, even if its transaction fails later.
 * Cheap enough for each step of a loop. Does nothing outside of a job. */
void scop_progress(struct scop_request *req, uint32_t done, uint32_t total);

/* Whether somebody has cancelled the job: a long job checks now and then, and returns. The host
 * rolls its transaction back. */
bool scop_cancelled(struct scop_request *req);

#endif
