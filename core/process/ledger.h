/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The ledger: what a pool's gateway and the supervisor have seen of the pool's workers, in memory
 * that no worker has. Crashes, times and the number of workers are judged by it, for whatever a
 * worker says of itself on the scoreboard (process/board.h), its module may have written.
 *
 * An entry belongs to one worker, in the slot of the same number on the scoreboard. The supervisor
 * opens it; from then on the worker's gateway writes it, as long as the process id is that
 * worker's.
 */
#ifndef SCOP_PROCESS_LEDGER_H
#define SCOP_PROCESS_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "process/board.h"

enum {
	SCOP_RECENT = 20, /* requests of a pool */
	SCOP_LEDGER_NAME = 33,
};

struct scop_ledger_entry {
	_Atomic int32_t pid; /* 0: none in this slot */
	_Atomic bool ready;  /* it has said that it takes requests */
	_Atomic bool last;   /* it has said that a request was its last, and may end */
	_Atomic bool busy;   /* it was given a request, and has not said that it is done */
	/* when it was given that, or said that it is done, in microseconds of the monotonic clock;
	 * a request that waits for a frozen module begins anew */
	_Atomic int64_t since;
	_Atomic uint32_t tenant; /* of that request, or of the last; 0: none, or not known */
	/* both complete before `busy` is set, but for the name of a tenant that is found later */
	char tenant_name[SCOP_LEDGER_NAME];
	char request[SCOP_REQUEST_ID]; /* its id; "": it has none */
};

/* A worker as its gateway sees it. One that is to end after its last request is in none of them. */
enum scop_worker_state {
	SCOP_WORKER_NONE,
	SCOP_WORKER_STARTING,
	SCOP_WORKER_IDLE,
	SCOP_WORKER_BUSY
};

struct scop_ledger {
	_Atomic uint64_t given; /* requests, since the pool began */
	/* those whose worker said that it is done, and their time */
	_Atomic uint64_t requests, microseconds, buckets[SCOP_BUCKETS];
	_Atomic uint32_t recent_at;
	/* tenant << 1 | crashed, plus one, so that 0 is none */
	_Atomic uint64_t recent[SCOP_RECENT];
	struct scop_ledger_entry entries[SCOP_SLOTS];
};

enum scop_worker_state scop_ledger_state(const struct scop_ledger_entry *entry);

/* Microseconds from the entry's `since` until `now`. */
int64_t scop_ledger_age(const struct scop_ledger_entry *entry, int64_t now);

/* Counts a request that has ended after that time. */
void scop_ledger_time(struct scop_ledger *ledger, int64_t microseconds);

/* Records how a tenant's request ended. */
void scop_ledger_note(struct scop_ledger *ledger, uint32_t tenant, bool crashed);

/* Whether to take the pool out of service: more than half of its last 20 requests (at least 3)
 * crashed, for two tenants, or for one if `tenants` is 1. */
bool scop_ledger_failing(const struct scop_ledger *ledger, unsigned tenants);

/* Forgets how requests ended, so that the pool gets another chance. */
void scop_ledger_forgive(struct scop_ledger *ledger);

#endif
