/* SPDX-License-Identifier: EUPL-1.2 */
/* Bounced mails: see bounce.h. */
#include "mail/bounce.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIELD_MAX = 1000 };

/* Reads the next line of a message, with a folded field on one line (RFC 5322, section 2.2.3); a
 * longer one is truncated. */
struct reader {
	const char *at, *end;
	char line[FIELD_MAX + 1];
};

static size_t
take_line(struct reader *reader, size_t used)
{
	const char *stop = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
	const char *from = reader->at;

	reader->at = stop ? stop + 1 : reader->end;
	if (!stop)
		stop = reader->end;
	for (; from < stop && used < FIELD_MAX; from++)
		if (*from != '\r')
			reader->line[used++] = *from == '\0' ? '?' : *from;
	return used;
}

static bool
next_field(struct reader *reader)
{
	size_t used;

	if (reader->at == reader->end)
		return false;
	used = take_line(reader, 0);
	while (used > 0 && reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t'))
		used = take_line(reader, used);
	reader->line[used] = '\0';
	return true;
}

/* The value after "Name:"; NULL if the line is another field. */
static const char *
value_of(const char *line, const char *name)
{
	const size_t length = strlen(name);

	if (strncasecmp(line, name, length) != 0 || line[length] != ':')
		return NULL;
	return line + length + 1 + strspn(line + length + 1, " \t");
}

static bool
is_report(struct reader *reader)
{
	bool report = false;

	while (next_field(reader) && reader->line[0]) {
		const char *type = value_of(reader->line, "Content-Type");

		report |= type && strncasecmp(type, "multipart/report", 16) == 0 &&
		    strcasestr(type, "delivery-status");
	}
	return report;
}

/* "<12.1763800000000000@example.org>" */
static bool
is_ours(const char *id, const char *domain, struct scop_bounce *bounce)
{
	int length = 0;

	return sscanf(id, "<%18" SCNd64 ".%18" SCNd64 "@%n", &bounce->mail, &bounce->created,
		   &length) == 2 &&
	    length > 0 && bounce->mail > 0 &&
	    strncasecmp(id + length, domain, strlen(domain)) == 0 &&
	    id[length + (int)strlen(domain)] == '>';
}

static void
take_answer(const char *text, char ret_answer[static 301])
{
	size_t used = 0;

	for (; *text && used < 300; text++)
		if (isprint((unsigned char)*text) || isspace((unsigned char)*text))
			ret_answer[used++] = isspace((unsigned char)*text) ? ' ' : *text;
	ret_answer[used] = '\0';
}

bool
scop_bounce_read(const char *message, size_t size, const char *domain,
    struct scop_bounce *ret_bounce)
{
	struct reader reader = { .at = message, .end = message + size };
	bool failed = false, ours = false, diagnosed = false;
	const char *value;

	*ret_bounce = (struct scop_bounce){ .answer = "it bounced" };
	if (!is_report(&reader))
		return false;
	/* The returned mail or its headers come last, so anything after its Message-ID no longer
	 * belongs to the notification. Some servers also quote its headers in the readable text,
	 * before they report the outcome. */
	while (!ours && next_field(&reader)) {
		if ((value = value_of(reader.line, "Action"))) {
			failed |= strncasecmp(value, "failed", 6) == 0;
		} else if ((value = value_of(reader.line, "Diagnostic-Code"))) {
			/* "smtp; 550 5.1.1 no such person" */
			const char *words = strchr(value, ';');

			take_answer(words ? words + 1 + strspn(words + 1, " \t") : value,
			    ret_bounce->answer);
			diagnosed = true;
		} else if (!diagnosed && (value = value_of(reader.line, "Status"))) {
			take_answer(value, ret_bounce->answer);
		} else if (failed && (value = value_of(reader.line, "Message-ID"))) {
			ours = is_ours(value, domain, ret_bounce);
		}
	}
	return failed && ours;
}
