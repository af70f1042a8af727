/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of the queue, which native code of a module may have written: the dispatcher's request to a
 * job worker, and the body that the worker parses. The first byte is the length of the name. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "base/value.h"
#include "dispatcher/fcgi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 8, BEGIN = 1, PARAMS = 4, STDIN = 5 };

/* The records follow one another without a gap, and carry the body unchanged. */
static void
check_records(const struct scop_buffer *out, const char *body, size_t length)
{
	size_t at = 0, taken = 0;

	while (at < out->length) {
		const unsigned char *head = (const unsigned char *)out->data + at;

		assert(out->length - at >= HEADER && head[0] == 1);
		const size_t content = (size_t)head[4] << 8 | head[5];
		assert(head[1] == BEGIN || head[1] == PARAMS || head[1] == STDIN);
		assert(out->length - at - HEADER >= content + head[6]);
		if (head[1] == STDIN) {
			assert(length - taken >= content &&
			    memcmp(body + taken, head + HEADER, content) == 0);
			taken += content;
		}
		at += HEADER + content + head[6];
	}
	assert(taken == length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scop_arena *arena = scop_arena_new();
	const size_t wanted = size > 0 ? data[0] : 0,
		     named = size > 0 && wanted < size - 1 ? wanted : 0;
	const char *name = scop_arena_bytes(arena, data + (size > 0), named);
	const char *text =
	    scop_arena_bytes(arena, data + (size > 0) + named, size > 0 ? size - 1 - named : 0);
	const size_t length = strlen(text);
	const struct scop_fcgi_param params[] = { { "TENANT", "1" }, { "JOB", name },
		{ NULL, NULL } };
	struct scop_buffer out, again;
	struct scop_error err;

	scop_buffer_init(&out, arena);
	scop_fcgi_request(&out, params, text, length);
	check_records(&out, text, length);
	const struct scop_value *body = scop_json_parse(arena, text, length, &err);
	if (body) {
		scop_buffer_init(&out, arena);
		scop_json_print(&out, body);
		const struct scop_value *same = scop_json_parse(arena, out.data, out.length, &err);
		assert(same);
		scop_buffer_init(&again, arena);
		scop_json_print(&again, same);
		assert(out.length == again.length && memcmp(out.data, again.data, out.length) == 0);
	}
	scop_arena_free(arena);
	return 0;
}
