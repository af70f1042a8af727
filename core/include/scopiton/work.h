/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Background work: jobs, events that other modules can subscribe to, and commands that a module
 * gives another.
 *
 * A POST or a job enqueues work as part of its transaction: the work runs after the commit, or not
 * at all. A job runs in a job worker, in one transaction, with a longer time limit than a page. It
 * may be delivered more than once (a process died, MariaDB was unavailable), but its transaction
 * takes effect once.
 *
 * The module's table lists its jobs. module.xml lists them with their titles, their schedules and
 * the events that the module emits and subscribes to:
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

/* A command, as the build writes it to names.c from what module.xml accepts and sends
 * (docs/contracts.md); it lives as long as the module. */
struct scop_command {
	const char *name; /* "contacts:add_party_1" */
	const struct scop_given {
		const char *name; /* NULL ends */
		enum scop_type type;
		bool optional;
	} * given;
};

/* How a job ended. All but SCOP_JOB_DONE roll its transaction back. */
enum scop_job_result {
	SCOP_JOB_RETRY,  /* run again later, with exponential back-off */
	SCOP_JOB_DONE,   /* its transaction is committed */
	SCOP_JOB_FAILED, /* not retried: somebody retries or discards it in the portal */
};

/* A job of the module. An array ends with an empty entry. */
struct scop_job {
	const char *name; /* as in module.xml */
	enum scop_job_result (*handle)(struct scop_request *req);
	unsigned tries; /* after this many, a retry counts as failed; default 10 */
	/* the command that the job carries out: &accepts_add_party_1. Its body has what the command
	 * is given, in its types; one with anything else is refused before the handler is called.
	 * NULL: of no command */
	const struct scop_command *accepts;
};

/* Enqueues a job of this module, to run now. `body` is a map with the job's input, at most 64 kB as
 * JSON; NULL for none. In JSON, times become strings and money a map. Allowed only in a POST or a
 * job; elsewhere, or with a larger body, the request fails. */
void scop_enqueue(struct scop_request *req, const char *job, const struct scop_value *body);

/* The same, to run at the time `at` (NULL: now). `once` (1 to 100 bytes; NULL: none) makes the call
 * idempotent: while a job of the same name and `once` is queued, no second one is added. */
void scop_enqueue_at(struct scop_request *req, const char *job, const struct scop_value *body,
    const struct scop_value *at, const char *once);

/* Emits an event that module.xml declares: each of the tenant's modules that subscribes to it gets
 * a job with this body. A module that is disabled at that moment gets none; jobs enqueued for it
 * earlier wait until it is enabled again. */
void scop_emit(struct scop_request *req, const char *event, const struct scop_value *body);

/* Sends a command: the other module's job runs after the commit, once. The build writes a function
 * for each command that calls this, such as contacts__add_party_1(req, name, mail); `values` are in
 * the order of `command->given`, NULL for one that is not given. Without the other module the
 * command is dropped; while that is switched off, it waits. The request fails if a value that is
 * required is missing, has another type, or all of them take more than 64 kB as JSON. */
void scop_send_command(struct scop_request *req, const struct scop_command *command,
    const struct scop_value *const *values);

/* ---- in a job ---- */

/* The module whose event or command the job answers, as the host has it: "shop"; "" for a job of
 * the module's own, and outside a job. Lives as long as the request. */
const char *scop_sender(const struct scop_request *req);

/* The body that the job was enqueued with: a map, possibly empty; NULL outside a job. */
const struct scop_value *scop_body(const struct scop_request *req);

/* The number of this try, from 1; 0 outside a job. */
unsigned scop_tries(const struct scop_request *req);

/* For `return`: they give SCOP_JOB_RETRY and SCOP_JOB_FAILED, and record the reason (formatted as
 * by printf), which the portal shows. */
enum scop_job_result scop_retry(struct scop_request *req, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
enum scop_job_result scop_give_up(struct scop_request *req, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Shows the job's progress in the portal, `done` of `total`, even if its transaction fails later.
 * Cheap enough to call at each step of a loop. Does nothing outside a job. */
void scop_progress(struct scop_request *req, uint32_t done, uint32_t total);

/* Whether somebody has cancelled the job. A long job checks this regularly and returns if so; the
 * host rolls its transaction back. */
bool scop_cancelled(struct scop_request *req);

#endif
