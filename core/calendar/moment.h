/* SPDX-License-Identifier: EUPL-1.2 */
/* Times of libical and values. Zones are the host's where it knows the name, so that they are those
 * of its pages too, and else those that the file describes. */
#ifndef SCOP_CALENDAR_MOMENT_H
#define SCOP_CALENDAR_MOMENT_H

#include <libical/ical.h>
#include <stdbool.h>
#include <stdint.h>

struct scop_request;
struct scop_value;

/* A zone in which local times are meant. */
struct scop_moment_zone {
	const char *name;        /* an IANA name; NULL: `described` */
	icaltimezone *described; /* by the file; NULL and no name: none is known */
};

/* The zone that a TZID of the file means; NULL for none: UTC is "UTC". */
struct scop_moment_zone scop_moment_zone(struct scop_request *req, icalcomponent *calendar,
    const char *tzid);

/* Microseconds since 1970 of a local time, and for a date the beginning of that day. */
int64_t scop_moment_of(struct icaltimetype time, struct scop_moment_zone zone);

/* A date or a time as a value. */
const struct scop_value *scop_moment_value(struct scop_request *req, struct icaltimetype time,
    struct scop_moment_zone zone);

/* The local time in the zone, to the second; a date as it is. */
struct icaltimetype scop_moment_local(const struct scop_value *value, const char *zone);

/* Whether a time exists and is of the years 1 to 2999: libical writes zeros for later ones. */
bool scop_moment_is_sane(struct icaltimetype time);

#endif
