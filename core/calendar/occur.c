/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Occurrences of events within a time: see scopiton/calendar.h. A rule is expanded in the event's
 * own zone, so that a meeting at 9 stays at 9 over the change to summer time; each step is then
 * turned into an instant.
 */
#include "scopiton/calendar.h"

#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"
#include "calendar/moment.h"
#include "calendar/rule.h"
#include "format/format.h"
#include "web/request.h"

#define DAY INT64_C(86400000000) /* microseconds */

/* An event's occurrence: instants, by which it is sorted. */
struct occurrence {
	int64_t start, end;
	const struct scop_value *event, *from; /* as a value: a time or a date */
};

/* The repetition whose place an event takes. */
struct place {
	const struct scop_value *start;
	const char *uid;
};

struct search {
	struct scop_request *req;
	struct place *places; /* of the events that replace one */
	size_t place_count;
	int64_t from, until;
	struct occurrence found[SCOP_CALENDAR_OCCURRENCES_MAX];
	size_t count;
	unsigned steps;
	struct scop_file_error *error;
	bool failed;
};

static void
refuse(struct search *search, const struct scop_value *event, const char *text)
{
	search->failed = true;
	scop_format_fail(search->req, search->error, 0, text, "name", scop_text(event, "title"));
}

/* ---- starts and ends ---- */

static bool
is_start(const struct scop_value *value)
{
	return scop_type(value) == SCOP_TIME || scop_type(value) == SCOP_DATE;
}

/* Microseconds since 1970; a day begins at its midnight in the tenant's zone. */
static int64_t
instant(const struct search *search, const struct scop_value *value)
{
	if (scop_type(value) == SCOP_TIME)
		return value->integer;
	return scop_moment_of(scop_moment_local(value, "UTC"),
	    (struct scop_moment_zone){ search->req->locale.zone, NULL });
}

/* The end of the occurrence that starts at `start`, as long after it as the event's own. */
static const struct scop_value *
end_of(const struct search *search, const struct scop_value *event, const struct scop_value *start)
{
	const struct scop_value *first = scop_get(event, "start"), *end = scop_get(event, "end");
	int64_t length = scop_type(start) == SCOP_DATE ? 1 : 0;

	if (scop_type(end) == scop_type(first) && scop_type(start) == scop_type(first) &&
	    end->integer >= first->integer)
		length = end->integer - first->integer;
	return scop_type(start) == SCOP_DATE
	    ? scop_value_date(search->req->arena, start->integer + length)
	    : scop_value_time(search->req->arena, start->integer + length);
}

static bool
is_listed(const struct scop_value *list, const struct scop_value *start)
{
	for (size_t i = 0; i < scop_count(list); i++) {
		const struct scop_value *one = scop_at(list, i);

		if (scop_type(one) == scop_type(start) && one->integer == start->integer)
			return true;
	}
	return false;
}

/* Whether another event of the same uid takes the place of this occurrence. */
static bool
is_replaced(const struct search *search, const struct scop_value *event,
    const struct scop_value *start)
{
	for (size_t i = 0; i < search->place_count; i++) {
		const struct place *place = &search->places[i];

		if (place->start->integer == start->integer &&
		    scop_type(place->start) == scop_type(start) &&
		    strcmp(place->uid, scop_text(event, "uid")) == 0)
			return true;
	}
	return false;
}

static void
find_places(struct search *search, const struct scop_value *events)
{
	const size_t count = scop_count(events);

	search->places = scop_arena_alloc(search->req->arena, count * sizeof *search->places + 1);
	for (size_t i = 0; i < count; i++) {
		const struct scop_value *place = scop_get(scop_at(events, i), "replaces");

		if (is_start(place))
			search->places[search->place_count++] =
			    (struct place){ place, scop_text(scop_at(events, i), "uid") };
	}
}

static void
add(struct search *search, const struct scop_value *event, const struct scop_value *start)
{
	const int64_t from = instant(search, start),
		      to = instant(search, end_of(search, event, start));

	/* an event without a length takes place at its start */
	if (from >= search->until || to < search->from || (to == search->from && from < to))
		return;
	if (!scop_get(event, "replaces") &&
	    (is_listed(scop_get(event, "skipped"), start) || is_replaced(search, event, start)))
		return;
	for (size_t i = 0; i < search->count; i++)
		if (search->found[i].event == event && search->found[i].start == from)
			return; /* given by the rule and added */
	if (search->count == SCOP_CALENDAR_OCCURRENCES_MAX) {
		refuse(search, event,
		    SCOP_TEXT(
			"There are more than 1,000 events in this time; choose a shorter one."));
		return;
	}
	search->found[search->count++] = (struct occurrence){ from, to, event, start };
}

/* ---- repetitions ---- */

static void
add_by_rule(struct search *search, const struct scop_value *event, const char *text)
{
	const struct scop_value *start = scop_get(event, "start");
	const char *zone = scop_text(event, "zone");
	const bool is_known = zone[0] && scop_zone_valid(zone);
	const struct scop_moment_zone in = { is_known ? zone : "UTC", NULL };
	struct icalrecurrencetype rule;

	if (!scop_rule_read(text, &rule)) {
		refuse(search, event,
		    SCOP_TEXT("The event \"{{name}}\" repeats by a rule that is not accepted."));
		return;
	}
	scop_rule_localize(&rule, in);
	icalrecur_iterator *steps = icalrecur_iterator_new(rule, scop_moment_local(start, in.name));
	for (bool more = steps != NULL; more && !search->failed;) {
		const struct icaltimetype next = icalrecur_iterator_next(steps);

		if (icaltime_is_null_time(next) || !scop_moment_is_sane(next))
			break;
		if (++search->steps > SCOP_CALENDAR_STEPS_MAX) {
			refuse(search, event,
			    SCOP_TEXT("The event \"{{name}}\" repeats too often to be shown."));
			break;
		}
		const struct scop_value *one = scop_moment_value(search->req, next, in);
		more = instant(search, one) < search->until;
		add(search, event, one);
	}
	if (steps)
		icalrecur_iterator_free(steps);
}

static void
add_event(struct search *search, const struct scop_value *event)
{
	const struct scop_value *start = scop_get(event, "start"),
				*added = scop_get(event, "added");
	const char *rule = scop_text(event, "rule");

	if (!is_start(start) || strcmp(scop_text(event, "status"), "CANCELLED") == 0)
		return;
	add(search, event, start);
	if (scop_get(event, "replaces"))
		return;
	if (rule[0])
		add_by_rule(search, event, rule);
	for (size_t i = 0; i < scop_count(added) && !search->failed; i++)
		if (is_start(scop_at(added, i)))
			add(search, event, scop_at(added, i));
}

/* ---- the result ---- */

static int
by_start(const void *one, const void *other)
{
	const struct occurrence *a = one, *b = other;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return (a->end > b->end) - (a->end < b->end);
}

const struct scop_value *
scop_calendar_between(struct scop_request *req, const struct scop_value *events,
    const struct scop_value *from, const struct scop_value *until,
    struct scop_file_error *ret_error)
{
	struct search *search = scop_arena_alloc(req->arena, sizeof *search);
	struct scop_list_maker list;

	if (!is_start(from) || !is_start(until)) {
		scop_request_fail(req, SCOP_DB_FAILED,
		    "scop_calendar_between without two times or dates");
		return NULL;
	}
	search->req = req;
	search->error = ret_error;
	search->from = instant(search, from);
	search->until = instant(search, until);
	find_places(search, events);
	icalerror_set_errors_are_fatal(0);
	for (size_t i = 0; i < scop_count(events) && !search->failed; i++)
		add_event(search, scop_at(events, i));
	if (search->failed)
		return NULL;
	scop_format_ok(ret_error);
	qsort(search->found, search->count, sizeof search->found[0], by_start);
	scop_list_init(&list, req->arena);
	for (size_t i = 0; i < search->count; i++) {
		const struct occurrence *one = &search->found[i];

		scop_list_add(&list,
		    scop_make_with(req, scop_make_with(req, one->event, "start", one->from), "end",
			end_of(search, one->event, one->from)));
	}
	return scop_list_value(&list);
}
