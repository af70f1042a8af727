/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Migrations: numbered SQL files, one journal row for each statement, in the database that they
 * change.
 *
 * A statement that only writes rows runs in one transaction with its journal row. A statement that
 * changes tables is marked `run`, executed, marked `done`; if it is found at `run` after a crash,
 * its probe decides whether it had happened. The probe of CREATE TABLE, CREATE INDEX and ALTER
 * TABLE ... ADD is known; another needs a line `-- probe: SELECT ...` that gives a row once it has
 * happened. A file that was edited or is missing after it ran is refused by name.
 *
 * In a database that already holds rows, tables change in place while the previous version goes on
 * serving: ALTER TABLE and CREATE INDEX run with ALGORITHM=NOCOPY, LOCK=NONE, so that MariaDB
 * refuses a change that would copy or block. A statement with a line `-- repeat` above it runs,
 * each time in a transaction of its own, until it touches no row: for long fills with a LIMIT.
 */
#ifndef SCOP_PACKAGE_MIGRATION_H
#define SCOP_PACKAGE_MIGRATION_H

#include <stdbool.h>

#include "base/error.h"
#include "data/db.h"

struct scop_arena;

struct scop_migration {
	const char *database; /* that is changed */
	const char *folder, *series;
	/* The database that statements name `old.` (or `new.`, on the way back). NULL: there is
	 * none, and statements that name it have nothing to do. */
	const char *other;
	/* The same folder of the version that serves, NULL for none: what ran, and is not there
	 * either, is of a version that never came to serve, and may be missing or be another one
	 * now. */
	const char *served;
	/* Called for each step that runs; false stops there. May be NULL. */
	bool (*on_step)(void *context, const char *what);
	void *context;
};

/* Runs the pending migrations of the folder through `db`, whose account may do no more than that.
 */
bool scop_migration_run(struct scop_db *db, const struct scop_migration *migration,
    struct scop_error *err);

/* One statement of a migration's text, for tests: appended to `ret_statements` in their order. */
struct scop_migration_step {
	const char *sql;
	const char *probe; /* NULL: none is needed, or (see `changes_tables`) known */
	bool changes_tables;
	bool repeats;     /* until it touches no row */
	bool names_other; /* `old.` or `new.` */
	unsigned line;
};

bool scop_migration_split(struct scop_arena *arena, const char *file, const char *text,
    struct scop_migration_step *ret_steps, size_t max, size_t *ret_count, struct scop_error *err);

#endif
