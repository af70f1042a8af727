/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Records a crash of the module: the worker's signal handler writes the addresses being executed in
 * the module's file into its slot of the scoreboard. The supervisor passes them to
 * scopiton-explainer, which finds functions and lines in a sandbox of its own: in the crashed
 * process nothing but the kernel can be trusted any more.
 */
#ifndef SCOP_WORKER_CRASH_H
#define SCOP_WORKER_CRASH_H

#include <stdbool.h>

#include "process/board.h"

struct scop_module;

struct scop_crash_watch {
	struct scop_crash *crash;         /* in the worker's slot */
	const struct scop_module *module; /* loaded: an address in its file */
	int channel;                      /* through which the supervisor is woken */
	bool wait; /* in development: wait for the explainer, for the error page */
};

/* From now on records fatal signals (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT), which then end the
 * process as usual. Loads nothing: the unwinder must already be loaded. */
void scop_crash_watch(const struct scop_crash_watch *watch);

#endif
