/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows for spreadsheets: see scop_csv_write. */
#include "web/request.h"

#include <stdio.h>
#include <string.h>

#include "base/locale.h"
#include "scopiton/csv.h"

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

/* A text is quoted whatever it holds; one that begins as a formula does, or like one that was
 * guarded before, gets a ' (OWASP, "CSV injection"). */
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

const struct scop_value *
scop_csv_write(struct scop_request *req, const struct scop_csv_column *columns,
    const struct scop_value *rows)
{
	const char separator = decimal_sign(req) == ',' ? ';' : ',';
	struct scop_buffer out;

	scop_buffer_init(&out, req->arena);
	scop_buffer_text(&out, "\xef\xbb\xbf");
	for (const struct scop_csv_column *column = columns; column->key; column++) {
		if (column != columns)
			scop_buffer_char(&out, separator);
		add_text(&out, scop_translate(req, column->title));
	}
	scop_buffer_text(&out, "\r\n");
	for (size_t i = 0; i < scop_count(rows); i++) {
		for (const struct scop_csv_column *column = columns; column->key; column++) {
			if (column != columns)
				scop_buffer_char(&out, separator);
			add_value(req, &out, scop_get(scop_at(rows, i), column->key));
		}
		scop_buffer_text(&out, "\r\n");
	}
	return scop_value_bytes(req->arena, out.data, out.length);
}
