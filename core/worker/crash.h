/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A crash of the module: the worker's signal handler leaves in its slot of the scoreboard which
 * addresses of the module's file were being executed. The supervisor has them turned into
 * functions and lines by scopiton-explainer, which runs beside the worker's sandbox in one of its
 * own: in here nothing but the kernel can be trusted any more.
 */
#ifndef SCOP_WORKER_CRASH_H
#define SCOP_WORKER_CRASH_H

#include <stdbool.h>

#include "process/board.h"

struct scop_module;

struct scop_crash_watch {
	struct scop_crash *crash;         /* in the worker's slot */
	const struct scop_module *module; /* loaded: an address in its file */
	int wake_fd;                      /* wakes the supervisor */
	bool wait; /* in development: until it has been explained, so that the error page has it */
};

/* From here on a signal that kills (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) is noted first.
 * Afterwards it kills as it always did. Loads nothing: the unwinder must have been loaded. */
void scop_crash_watch(const struct scop_crash_watch *watch);

#endif
