/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-dispatcher: leases due entries of the queue and passes each to a job worker of its
 * module, through the socket of that pool; the worker assumes the role that is stamped on the
 * entry. It loads no module, and has access only to the queue.
 *
 * It sleeps until the next entry is due or a worker's commit wakes it. run.c talks to the workers;
 * this file has the queue and the loop.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/value.h"
#include "data/directory.h"
#include "process/service.h"
#include "dispatcher/run.h"
#include "queue/queue.h"

enum {
	RUNS_MAX = 128,
	/* for changes without a wake-up: another host's entries and people's orders */
	LOOK_MILLISECONDS = 5000,
	/* when something was due just now: there may be more */
	LATER_MILLISECONDS = 250,
	PROGRESS_MILLISECONDS = 500,
	LOST_MILLISECONDS = 1000, /* until MariaDB is tried again */
	STOP_MILLISECONDS = 2000,
	LEASE_ROUNDS = 32,  /* this many jobs may wait for a worker */
	DONE_TOGETHER = 25, /* entries deleted in one commit, or after this time */
	DONE_MILLISECONDS = 20,
};

struct dispatcher {
	struct scop_service service;
	const struct scop_directory_shared *directory;
	struct scop_queue queue;
	struct run *runs;
	unsigned run_count;
	unsigned left_out; /* modules, at the last take */
	bool more;         /* the last take may have left due entries */
	bool stopping, lost;
	int64_t stop_by, look_at;
	int64_t done_at; /* when the oldest unreported success arrived; 0: none */
	char name[100];
};

/* ---- reporting to the queue ---- */

/* Reports a run that has ended in any other way than done. */
static enum scop_db_status
tell(struct dispatcher *dispatcher, const struct run *run)
{
	struct scop_queue *queue = &dispatcher->queue;

	if (run->outcome == RUN_AWAY)
		return scop_queue_again(queue, run->id, run->retry_after, false, run->cause);
	if (run->outcome == RUN_AGAIN)
		return scop_queue_again(queue, run->id, scop_queue_rest(run->tries), true,
		    run->cause);
	scop_log_line(SCOP_LOG_ERROR,
	    "job '%s' of '%s' for tenant %u is given up after %u tries: %s (entry=%s)", run->job,
	    run->module, run->tenant, run->tries, run->cause, run->entry);
	return scop_queue_bury(queue, run->id, run->cause);
}

static void
forget(struct dispatcher *dispatcher, struct run **place)
{
	struct run *run = *place;

	*place = run->next;
	dispatcher->run_count--;
	scop_arena_free(run->arena);
}

static enum scop_db_status
tell_done(struct dispatcher *dispatcher)
{
	int64_t ids[SCOP_QUEUE_BATCH] = { 0 };
	unsigned count = 0;

	for (const struct run *run = dispatcher->runs; run && count < SCOP_QUEUE_BATCH;
	     run = run->next)
		if (run_is_done(run))
			ids[count++] = run->id;
	const enum scop_db_status status = scop_queue_done(&dispatcher->queue, ids, count);
	for (struct run **place = &dispatcher->runs; status == SCOP_DB_OK && *place && count > 0;) {
		if (run_is_done(*place)) {
			forget(dispatcher, place);
			count--;
		} else {
			place = &(*place)->next;
		}
	}
	return status;
}

static unsigned
count_done(const struct dispatcher *dispatcher)
{
	unsigned count = 0;

	for (const struct run *run = dispatcher->runs; run; run = run->next)
		count += run_is_done(run);
	return count;
}

static enum scop_db_status
tell_queue(struct dispatcher *dispatcher, int64_t now)
{
	enum scop_db_status status = SCOP_DB_OK;

	const unsigned done = count_done(dispatcher);
	if (done > 0 && dispatcher->done_at == 0)
		dispatcher->done_at = now;
	if (done >= DONE_TOGETHER ||
	    (done > 0 &&
		(done == dispatcher->run_count ||
		    now >= dispatcher->done_at + DONE_MILLISECONDS))) {
		status = tell_done(dispatcher);
		dispatcher->done_at = 0;
	}
	for (struct run **place = &dispatcher->runs; status == SCOP_DB_OK && *place;) {
		struct run *run = *place;

		if (run->fd < 0 && !run_is_done(run) &&
		    (status = tell(dispatcher, run)) == SCOP_DB_OK) {
			if (run->retry_after > 0 && run->retry_after < LOOK_MILLISECONDS &&
			    now + run->retry_after < dispatcher->look_at)
				dispatcher->look_at = now + run->retry_after;
			forget(dispatcher, place);
			continue;
		}
		if (run->progressed && now >= run->progress_at) {
			status =
			    scop_queue_progress(&dispatcher->queue, run->id, run->done, run->total);
			run->progressed = false;
			run->progress_at = now + PROGRESS_MILLISECONDS;
		}
		place = &run->next;
	}
	return status;
}

/* ---- reading the queue ---- */

/* Lists the modules at capacity, whose entries are not taken, so that others' jobs do not wait
 * behind theirs. Returns how many.
 */
static unsigned
leave_out(const struct dispatcher *dispatcher, const char *ret_names[SCOP_QUEUE_LEFT_OUT])
{
	unsigned found = 0;

	for (const struct run *run = dispatcher->runs; run && found < SCOP_QUEUE_LEFT_OUT;
	     run = run->next) {
		unsigned same = 0;
		bool known = false;

		for (unsigned i = 0; i < found; i++)
			known |= strcmp(ret_names[i], run->module) == 0;
		for (const struct run *other = run; other && !known; other = other->next)
			same += strcmp(other->module, run->module) == 0;
		if (same >= 2 * (unsigned)dispatcher->service.config.job_workers)
			ret_names[found++] = run->module;
	}
	return found;
}

static void
hang_up(struct dispatcher *dispatcher, const struct scop_value *cancelled)
{
	for (size_t i = 0; i < scop_count(cancelled); i++) {
		for (struct run *run = dispatcher->runs; run; run = run->next) {
			if (run->id != scop_int(scop_at(cancelled, i), "id") || run->fd < 0)
				continue;
			run->cancelled = true;
			shutdown(run->fd, SHUT_WR);
		}
	}
}

static void
add_run(struct dispatcher *dispatcher, const struct scop_value *row)
{
	struct run *run = run_begin(dispatcher->directory, dispatcher->service.config.run, row);

	run->next = dispatcher->runs;
	dispatcher->runs = run;
	dispatcher->run_count++;
}

static enum scop_db_status
take(struct dispatcher *dispatcher)
{
	const char *names[SCOP_QUEUE_LEFT_OUT] = { NULL };
	const unsigned room = RUNS_MAX - dispatcher->run_count;
	const struct scop_value *entries;
	unsigned events;
	bool more;

	dispatcher->left_out = leave_out(dispatcher, names);
	const enum scop_db_status status =
	    scop_queue_take(&dispatcher->queue, names, room, &entries, &events, &more);
	for (size_t i = 0; status == SCOP_DB_OK && i < scop_count(entries); i++)
		add_run(dispatcher, scop_at(entries, i));
	dispatcher->more = events > 0 || more;
	return status;
}

/* Whether another take may find entries: after a full one, or when a module at capacity has room
 * again. */
static bool
worth_taking(const struct dispatcher *dispatcher)
{
	const char *names[SCOP_QUEUE_LEFT_OUT] = { NULL };

	return dispatcher->run_count < RUNS_MAX &&
	    (dispatcher->more || leave_out(dispatcher, names) < dispatcher->left_out);
}

/* Handles orders, schedules and due entries; returns when to check again. */
static enum scop_db_status
look(struct dispatcher *dispatcher, int64_t now)
{
	struct scop_queue *queue = &dispatcher->queue;
	struct scop_queue_glance glance;
	enum scop_db_status status = scop_queue_glance(queue, &glance);

	if (status != SCOP_DB_OK)
		return status;
	if (glance.last_order > 0) {
		const struct scop_value *cancelled;

		status = scop_queue_orders(queue, glance.last_order, &cancelled);
		if (status == SCOP_DB_OK)
			hang_up(dispatcher, cancelled);
		glance.entry = 0; /* a dead one may be due again */
	}
	if (status == SCOP_DB_OK && glance.hour <= 0) {
		status = scop_queue_schedules(queue);
		glance.entry = 0;
	}
	if (status == SCOP_DB_OK && glance.entry <= 0 && dispatcher->run_count < RUNS_MAX)
		status = take(dispatcher);
	const int64_t next = glance.entry < glance.hour ? glance.entry : glance.hour;
	dispatcher->look_at = now +
	    (next <= 0                         ? LATER_MILLISECONDS
		    : next > LOOK_MILLISECONDS ? LOOK_MILLISECONDS
					       : next + 1);
	return status;
}

/* ---- the loop ---- */

static int
time_left(const struct dispatcher *dispatcher, int64_t now)
{
	int64_t next = dispatcher->stopping ? dispatcher->stop_by : dispatcher->look_at;

	if (!dispatcher->stopping && worth_taking(dispatcher))
		return 0;
	if (dispatcher->done_at > 0 && dispatcher->done_at + DONE_MILLISECONDS < next)
		next = dispatcher->done_at + DONE_MILLISECONDS;
	for (const struct run *run = dispatcher->runs; run; run = run->next)
		if (run->progressed && run->progress_at < next)
			next = run->progress_at;
	return next <= now ? 0 : (int)(next - now);
}

/* Waits for events and handles them; true when the queue has to be checked. */
static bool
wait_and_take(struct dispatcher *dispatcher)
{
	struct pollfd polled[RUNS_MAX + 2] = { { dispatcher->service.signal_fd, POLLIN, 0 },
		{ dispatcher->service.wake_fd, POLLIN, 0 } };
	struct run *runs[RUNS_MAX];
	nfds_t count = 2;

	for (struct run *run = dispatcher->runs; run; run = run->next) {
		if (run->fd < 0)
			continue;
		runs[count - 2] = run;
		polled[count++] = (struct pollfd){ run->fd,
			(short)(run->sent < run->out.length ? POLLIN | POLLOUT : POLLIN), 0 };
	}
	if (poll(polled, count,
		dispatcher->lost ? LOST_MILLISECONDS : time_left(dispatcher, scop_service_now())) <
		0 &&
	    errno != EINTR)
		scop_log_line(SCOP_LOG_ERROR, "poll: %s", strerror(errno));
	for (nfds_t i = 2; i < count; i++) {
		if (polled[i].revents & POLLOUT)
			run_send(runs[i - 2]);
		if (runs[i - 2]->fd >= 0 && (polled[i].revents & ~POLLOUT))
			run_receive(runs[i - 2]);
	}
	if (polled[0].revents && scop_service_told_to_stop(&dispatcher->service)) {
		dispatcher->stopping = true;
		dispatcher->stop_by = scop_service_now() + STOP_MILLISECONDS;
	}
	return (polled[1].revents && scop_service_woken(&dispatcher->service)) ||
	    scop_service_now() >= dispatcher->look_at;
}

static void
note_status(struct dispatcher *dispatcher, enum scop_db_status status)
{
	if (status == SCOP_DB_OK || status == SCOP_DB_AGAIN) {
		if (dispatcher->lost)
			scop_log_line(SCOP_LOG_INFO, "the queue is available again");
		dispatcher->lost = false;
		return;
	}
	if (!dispatcher->lost)
		scop_log_line(SCOP_LOG_WARNING, "the queue is unavailable: %s",
		    scop_db_error(dispatcher->queue.db));
	dispatcher->lost = true;
	dispatcher->look_at = scop_service_now() + LOST_MILLISECONDS;
}

static void
serve(struct dispatcher *dispatcher)
{
	while (!dispatcher->stopping ||
	    (dispatcher->run_count > 0 && scop_service_now() < dispatcher->stop_by)) {
		const bool wanted = wait_and_take(dispatcher);
		enum scop_db_status status = tell_queue(dispatcher, scop_service_now());

		if (status == SCOP_DB_OK && wanted && !dispatcher->stopping)
			status = look(dispatcher, scop_service_now());
		else if (status == SCOP_DB_OK && !dispatcher->stopping && worth_taking(dispatcher))
			status = take(dispatcher);
		note_status(dispatcher, status);
		scop_arena_reset(dispatcher->queue.arena);
	}
}

/* ---- starting ---- */

/* The dispatcher's name is the same after a restart, so that it finds the entries that its dead
 * predecessor was running. */
static void
open_queue(struct dispatcher *dispatcher)
{
	char host[60] = "";

	gethostname(host, sizeof host - 1);
	snprintf(dispatcher->name, sizeof dispatcher->name, "%s:%s", host,
	    dispatcher->service.config.run);
	dispatcher->queue = (struct scop_queue){ .db = dispatcher->service.db,
		.arena = scop_arena_new(),
		.dispatcher = dispatcher->name,
		.lease_seconds = (unsigned)(dispatcher->service.config.job_hard_milliseconds /
				     1000 * LEASE_ROUNDS) +
		    60 };
}

int
main(int argc, char **argv)
{
	static struct dispatcher dispatcher;

	scop_service_start(&dispatcher.service, "dispatcher", true, argc, argv);
	dispatcher.directory = mmap(NULL, sizeof *dispatcher.directory, PROT_READ, MAP_SHARED,
	    dispatcher.service.directory_fd, 0);
	if (dispatcher.directory == MAP_FAILED)
		scop_service_give_up("no directory");
	open_queue(&dispatcher);
	while (scop_queue_reclaim(&dispatcher.queue) != SCOP_DB_OK && !scop_service_orphaned()) {
		scop_log_line(SCOP_LOG_WARNING, "waiting for the queue: %s",
		    scop_db_error(dispatcher.queue.db));
		if (poll(&(struct pollfd){ dispatcher.service.signal_fd, POLLIN, 0 }, 1,
			LOST_MILLISECONDS) > 0)
			return 0;
	}
	serve(&dispatcher);
	return 0;
}
