/*
 * Migrations: numbered SQL files, one journal row for each statement, in the database that they change.
 *
 * A statement that only writes rows runs in one transaction with its journal row. One that changes tables is marked `run`,
 * executed, marked `done`; found at `run` after a crash, its probe decides whether it had happened. The probe of CREATE
 * TABLE, CREATE INDEX and ALTER TABLE ... ADD is known; another needs a line `-- probe: SELECT ...` that gives a row once
 * it has happened. A file that was edited or is missing after it ran is refused by name.
 */
#ifndef SCOP_MODULES_MIGRATION_H
#define SCOP_MODULES_MIGRATION_H

#include <stdbool.h>

#include "base/error.h"
#include "data/db.h"

struct scop_arena;

/* Runs what has not run yet of `folder` in `database`, through `db`, whose account may do no more than that. Called for
 * each step that ran with `told`, which may be NULL. */
bool scop_migration_run(struct scop_db *db, const char *database, const char *folder, const char *series,
    void (*told)(void *context, const char *what), void *context, struct scop_error *err);

/* One statement of a migration's text, for tests: appended to `ret_statements` in their order. */
struct scop_migration_step {
	const char *sql;
	const char *probe; /* NULL: none is needed, or (see `changes_tables`) known */
	bool changes_tables;
	unsigned line;
};

bool scop_migration_split(struct scop_arena *arena, const char *file, const char *text,
    struct scop_migration_step *ret_steps, size_t max, size_t *ret_count, struct scop_error *err);

#endif
