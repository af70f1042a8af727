/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Migrations: numbered SQL files, one journal row for each statement, in the database that they
 * change.
 *
 * A statement that only writes rows runs in one transaction with its journal row. A statement that
 * changes tables is marked `run`, executed, marked `done`; if it is still marked `run` after a
 * crash, its probe decides whether it had been executed. The host knows the probes of CREATE TABLE,
 * CREATE INDEX and ALTER TABLE ... ADD; other statements need a line `-- probe: SELECT ...`, which
 * returns a row once the statement has been executed. A file that was edited or removed after it
 * ran is refused, and named.
 *
 * In a database that already holds rows, tables change in place while the previous version goes on
 * serving: ALTER TABLE and CREATE INDEX run with ALGORITHM=NOCOPY, LOCK=NONE, so that MariaDB
 * refuses a change that would copy or block. A statement after a line `-- repeat` runs, each time
 * in a transaction of its own, until it changes no row: for filling large tables with a LIMIT.
 */
#ifndef SCOP_PACKAGE_MIGRATION_H
#define SCOP_PACKAGE_MIGRATION_H

#include <stdbool.h>

#include "base/error.h"
#include "data/db.h"

struct scop_arena;

struct scop_migration {
	const char *database; /* the database to change */
	const char *folder, *series;
	/* The database that statements call `old.` (or `new.`, in a rollback). NULL: none, and
	 * statements that name it are skipped. */
	const char *other;
	/* The migrations of the version being served; NULL for none. A migration that ran but is
	 * not in this folder belongs to a version that never served, so it may be missing or
	 * changed. */
	const char *served;
	/* Called for each step that runs; false stops the run. May be NULL. */
	bool (*on_step)(void *context, const char *what);
	void *context;
};

/* Runs the pending migrations of the folder through `db`, whose account has no other rights.
 */
bool scop_migration_run(struct scop_db *db, const struct scop_migration *migration,
    struct scop_error *err);

/* Splits a migration's text into statements, for tests; appends them to `ret_statements` in order.
 */
struct scop_migration_step {
	const char *sql;
	const char *probe; /* NULL: not needed, or known (see `changes_tables`) */
	bool changes_tables;
	bool repeats;     /* until it changes no row */
	bool names_other; /* `old.` or `new.` */
	unsigned line;
};

bool scop_migration_split(struct scop_arena *arena, const char *file, const char *text,
    struct scop_migration_step *ret_steps, size_t max, size_t *ret_count, struct scop_error *err);

#endif
