/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files of migrations: migration_split.c reads their statements, migration.c runs
 * them. */
#ifndef SCOP_PACKAGE_MIGRATION_PRIVATE_H
#define SCOP_PACKAGE_MIGRATION_PRIVATE_H

#include "package/migration.h"

/* The next word at `*at` without quotes; "" for another sign. Moves `*at` past it. */
const char *scop_sql_word(struct scop_arena *arena, const char **at);

/* The SQL with `database` for `old.` and `new.`. */
const char *scop_sql_with_other(struct scop_arena *arena, const char *sql, const char *database);

#endif
