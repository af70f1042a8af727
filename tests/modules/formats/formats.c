/* SPDX-License-Identifier: EUPL-1.2 */
/* A consumer of the libraries of formats: what a worker can do with them in its sandbox. */
#include "names.h"

#include <string.h>

#include <scopiton/calendar.h>
#include <scopiton/xml.h>
#include <scopiton/zip.h>

static struct scop_query
piece_of(struct scop_request *req, const void *context, uint64_t number)
{
	(void)context;
	return piece(scop_make_int(req, (int64_t)number));
}

static void
put_error(struct scop_request *req, const struct scop_file_error *error)
{
	scop_put(req, "error", scop_make_string(req, scop_file_error_text(req, error)));
}

/* Reads a document that is stored in pieces. */
static void
statement(struct scop_request *req)
{
	static const char *const elements[] = { "Ntry", NULL };
	struct scop_file_error error;
	const struct scop_value *sum = scop_make_number(req, 0, 2);
	int64_t count = 0;
	struct scop_xml_reader *reader =
	    scop_xml_open(req, (struct scop_xml_input){ .piece = piece_of, .elements = elements });

	for (const struct scop_xml *entry; (entry = scop_xml_next(reader, &error)); count++)
		if (count < 10)
			sum = scop_add(req, sum, scop_xml_value(req, entry, "Amt", SCOP_NUMBER));
	put_error(req, &error);
	scop_put(req, "count", scop_make_int(req, count));
	scop_put(req, "sum", sum);
	scop_view(req, &view_page);
}

/* Writes an order and compares it with the schema. */
static void
order(struct scop_request *req)
{
	struct scop_file_error error;
	struct scop_xml_writer *xml = scop_xml_new(req, false);

	scop_xml_start(xml, "Order", "xmlns", "urn:order", NULL);
	scop_xml_put(xml, "ID", scop_make_string(req, "7 & 8"), NULL);
	scop_xml_put(xml, "Count", scop_field(req, "count"), NULL);
	scop_xml_end(xml);
	const struct scop_value *document = scop_xml_done(xml);
	scop_put(req, "valid",
	    scop_make_bool(req, scop_xml_is_valid(req, document, &schema_order, &error)));
	put_error(req, &error);
	scop_view(req, &view_page);
}

/* A schema that leads out of the module's own. */
static void
elsewhere(struct scop_request *req)
{
	scop_xml_is_valid(req, scop_make_string(req, "<Orders xmlns=\"urn:elsewhere\"/>"),
	    &schema_elsewhere, NULL);
	scop_view(req, &view_page);
}

/* Encodings and sources of documents for which libxml2 might want a file. */
static void
letters(struct scop_request *req)
{
	static const char euro[] = "<?xml version='1.0' encoding='windows-1252'?><a>\x80</a>",
			  evil[] = "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>";
	struct scop_file_error error;

	scop_put(req, "euro",
	    scop_make_string(req,
		scop_xml_text(scop_xml_read(req, euro, strlen(euro), &error), "")));
	scop_xml_read(req, evil, strlen(evil), &error);
	put_error(req, &error);
	scop_view(req, &view_page);
}

/* Packs a file and finds it again. */
static void
archive(struct scop_request *req)
{
	struct scop_file_error error;
	struct scop_zip_writer *out = scop_zip_new(req);

	scop_zip_add(out, "../caf\xc3\xa9.txt", scop_make_string(req, "a cup"));
	const struct scop_value *bytes = scop_zip_done(out);
	struct scop_zip *in = scop_zip_open(req, scop_as_text(bytes), scop_size(bytes), &error);
	scop_put(req, "name", scop_make_string(req, in ? scop_zip_name(in, 0) : ""));
	scop_put(req, "bytes", in ? scop_zip_read(in, 0, &error) : NULL);
	put_error(req, &error);
	scop_view(req, &view_page);
}

/* An event in another zone, over the end of its summer time, written and read again. */
static void
week(struct scop_request *req)
{
	static const char text[] =
	    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Call\n"
	    "DTSTART;TZID=America/New_York:20261031T090000\nRRULE:FREQ=DAILY;COUNT=2\n"
	    "END:VEVENT\nEND:VCALENDAR\n";
	struct scop_file_error error;
	struct scop_calendar *calendar = scop_calendar_read(req, text, strlen(text), &error);
	const struct scop_value *events = calendar ? scop_calendar_events(calendar) : NULL;
	const struct scop_value *file = scop_calendar_write(req, "PUBLISH", events);

	scop_put(req, "described",
	    scop_make_bool(req, strstr(scop_as_text(file), "\r\nTZOFFSETTO:-0400") != NULL));
	calendar = scop_calendar_read(req, scop_as_text(file), scop_size(file), &error);
	events = calendar ? scop_calendar_events(calendar) : NULL;
	const struct scop_value *found = scop_calendar_between(req, events,
	    scop_make_date(req, 2026, 10, 30), scop_make_date(req, 2026, 11, 6), &error);
	scop_put(req, "first", scop_get(scop_at(found, 0), "start"));
	scop_put(req, "second", scop_get(scop_at(found, 1), "start"));
	put_error(req, &error);
	scop_view(req, &view_page);
}

static const struct scop_field count[] = {
	{ .name = "count", .type = SCOP_FIELD_INT, .required = true },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/statement", .handle = statement, .api = true },
	{ .method = SCOP_GET, .path = "/order", .handle = order, .fields = count, .api = true },
	{ .method = SCOP_GET, .path = "/elsewhere", .handle = elsewhere, .api = true },
	{ .method = SCOP_GET, .path = "/archive", .handle = archive, .api = true },
	{ .method = SCOP_GET, .path = "/week", .handle = week, .api = true },
	{ .method = SCOP_GET, .path = "/letters", .handle = letters, .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
