/* SPDX-License-Identifier: EUPL-1.2 */
/* Folders of plain files, as packages are: listing, copying and removing them. */
#ifndef SCOP_PACKAGE_FILES_H
#define SCOP_PACKAGE_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct scop_arena;

enum { SCOP_FILES_MAX = 2000 };

struct scop_files {
	const char *path[SCOP_FILES_MAX]; /* below the folder, sorted */
	size_t count;
};

/* Lists all files of the folder; false if one is not a plain file, or if there are too many. */
bool scop_files_list(struct scop_arena *arena, const char *folder, struct scop_files *ret_files,
    struct scop_error *err);

/* Reads a whole file and appends a NUL; NULL with the reason. `ret_size` may be NULL. */
const char *scop_files_read(struct scop_arena *arena, const char *path, size_t *ret_size,
    struct scop_error *err);

/* Copies to a file that does not exist yet, and syncs it to disk. */
bool scop_files_copy(const char *from, const char *to, struct scop_error *err);

/* Creates the folders above `path`, which is restored before it returns. */
void scop_files_make_folders(char *path);

/* Removes the folder and its contents, if it exists. */
void scop_files_remove(const char *path);

/* Removes the folder's hidden entries, left by interrupted work: those that no process holds with
 * flock(2). */
void scop_files_remove_hidden(const char *folder);

void scop_files_sync_folder(const char *path);

enum { SCOP_SHA256_TEXT = 65 };

/* The SHA-256 of a file, in hexadecimal. */
bool scop_sha256_file(const char *file, char ret_text[SCOP_SHA256_TEXT], struct scop_error *err);

#endif
