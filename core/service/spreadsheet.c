/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows for spreadsheets: see scop_csv_write. */
#include "web/request.h"

#include <stdio.h>
#include <string.h>

#include "base/locale.h"
#include "scopiton/csv.h"

enum { PAGE_ROWS = 1000 };

static char
decimal_sign(const struct scop_request *req)
{
	return req->locale.language == SCOP_EN ? '.' : ',';
}

static void
add_digits(struct scop_buffer *out, int64_t unscaled, unsigned scale, char sign)
{
	char digits[24];
	const uint64_t size = unscaled < 0 ? 0 - (uint64_t)unscaled : (uint64_t)unscaled;
	const int length =
	    snprintf(digits, sizeof digits, "%0*llu", (int)scale + 1, (unsigned long long)size);
	const size_t whole = (size_t)length - scale;

	if (unscaled < 0)
		scop_buffer_char(out, '-');
	scop_buffer_add(out, digits, whole);
	if (scale > 0) {
		scop_buffer_char(out, sign);
		scop_buffer_add(out, digits + whole, scale);
	}
}

/* Every text is quoted; one that begins like a formula, or like a guarded formula, gets a leading '
 * (OWASP, "CSV injection"). */
static void
add_text(struct scop_buffer *out, const char *text)
{
	scop_buffer_char(out, '"');
	if (scop_csv_is_formula(text + strspn(text, "'")))
		scop_buffer_char(out, '\'');
	for (; *text; text++) {
		if (*text == '"')
			scop_buffer_char(out, '"');
		scop_buffer_char(out, *text);
	}
	scop_buffer_char(out, '"');
}

static void
add_value(const struct scop_request *req, struct scop_buffer *out, const struct scop_value *value)
{
	switch (scop_type(value)) {
	case SCOP_BOOL:
	case SCOP_INT:
		add_digits(out, value->integer, 0, '.');
		break;
	case SCOP_NUMBER:
		add_digits(out, value->integer, value->scale, decimal_sign(req));
		break;
	case SCOP_MONEY:
		add_digits(out, value->integer, 2, decimal_sign(req));
		break;
	case SCOP_TIME: {
		const struct scop_clock clock = scop_zone_clock(req->locale.zone, value->integer);

		scop_buffer_printf(out, "%04d-%02d-%02d %02d:%02d", clock.year, clock.month,
		    clock.day, clock.hour, clock.minute);
		break;
	}
	case SCOP_DATE:
	case SCOP_CLOCK:
		scop_value_plain(out, value);
		break;
	case SCOP_STRING:
		add_text(out, value->string);
		break;
	default:
		break;
	}
}

static char
separator(const struct scop_request *req)
{
	return decimal_sign(req) == ',' ? ';' : ',';
}

static void
add_heading(struct scop_request *req, struct scop_buffer *out,
    const struct scop_csv_column *columns)
{
	scop_buffer_text(out, "\xef\xbb\xbf");
	for (const struct scop_csv_column *column = columns; column->key; column++) {
		if (column != columns)
			scop_buffer_char(out, separator(req));
		add_text(out, scop_translate(req, column->title));
	}
	scop_buffer_text(out, "\r\n");
}

static void
add_rows(const struct scop_request *req, struct scop_buffer *out,
    const struct scop_csv_column *columns, const struct scop_value *rows)
{
	for (size_t i = 0; i < scop_count(rows); i++) {
		for (const struct scop_csv_column *column = columns; column->key; column++) {
			if (column != columns)
				scop_buffer_char(out, separator(req));
			add_value(req, out, scop_get(scop_at(rows, i), column->key));
		}
		scop_buffer_text(out, "\r\n");
	}
}

const struct scop_value *
scop_csv_write(struct scop_request *req, const struct scop_csv_column *columns,
    const struct scop_value *rows)
{
	struct scop_buffer out;

	scop_buffer_init(&out, req->arena);
	add_heading(req, &out, columns);
	add_rows(req, &out, columns, rows);
	return scop_value_bytes(req->arena, out.data, out.length);
}

const struct scop_value *
scop_csv_write_all(struct scop_request *req, const struct scop_csv_column *columns,
    struct scop_query (*next)(struct scop_request *req, const struct scop_value *last,
	const struct scop_value *limit))
{
	const struct scop_value *limit = scop_value_int(req->arena, PAGE_ROWS), *last = NULL;
	struct scop_arena *held = NULL; /* where `last` is */
	size_t count = PAGE_ROWS;
	struct scop_buffer out;

	scop_buffer_init(&out, req->arena);
	add_heading(req, &out, columns);
	while (count == PAGE_ROWS) {
		const struct scop_query query = next(req, last, limit);
		struct scop_arena *page = scop_arena_new();
		const struct scop_value *rows = NULL;

		count = scop_request_read(req, page, &query, 1, &rows) ? scop_count(rows) : 0;
		add_rows(req, &out, columns, rows);
		last = scop_at(rows, count - 1);
		scop_arena_free(held);
		held = page;
	}
	scop_arena_free(held);
	return req->failed ? NULL : scop_value_bytes(req->arena, out.data, out.length);
}
