/* SPDX-License-Identifier: EUPL-1.2 */
/* ZIP archives: what is read out of one is packed and read again. The input is also a name. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "scopiton/zip.h"
#include "with_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_again(struct scop_request *req, const char *name, const struct scop_value *bytes)
{
	struct scop_zip_writer *out = scop_zip_new(req);

	scop_zip_add(out, name, bytes);
	const struct scop_value *packed = scop_zip_done(out);
	assert(packed);
	struct scop_zip *zip = scop_zip_open(req, scop_as_text(packed), scop_size(packed), NULL);
	/* zeros may be packed too well to be read again */
	if (!zip)
		return;
	assert(scop_zip_count(zip) == 1);
	const struct scop_value *again = scop_zip_read(zip, 0, NULL);
	assert(again && scop_size(again) == scop_size(bytes) &&
	    memcmp(scop_as_text(again), scop_as_text(bytes), scop_size(bytes)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_request *req = new_request(arena);
	struct scop_file_error error;
	const char *text = (const char *)data;
	struct scop_zip *zip = scop_zip_open(req, text, size, &error);

	assert(!zip == (error.text != NULL));
	for (size_t i = 0; zip && i < scop_zip_count(zip) && i < 5; i++) {
		if (scop_zip_size(zip, i) > 5000000)
			continue;
		const struct scop_value *bytes = scop_zip_read(zip, i, &error);
		assert(!bytes == (error.text != NULL));
		if (bytes) {
			assert(scop_size(bytes) == scop_zip_size(zip, i));
			read_again(req, scop_zip_name(zip, i), bytes);
		}
	}
	read_again(req, scop_arena_bytes(arena, text, size), scop_make_bytes(req, text, size));
	assert(!req->failed);
	scop_arena_free(arena);
	return 0;
}
