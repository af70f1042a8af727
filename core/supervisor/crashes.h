/* SPDX-License-Identifier: EUPL-1.2 */
/* How often requests of each tenant crashed, by day, for the operator's list of companies. */
#ifndef SCOP_SUPERVISOR_CRASHES_H
#define SCOP_SUPERVISOR_CRASHES_H

#include <stdint.h>
#include <stdio.h>

struct scop_crashes;

/* Counts one crash of the tenant today. `crashes` begins as NULL, and lives as long as the
 * supervisor. Without memory for another tenant the crash is only in the log. */
void scop_crashes_count(struct scop_crashes **crashes, uint32_t tenant);

/* Writes a line "crashes STARTED TENANT DAY COUNT" for each tenant of today and yesterday: the
 * counts since this supervisor started (seconds of the Epoch), and the days since then. A reader
 * may see a line again, with the same or a higher count. */
void scop_crashes_write(const struct scop_crashes *crashes, FILE *out);

#endif
