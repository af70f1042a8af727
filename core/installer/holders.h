/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Modules that hold rows which others need: the rows of a tenant's socle, of the queue, of the
 * platform. Whoever waits for such a row longer than two seconds is let through by ending the
 * connection of the module that holds it. Waits for a module's own tables are its own concern.
 */
#ifndef SCOP_INSTALLER_HOLDERS_H
#define SCOP_INSTALLER_HOLDERS_H

#include <stddef.h>
#include <stdint.h>

struct scop_platform;

enum { SCOP_HOLDERS_MAX = 64 };

/* The waits of the last look, each with the time of the monotonic clock, in milliseconds, at which
 * it was first seen. Zero-initialised for the first look. */
struct scop_holders {
	struct scop_wait {
		char name[60]; /* the waiting transaction, and when its wait began */
		int64_t since;
	} waits[SCOP_HOLDERS_MAX];
	size_t count;
};

/* Looks at the waits, ends the connections of modules that have caused one for two seconds, and
 * logs module, tenant and table. To be called twice a second; needs no lock of the installer. An
 * error of the database is left for the next look. */
void scop_holders_step(struct scop_platform *platform, struct scop_holders *holders);

#endif
