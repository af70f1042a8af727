/* SPDX-License-Identifier: EUPL-1.2 */
/* Schedules: when a job is due in a tenant's time zone. */
#ifndef SCOP_QUEUE_SCHEDULE_H
#define SCOP_QUEUE_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct scop_schedule {
	unsigned every; /* minutes; 0: at a time of day */
	int hour, minute;
	unsigned weekdays; /* bits from Sunday; 0: any */
	int month_day;     /* 1 to 28; 0: any */
};

/* Reads "every 15" (1 to 1440 minutes), "at 03:15", "at 03:15 on mon wed" or "at 03:15 on 1" (the
 * day of the month). */
bool scop_schedule_parse(const char *rule, struct scop_schedule *ret_schedule);

/* The first instant after `after` (microseconds, UTC) at which the job is due in `zone`: once a
 * day, also when summer time begins or ends. */
int64_t scop_schedule_next(const struct scop_schedule *schedule, const char *zone, int64_t after);

#endif
