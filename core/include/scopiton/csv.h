/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * CSV as people's programs write it (RFC 4180, and what Excel makes of it): UTF-8 with or without a
 * mark, comma, semicolon or tab found from the first line, fields in quotes over several lines.
 */
#ifndef SCOPITON_CSV_H
#define SCOPITON_CSV_H

#include <stdbool.h>
#include <stddef.h>

enum { SCOP_CSV_COLUMNS_MAX = 500, SCOP_CSV_FIELD_MAX = 1000000 };

struct scop_csv;
struct scop_request;
struct scop_value;

/* Reads `size` bytes at `data`, which must stay until scop_csv_close. NULL, with a sentence for
 * scop_translate and the line (0: the whole), for what is empty or not UTF-8. */
struct scop_csv *scop_csv_open(const char *data, size_t size, unsigned *ret_line,
    const char **ret_error);

/* The next record: its fields, each terminated, valid until the next call. False at the end, or,
 * with a sentence as above and the line, where a record has more than 500 columns, a quote is never
 * closed or a field is longer than 1,000,000 bytes. Empty lines are passed over. */
bool scop_csv_next(struct scop_csv *csv, const char *const **ret_fields, size_t *ret_count,
    unsigned *ret_line, const char **ret_error);

void scop_csv_close(struct scop_csv *csv);

/* A column of a file that is written: the key of its value in each row, and its heading. */
struct scop_csv_column {
	const char *key, *title;
};

/* Writes `rows` (a list of maps) for spreadsheets of the request's language: with a mark, numbers
 * and times as they are read there, a semicolon where the comma is the decimal sign. A text that a
 * spreadsheet would calculate gets a ' in front. Columns end with an empty one; titles are
 * translated. */
const struct scop_value *scop_csv_write(struct scop_request *req,
    const struct scop_csv_column *columns, const struct scop_value *rows);

#endif
