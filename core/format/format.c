/* SPDX-License-Identifier: EUPL-1.2 */
/* Errors in people's files: see scopiton/format.h. */
#include "format/format.h"

#include "web/request.h"

enum { VALUE_BYTES_MAX = 200 };

void *
scop_format_fail(struct scop_request *req, struct scop_file_error *error, unsigned line,
    const char *text, const char *name, const char *value)
{
	if (!error)
		return NULL;
	*error = (struct scop_file_error){ .text = text, .line = line };
	if (name) {
		char *copy = scop_arena_printf(req->arena, "%.*s", VALUE_BYTES_MAX, value);

		struct scop_map_maker values;

		scop_utf8_repair(copy);
		scop_map_init(&values, req->arena);
		scop_map_put_text(&values, name, copy);
		error->values = scop_map_value(&values);
	}
	return NULL;
}

void
scop_format_ok(struct scop_file_error *error)
{
	if (error)
		*error = (struct scop_file_error){ .text = NULL };
}

const char *
scop_file_error_text(struct scop_request *req, const struct scop_file_error *error)
{
	if (!error || !error->text)
		return "";
	const char *sentence =
	    scop_request_fill(req, scop_translate(req, error->text), error->values);
	if (error->line == 0)
		return sentence;
	struct scop_map_maker values;
	scop_map_init(&values, req->arena);
	scop_map_put_text(&values, "line", scop_arena_printf(req->arena, "%u", error->line));
	scop_map_put_text(&values, "sentence", sentence);
	return scop_request_fill(req, scop_translate(req, SCOP_TEXT("Line {{line}}: {{sentence}}")),
	    scop_map_value(&values));
}
