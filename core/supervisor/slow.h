/* SPDX-License-Identifier: EUPL-1.2 */
/* The slowest statements that workers have recorded, as lines for `scopiton slow`. */
#ifndef SCOP_SUPERVISOR_SLOW_H
#define SCOP_SUPERVISOR_SLOW_H

#include <stdio.h>

#include "supervisor/pool.h"

/* Writes for each: milliseconds, rows, count, then module, version, "web" or "jobs", statement,
 * route and tenant, separated by blanks. Unexpected bytes in names become '?', because a module's
 * native code could have written them. */
void scop_slow_write(const struct scop_host *host, FILE *out);

#endif
