/* SPDX-License-Identifier: EUPL-1.2 */
/* CSV: see scopiton/csv.h. Works in place on a copy of the file: quotes are removed where they are.
 */
#include "scopiton/csv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

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

/* The offset of the first byte that is not UTF-8. */
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

static unsigned
unit_at(const unsigned char *data, bool big)
{
	return big ? (unsigned)data[0] << 8 | data[1] : (unsigned)data[1] << 8 | data[0];
}

/* Decodes the character at `at`, one UTF-16 unit or a surrogate pair; returns the bytes read. An
 * unpaired surrogate becomes U+FFFD. */
static size_t
take_utf16(const unsigned char *data, size_t left, bool big, unsigned *ret_letter)
{
	const unsigned unit = unit_at(data, big);
	const unsigned next = left >= 4 ? unit_at(data + 2, big) : 0;

	*ret_letter = unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit;
	if (unit < 0xd800 || unit >= 0xdc00 || next < 0xdc00 || next >= 0xe000)
		return 2;
	*ret_letter = 0x10000 + ((unit & 0x3ff) << 10 | (next & 0x3ff));
	return 4;
}

/* Converts Excel's "Unicode text", UTF-16 with a byte order mark, to UTF-8 of `ret_size` bytes; an
 * odd last byte is dropped. */
static char *
from_utf16(const char *bytes, size_t size, bool big, size_t *ret_size)
{
	const unsigned char *data = (const unsigned char *)bytes;
	char *out = allocate(size / 2 * 3 + 1);
	size_t used = 0;

	for (size_t at = 2; at + 1 < size;) {
		unsigned letter;

		at += take_utf16(data + at, size - at, big, &letter);
		used += scop_utf8_put(out + used, letter);
	}
	*ret_size = used;
	return out;
}

static char *
copy_of(const char *data, size_t size, size_t *ret_size)
{
	const bool has_mark = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0;

	if (size >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 || memcmp(data, "\xfe\xff", 2) == 0))
		return from_utf16(data, size, *data == '\xfe', ret_size);
	*ret_size = has_mark ? size - 3 : size;
	char *copy = allocate(*ret_size + 1);
	memcpy(copy, data + (has_mark ? 3 : 0), *ret_size);
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
	const size_t good = first_wrong_byte(data, size);
	if (good == size)
		return NULL;
	*ret_line = line_of(data, good);
	return SCOP_TEXT("This is not UTF-8. Save the file as UTF-8 (in Excel: \"CSV "
			 "UTF-8\") and try again.");
}

struct scop_csv *
scop_csv_open(const char *data, size_t size, unsigned *ret_line, const char **ret_error)
{
	size_t length;
	char *copy = copy_of(data, size, &length);

	*ret_error = unreadable(copy, length, ret_line);
	if (*ret_error) {
		free(copy);
		return NULL;
	}
	struct scop_csv *csv = allocate(sizeof *csv);
	*csv = (struct scop_csv){ .data = copy, .at = copy, .end = copy + length, .line = 1 };
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
