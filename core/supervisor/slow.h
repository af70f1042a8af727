/* SPDX-License-Identifier: EUPL-1.2 */
/* The slowest statements that workers have noted, as lines for `scopiton slow`. */
#ifndef SCOP_SUPERVISOR_SLOW_H
#define SCOP_SUPERVISOR_SLOW_H

#include <stdio.h>

#include "supervisor/pool.h"

/* For each: milliseconds, rows, how many times, then module, version, "web" or "jobs", statement,
 * route and tenant, with blanks between. A name's odd bytes become '?', for a module's native code
 * could have written them. */
void scop_slow_write(const struct scop_host *host, FILE *out);

#endif
