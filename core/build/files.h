/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of a module's folder, for the programs of the build, which end with a message if a file
 * cannot be read. */
#ifndef SCOP_BUILD_FILES_H
#define SCOP_BUILD_FILES_H

#include <stddef.h>

struct scop_arena;

enum { BUILD_FILES_MAX = 200 };

/* Prints the message to standard error and ends the program with status 1. */
void __attribute__((noreturn, format(printf, 1, 2))) build_die(const char *format, ...);

/* The file's bytes, followed by a NUL. `ret_length` may be NULL. */
const char *build_read(struct scop_arena *arena, const char *path, size_t *ret_length);

/* The names of the files in `folder` that end in `end`, sorted, so that the same sources give the
 * same output. Empty if the folder does not exist. */
size_t build_list(struct scop_arena *arena, const char *folder, const char *end,
    const char *ret_names[BUILD_FILES_MAX]);

/* The language of a file name: "fr" for "fr.po". */
const char *build_stem(struct scop_arena *arena, const char *name);

#endif
