/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The refused rows of an import as a file: unchanged, followed by the reason, so that they can be
 * corrected and imported again.
 */
#include "shop_names.h"
#include "shop_upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REFUSED_AT_ONCE = 5000 };

/* Sorted by line, each with the reason. */
static void
read_refused(struct scop_request *req, const struct scop_value *id, struct shop_names *refused)
{
	int64_t after = -1;
	size_t count = REFUSED_AT_ONCE;
	char line[24];

	while (count == REFUSED_AT_ONCE && !scop_rejected(req)) {
		const struct scop_value *rows = scop_rows(req,
		    import_refused(id, scop_make_int(req, after),
			scop_make_int(req, REFUSED_AT_ONCE)));

		count = scop_count(rows);
		for (size_t i = 0; i < count; i++) {
			const struct scop_value *row = scop_at(rows, i);

			after = scop_int(row, "line");
			snprintf(line, sizeof line, "%lld", (long long)after);
			free(shop_names_add(refused, line)->more);
			shop_names_add(refused, line)->more =
			    strdup(scop_translate(req, scop_text(row, "words")));
		}
	}
}

static void
put_field(FILE *out, const char *field)
{
	fputc('"', out);
	for (; *field; field++) {
		if (*field == '"')
			fputc('"', out);
		fputc(*field, out);
	}
	fputc('"', out);
}

/* The unchanged record, padded to `columns`, followed by the reason. */
static void
put_record(FILE *out, char separator, const char *const *fields, size_t count, size_t columns,
    const char *reason)
{
	for (size_t i = 0; i < columns; i++) {
		put_field(out, i < count ? fields[i] : "");
		fputc(separator, out);
	}
	put_field(out, reason);
	fputs("\r\n", out);
}

static void
put_refused(struct scop_request *req, FILE *out, struct scop_csv *csv,
    const struct shop_names *refused)
{
	const char *title = scop_translate(req, SCOP_TEXT("Reason"));
	const char *const *fields, *error;
	size_t count, columns;
	unsigned line;
	char number[24];

	if (!scop_csv_next(csv, &fields, &columns, &line, &error))
		return;
	/* an earlier file of refused rows has the column already */
	columns -= strcmp(fields[columns - 1], title) == 0;
	fputs("\xef\xbb\xbf", out);
	put_record(out, scop_csv_separator(csv), fields, columns, columns, title);
	while (scop_csv_next(csv, &fields, &count, &line, &error)) {
		snprintf(number, sizeof number, "%u", line);
		const struct shop_name *found = shop_names_find(refused, number);

		if (found)
			put_record(out, scop_csv_separator(csv), fields, count, columns,
			    found->more);
	}
}

void
shop_import_refused(struct scop_request *req)
{
	const struct scop_value *id = shop_import_number(req),
				*stored = scop_row(req, import_bytes(id)),
				*bytes = scop_get(stored, "bytes");
	struct shop_names refused = { NULL, 0, 0 };
	const char *error;
	char *data = NULL;
	size_t size = 0;
	unsigned line;
	struct scop_csv *csv =
	    stored ? scop_csv_open(scop_as_text(bytes), scop_size(bytes), &line, &error) : NULL;
	FILE *out = csv ? open_memstream(&data, &size) : NULL;

	if (!out) {
		scop_csv_close(csv);
		scop_not_found(req);
		return;
	}
	read_refused(req, id, &refused);
	put_refused(req, out, csv, &refused);
	fclose(out);
	scop_send_download(req, "errors.csv", "text/csv; charset=utf-8",
	    scop_make_bytes(req, data, size));
	free(data);
	shop_names_free(&refused);
	scop_csv_close(csv);
}
