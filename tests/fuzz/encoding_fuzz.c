/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts in any encoding: what is decoded is UTF-8, also where the first byte names the encoding. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "scopiton/encoding.h"
#include "with_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_request *req = new_request(arena);

	if (size > 0) {
		const enum scop_encoding chosen = (enum scop_encoding)(data[0] % (SCOP_CP850 + 1));
		enum scop_encoding encoding = SCOP_ENCODING_GUESS, again = SCOP_ENCODING_GUESS;
		struct scop_file_error error;
		const struct scop_value *text =
		    scop_decode(req, (const char *)data + 1, size - 1, chosen, &encoding, &error);

		assert(!text == (error.text != NULL));
		assert(!text || scop_utf8_valid(scop_as_text(text), scop_size(text)));
		assert(!text ||
		    (encoding != SCOP_ENCODING_GUESS &&
			(encoding == chosen || chosen == SCOP_ENCODING_GUESS)));
		/* what has become UTF-8 is recognised as that */
		if (text)
			assert(scop_decode(req, scop_as_text(text), scop_size(text),
				   SCOP_ENCODING_GUESS, &again, &error) &&
			    again == SCOP_UTF_8);
		assert(!req->failed);
	}
	scop_arena_free(arena);
	return 0;
}
