/* SPDX-License-Identifier: EUPL-1.2 */
/* Details of the audit trail, which a module's role may fill with any bytes: read, shown in each
 * language, and written again. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/detail.h"
#include "base/locale.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
see(void *context, const char *module, const char *english)
{
	*(size_t *)context += strlen(module) + strlen(english);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scop_arena *arena = scop_arena_new();
	const char *text = scop_arena_bytes(arena, data, size);
	const struct scop_value *detail = scop_detail_read(arena, text);
	size_t bytes = 0;

	for (int i = 0; detail && i < SCOP_LANGUAGES; i++) {
		const struct scop_locale locale = { (enum scop_language)i, "Europe/Brussels" };
		const struct scop_detail_reader reader = { .locale = i ? &locale : NULL };
		struct scop_buffer out;

		scop_buffer_init(&out, arena);
		scop_detail_show(&out, detail, &reader);
		assert(out.length <= SCOP_DETAIL_SHOWN_MAX);
	}
	scop_detail_texts(detail, see, &bytes);
	if (detail) {
		struct scop_buffer json;

		scop_buffer_init(&json, arena);
		assert(scop_detail_write(&json, detail));
	}
	scop_arena_free(arena);
	return 0;
}
