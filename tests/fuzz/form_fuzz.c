/* SPDX-License-Identifier: EUPL-1.2 */
/* Forms and cookies: the first byte chooses which. */
#include "base/arena.h"
#include "web/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scop_pairs pairs;
	struct scop_arena *arena = scop_arena_new();
	struct scop_error err;

	pairs.count = pairs.file_count = 0;
	if (size > 0) {
		const char *text = scop_arena_bytes(arena, data + 1, size - 1);

		switch (data[0] % 4) {
		case 0:
			scop_form_urlencoded(&pairs, arena, text, size - 1, &err);
			break;
		case 1:
			scop_form_multipart(&pairs, arena, "multipart/form-data; boundary=x", text,
			    size - 1, &err);
			break;
		case 2:
			scop_form_json(&pairs, arena, text, size - 1, "EUR", &err);
			break;
		default:
			scop_cookie_find(arena, text, "sid");
		}
		for (size_t i = 0; i < pairs.count; i++)
			scop_utf8_valid(pairs.pair[i].value, pairs.pair[i].length);
	}
	scop_arena_free(arena);
	return 0;
}
