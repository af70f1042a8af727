/* SPDX-License-Identifier: EUPL-1.2 */
/* CSV: see scopiton/csv.h. Reads its own copy in place: a field loses its quotes where it stands.
 */
#include "scopiton/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/value.h"

struct scop_csv {
	char *data;
	char *at;
	char *end;
	char separator;
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

/* Where the text stops being UTF-8. */
static size_t
first_wrong_byte(const char *data, size_t size)
{
	size_t good = 0;

	while (good < size) { /* a line at a time, so that it stays linear */
		const char *newline = memchr(data + good, '\n', size - good);
		const size_t length = newline ? (size_t)(newline - data) + 1 - good : size - good;

		if (!scop_utf8_valid(data + good, length))
			break;
		good += length;
	}
	return good;
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

struct scop_csv *
scop_csv_open(const char *data, size_t size, unsigned *ret_line, const char **ret_error)
{
	if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
		data += 3;
		size -= 3;
	}
	*ret_line = 0;
	if (size == 0) {
		*ret_error = SCOP_TEXT("The file is empty.");
		return NULL;
	}
	const size_t good = first_wrong_byte(data, size);
	if (good < size) {
		*ret_line = line_of(data, good);
		*ret_error = SCOP_TEXT("This is not UTF-8. Save the file as UTF-8 (in Excel: \"CSV "
				       "UTF-8\") and try again.");
		return NULL;
	}

	struct scop_csv *csv = calloc(1, sizeof *csv);
	if (!csv || !(csv->data = malloc(size + 1)))
		abort();
	memcpy(csv->data, data, size);
	csv->data[size] = '\0';
	csv->at = csv->data;
	csv->end = csv->data + size;
	csv->line = 1;
	csv->separator = find_separator(csv->at, csv->end);
	*ret_error = NULL;
	return csv;
}

/* Takes the quoted field at `at`; gives where it ends, or NULL where it does not. */
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
	/* what follows a quote is kept as it is */
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
