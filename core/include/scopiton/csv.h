/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * CSV files as written by common programs (RFC 4180 and Excel's variant), in an encoding that
 * scop_decode recognises. The separator (comma, semicolon or tab) is detected from the first line,
 * or named there ("sep=;"). Quoted fields may span several lines.
 */
#ifndef SCOPITON_CSV_H
#define SCOPITON_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "scopiton/encoding.h"
#include "scopiton/query.h"

/* Limits when reading: columns per record, and bytes per field. */
enum { SCOP_CSV_COLUMNS_MAX = 500, SCOP_CSV_FIELD_MAX = 1000000 };

/* A file being read. It is not in the request's memory: free it with scop_csv_close. */
struct scop_csv;

/* Opens `size` bytes at `data`, which must stay valid until scop_csv_close. Returns NULL, with a
 * message for scop_translate and the line (0: the whole file), if the file is empty, a workbook, or
 * in no encoding that is recognised.
 */
struct scop_csv *scop_csv_open(const char *data, size_t size, unsigned *ret_line,
    const char **ret_error);

/* Reads the next record. Its fields are NUL-terminated and valid until the next call. Returns false
 * at the end of the file and, with a message as above and the line, for a record of more than
 * SCOP_CSV_COLUMNS_MAX columns, an unclosed quote or a field of more than SCOP_CSV_FIELD_MAX bytes.
 * Empty lines are skipped. */
bool scop_csv_next(struct scop_csv *csv, const char *const **ret_fields, size_t *ret_count,
    unsigned *ret_line, const char **ret_error);

/* The file's separator (',', ';' or a tab), for writing a file in the same form. */
char scop_csv_separator(const struct scop_csv *csv);

/* The file's encoding. Any but UTF-8 and UTF-16 is an assumption: see scop_decode. */
enum scop_encoding scop_csv_encoding(const struct scop_csv *csv);

/* Frees the file and all fields read from it. Accepts NULL. */
void scop_csv_close(struct scop_csv *csv);

/* A column of a file to write: the key of its value in each row, and its heading. */
struct scop_csv_column {
	const char *key, *title;
};

/* Writes `rows` (a list of maps) as CSV for spreadsheets in the request's language: with a byte
 * order mark, localised numbers and times, and a semicolon as separator where the comma is the
 * decimal sign. A text that a spreadsheet would evaluate as a formula gets a leading ', and so does
 * one that already begins like that, so that scop_csv_unguarded restores the original. The array of
 * columns ends with an empty one; titles are translated. Returns a string that lives as long as the
 * request; without rows (or for NULL) only the headings. */
const struct scop_value *scop_csv_write(struct scop_request *req,
    const struct scop_csv_column *columns, const struct scop_value *rows);

/* The same for all rows of a statement, however many there are. `next` returns the statement that
 * reads the rows after `last` (a row; NULL for the first batch), ordered by a unique key, at most
 * `limit` of them. NULL if the request has failed.
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

/* Whether a spreadsheet would evaluate a text that begins like this: with = + - @, a tab or a
 * carriage return. */
bool scop_csv_is_formula(const char *text);

/* The text of a field without the ' that guards a formula. Points into `field`, so it lives as
 * long.
 */
const char *scop_csv_unguarded(const char *field);

#endif
