/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes values as JSON: see json.h. */
#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "base/value.h"

#define DOUBLE_HOLDS 1000000000000000 /* 10^15: a double holds any decimal below it */

struct printer {
	struct scop_buffer *out;
	bool exact;
};

static void print(const struct printer *printer, const struct scop_value *value);

static void
add_escape(struct scop_buffer *out, char byte)
{
	static const char letters[] = "\"\\\b\f\n\r\t", written[] = "\"\\bfnrt";
	const char *found = strchr(letters, byte);

	if (found) {
		scop_buffer_char(out, '\\');
		scop_buffer_char(out, written[found - letters]);
	} else
		scop_buffer_printf(out, "\\u%04X", (unsigned)(unsigned char)byte);
}

static void
add_string(struct scop_buffer *out, const char *text, size_t length)
{
	if (!scop_utf8_valid(text, length)) {
		scop_buffer_text(out, "null");
		return;
	}
	scop_buffer_char(out, '"');
	for (size_t from = 0, at = 0; from < length; from = at) {
		while (at < length && (unsigned char)text[at] >= ' ' && text[at] != '"' &&
		    text[at] != '\\')
			at++;
		scop_buffer_add(out, text + from, at - from);
		if (at < length)
			add_escape(out, text[at++]);
	}
	scop_buffer_char(out, '"');
}

static void
add_quoted(struct scop_buffer *out, const struct scop_value *value)
{
	scop_buffer_char(out, '"');
	scop_value_plain(out, value);
	scop_buffer_char(out, '"');
}

static void
add_number(const struct printer *printer, const struct scop_value *number)
{
	if (printer->exact || (number->integer > -DOUBLE_HOLDS && number->integer < DOUBLE_HOLDS))
		scop_value_plain(printer->out, number);
	else
		add_quoted(printer->out, number);
}

static void
add_list(const struct printer *printer, const struct scop_value *list)
{
	scop_buffer_char(printer->out, '[');
	for (uint32_t i = 0; i < list->length; i++) {
		if (i > 0)
			scop_buffer_char(printer->out, ',');
		print(printer, &list->items[i]);
	}
	scop_buffer_char(printer->out, ']');
}

static void
add_map(const struct printer *printer, const struct scop_value *map)
{
	scop_buffer_char(printer->out, '{');
	for (uint32_t i = 0; i < map->length; i++) {
		const char *key = map->members->keys[i];

		if (i > 0)
			scop_buffer_char(printer->out, ',');
		add_string(printer->out, key, strlen(key));
		scop_buffer_char(printer->out, ':');
		print(printer, &map->members->values[i]);
	}
	scop_buffer_char(printer->out, '}');
}

static void
print(const struct printer *printer, const struct scop_value *value)
{
	struct scop_buffer *out = printer->out;

	switch (scop_type(value)) {
	case SCOP_NULL:
		scop_buffer_text(out, "null");
		break;
	case SCOP_BOOL:
	case SCOP_INT:
		scop_value_plain(out, value);
		break;
	case SCOP_NUMBER:
		add_number(printer, value);
		break;
	case SCOP_MONEY:
		scop_buffer_printf(out, "{\"cents\":%lld,\"currency\":\"%s\"}",
		    (long long)value->integer, value->currency);
		break;
	case SCOP_STRING:
		add_string(out, value->string, value->length);
		break;
	case SCOP_TIME:
	case SCOP_DATE:
	case SCOP_CLOCK:
		add_quoted(out, value);
		break;
	case SCOP_LIST:
		add_list(printer, value);
		break;
	case SCOP_MAP:
		add_map(printer, value);
		break;
	}
}

void
scop_json_print(struct scop_buffer *out, const struct scop_value *value)
{
	const struct printer printer = { out, false };

	print(&printer, value);
}

void
scop_json_print_exact(struct scop_buffer *out, const struct scop_value *value)
{
	const struct printer printer = { out, true };

	print(&printer, value);
}
