/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Expired rows: form keys, sessions, links, mails, steps of orders, accounts of persons who are
 * members of no tenant. The installer deletes them in all databases, those of tenants whom nobody
 * visits included, so no table grows with what the host keeps for a while only.
 */
#ifndef SCOP_INSTALLER_EXPIRY_H
#define SCOP_INSTALLER_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

struct scop_platform;

/* A pass over all databases, one tenant a step. Zero-initialised: at the start of the first. */
struct scop_expiry {
	uint32_t tenant;  /* the last one that was done; 0: none yet */
	bool unsure;      /* not every tenant's members could be looked at */
	bool more;        /* something was left for the next pass, which should begin at once */
	int64_t next_at;  /* when the next pass begins, in microseconds */
	uint64_t deleted; /* in this pass */
};

/* Does the next step when it is due, and plans the next pass after the last one. A failed step is
 * logged and left for the next pass. */
void scop_expiry_step(struct scop_platform *platform, struct scop_expiry *expiry);

#endif
