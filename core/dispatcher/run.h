/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A run: one entry of the queue being run by a job worker, and then its result, until that is
 * recorded in the queue. The worker's answer is untrusted (dispatcher/fcgi.h).
 */
#ifndef SCOP_DISPATCHER_RUN_H
#define SCOP_DISPATCHER_RUN_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/value.h"
#include "data/directory.h"
#include "dispatcher/fcgi.h"

struct run {
	struct run *next;
	struct scop_arena *arena;
	int64_t id;
	const char *module, *job, *entry;
	const char *sender; /* the module whose event or command it is; "": it is its own */
	uint32_t tenant;
	unsigned tries;
	int fd; /* -1 once it has ended */
	struct scop_buffer out;
	size_t sent;
	struct scop_fcgi_answer answer;
	bool cancelled;
	enum { RUN_UNKNOWN, RUN_DONE, RUN_AGAIN, RUN_DEAD, RUN_AWAY } outcome;
	int64_t retry_after; /* RUN_AWAY: for how long, without counting the try */
	char cause[300];
	uint32_t done, total;
	bool progressed;
	int64_t progress_at;
};

/* Starts a run of the entry `row`, sent to the job workers of its tenant's version; `run_folder` is
 * the host's. It may end at once. */
struct run *run_begin(const struct scop_directory_shared *directory, const char *run_folder,
    const struct scop_value *row);

/* Handles a socket that is writable or readable. */
void run_send(struct run *run);
void run_receive(struct run *run);

/* Whether its entry is to be deleted. */
bool run_is_done(const struct run *run);

#endif
