/* SPDX-License-Identifier: EUPL-1.2 */
/* Templates: compiled, then rendered with a model that has a bit of everything. */
#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "base/value.h"
#include "view/template.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct scop_template *own;

static const struct scop_template *
partial(void *context, const char *name)
{
	(void)context;
	return name[0] == 'p' ? own : NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char model[] = "{\"a\":{\"b\":[1,2,{\"c\":\"<x>\"}]},\"l\":[1,2],\"t\":true,"
				    "\"n\":null,\"s\":\"text\",\"f\":1.5}";
	const struct scop_template_host host = { .partial = partial, .locale = { SCOP_FR, "UTC" } };
	struct scop_arena *arena = scop_arena_new();
	struct scop_buffer out;
	struct scop_error err;
	const char *text = scop_arena_bytes(arena, data, size);

	scop_buffer_init(&out, arena);
	own = size < 300 ? scop_template_compile(arena, "fuzz", text, size, &err) : NULL;
	if (own)
		scop_template_render(own, scop_json_parse(arena, model, strlen(model), &err), &host,
		    arena, &out, &err);
	scop_arena_free(arena);
	return 0;
}
