/* SPDX-License-Identifier: EUPL-1.2 */
/* Folders of plain files: see files.h. */
#include "package/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdint.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"

static int
by_path(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool
scop_files_list(struct scop_arena *arena, const char *folder, struct scop_files *ret_files,
    struct scop_error *err)
{
	char *const roots[] = { scop_arena_text(arena, folder), NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	bool ok = walk != NULL;

	ret_files->count = 0;
	for (FTSENT *entry; ok && (entry = fts_read(walk));) {
		if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP)
			continue;
		if (entry->fts_info != FTS_F)
			ok = scop_error_set(err, "package '%s' has '%s', which is not a plain file",
			    folder, entry->fts_name);
		else if (ret_files->count == SCOP_FILES_MAX)
			ok = scop_error_set(err, "package '%s' has more than %d files", folder,
			    SCOP_FILES_MAX);
		else
			ret_files->path[ret_files->count++] =
			    scop_arena_text(arena, entry->fts_path + strlen(folder) + 1);
	}
	if (walk)
		fts_close(walk);
	qsort(ret_files->path, ret_files->count, sizeof ret_files->path[0], by_path);
	return ok;
}

const char *
scop_files_read(struct scop_arena *arena, const char *path, size_t *ret_size,
    struct scop_error *err)
{
	struct scop_buffer out;
	struct stat status;
	char block[65536];
	size_t got;
	FILE *file = fopen(path, "rbe");

	if (!file) {
		scop_error_errno(err, "'%s' cannot be read", path);
		return NULL;
	}
	scop_buffer_init(&out, arena);
	if (fstat(fileno(file), &status) == 0 && status.st_size > 0)
		scop_buffer_reserve(&out, (size_t)status.st_size + 1);
	while ((got = fread(block, 1, sizeof block, file)) > 0)
		scop_buffer_add(&out, block, got);
	const bool ok = !ferror(file);
	fclose(file);
	if (!ok) {
		scop_error_errno(err, "'%s' cannot be read", path);
		return NULL;
	}
	if (ret_size)
		*ret_size = out.length;
	return scop_buffer_str(&out);
}

bool
scop_files_copy(const char *from, const char *to, struct scop_error *err)
{
	char block[65536];
	ssize_t got = 0;
	const int in = open(from, O_RDONLY | O_CLOEXEC),
		  out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	bool ok = in >= 0 && out >= 0;

	while (ok && (got = read(in, block, sizeof block)) > 0)
		ok = write(out, block, (size_t)got) == got;
	ok = ok && got == 0 && fsync(out) == 0;
	if (!ok)
		scop_error_errno(err, "'%s' cannot be copied to '%s'", from, to);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return ok;
}

void
scop_files_make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

void
scop_files_remove(const char *path)
{
	char *const roots[] = { (char *)(uintptr_t)path, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	for (FTSENT *entry; walk && (entry = fts_read(walk));) {
		if (entry->fts_info == FTS_DP)
			rmdir(entry->fts_accpath);
		else if (entry->fts_info != FTS_D)
			unlink(entry->fts_accpath);
	}
	if (walk)
		fts_close(walk);
}

/* Whether a process still works on the folder, and therefore holds it locked. */
static bool
in_use(const char *path)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	const bool held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0;

	if (fd >= 0)
		close(fd);
	return held;
}

void
scop_files_remove_hidden(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[PATH_MAX];

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] == '.' && strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    (size_t)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) <
			sizeof path &&
		    !in_use(path))
			scop_files_remove(path);
	if (dir)
		closedir(dir);
}

void
scop_files_sync_folder(const char *path)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

bool
scop_sha256_file(const char *file, char ret_text[SCOP_SHA256_TEXT], struct scop_error *err)
{
	crypto_hash_sha256_state state;
	unsigned char block[65536], sum[crypto_hash_sha256_BYTES];
	size_t got;
	FILE *stream = fopen(file, "rbe");

	if (!stream)
		return scop_error_errno(err, "'%s' cannot be read", file);
	crypto_hash_sha256_init(&state);
	while ((got = fread(block, 1, sizeof block, stream)) > 0)
		crypto_hash_sha256_update(&state, block, got);
	fclose(stream);
	crypto_hash_sha256_final(&state, sum);
	sodium_bin2hex(ret_text, SCOP_SHA256_TEXT, sum, sizeof sum);
	return true;
}
