/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of a module's folder: see files.h. */
#include "build/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"

void
build_die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

const char *
build_read(struct scop_arena *arena, const char *path, size_t *ret_length)
{
	struct scop_buffer text;
	char block[16384];
	size_t got;
	FILE *file = fopen(path, "rb");

	if (!file)
		build_die("%s: %s", path, strerror(errno));
	scop_buffer_init(&text, arena);
	while ((got = fread(block, 1, sizeof block, file)) > 0)
		scop_buffer_add(&text, block, got);
	fclose(file);
	if (ret_length)
		*ret_length = text.length;
	return scop_buffer_str(&text);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t
build_list(struct scop_arena *arena, const char *folder, const char *end,
    const char *ret_names[BUILD_FILES_MAX])
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		const size_t length = strlen(entry->d_name), tail = strlen(end);

		if (entry->d_name[0] == '.' || length <= tail ||
		    strcmp(entry->d_name + length - tail, end) != 0)
			continue;
		if (count == BUILD_FILES_MAX)
			build_die("%s: more than %d files", folder, BUILD_FILES_MAX);
		ret_names[count++] = scop_arena_text(arena, entry->d_name);
	}
	closedir(dir);
	qsort(ret_names, count, sizeof *ret_names, by_name);
	return count;
}

const char *
build_stem(struct scop_arena *arena, const char *name)
{
	return scop_arena_bytes(arena, name, (size_t)(strrchr(name, '.') - name));
}
