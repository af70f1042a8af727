/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the parts of the worker: its state, and the functions for main(). */
#ifndef SCOP_WORKER_WORKER_H
#define SCOP_WORKER_WORKER_H

#include <fcgiapp.h>

#include "base/arena.h"
#include "data/directory.h"
#include "process/board.h"
#include "process/settings.h"
#include "web/app.h"

struct scop_worker {
	struct scop_worker_settings settings;
	struct scop_app app;
	struct scop_board *board;
	struct scop_slot *slot; /* this worker's; NULL in an import */
	const struct scop_directory_shared *directory;
	struct scop_traces *traces; /* shared with all workers, for authors; NULL: none are kept */
	int64_t slow_milliseconds;
	struct scop_directory_entry entry; /* of the current request */
	struct scop_arena *arena;          /* of the current request */
};

/* Ends the worker before it serves; `said` is a message as in base/said.h, which the supervisor
 * reads from the slot. */
void __attribute__((noreturn))
scop_worker_give_up(const struct scop_worker *worker, const char *said);

/* ---- prepare.c: opens what only an unlocked process can, enters the sandbox, connects, loads the
 * module ---- */

void scop_worker_open_way_out(struct scop_worker *worker);
void scop_worker_open_formats(struct scop_worker *worker);
void scop_worker_lock_in(struct scop_worker *worker);
void scop_worker_connect(struct scop_worker *worker);
void scop_worker_load(struct scop_worker *worker);

/* ---- hide.c ---- */

/* Hides the host's and MariaDB's sockets from the module's code; needs root, and ends the worker if
 * it fails half-way. */
void scop_worker_hide_sockets(const struct scop_worker *worker);

/* ---- watch.c: how a worker watches itself ---- */

/* Ends the worker if a request far exceeds its hard limit, in case the supervisor has ended. */
void scop_worker_watch_time(const struct scop_worker *worker);

/* Reports the place of a crash to the supervisor. */
void scop_worker_watch_crashes(const struct scop_worker *worker);

/* Logs slow statements, and records all for traces. */
void scop_worker_watch_statements(struct scop_worker *worker);

/* ---- request.c ---- */

/* Serves one accepted request, of a visitor or of the dispatcher, and finishes it. Returns whether
 * it says something about the module: not while the module was elsewhere or suspended. */
bool scop_worker_serve_one(struct scop_worker *worker, FCGX_Request *fcgi);

#endif
