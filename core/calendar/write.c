/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes calendar files with libical: see scopiton/calendar.h. */
#include "scopiton/calendar.h"

#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"
#include "calendar/moment.h"
#include "calendar/rule.h"
#include "web/request.h"

enum { ZONES_MAX = 20 };

struct writing {
	struct scop_request *req;
	icalcomponent *calendar, *out;
	const struct scop_value *event;
	const char *zones[ZONES_MAX]; /* that the file has */
	unsigned zone_count;
};

static void
fail(const struct writing *writing, const char *what)
{
	scop_request_fail(writing->req, SCOP_DB_FAILED,
	    scop_arena_printf(writing->req->arena, "calendar: %s (event '%.60s')", what,
		scop_text(writing->event, "uid")));
}

/* A copy without what would end a line or a quoted text: libical escapes line breaks in texts, and
 * nothing in addresses. */
static const char *
clean(const struct writing *writing, const char *text, bool lines)
{
	char *copy = scop_arena_text(writing->req->arena, text), *out = copy;

	scop_utf8_repair(copy);
	for (const char *at = copy; *at; at++)
		if ((unsigned char)*at >= ' ' || (lines && (*at == '\n' || *at == '\t')))
			*out++ = *at;
	*out = '\0';
	return copy;
}

static void
add(const struct writing *writing, icalproperty *property)
{
	if (!property)
		abort(); /* only without memory */
	icalcomponent_add_property(writing->out, property);
}

static void
add_text(const struct writing *writing, const char *key, icalproperty *(*make)(const char *text))
{
	const char *text = scop_text(writing->event, key);

	if (text[0])
		add(writing, make(clean(writing, text, true)));
}

/* ---- times ---- */

/* The zone by name in which the event's times are written; NULL: UTC. */
static const char *
zone_of(const struct writing *writing)
{
	const char *zone = scop_text(writing->event, "zone");

	if (zone[0] && !scop_zone_valid(zone))
		fail(writing, "its zone is none that the host knows");
	return zone[0] && strcmp(zone, "UTC") != 0 && scop_zone_valid(zone) ? zone : NULL;
}

static void
add_time(const struct writing *writing, const struct scop_value *value,
    icalproperty *(*make)(struct icaltimetype time))
{
	const char *zone = zone_of(writing);
	const bool is_time = scop_type(value) == SCOP_TIME;

	if (!is_time && scop_type(value) != SCOP_DATE)
		return;
	struct icaltimetype time = scop_moment_local(value, zone && is_time ? zone : "UTC");
	if (!scop_moment_is_sane(time))
		fail(writing, "a time of it is not of the years 1 to 2999");
	if (is_time && !zone)
		time.zone = icaltimezone_get_utc_timezone();
	icalproperty *property = make(time);
	add(writing, property);
	if (is_time && zone)
		icalproperty_add_parameter(property, icalparameter_new_tzid(zone));
}

static icalproperty *
new_rdate(struct icaltimetype time)
{
	const struct icaldatetimeperiodtype date = { time, icalperiodtype_null_period() };

	return icalproperty_new_rdate(date);
}

static void
add_times(const struct writing *writing, const char *key,
    icalproperty *(*make)(struct icaltimetype time))
{
	const struct scop_value *list = scop_get(writing->event, key);

	for (size_t i = 0; i < scop_count(list); i++)
		add_time(writing, scop_at(list, i), make);
}

static void
add_rule(const struct writing *writing)
{
	const char *text = scop_text(writing->event, "rule");
	struct icalrecurrencetype rule;

	if (!text[0])
		return;
	if (scop_rule_read(text, &rule))
		add(writing, icalproperty_new_rrule(rule));
	else
		fail(writing, "its rule is none, or repeats by minutes");
}

/* The description of the event's zone, once in a file (RFC 5545, 3.6.5). Programs know the name
 * where libical has none. */
static void
describe_zone(struct writing *writing)
{
	const char *name = zone_of(writing);

	for (unsigned i = 0; name && i < writing->zone_count; i++)
		if (strcmp(writing->zones[i], name) == 0)
			return;
	icaltimezone *zone = name ? icaltimezone_get_builtin_timezone(name) : NULL;
	icalcomponent *found = zone ? icaltimezone_get_component(zone) : NULL;
	icalcomponent *copy = found ? icalcomponent_new_clone(found) : NULL;
	icalproperty *id = copy ? icalcomponent_get_first_property(copy, ICAL_TZID_PROPERTY) : NULL;
	if (id)
		icalproperty_set_tzid(id, name);
	if (copy)
		icalcomponent_add_component(writing->calendar, copy);
	if (name && writing->zone_count < ZONES_MAX)
		writing->zones[writing->zone_count++] = name;
}

/* ---- people ---- */

static void
add_person(const struct writing *writing, const struct scop_value *person,
    icalproperty *(*make)(const char *address))
{
	const char *mail = clean(writing, scop_text(person, "mail"), false);
	char *name =
	    scop_arena_text(writing->req->arena, clean(writing, scop_text(person, "name"), false));
	const char *answer = scop_text(person, "answer");

	if (!mail[0])
		return;
	icalproperty *property = make(scop_arena_join(writing->req->arena, "mailto:", mail, ""));
	add(writing, property);
	for (char *at = name; *at; at++)
		if (*at == '"')
			*at = '\'';
	if (name[0])
		icalproperty_add_parameter(property, icalparameter_new_cn(name));
	const icalparameter_partstat kind =
	    answer[0] ? (icalparameter_partstat)icalparameter_string_to_enum(answer) : 0;
	if (kind >= ICAL_PARTSTAT_NEEDSACTION && kind <= ICAL_PARTSTAT_FAILED)
		icalproperty_add_parameter(property, icalparameter_new_partstat(kind));
}

/* ---- events ---- */

static void
add_status(const struct writing *writing)
{
	const char *status = scop_text(writing->event, "status");

	if (status[0])
		add(writing, icalproperty_new_status(icalproperty_string_to_status(status)));
}

static void
add_event(struct writing *writing)
{
	const struct scop_value *event = writing->event, *people = scop_get(event, "attendees"),
				*updated = scop_get(event, "updated");
	struct icaltimetype stamp =
	    scop_moment_local(scop_type(updated) == SCOP_TIME ? updated : scop_now(writing->req),
		"UTC");

	if (!scop_text(event, "uid")[0])
		fail(writing, "it has no uid");
	if (scop_type(scop_get(event, "start")) != SCOP_TIME &&
	    scop_type(scop_get(event, "start")) != SCOP_DATE)
		fail(writing, "its start is neither a time nor a date");
	describe_zone(writing);
	writing->out = icalcomponent_new_vevent();
	icalcomponent_add_component(writing->calendar, writing->out);
	stamp.zone = icaltimezone_get_utc_timezone();
	add(writing, icalproperty_new_dtstamp(stamp));
	add_text(writing, "uid", icalproperty_new_uid);
	add_text(writing, "title", icalproperty_new_summary);
	add_text(writing, "description", icalproperty_new_description);
	add_text(writing, "location", icalproperty_new_location);
	if (scop_text(event, "url")[0])
		add(writing, icalproperty_new_url(clean(writing, scop_text(event, "url"), false)));
	add_time(writing, scop_get(event, "start"), icalproperty_new_dtstart);
	add_time(writing, scop_get(event, "end"), icalproperty_new_dtend);
	add_time(writing, scop_get(event, "replaces"), icalproperty_new_recurrenceid);
	add_rule(writing);
	add_times(writing, "skipped", icalproperty_new_exdate);
	add_times(writing, "added", new_rdate);
	add_status(writing);
	if (scop_type(scop_get(event, "sequence")) == SCOP_INT)
		add(writing, icalproperty_new_sequence((int)scop_int(event, "sequence")));
	add_person(writing, scop_get(event, "organizer"), icalproperty_new_organizer);
	for (size_t i = 0; i < scop_count(people); i++)
		add_person(writing, scop_at(people, i), icalproperty_new_attendee);
}

const struct scop_value *
scop_calendar_write(struct scop_request *req, const char *method, const struct scop_value *events)
{
	struct writing writing = { .req = req, .calendar = icalcomponent_new_vcalendar() };

	if (!writing.calendar)
		abort();
	icalerror_set_errors_are_fatal(0);
	icalcomponent_add_property(writing.calendar, icalproperty_new_version("2.0"));
	icalcomponent_add_property(writing.calendar,
	    icalproperty_new_prodid("-//Scopiton//Scopiton//EN"));
	if (method && method[0])
		icalcomponent_add_property(writing.calendar,
		    icalproperty_new_method(icalproperty_string_to_method(method)));
	for (size_t i = 0; i < scop_count(events); i++) {
		writing.event = scop_at(events, i);
		add_event(&writing);
	}
	char *text = icalcomponent_as_ical_string_r(writing.calendar);
	icalcomponent_free(writing.calendar);
	if (!text)
		abort();
	const struct scop_value *file =
	    req->failed ? NULL : scop_value_text(req->arena, scop_arena_text(req->arena, text));
	icalmemory_free_buffer(text);
	return file;
}
