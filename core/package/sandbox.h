/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The worker's sandbox. The order matters: rights and limits, Landlock, a system-call filter; then
 * the module is loaded; then a second filter, after which no memory can become executable.
 */
#ifndef SCOP_PACKAGE_SANDBOX_H
#define SCOP_PACKAGE_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum { SCOP_SANDBOX_FILES = 128 /* open at once in its process */ };

struct scop_sandbox {
	const char *module_file; /* the one file that may be read */
	uid_t uid;               /* 0: do not change */
	gid_t gid;
	uint64_t memory;  /* bytes of address space; 0: no limit */
	int landlock_abi; /* at most this version; 0: none */
};

/* Drops all privileges that a worker does not need; features that the kernel lacks are logged once
 * and skipped. */
bool scop_sandbox_enter(const struct scop_sandbox *sandbox, struct scop_error *err);

/* Refuses executable memory from here on. */
bool scop_sandbox_seal(struct scop_error *err);

/* The Landlock ABI of the running kernel; 0 if it has none. */
int scop_sandbox_landlock_abi(void);

#endif
