/* SPDX-License-Identifier: EUPL-1.2 */
/* Archives of tenants. An even first byte: a file that is unpacked. Else a folder, with a
 * description, a byte of 0, and lines of SHA256SUMS, before which stands the description's own. */
#include <fcntl.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/opened.h"
#include "package/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[60], from[80];

static void
put(const char *path, const void *bytes, size_t size)
{
	const int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	close(fd);
}

static void
put_folder(struct scop_arena *arena, const char *bytes, size_t size)
{
	const char *end = memchr(bytes, '\0', size);
	const size_t length = end ? (size_t)(end - bytes) : size;
	unsigned char sum[crypto_hash_sha256_BYTES];
	char digits[SCOP_SHA256_TEXT];

	crypto_hash_sha256(sum, (const unsigned char *)bytes, length);
	sodium_bin2hex(digits, sizeof digits, sum, sizeof sum);
	const char *sums = scop_arena_printf(arena, "%s  tenant.json\n%s", digits,
	    scop_arena_bytes(arena, bytes + length + (end != NULL), size - length - (end != NULL)));
	mkdir(from, 0700);
	put(scop_arena_printf(arena, "%s/tenant.json", from), bytes, length);
	put(scop_arena_printf(arena, "%s/SHA256SUMS", from), sums, strlen(sums));
	put(scop_arena_printf(arena, "%s/other", from), "", 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scop_platform platform = { .arena = scop_arena_new() };
	struct scop_opened opened;

	if (!folder[0]) {
		snprintf(folder, sizeof folder, "/tmp/scopiton-fuzz-%d", (int)getpid());
		snprintf(from, sizeof from, "%s/from", folder);
	}
	mkdir(folder, 0700);
	snprintf(platform.config.var, sizeof platform.config.var, "%s", folder);
	platform.config.import_seconds = 5;
	if (size > 0 && data[0] % 2 == 0)
		put(from, data + 1, size - 1);
	else if (size > 0)
		put_folder(platform.arena, (const char *)data + 1, size - 1);
	if (size > 0 && scop_archive_open(&platform, from, "tenant.json", &opened)) {
		if (!opened.description)
			abort();
	}
	if (size > 0)
		scop_archive_close(&platform, &opened);
	scop_files_remove(folder);
	scop_arena_free(platform.arena);
	return 0;
}
