/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Expired rows: form keys, sessions, links, mails, steps of orders, accounts of persons who are
 * members of no tenant. The installer deletes them in all databases, including those of tenants
 * without visitors, so that no table grows without limit.
 */
#ifndef SCOP_INSTALLER_EXPIRY_H
#define SCOP_INSTALLER_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

struct scop_platform;

/* A pass over all databases, one tenant per step. Zero-initialised for the first pass. */
struct scop_expiry {
	uint32_t tenant;  /* the last tenant done; 0: none yet */
	bool unsure;      /* some tenant's members could not be read */
	bool more;        /* rows are left for the next pass, which should begin at once */
	int64_t next_at;  /* when the next pass begins, in microseconds */
	uint64_t deleted; /* in this pass */
};

/* Does the next step if it is due, and schedules the next pass after the last step. A failed step
 * is logged and left for the next pass. */
void scop_expiry_step(struct scop_platform *platform, struct scop_expiry *expiry);

#endif
