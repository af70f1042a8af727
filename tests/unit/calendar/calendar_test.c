/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendar files: events with their zones and repetitions, read, searched and written. */
#include "../format/with_request.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "scopiton/calendar.h"

static struct scop_request *req;

#define FILE_OF(events) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" events "END:VCALENDAR\r\n"
#define EVENT(lines) "BEGIN:VEVENT\r\nUID:1\r\n" lines "END:VEVENT\r\n"

static const char *
json(const struct scop_value *value)
{
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	scop_json_print(&out, value);
	return scop_buffer_str(&out);
}

static const struct scop_value *
events_of(const char *text)
{
	struct scop_file_error error;

	req = new_request();
	const struct scop_calendar *calendar = scop_calendar_read(req, text, strlen(text), &error);
	if (!calendar)
		print_message("%s\n", scop_file_error_text(req, &error));
	assert_non_null(calendar);
	assert_null(error.text);
	return scop_calendar_events(calendar);
}

static void
an_event_is_read_with_all_that_it_has(void **state)
{
	const struct scop_value *event =
	    scop_at(events_of(FILE_OF(
			EVENT("SUMMARY:Vergadering\\, intern\r\nDESCRIPTION:a\\nb\r\n "
			      "c\r\nLOCATION:Zaal 1\r\n"
			      "DTSTART;TZID=Europe/Brussels:20260714T090000\r\nDURATION:PT1H30M\r\n"
			      "RRULE:FREQ=WEEKLY;BYDAY=TU\r\nEXDATE;TZID=Europe/"
			      "Brussels:20260721T090000\r\n"
			      "ORGANIZER;CN=Jan:mailto:jan@example.org\r\n"
			      "ATTENDEE;PARTSTAT=ACCEPTED;CN=\"An, B.\":MAILTO:an@example.org\r\n"
			      "STATUS:CONFIRMED\r\nSEQUENCE:2\r\nDTSTAMP:20260701T080000Z\r\n"))),
		0);

	(void)state;
	assert_string_equal(json(event),
	    "{\"uid\":\"1\",\"title\":\"Vergadering, intern\",\"description\":\"a\\nbc\","
	    "\"location\":\"Zaal 1\",\"status\":\"CONFIRMED\",\"rule\":\"FREQ=WEEKLY;BYDAY=TU\","
	    "\"start\":\"2026-07-14T07:00:00Z\",\"end\":\"2026-07-14T08:30:00Z\","
	    "\"zone\":\"Europe/Brussels\",\"skipped\":[\"2026-07-21T07:00:00Z\"],\"sequence\":2,"
	    "\"organizer\":{\"mail\":\"jan@example.org\",\"name\":\"Jan\"},"
	    "\"attendees\":[{\"mail\":\"an@example.org\",\"name\":\"An, B.\","
	    "\"answer\":\"ACCEPTED\"}],\"updated\":\"2026-07-01T08:00:00Z\"}");
}

static const char *
start_and_end(const char *lines)
{
	const struct scop_value *event =
	    scop_at(events_of(scop_arena_join(arena,
			"BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:"
			"19700101T000000\n"
			"TZOFFSETFROM:-0500\nTZOFFSETTO:-0500\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:"
			"VEVENT\n",
			lines, "END:VEVENT\nEND:VCALENDAR\n")),
		0);

	return scop_arena_join(arena, scop_plain(req, scop_get(event, "start")), " ",
	    scop_plain(req, scop_get(event, "end")));
}

static void
times_are_those_of_their_zone(void **state)
{
	static const char *const pairs[][2] = {
		{ "DTSTART:20260714T090000Z\n", "2026-07-14T09:00:00Z 2026-07-14T09:00:00Z" },
		{ "DTSTART:20260714T090000\nDTEND:20260714T100000\n", /* the tenant's, Brussels */
		    "2026-07-14T07:00:00Z 2026-07-14T08:00:00Z" },
		{ "DTSTART;TZID=/x.org/1/Europe/London:20260714T090000\n",
		    "2026-07-14T08:00:00Z 2026-07-14T08:00:00Z" },
		{ "DTSTART;TZID=Ours:20260714T090000\nDTEND;TZID=Ours:20260714T091500\n",
		    "2026-07-14T14:00:00Z 2026-07-14T14:15:00Z" },
		{ "DTSTART;VALUE=DATE:20260714\n", "2026-07-14 2026-07-15" },
		{ "DTSTART;VALUE=DATE:20260714\nDTEND;VALUE=DATE:20260717\n",
		    "2026-07-14 2026-07-17" },
		{ "DTSTART;VALUE=DATE:20260714\nDURATION:P2D\n", "2026-07-14 2026-07-16" },
		/* an end before the start */
		{ "DTSTART:20260714T090000Z\nDTEND:20260713T090000Z\n",
		    "2026-07-14T09:00:00Z 2026-07-14T09:00:00Z" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		assert_string_equal(start_and_end(pairs[i][0]), pairs[i][1]);
}

/* The starts between two days of October to December 2026, or why there are none. */
static const char *
between(const char *text, int from_month, int from_day, int until_month, int until_day)
{
	const struct scop_value *events = events_of(text);
	struct scop_file_error error;
	struct scop_buffer out;

	const struct scop_value *found =
	    scop_calendar_between(req, events, scop_make_date(req, 2026, from_month, from_day),
		scop_make_date(req, 2026, until_month, until_day), &error);
	if (!found)
		return scop_file_error_text(req, &error);
	scop_buffer_init(&out, arena);
	for (size_t i = 0; i < scop_count(found); i++)
		scop_buffer_printf(&out, "%s%s", i ? " " : "",
		    scop_plain(req, scop_get(scop_at(found, i), "start")));
	return scop_buffer_str(&out);
}

static void
a_meeting_at_nine_stays_at_nine_in_winter(void **state)
{
	static const char text[] =
	    FILE_OF(EVENT("DTSTART;TZID=Europe/Brussels:20261013T090000\r\nDURATION:PT1H\r\n"
			  "RRULE:FREQ=WEEKLY;UNTIL=20261110T080000Z\r\n"));

	(void)state;
	assert_string_equal(between(text, 10, 1, 12, 31),
	    "2026-10-13T07:00:00Z 2026-10-20T07:00:00Z 2026-10-27T08:00:00Z "
	    "2026-11-03T08:00:00Z 2026-11-10T08:00:00Z");
	assert_string_equal(between(text, 10, 27, 11, 4),
	    "2026-10-27T08:00:00Z 2026-11-03T08:00:00Z");
	assert_string_equal(between(text, 11, 11, 12, 31), "");
}

static void
exceptions_replace_and_skip_and_add(void **state)
{
	static const char text[] =
	    FILE_OF(EVENT("DTSTART;VALUE=DATE:20261101\r\nRRULE:FREQ=DAILY;COUNT=5\r\n"
			  "EXDATE;VALUE=DATE:20261102\r\nRDATE;VALUE=DATE:20261120,20261103\r\n")
		    EVENT("DTSTART;VALUE=DATE:20261130\r\nRECURRENCE-ID;VALUE=DATE:20261104\r\n")
			EVENT("DTSTART;VALUE=DATE:20261105\r\nRECURRENCE-ID;VALUE=DATE:20261105\r\n"
			      "STATUS:CANCELLED\r\n"));

	(void)state;
	assert_string_equal(between(text, 10, 1, 12, 31),
	    "2026-11-01 2026-11-03 2026-11-20 2026-11-30");
}

static void
what_takes_place_now_has_begun_before(void **state)
{
	static const char text[] =
	    FILE_OF(EVENT("DTSTART;VALUE=DATE:20261101\r\nDTEND;VALUE=DATE:20261105\r\n"));

	(void)state;
	assert_string_equal(between(text, 11, 4, 11, 10), "2026-11-01");
	assert_string_equal(between(text, 11, 5, 11, 10), "");
	assert_string_equal(between(text, 10, 1, 11, 1), "");
}

static void
rules_that_cost_too_much_are_refused(void **state)
{
	static const char often[] = "L'événement « x » se répète trop souvent pour être affiché.",
			  refused[] =
			      "L'événement « x » se répète selon une règle qui n'est pas acceptée.";
	static const char *const pairs[][2] = {
		{ "FREQ=SECONDLY", refused },
		{ "FREQ=MINUTELY;INTERVAL=30", refused },
		{ "FREQ=YEARLY;BYHOUR=1,2,3,4,5,6,7,8,9,10,11;BYMINUTE=0,1,2,3,4,5,6,7,8,9",
		    refused },
		{ "FREQ=SOMETIMES", refused },
		{ "FREQ=HOURLY", often },
		/* days that do not exist end the search */
		{ "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		assert_string_equal(between(scop_arena_printf(arena,
						FILE_OF(EVENT("SUMMARY:x\r\nDTSTART:"
							      "00010101T000000Z\r\nRRULE:%s\r\n")),
						pairs[i][0]),
					10, 1, 12, 31),
		    pairs[i][1]);
	/* each day of thousand years is not too often */
	assert_string_equal(between(FILE_OF(
					EVENT("DTSTART:18000101T000000Z\r\nRRULE:FREQ=DAILY\r\n")),
				10, 1, 10, 3),
	    "2026-10-01T00:00:00Z 2026-10-02T00:00:00Z");
	assert_non_null(
	    strstr(between(FILE_OF(EVENT("DTSTART:20260101T000000Z\r\nRRULE:FREQ=HOURLY\r\n")), 10,
		       1, 12, 31),
		"plus de 1 000"));
}

static void
what_is_written_is_read_back(void **state)
{
	static const char text[] = FILE_OF(EVENT(
	    "SUMMARY:A \\; B\\, C \xc3\xa9\r\nDESCRIPTION:one\\ntwo\r\nLOCATION:x\r\n"
	    "URL:https://example.org/a?b=c\r\nDTSTART;TZID=Europe/Brussels:20261013T090000\r\n"
	    "DTEND;TZID=Europe/Brussels:20261013T100000\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n"
	    "EXDATE;TZID=Europe/Brussels:20261020T090000\r\nSTATUS:TENTATIVE\r\nSEQUENCE:1\r\n"
	    "ORGANIZER;CN=Jan:mailto:jan@example.org\r\n"
	    "ATTENDEE;CN=An;PARTSTAT=DECLINED:mailto:an@example.org\r\n"
	    "DTSTAMP:20260701T080000Z\r\n")
		EVENT("DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261226\r\n"
		      "DTSTAMP:20260701T080000Z\r\n"));
	const struct scop_value *events = events_of(text);
	struct scop_file_error error;

	(void)state;
	const struct scop_value *file = scop_calendar_write(req, "REQUEST", events);
	assert_non_null(file);
	const char *written = scop_as_text(file);
	assert_non_null(strstr(written, "\r\nBEGIN:VTIMEZONE\r\n"));
	assert_non_null(strstr(written, "\r\nDTSTART;TZID=Europe/Brussels:20261013T090000\r\n"));
	assert_non_null(strstr(written, "\r\nDTSTART;VALUE=DATE:20261225\r\n"));
	const struct scop_calendar *again =
	    scop_calendar_read(req, written, strlen(written), &error);
	assert_non_null(again);
	assert_string_equal(scop_calendar_method(again), "REQUEST");
	assert_string_equal(json(scop_calendar_events(again)), json(events));
}

static void
nothing_of_a_text_becomes_a_line(void **state)
{
	static const char evil[] = "x\r\nATTENDEE:mailto:evil@example.org\r\n\"";
	const struct scop_value *text, *file;

	(void)state;
	req = new_request();
	text = scop_make_string(req, evil);
	file = scop_calendar_write(req, NULL,
	    scop_make_list(req, 1,
		(const struct scop_value *const[]){ scop_map_of(req, "uid", text, "title", text,
		    "url", text, "start", scop_now(req), "organizer",
		    scop_map_of(req, "mail", text, "name", text, NULL), NULL) }));
	assert_non_null(file);
	assert_null(strstr(scop_as_text(file), "\nATTENDEE"));
	assert_int_equal(scop_count(events_of(scop_as_text(file))), 1);
}

static void
events_that_cannot_be_placed_are_left_out(void **state)
{
	(void)state;
	assert_int_equal(scop_count(events_of(FILE_OF(EVENT("SUMMARY:never\r\n") EVENT(
			     "DTSTART:20260230T000000Z\r\n") EVENT("DTSTART:30000101T000000Z\r\n")
				 EVENT("DTSTART:29991231T000000Z\r\n")))),
	    1);
}

static void
a_mistake_of_the_module_fails_the_request(void **state)
{
	(void)state;
	for (int mistake = 0; mistake < 5; mistake++) {
		req = new_request();
		const struct scop_value *start = mistake == 1 ? NULL : scop_now(req);

		if (mistake == 4)
			start = scop_make_date(req, 3001, 1, 1);
		const struct scop_value *event =
		    scop_map_of(req, "uid", mistake == 0 ? NULL : scop_make_string(req, "1"),
			"start", start, "rule", mistake == 2 ? scop_make_string(req, "x") : NULL,
			"zone", mistake == 3 ? scop_make_string(req, "Mars/Base") : NULL, NULL);

		assert_null(scop_calendar_write(req, NULL, scop_make_list(req, 1, &event)));
		assert_true(req->failed);
	}
}

static void
what_is_no_calendar_is_refused_in_words(void **state)
{
	static const char *const pairs[][2] = {
		{ "", "This is not a calendar file (iCalendar)." },
		{ "%PDF-1.7\nx:y\n", "This is not a calendar file (iCalendar)." },
		{ "BEGIN:VCARD\nEND:VCARD\n", "This is not a calendar file (iCalendar)." },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\n",
		    "The calendar ends too early; the file may be cut short." },
		{ "BEGIN:VCALENDAR\nEND:VCALENDAR\nX:y\n",
		    "This line is outside of the calendar." },
		{ "BEGIN:VCALENDAR\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEG\n IN:A\n",
		    "The parts of the calendar nest too deep here." },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=Mars:20260101T000000\nEND:VEVENT\n"
		  "END:VCALENDAR\n",
		    "The calendar names the time zone \"{{name}}\", which is not known." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		struct scop_file_error error;

		req = new_request();
		assert_null(scop_calendar_read(req, pairs[i][0], strlen(pairs[i][0]), &error));
		assert_string_equal(error.text, pairs[i][1]);
		assert_false(req->failed);
	}
}

static void
invitations_of_exchange_are_read(void **state)
{
	const char *shared = getenv("SCOPITON_SHARED");
	const char *folder =
	    scop_arena_printf(arena, "%s/exchange/ics", shared ? shared : "../shared");
	DIR *dir = opendir(folder);
	struct dirent *entry;

	(void)state;
	if (!dir) {
		print_message("'%s' is not there\n", folder);
		skip();
	}
	while ((entry = readdir(dir))) {
		static char text[100000];
		FILE *in = entry->d_name[0] == '.'
		    ? NULL
		    : fopen(scop_arena_printf(arena, "%s/%s", folder, entry->d_name), "rbe");

		if (!in)
			continue;
		text[fread(text, 1, sizeof text - 1, in)] = '\0';
		fclose(in);
		const struct scop_value *events = events_of(text);
		assert_true(scop_count(events) > 0);
		for (size_t i = 0; i < scop_count(events); i++)
			assert_string_not_equal(scop_text(scop_at(events, i), "uid"), "");
		assert_non_null(scop_calendar_between(req, events, scop_make_date(req, 2000, 1, 1),
		    scop_make_date(req, 2030, 1, 1), NULL));
		assert_non_null(scop_calendar_write(req, NULL, events));
	}
	closedir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_event_is_read_with_all_that_it_has),
		TEST(times_are_those_of_their_zone),
		TEST(a_meeting_at_nine_stays_at_nine_in_winter),
		TEST(exceptions_replace_and_skip_and_add),
		TEST(what_takes_place_now_has_begun_before),
		TEST(rules_that_cost_too_much_are_refused),
		TEST(what_is_written_is_read_back),
		TEST(nothing_of_a_text_becomes_a_line),
		TEST(events_that_cannot_be_placed_are_left_out),
		TEST(a_mistake_of_the_module_fails_the_request),
		TEST(what_is_no_calendar_is_refused_in_words),
		TEST(invitations_of_exchange_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
