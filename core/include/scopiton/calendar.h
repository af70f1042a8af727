/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Calendar files (iCalendar, RFC 5545): events that are read, with their time zones and
 * repetitions, and written.
 *
 * An event is a map, the same when it is read and when it is written. Members without a value are
 * not there:
 *
 *     uid          a string that identifies the event for all programs, for ever
 *     title        a string, and so are description, location and url
 *     start        a time, or a date for an event of whole days
 *     end          likewise; it is not part of the event: one of 24 December ends on the 25th
 *     zone         an IANA name, "Europe/Brussels", in which a time repeats; else it is UTC
 *     rule         how it repeats, as in a file: "FREQ=WEEKLY;BYDAY=MO;COUNT=10"; "?" is what a
 *                  file says that cannot be read
 *     skipped      a list of the starts that the rule gives and that do not take place
 *     added        a list of further starts
 *     replaces     of an event that takes the place of one repetition: the start of that one
 *     status       "CONFIRMED", "TENTATIVE" or "CANCELLED"
 *     sequence     an integer that grows with each change
 *     organizer    a map of mail and name
 *     attendees    a list of maps of mail, name and answer ("ACCEPTED", "DECLINED", ...)
 *     updated      a time
 *
 * A module that calls these functions links libscopiton-calendar.so.1; a worker of another module
 * does not load it.
 */
#ifndef SCOPITON_CALENDAR_H
#define SCOPITON_CALENDAR_H

#include <stddef.h>

#include "scopiton/format.h"

/* Limits of a file that is read: bytes, and events; and of one search: occurrences, and steps of a
 * rule, whether they are within the searched time or before it. */
enum {
	SCOP_CALENDAR_BYTES_MAX = 10000000,
	SCOP_CALENDAR_EVENTS_MAX = 10000,
	SCOP_CALENDAR_OCCURRENCES_MAX = 1000,
	SCOP_CALENDAR_STEPS_MAX = 100000
};

struct scop_calendar;

/* Reads a file, in an encoding that scop_decode recognises. An event without a start, or
 * with one after the year 2999, is left out; a time without a zone is in the tenant's. NULL with
 * `*ret_error`, if it is no calendar or cut short, exceeds a limit above, or names a time zone that
 * neither the file nor the host knows. */
struct scop_calendar *scop_calendar_read(struct scop_request *req, const char *data, size_t size,
    struct scop_file_error *ret_error);

/* The request of the file: "PUBLISH", "REQUEST", "REPLY", "CANCEL"; "" for a file that has none.
 */
const char *scop_calendar_method(const struct scop_calendar *calendar);

/* The events, in the file's order. */
const struct scop_value *scop_calendar_events(const struct scop_calendar *calendar);

/* The occurrences of events that take place between two times, `until` not included: the events
 * with the `start` and `end` of each, by their starts. An event of whole days is there in the
 * tenant's zone. Replaced, skipped and cancelled ones are left out. NULL with `*ret_error`, if they
 * are more than SCOP_CALENDAR_OCCURRENCES_MAX, or a rule needs more than SCOP_CALENDAR_STEPS_MAX
 * steps or repeats by minutes or seconds. `events` is a list of maps as above, read from a file or
 * made by the module. */
const struct scop_value *scop_calendar_between(struct scop_request *req,
    const struct scop_value *events, const struct scop_value *from, const struct scop_value *until,
    struct scop_file_error *ret_error);

/* Writes events as a file. `method` is as above, or NULL; a mail with an invitation has the type
 * "text/calendar; method=REQUEST". An event without `uid` or `start`, a rule that is none or a zone
 * that the host does not know fails the request. */
const struct scop_value *scop_calendar_write(struct scop_request *req, const char *method,
    const struct scop_value *events);

#endif
