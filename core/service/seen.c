/* SPDX-License-Identifier: EUPL-1.2 */
/* The version of the rows that a form shows: see scop_row_version in scopiton/request.h. */
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "web/request.h"

static void
add_row(struct scop_buffer *out, struct scop_request *req, const struct scop_value *row,
    const char *keys)
{
	for (size_t length; *keys; keys += length + (keys[length] == ' ')) {
		length = strcspn(keys, " ");
		scop_json_print(out,
		    scop_get(row, scop_arena_printf(req->arena, "%.*s", (int)length, keys)));
		scop_buffer_char(out, '\n');
	}
}

const struct scop_value *
scop_row_version(struct scop_request *req, const struct scop_value *rows, const char *keys)
{
	struct scop_buffer out;

	scop_buffer_init(&out, req->arena);
	if (scop_type(rows) == SCOP_LIST)
		for (size_t i = 0; i < scop_count(rows); i++)
			add_row(&out, req, scop_at(rows, i), keys);
	else
		add_row(&out, req, rows, keys);
	return scop_hash(req, scop_value_bytes(req->arena, out.data, out.length));
}

bool
scop_row_conflict(struct scop_request *req, const struct scop_value *rows, const char *keys)
{
	const struct scop_value *seen = scop_field(req, "seen");

	if (!seen ||
	    strcmp(scop_as_text(seen), scop_as_text(scop_row_version(req, rows, keys))) == 0)
		return false;
	scop_reject(req, "seen",
	    "Somebody has changed this since you opened the page. Please look at it again.");
	return true;
}
