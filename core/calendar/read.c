/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads calendar files with libical: see scopiton/calendar.h. */
#include "scopiton/calendar.h"

#include <libical/ical.h>
#include <string.h>
#include <strings.h>

#include "calendar/moment.h"
#include "calendar/unfold.h"
#include "format/format.h"
#include "scopiton/encoding.h"
#include "web/request.h"

enum { DAY_SECONDS = 86400, TIMES_MAX = 1000 };
#define SECOND INT64_C(1000000)

struct scop_calendar {
	const char *method;
	const struct scop_value *events;
};

struct reading {
	struct scop_request *req;
	icalcomponent *calendar;
	icalcomponent *event;
	struct scop_map_maker map; /* of the event */
	const char *unknown_zone;  /* the first one; NULL: none */
	bool too_many_times;
};

/* ---- properties ---- */

static void
put_text(struct reading *reading, icalproperty_kind kind, const char *key)
{
	icalproperty *property = icalcomponent_get_first_property(reading->event, kind);
	icalvalue *value = property ? icalproperty_get_value(property) : NULL;
	const char *text = NULL;

	if (value && icalvalue_isa(value) == ICAL_TEXT_VALUE)
		text = icalvalue_get_text(value);
	else if (property)
		text = icalproperty_get_value_as_string(property);
	if (text && text[0])
		scop_map_put_text(&reading->map, key, scop_arena_text(reading->req->arena, text));
}

/* The rule; "?" for one that libical cannot read and has left out, with an error in its place. */
static void
put_rule(struct reading *reading)
{
	const icalproperty_kind errors = ICAL_XLICERROR_PROPERTY;

	put_text(reading, ICAL_RRULE_PROPERTY, "rule");
	for (icalproperty *one = icalcomponent_get_first_property(reading->event, errors); one;
	     one = icalcomponent_get_next_property(reading->event, errors)) {
		const char *text = icalproperty_get_xlicerror(one);

		if (text && strstr(text, "RRULE"))
			scop_map_put_text(&reading->map, "rule", "?");
	}
}

/* The zone of a property's TZID; a time that ends in Z is in UTC whatever it says. */
static struct scop_moment_zone
zone_of(struct reading *reading, icalproperty *property, struct icaltimetype time)
{
	icalparameter *parameter = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
	const char *tzid = parameter ? icalparameter_get_tzid(parameter) : NULL;

	if (time.is_date || icaltime_is_utc(time))
		return (struct scop_moment_zone){ "UTC", NULL };
	const struct scop_moment_zone zone =
	    scop_moment_zone(reading->req, reading->calendar, tzid);
	if (!zone.name && !zone.described && !reading->unknown_zone)
		reading->unknown_zone = scop_arena_text(reading->req->arena, tzid);
	return zone;
}

static icalproperty *
time_property(const struct reading *reading, icalproperty_kind kind, struct icaltimetype *ret_time)
{
	icalproperty *property = icalcomponent_get_first_property(reading->event, kind);
	icalvalue *value = property ? icalproperty_get_value(property) : NULL;
	const icalvalue_kind type = value ? icalvalue_isa(value) : ICAL_NO_VALUE;

	if (type != ICAL_DATE_VALUE && type != ICAL_DATETIME_VALUE)
		return NULL;
	*ret_time =
	    type == ICAL_DATE_VALUE ? icalvalue_get_date(value) : icalvalue_get_datetime(value);
	return scop_moment_is_sane(*ret_time) ? property : NULL;
}

static const struct scop_value *
put_time(struct reading *reading, icalproperty_kind kind, const char *key)
{
	struct icaltimetype time;
	icalproperty *property = time_property(reading, kind, &time);

	if (!property)
		return NULL;
	const struct scop_value *value =
	    scop_moment_value(reading->req, time, zone_of(reading, property, time));
	scop_map_put(&reading->map, key, value);
	return value;
}

/* The zone by name in which the start repeats. One that only the file describes is the tenant's, if
 * that has the same time then. */
static void
put_zone(struct reading *reading)
{
	struct icaltimetype time;
	icalproperty *property = time_property(reading, ICAL_DTSTART_PROPERTY, &time);
	const char *tenants = reading->req->locale.zone;

	if (!property || time.is_date || icaltime_is_utc(time))
		return;
	struct scop_moment_zone zone = zone_of(reading, property, time);
	if (!zone.name &&
	    scop_moment_of(time, zone) ==
		scop_moment_of(time, (struct scop_moment_zone){ tenants, NULL }))
		zone.name = tenants;
	if (zone.name)
		scop_map_put_text(&reading->map, "zone", zone.name);
}

/* The end: as it stands there, by the duration, or else that of a whole day, or of a moment (RFC
 * 5545, 3.6.1). */
static void
put_end(struct reading *reading, const struct scop_value *start)
{
	struct scop_arena *arena = reading->req->arena;
	icalproperty *property =
	    icalcomponent_get_first_property(reading->event, ICAL_DURATION_PROPERTY);
	const struct scop_value *end = put_time(reading, ICAL_DTEND_PROPERTY, "end");

	if (scop_type(end) == scop_type(start) && scop_compare(end, start) >= 0)
		return;
	int64_t seconds = scop_type(start) == SCOP_DATE ? DAY_SECONDS : 0;
	if (property) {
		const struct icaldurationtype length = icalproperty_get_duration(property);
		const int64_t days = (int64_t)length.weeks * 7 + length.days;

		if (!length.is_neg)
			seconds = days * DAY_SECONDS + (int64_t)length.hours * 3600 +
			    (int64_t)length.minutes * 60 + length.seconds;
	}
	scop_map_put(&reading->map, "end",
	    scop_type(start) == SCOP_DATE
		? scop_value_date(arena, start->integer + (seconds + DAY_SECONDS - 1) / DAY_SECONDS)
		: scop_value_time(arena, start->integer + seconds * SECOND));
}

/* All times of EXDATE or RDATE properties, each of which may have several. */
static void
put_times(struct reading *reading, icalproperty_kind kind, const char *key)
{
	struct scop_list_maker list;

	scop_list_init(&list, reading->req->arena);
	for (icalproperty *one = icalcomponent_get_first_property(reading->event, kind); one;
	     one = icalcomponent_get_next_property(reading->event, kind)) {
		icalvalue *value = icalproperty_get_value(one);
		struct icaltimetype time = icaltime_null_time();

		if (value && icalvalue_isa(value) == ICAL_DATE_VALUE)
			time = icalvalue_get_date(value);
		else if (value && icalvalue_isa(value) == ICAL_DATETIME_VALUE)
			time = icalvalue_get_datetime(value);
		else if (value && icalvalue_isa(value) == ICAL_DATETIMEPERIOD_VALUE)
			time = icalvalue_get_datetimeperiod(value).time;
		reading->too_many_times |= list.length == TIMES_MAX;
		if (!icaltime_is_null_time(time) && scop_moment_is_sane(time) &&
		    list.length < TIMES_MAX)
			scop_list_add(&list,
			    scop_moment_value(reading->req, time, zone_of(reading, one, time)));
	}
	if (list.length > 0)
		scop_map_put(&reading->map, key, scop_list_value(&list));
}

static void
put_parameter(struct reading *reading, struct scop_map_maker *map, const char *key,
    icalproperty *property, const char *name)
{
	/* libical's own memory, which it frees by itself later */
	const char *text = icalproperty_get_parameter_as_string(property, name);

	if (text && text[0])
		scop_map_put_text(map, key, scop_arena_text(reading->req->arena, text));
}

static const struct scop_value *
person(struct reading *reading, icalproperty *property)
{
	const char *address = icalproperty_get_value_as_string(property);
	struct scop_map_maker map;

	scop_map_init(&map, reading->req->arena);
	if (address && strncasecmp(address, "mailto:", 7) == 0)
		scop_map_put_text(&map, "mail", scop_arena_text(reading->req->arena, address + 7));
	put_parameter(reading, &map, "name", property, "CN");
	put_parameter(reading, &map, "answer", property, "PARTSTAT");
	return scop_map_value(&map);
}

static void
put_people(struct reading *reading)
{
	icalproperty *organizer =
	    icalcomponent_get_first_property(reading->event, ICAL_ORGANIZER_PROPERTY);
	struct scop_list_maker list;

	if (organizer)
		scop_map_put(&reading->map, "organizer", person(reading, organizer));
	scop_list_init(&list, reading->req->arena);
	for (icalproperty *one =
		 icalcomponent_get_first_property(reading->event, ICAL_ATTENDEE_PROPERTY);
	     one; one = icalcomponent_get_next_property(reading->event, ICAL_ATTENDEE_PROPERTY))
		scop_list_add(&list, person(reading, one));
	if (list.length > 0)
		scop_map_put(&reading->map, "attendees", scop_list_value(&list));
}

/* ---- events ---- */

static const struct scop_value *
read_event(struct reading *reading)
{
	icalproperty *sequence =
	    icalcomponent_get_first_property(reading->event, ICAL_SEQUENCE_PROPERTY);

	scop_map_init(&reading->map, reading->req->arena);
	put_text(reading, ICAL_UID_PROPERTY, "uid");
	put_text(reading, ICAL_SUMMARY_PROPERTY, "title");
	put_text(reading, ICAL_DESCRIPTION_PROPERTY, "description");
	put_text(reading, ICAL_LOCATION_PROPERTY, "location");
	put_text(reading, ICAL_URL_PROPERTY, "url");
	put_text(reading, ICAL_STATUS_PROPERTY, "status");
	put_rule(reading);
	const struct scop_value *start = put_time(reading, ICAL_DTSTART_PROPERTY, "start");
	if (!start)
		return NULL;
	put_end(reading, start);
	put_zone(reading);
	put_times(reading, ICAL_EXDATE_PROPERTY, "skipped");
	put_times(reading, ICAL_RDATE_PROPERTY, "added");
	put_time(reading, ICAL_RECURRENCEID_PROPERTY, "replaces");
	if (sequence)
		scop_map_put(&reading->map, "sequence",
		    scop_value_int(reading->req->arena, icalproperty_get_sequence(sequence)));
	put_people(reading);
	if (!put_time(reading, ICAL_LASTMODIFIED_PROPERTY, "updated"))
		put_time(reading, ICAL_DTSTAMP_PROPERTY, "updated");
	return scop_map_value(&reading->map);
}

/* Adds the events of one VCALENDAR; false for too many. */
static bool
read_events(struct reading *reading, struct scop_list_maker *list)
{
	for (icalcomponent *one =
		 icalcomponent_get_first_component(reading->calendar, ICAL_VEVENT_COMPONENT);
	     one;
	     one = icalcomponent_get_next_component(reading->calendar, ICAL_VEVENT_COMPONENT)) {
		reading->event = one;
		const struct scop_value *event = read_event(reading);
		if (event && list->length == SCOP_CALENDAR_EVENTS_MAX)
			return false;
		if (event)
			scop_list_add(list, event);
	}
	return true;
}

static void
release(void *component)
{
	icalcomponent_free(component);
	icalmemory_free_ring();
}

/* All calendars of the file, below one component: an XROOT where they are several. */
static bool
read_calendars(struct reading *reading, icalcomponent *root, struct scop_list_maker *list,
    const char **ret_method)
{
	const bool several = icalcomponent_isa(root) == ICAL_XROOT_COMPONENT;
	icalcomponent *one =
	    several ? icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT) : root;

	for (; one; one = several ? icalcomponent_get_next_component(root, ICAL_VCALENDAR_COMPONENT)
				  : NULL) {
		icalproperty *method = icalcomponent_get_first_property(one, ICAL_METHOD_PROPERTY);
		const char *text = method ? icalproperty_get_value_as_string(method) : NULL;

		if (text && !(*ret_method)[0])
			*ret_method = scop_arena_text(reading->req->arena, text);
		reading->calendar = one;
		if (!read_events(reading, list))
			return false;
	}
	return true;
}

struct scop_calendar *
scop_calendar_read(struct scop_request *req, const char *data, size_t size,
    struct scop_file_error *ret_error)
{
	struct scop_calendar *calendar = scop_arena_alloc(req->arena, sizeof *calendar);
	struct reading reading = { .req = req };
	struct scop_list_maker list;

	if (size > SCOP_CALENDAR_BYTES_MAX)
		return scop_format_fail(req, ret_error, 0,
		    SCOP_TEXT("The calendar is larger than 10,000,000 bytes."), NULL, NULL);
	const struct scop_value *decoded =
	    scop_decode(req, data, size, SCOP_ENCODING_GUESS, NULL, ret_error);
	const char *text =
	    decoded ? scop_calendar_unfold(req, scop_as_text(decoded), ret_error) : NULL;
	if (!text)
		return NULL;
	icalerror_set_errors_are_fatal(0);
	icalcomponent *root = icalparser_parse_string(text);
	if (!root)
		return scop_format_fail(req, ret_error, 0,
		    SCOP_TEXT("This is not a calendar file (iCalendar)."), NULL, NULL);
	scop_arena_cleanup(req->arena, release, root);
	scop_list_init(&list, req->arena);
	calendar->method = "";
	if (!read_calendars(&reading, root, &list, &calendar->method))
		return scop_format_fail(req, ret_error, 0,
		    SCOP_TEXT("The calendar has more than 10,000 events."), NULL, NULL);
	if (reading.unknown_zone)
		return scop_format_fail(req, ret_error, 0,
		    SCOP_TEXT("The calendar names the time zone \"{{name}}\", which is not known."),
		    "name", reading.unknown_zone);
	if (reading.too_many_times)
		return scop_format_fail(req, ret_error, 0,
		    SCOP_TEXT("An event has more than 1,000 exceptions or further dates."), NULL,
		    NULL);
	calendar->events = scop_list_value(&list);
	scop_format_ok(ret_error);
	return calendar;
}

const char *
scop_calendar_method(const struct scop_calendar *calendar)
{
	return calendar->method;
}

const struct scop_value *
scop_calendar_events(const struct scop_calendar *calendar)
{
	return calendar->events;
}
