/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON for modules: see scopiton/json.h. base/json.c reads and writes it. */
#include "scopiton/json.h"

#include "base/json.h"
#include "format/format.h"
#include "web/request.h"

const struct scop_value *
scop_json_read(struct scop_request *req, const char *data, size_t size,
    struct scop_file_error *ret_error)
{
	struct scop_json_problem problem;
	const struct scop_value *value =
	    scop_json_read_text(req->arena, data ? data : "", data ? size : 0, &problem);

	if (!value)
		return scop_format_fail(req, ret_error, problem.line, problem.text,
		    problem.name ? "name" : NULL, problem.name);
	scop_format_ok(ret_error);
	return value;
}

/* Whether each string in it is UTF-8; maps and lists that C code has made may nest as they like. */
static bool
is_text(const struct scop_value *value)
{
	const size_t count = scop_count(value);

	if (scop_type(value) == SCOP_STRING)
		return scop_utf8_valid(value->string, value->length);
	for (size_t i = 0; i < count; i++)
		if (!is_text(scop_type(value) == SCOP_LIST ? &value->items[i]
							   : &value->members->values[i]))
			return false;
	return true;
}

const struct scop_value *
scop_json_write(struct scop_request *req, const struct scop_value *value)
{
	struct scop_buffer out;

	if (!is_text(value)) {
		scop_request_fail(req, SCOP_DB_FAILED,
		    "scop_json_write of bytes that are not UTF-8: write them with scop_base64");
		return NULL;
	}
	scop_buffer_init(&out, req->arena);
	scop_json_print_exact(&out, value);
	return scop_value_bytes(req->arena, scop_buffer_str(&out), out.length);
}
