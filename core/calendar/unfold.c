/* SPDX-License-Identifier: EUPL-1.2 */
/* The lines of a calendar file: see unfold.h. */
#include "calendar/unfold.h"

#include <string.h>
#include <strings.h>

#include "format/format.h"
#include "web/request.h"

enum { NESTED_MAX = 5, LINE_BYTES_MAX = 1000000 };

struct lines {
	struct scop_request *req;
	struct scop_file_error *error;
	const char *in;
	struct scop_buffer out;
	unsigned line; /* of `in`, from 1 */
	unsigned depth;
	bool began;
};

static bool
refuse(const struct lines *lines, const char *text)
{
	scop_format_fail(lines->req, lines->error, lines->line, text, NULL, NULL);
	return false;
}

/* Appends the next line with those that are folded into it. */
static void
take_line(struct lines *lines)
{
	for (bool more = true; more;) {
		const size_t length = strcspn(lines->in, "\n");
		const char *next = lines->in + length + (lines->in[length] == '\n');
		const size_t bytes =
		    length > 0 && lines->in[length - 1] == '\r' ? length - 1 : length;

		scop_buffer_add(&lines->out, lines->in, bytes);
		more = *next == ' ' || *next == '\t';
		lines->in = next + more;
		lines->line += more;
	}
}

/* Follows components; false if they do not fit in one another. */
static bool
follow(struct lines *lines, const char *line)
{
	const bool begins = strncasecmp(line, "BEGIN:", 6) == 0,
		   ends = strncasecmp(line, "END:", 4) == 0;

	if (lines->depth == 0 && strcasecmp(line, "BEGIN:VCALENDAR") != 0)
		return refuse(lines,
		    lines->began ? SCOP_TEXT("This line is outside of the calendar.")
				 : SCOP_TEXT("This is not a calendar file (iCalendar)."));
	lines->began = true;
	lines->depth += begins;
	if (lines->depth > NESTED_MAX)
		return refuse(lines, SCOP_TEXT("The parts of the calendar nest too deep here."));
	lines->depth -= ends;
	return true;
}

const char *
scop_calendar_unfold(struct scop_request *req, const char *text, struct scop_file_error *ret_error)
{
	struct lines lines = { .req = req, .error = ret_error, .in = text };

	scop_buffer_init(&lines.out, req->arena);
	while (*lines.in) {
		const size_t from = lines.out.length;

		lines.line++;
		take_line(&lines);
		const char *line = scop_buffer_str(&lines.out) + from;
		if (lines.out.length - from > LINE_BYTES_MAX) {
			refuse(&lines, SCOP_TEXT("This line is longer than 1,000,000 bytes."));
			return NULL;
		}
		if (!strchr(line, ':')) {
			scop_buffer_cut(&lines.out, from);
			continue;
		}
		if (!follow(&lines, line))
			return NULL;
		scop_buffer_text(&lines.out, "\r\n");
	}
	if (lines.began && lines.depth == 0)
		return scop_buffer_str(&lines.out);
	refuse(&lines,
	    lines.began ? SCOP_TEXT("The calendar ends too early; the file may be cut short.")
			: SCOP_TEXT("This is not a calendar file (iCalendar)."));
	return NULL;
}
