/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * CSV as people's programs write it (RFC 4180, and what Excel makes of it): UTF-8 with or without a
 * mark, or UTF-16 with one; comma, semicolon or tab found from the first line, or named there
 * ("sep=;"); fields in quotes over several lines.
 */
#ifndef SCOPITON_CSV_H
#define SCOPITON_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "scopiton/query.h"

/* Limits of a file that is read: columns in a record, and bytes in a field. */
enum { SCOP_CSV_COLUMNS_MAX = 500, SCOP_CSV_FIELD_MAX = 1000000 };

/* A file that is being read. Not the request's: scop_csv_close frees it. */
struct scop_csv;

/* Reads `size` bytes at `data`, which must stay until scop_csv_close. NULL, with a sentence for
 * scop_translate and the line (0: the whole), for a file that is empty, a workbook, or not UTF-8.
 */
struct scop_csv *scop_csv_open(const char *data, size_t size, unsigned *ret_line,
    const char **ret_error);

/* The next record: its fields, each terminated, valid until the next call. False at the end, or,
 * with a sentence as above and the line, where a record has more than 500 columns, a quote is never
 * closed or a field is longer than 1,000,000 bytes. Empty lines are passed over. */
bool scop_csv_next(struct scop_csv *csv, const char *const **ret_fields, size_t *ret_count,
    unsigned *ret_line, const char **ret_error);

/* The separator of its fields (',', ';' or a tab), for writing a file alike. */
char scop_csv_separator(const struct scop_csv *csv);

/* Frees it, and all fields that it gave. Takes NULL. */
void scop_csv_close(struct scop_csv *csv);

/* A column of a file that is written: the key of its value in each row, and its heading. */
struct scop_csv_column {
	const char *key, *title;
};

/* Writes `rows` (a list of maps) for spreadsheets of the request's language: with a mark, numbers
 * and times as they are read there, a semicolon where the comma is the decimal sign. A text that a
 * spreadsheet would calculate gets a ' in front, and so does one that begins like that, so that
 * scop_csv_unguarded gives back what it was. Columns end with an empty one; titles are translated.
 * Gives a string that lives as long as the request; without rows (NULL too) only the headings. */
const struct scop_value *scop_csv_write(struct scop_request *req,
    const struct scop_csv_column *columns, const struct scop_value *rows);

/* The same for all rows of a statement, however many there are. `next` gives the statement of those
 * that follow `last` (a row; NULL at first): ordered by a unique key, from the key of `last` on, at
 * most `limit` of them. NULL when the request has failed.
 *
 *     -- name: orders_after (last, limit)
 *     SELECT id, name FROM shop_order WHERE id > COALESCE(:last, 0) ORDER BY id LIMIT :limit
 *
 *     return orders_after(scop_get(last, "id"), limit);
 */
const struct scop_value *scop_csv_write_all(struct scop_request *req,
    const struct scop_csv_column *columns,
    struct scop_query (*next)(struct scop_request *req, const struct scop_value *last,
	const struct scop_value *limit));

/* Whether a spreadsheet would calculate a text that begins so: with = + - @, a tab or a return. */
bool scop_csv_is_formula(const char *text);

/* The text of a field without the ' that guards a formula; a part of `field`, so it lives as long.
 */
const char *scop_csv_unguarded(const char *field);

#endif
