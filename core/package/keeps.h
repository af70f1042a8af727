/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables whose rows a module keeps as they were written: MariaDB refuses the rest, and the build
 * says so before. */
#ifndef SCOP_PACKAGE_KEEPS_H
#define SCOP_PACKAGE_KEEPS_H

struct scop_arena;
struct scop_manifest;

/* The mistake, in words, of a module's statement that deletes rows which the manifest keeps, or
 * changes a column of theirs that may not be; NULL if it finds none. It finds what a statement
 * names by the table's own name. Lives in `arena`. */
const char *scop_keeps_mistake(struct scop_arena *arena, const struct scop_manifest *manifest,
    const char *sql);

#endif
