/* SPDX-License-Identifier: EUPL-1.2 */
/* Manifests. */
#include <stdint.h>

#include "base/arena.h"
#include "package/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_manifest manifest;
	struct scop_error err;

	scop_manifest_parse(arena, "fuzz.xml", (const char *)data, size, &manifest, &err);
	scop_arena_free(arena);
	return 0;
}
