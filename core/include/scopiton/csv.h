/*
 * CSV as people's programs write it (RFC 4180, and what Excel makes of it): UTF-8 with or without a mark, comma,
 * semicolon or tab found from the first line, fields in quotes over several lines.
 */
#ifndef SCOPITON_CSV_H
#define SCOPITON_CSV_H

#include <stdbool.h>
#include <stddef.h>

enum { SCOP_CSV_COLUMNS_MAX = 500, SCOP_CSV_FIELD_MAX = 1000000 };

struct scop_csv;

/* Reads `size` bytes at `data`, which must stay until scop_csv_close. NULL, with a sentence in `ret_error`, for what is
 * empty, not UTF-8 (the sentence names the place), or has more than 500 columns. */
struct scop_csv *scop_csv_open(const char *data, size_t size, const char **ret_error);

/* The next record: its fields, each terminated, valid until the next call. False at the end, or, with a sentence in
 * `*ret_error`, where a quote is never closed or a field is longer than 1,000,000 bytes. Empty lines are passed over. */
bool scop_csv_next(struct scop_csv *csv, const char *const **ret_fields, size_t *ret_count, unsigned *ret_line,
    const char **ret_error);

void scop_csv_close(struct scop_csv *csv);

#endif
