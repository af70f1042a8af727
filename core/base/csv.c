/* SPDX-License-Identifier: EUPL-1.2 */
/* CSV: see scopiton/csv.h. Works in place on a copy of the file: quotes are removed where they are.
 */
#include "scopiton/csv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/encoding.h"

struct scop_csv {
	char *data;
	char *at;
	char *end;
	char separator;
	enum scop_encoding encoding;
	unsigned line;
	const char *fields[SCOP_CSV_COLUMNS_MAX];
};

static unsigned
line_of(const char *data, size_t length)
{
	unsigned line = 1;

	for (size_t i = 0; i < length; i++)
		line += data[i] == '\n';
	return line;
}

/* The separator named by a first line "sep=;", which Excel reads and other programs write for it;
 * `*at` moves past the line. 0 if there is no such line. */
static char
named_separator(char **at, const char *end)
{
	char *from = *at;
	const bool quoted = from < end && *from == '"';

	from += quoted;
	if (end - from < 5 || strncasecmp(from, "sep=", 4) != 0)
		return '\0';
	const char separator = from[4];
	from += 5 + (quoted && from + 5 < end && from[5] == '"');
	while (from < end && (*from == '\r' || *from == separator))
		from++;
	if ((from < end && *from != '\n') || strchr("\"\r\n", separator) || (separator & 0x80))
		return '\0';
	*at = from;
	return separator;
}

static char
find_separator(const char *at, const char *end)
{
	size_t commas = 0, semicolons = 0, tabs = 0;
	bool quoted = false;

	for (; at < end && (quoted || *at != '\n'); at++) {
		if (*at == '"')
			quoted = !quoted;
		commas += !quoted && *at == ',';
		semicolons += !quoted && *at == ';';
		tabs += !quoted && *at == '\t';
	}
	if (semicolons > commas && semicolons >= tabs)
		return ';';
	return tabs > commas ? '\t' : ',';
}

/* ---- file type and encoding ---- */

static void *
allocate(size_t size)
{
	void *bytes = malloc(size);

	if (!bytes)
		abort();
	return bytes;
}

/* A copy of the file in UTF-8; one in no known encoding is copied as it is, for the error. */
static char *
decoded(enum scop_encoding encoding, const char *data, size_t size, size_t *ret_size)
{
	const bool grows = encoding != SCOP_UTF_8 && encoding != SCOP_ENCODING_GUESS;
	char *copy = allocate((grows ? size * SCOP_ENCODING_GROWTH : size) + 1);

	*ret_size = scop_encoding_convert(encoding, data, size, copy);
	return copy;
}

/* Why the file is not CSV; NULL if it can be read. */
static const char *
unreadable(const char *data, size_t size, unsigned *ret_line)
{
	*ret_line = 0;
	if (size == 0)
		return SCOP_TEXT("The file is empty.");
	/* ZIP (xlsx, ods) and the compound files of older programs (xls) */
	if (size >= 4 &&
	    (memcmp(data, "PK\3\4", 4) == 0 || memcmp(data, "\xd0\xcf\x11\xe0", 4) == 0))
		return SCOP_TEXT("This is a workbook, not a CSV file. Open it in Excel or "
				 "LibreOffice, save it as \"CSV UTF-8\", and choose that file.");
	const size_t good = scop_encoding_wrong_utf8(data, size);
	if (good == size)
		return NULL;
	*ret_line = line_of(data, good);
	return SCOP_TEXT("This is not UTF-8. Save the file as UTF-8 (in Excel: \"CSV "
			 "UTF-8\") and try again.");
}

struct scop_csv *
scop_csv_open(const char *data, size_t size, unsigned *ret_line, const char **ret_error)
{
	size_t length, wrong;
	const enum scop_encoding encoding = scop_encoding_guess(data, size, &wrong);
	char *copy = decoded(encoding, data, size, &length);

	*ret_error = unreadable(copy, length, ret_line);
	if (*ret_error) {
		free(copy);
		return NULL;
	}
	struct scop_csv *csv = allocate(sizeof *csv);
	*csv = (struct scop_csv){ .data = copy,
		.at = copy,
		.end = copy + length,
		.line = 1,
		.encoding = encoding };
	*csv->end = '\0';
	csv->separator = named_separator(&csv->at, csv->end);
	if (!csv->separator)
		csv->separator = find_separator(csv->at, csv->end);
	return csv;
}

char
scop_csv_separator(const struct scop_csv *csv)
{
	return csv->separator;
}

enum scop_encoding
scop_csv_encoding(const struct scop_csv *csv)
{
	return csv->encoding;
}

/* Reads the quoted field at `at`; returns its end, or NULL if the quote is not closed. */
static char *
take_quoted(struct scop_csv *csv, char **ret_field)
{
	char *out = csv->at + 1, *in = csv->at + 1;

	*ret_field = out;
	for (; in < csv->end; in++) {
		if (*in == '"' && in + 1 < csv->end && in[1] == '"')
			in++;
		else if (*in == '"')
			break;
		csv->line += *in == '\n';
		*out++ = *in;
	}
	if (in >= csv->end)
		return NULL;
	in++;
	/* text after the closing quote is kept */
	while (in < csv->end && *in != csv->separator && *in != '\n' && *in != '\r')
		*out++ = *in++;
	if (out < in)
		*out = '\0';
	return in;
}

static bool
broken(const char **ret_error, const char *what)
{
	*ret_error = what;
	return false;
}

static bool
take_record(struct scop_csv *csv, size_t *ret_count, const char **ret_error)
{
	*ret_count = 0;
	for (;;) {
		char *field = csv->at, *stop = csv->at;

		if (*ret_count == SCOP_CSV_COLUMNS_MAX)
			return broken(ret_error, SCOP_TEXT("This row has more than 500 columns."));
		if (csv->at < csv->end && *csv->at == '"') {
			stop = take_quoted(csv, &field);
			if (!stop)
				return broken(ret_error,
				    SCOP_TEXT("A quote is opened here and never closed; the file "
					      "may be cut short."));
		} else {
			while (stop < csv->end && *stop != csv->separator && *stop != '\n' &&
			    *stop != '\r')
				stop++;
		}
		if (stop - field > SCOP_CSV_FIELD_MAX)
			return broken(ret_error,
			    SCOP_TEXT("A field is longer than 1,000,000 bytes."));
		const char ended_by = stop < csv->end ? *stop : '\0';
		*stop = '\0';
		csv->fields[(*ret_count)++] = field;
		csv->at = stop + (stop < csv->end);
		if (ended_by == csv->separator && ended_by)
			continue;
		if (ended_by == '\r' && csv->at < csv->end && *csv->at == '\n')
			csv->at++;
		csv->line += ended_by == '\n' || ended_by == '\r';
		return true;
	}
}

bool
scop_csv_next(struct scop_csv *csv, const char *const **ret_fields, size_t *ret_count,
    unsigned *ret_line, const char **ret_error)
{
	*ret_error = NULL;
	while (csv->at < csv->end && (*csv->at == '\n' || *csv->at == '\r')) {
		csv->line += *csv->at == '\n';
		csv->at++;
	}
	if (csv->at >= csv->end)
		return false;
	*ret_line = csv->line;
	*ret_fields = csv->fields;
	return take_record(csv, ret_count, ret_error);
}

void
scop_csv_close(struct scop_csv *csv)
{
	if (!csv)
		return;
	free(csv->data);
	free(csv);
}

bool
scop_csv_is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r", *text);
}

const char *
scop_csv_unguarded(const char *field)
{
	return *field == '\'' && scop_csv_is_formula(field + strspn(field, "'")) ? field + 1
										 : field;
}
