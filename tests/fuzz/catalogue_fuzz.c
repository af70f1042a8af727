/* SPDX-License-Identifier: EUPL-1.2 */
/* Input from a catalogue: its index, signatures and keys, version ranges, archives. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "package/archive.h"
#include "package/files.h"
#include "package/index.h"
#include "package/minisign.h"

enum { INDEX, SIGNATURE, RANGE, ARCHIVE, KINDS, BYTES_MAX = 1000000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_index(struct scop_arena *arena, const char *text, size_t size)
{
	const struct scop_index_seen seen = { 0, "" };
	struct scop_index index;
	struct scop_error err;
	size_t count;

	if (!scop_index_parse(arena, text, size, &seen, 0, &index, &err))
		return;
	const struct scop_candidate *candidates = scop_index_candidates(arena, &index, 0, &count);
	const struct scop_problem problem = { candidates, count,
		count > 0 ? candidates[0].module : "shop", "*", true };
	struct scop_solution solution;

	scop_solve(arena, &problem, &solution, &err);
	scop_index_check_key(&index, "scopiton", text, &err);
}

static void
unpack(const char *bytes, size_t size)
{
	char file[60], folder[60];
	struct scop_error err;

	snprintf(file, sizeof file, "/tmp/scopiton-fuzz-%d.scop", (int)getpid());
	snprintf(folder, sizeof folder, "/tmp/scopiton-fuzz-%d.folder", (int)getpid());
	FILE *out = fopen(file, "wb");
	if (!out)
		return;
	fwrite(bytes, 1, size, out);
	fclose(out);
	scop_archive_unpack(file, folder, BYTES_MAX, &err);
	scop_files_remove(folder);
	unlink(file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct scop_arena *arena = scop_arena_new();
	const char *text = scop_arena_bytes(arena, data + 1, size - 1);
	const struct scop_version version = { 1, 4, 2 };
	struct scop_public_key key = { 0 };
	struct scop_error err;

	switch (data[0] % KINDS) {
	case INDEX:
		read_index(arena, text, size - 1);
		break;
	case SIGNATURE:
		scop_public_key_parse(text, &key);
		scop_signature_check(&key, text, text, size - 1, &err);
		break;
	case RANGE:
		scop_range_has(text, &version);
		break;
	default:
		unpack(text, size - 1);
		break;
	}
	scop_arena_free(arena);
	return 0;
}
