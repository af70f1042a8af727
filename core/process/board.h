/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The scoreboard: the state of a pool's workers for the supervisor, in memory that only the two
 * share.
 *
 * A slot belongs to one worker. The worker writes its state; the supervisor clears the slot when
 * the worker has ended, so a killed one never leaves a wrong count. It also holds the results of
 * each tenant's routes. A module's native code can write all of it: what is said here decides about
 * that module's own routes, and is shown to people as what it is. The supervisor judges by
 * process/ledger.h.
 */
#ifndef SCOP_PROCESS_BOARD_H
#define SCOP_PROCESS_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	SCOP_SLOTS = 256,
	SCOP_ROUTE_RECENT = 10, /* requests of one tenant's route */
	SCOP_CRASHES_MIN = 3,   /* among the recent ones, before anything is judged */
	SCOP_ROUTE_ENTRIES = 1024,
	SCOP_BUCKETS = 8, /* of the histogram of durations */
	SCOP_ROUTE_REST_SECONDS = 60,
	SCOP_CRASH_FRAMES = 12,
	SCOP_SLOW_KEPT = 32, /* statements of a pool */
	SCOP_SLOW_TOLD_SECONDS = 60,
	SCOP_REQUEST_ID = 40, /* bytes, with the NUL */
	SCOP_REASON_MAX = 400,
};

/* The exit status of a worker that cannot start: EX_CONFIG of sysexits.h. */
enum { SCOP_WORKER_CANNOT_START = 78 };

enum scop_slot_state { SCOP_SLOT_FREE, SCOP_SLOT_STARTING, SCOP_SLOT_IDLE, SCOP_SLOT_BUSY };

/* The place where a signal killed a worker: see worker/crash.h. The failed process wrote it, so a
 * reader must not trust the numbers. */
struct scop_crash {
	_Atomic int signal;             /* 0: none; written last */
	_Atomic int explained;          /* and logged */
	uint32_t count;                 /* of the addresses */
	uint64_t at[SCOP_CRASH_FRAMES]; /* in the module's file, the innermost call's first */
};

struct scop_slot {
	_Atomic int state;
	/* of the request under way, in microseconds of the monotonic clock; for the worker itself
	 */
	_Atomic int64_t since;
	_Atomic uint32_t tenant, route;
	char tenant_name[33];
	char path[80];
	char reason[SCOP_REASON_MAX]; /* why it cannot start, as base/said.h has it */
	struct scop_crash crash;
	_Atomic uint64_t failures;
};

/* The results of the last requests, newest in the lowest bit: 1 for a crash. */
struct scop_route_history {
	_Atomic uint64_t key;      /* tenant and route; 0: free */
	_Atomic uint32_t outcomes; /* bits */
	_Atomic uint32_t count;    /* up to SCOP_ROUTE_RECENT */
	_Atomic int64_t out_until; /* microseconds of the monotonic clock; 0: in service */
};

/* A statement that took longer than the configured threshold, and its slowest run. */
struct scop_slow {
	_Atomic int state; /* 0: free; 1: being named; 2: named, which it stays */
	char statement[64], route[48], tenant[33];
	_Atomic uint32_t count, milliseconds, rows;
	_Atomic int64_t told_at; /* microseconds of the monotonic clock */
};

struct scop_board {
	_Atomic uint32_t hungry; /* more workers may be started */
	struct scop_route_history routes[SCOP_ROUTE_ENTRIES];
	struct scop_slow slow[SCOP_SLOW_KEPT];
	struct scop_slot slots[SCOP_SLOTS];
};

/* Upper bounds of the histogram's buckets, in microseconds; the last has none. */
extern const uint64_t scop_board_bounds[SCOP_BUCKETS - 1];

/* Microseconds of the monotonic clock. */
int64_t scop_board_clock(void);

/* Records the result of a request for the tenant's route. While the route is suspended nothing
 * counts: its 503s are not successes, and a worker killed during one says nothing about the module.
 */
void scop_board_note(struct scop_board *board, uint32_t tenant, uint32_t route, bool crashed);

/* Whether the tenant's route is suspended now. */
bool scop_board_route_out(const struct scop_board *board, uint32_t tenant, uint32_t route);

/* Whether to suspend the tenant's route: more than half of its last 10 requests (at least 3)
 * crashed. */
bool scop_board_route_failing(struct scop_board *board, uint32_t tenant, uint32_t route);

/* Records a slow run. Returns whether to log it: once per statement in SCOP_SLOW_TOLD_SECONDS for
 * all workers of the pool, and never if the table is full. */
bool scop_board_slow(struct scop_board *board, const char *statement, const char *route,
    const char *tenant, uint32_t milliseconds, uint32_t rows);

/* Clears the results, so that the routes get another chance. */
void scop_board_forgive(struct scop_board *board);

#endif
