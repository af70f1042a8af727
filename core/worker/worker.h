/* SPDX-License-Identifier: EUPL-1.2 */
/* What the supervisor and a worker agree on beside the scoreboard. */
#ifndef SCOP_WORKER_WORKER_H
#define SCOP_WORKER_WORKER_H

enum { SCOP_WORKER_CANNOT_START = 78 }; /* EX_CONFIG of sysexits.h */

#endif
