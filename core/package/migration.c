/* SPDX-License-Identifier: EUPL-1.2 */
/* Migrations: see migration.h. */
#include "package/migration_private.h"

#include <dirent.h>
#include <mysqld_error.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/value.h"
#include "package/files.h"

enum { STEPS_MAX = 200, FILES_MAX = 500 };

struct run {
	struct scop_db *db;
	struct scop_arena *arena;
	const struct scop_migration *ask;
	const struct scop_value *journal;
	bool in_place; /* it has rows and is being served from */
	struct scop_error *err;
};

enum { LOCK_TRIES = 10, REPEATS_MAX = 1000000 };

static const struct scop_statement journal_all = { "journal",
	"SELECT name, step, sql_hash, state FROM scop_migration WHERE series = ? ORDER BY name, "
	"step",
	1, 0 };
static const struct scop_statement journal_put = { "journal_put",
	"REPLACE INTO scop_migration (series, name, step, sql_hash, state) VALUES (?, ?, ?, ?, ?)",
	5, 1 };

static bool
failed(struct run *run, const char *name, const char *what)
{
	return scop_error_set(run->err, "migration '%s': %s: %s", name, what,
	    scop_db_error(run->db));
}

static bool
step_failed(struct run *run, const char *name, const struct scop_migration_step *step)
{
	return failed(run, name,
	    scop_arena_printf(run->arena, "line %u: %s", step->line, step->sql));
}

static const char *
hash(struct scop_arena *arena, const char *sql)
{
	unsigned char sum[16];
	char *hex = scop_arena_alloc(arena, 33);

	crypto_generichash(sum, sizeof sum, (const unsigned char *)sql, strlen(sql), NULL, 0);
	return sodium_bin2hex(hex, 33, sum, sizeof sum);
}

static const struct scop_value *
journal_row(const struct run *run, const char *name, size_t step)
{
	for (size_t i = 0; i < scop_count(run->journal); i++) {
		const struct scop_value *row = scop_at(run->journal, i);

		if (strcmp(scop_text(row, "name"), name) == 0 &&
		    scop_int(row, "step") == (int64_t)step)
			return row;
	}
	return NULL;
}

static bool
mark(struct run *run, const char *name, size_t step, const char *sum, const char *state)
{
	const struct scop_query query = { &journal_put,
		{ scop_value_text(run->arena, run->ask->series), scop_value_text(run->arena, name),
		    scop_value_int(run->arena, (int64_t)step), scop_value_text(run->arena, sum),
		    scop_value_text(run->arena, state) } };
	uint64_t touched;

	return scop_db_write(run->db, run->arena, &query, &touched) == SCOP_DB_OK ||
	    failed(run, name, "the journal");
}

static bool
probe_says_done(struct run *run, const struct scop_migration_step *step, bool *ret_done)
{
	const struct scop_statement statement = { "probe", step->probe, 0, 0 };
	const struct scop_query query = { &statement, { NULL } };
	const struct scop_value *rows;

	if (scop_db_read_once(run->db, run->arena, &query, &rows) != SCOP_DB_OK)
		return failed(run, "probe", step->probe);
	*ret_done = scop_count(rows) > 0;
	return true;
}

/* The statement as it is run: in a table with rows, with options that refuse a copy of the table.
 */
static const char *
in_place(const struct run *run, const char *sql)
{
	const char *at = sql, *first = scop_sql_word(run->arena, &at),
		   *second = scop_sql_word(run->arena, &at);

	if (!run->in_place)
		return sql;
	if (strcasecmp(first, "ALTER") == 0 && strcasecmp(second, "TABLE") == 0)
		return scop_arena_printf(run->arena,
		    "SET STATEMENT lock_wait_timeout=1 FOR %s, ALGORITHM=NOCOPY, LOCK=NONE", sql);
	if (strcasecmp(first, "CREATE") == 0 &&
	    (strcasecmp(second, "INDEX") == 0 || strcasecmp(second, "UNIQUE") == 0))
		return scop_arena_printf(run->arena,
		    "SET STATEMENT lock_wait_timeout=1 FOR %s ALGORITHM=NOCOPY LOCK=NONE", sql);
	return sql;
}

/* Runs a statement that changes tables, waiting for their current readers. */
static bool
change_tables(struct run *run, const char *name, const struct scop_migration_step *step,
    const char *sql)
{
	const char *whole = in_place(run, sql);

	for (int tries = 1; scop_db_command(run->db, whole) != SCOP_DB_OK; tries++)
		if (scop_db_errno(run->db) != ER_LOCK_WAIT_TIMEOUT || tries == LOCK_TRIES)
			return step_failed(run, name, step);
	return true;
}

/* Changes rows and the journal in one transaction; a repeated statement is journalled once it
 * changes no row. */
static bool
write_rows(struct run *run, const char *name, size_t number, const struct scop_migration_step *step,
    const char *sql, const char *sum)
{
	uint64_t touched = 1;

	for (int i = 0; step->repeats && touched > 0; i++) {
		if (i == REPEATS_MAX)
			return scop_error_set(run->err,
			    "migration '%s': the statement of line %u repeats endlessly", name,
			    step->line);
		if (scop_db_begin(run->db) != SCOP_DB_OK ||
		    scop_db_command(run->db, sql) != SCOP_DB_OK) {
			step_failed(run, name, step);
			scop_db_rollback(run->db);
			return false;
		}
		touched = scop_db_touched(run->db);
		if (scop_db_commit(run->db) != SCOP_DB_OK)
			return failed(run, name, "commit");
	}
	if (scop_db_begin(run->db) != SCOP_DB_OK ||
	    (!step->repeats && scop_db_command(run->db, sql) != SCOP_DB_OK)) {
		step_failed(run, name, step);
		scop_db_rollback(run->db);
		return false;
	}
	return mark(run, name, number, sum, "done") &&
	    (scop_db_commit(run->db) == SCOP_DB_OK || failed(run, name, "commit"));
}

/* Whether the file belongs to a version that was tried but never served. */
static bool
was_abandoned(const struct run *run, const char *name)
{
	return run->ask->served &&
	    access(scop_arena_printf(run->arena, "%s/%s", run->ask->served, name), F_OK) != 0;
}

static bool
run_step(struct run *run, const char *name, size_t number, const struct scop_migration_step *step)
{
	const struct scop_value *row = journal_row(run, name, number);
	const char *sum = hash(run->arena, step->sql);
	bool happened = false;

	const bool done = strcmp(scop_text(row, "state"), "done") == 0,
		   same = strcmp(scop_text(row, "sql_hash"), sum) == 0;
	if (done && !same && !was_abandoned(run, name))
		return scop_error_set(run->err,
		    "migration '%s' was edited after it ran: statement %zu (line %u) is another. "
		    "Put it "
		    "back, and write a new migration.",
		    name, number, step->line);
	if (done && same)
		return true;
	if (run->ask->on_step &&
	    !run->ask->on_step(run->ask->context,
		scop_arena_printf(run->arena, "%s, %zu", name, number)))
		return scop_error_set(run->err, "cancelled");
	if (step->names_other && !run->ask->other)
		return mark(run, name, number, sum, "done");

	const char *sql = step->names_other
	    ? scop_sql_with_other(run->arena, step->sql, run->ask->other)
	    : step->sql;
	if (!step->changes_tables)
		return write_rows(run, name, number, step, sql, sum);
	if (row && !probe_says_done(run, step, &happened))
		return false;
	if (!happened &&
	    (!mark(run, name, number, sum, "run") || !change_tables(run, name, step, sql)))
		return false;
	return mark(run, name, number, sum, "done");
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t
list_files(struct run *run, const char *ret_names[FILES_MAX])
{
	DIR *dir = opendir(run->ask->folder);
	struct dirent *entry;
	size_t count = 0;

	while (dir && (entry = readdir(dir)) && count < FILES_MAX) {
		const size_t length = strlen(entry->d_name);

		if (length > 4 && strcmp(entry->d_name + length - 4, ".sql") == 0)
			ret_names[count++] = scop_arena_text(run->arena, entry->d_name);
	}
	if (dir)
		closedir(dir);
	qsort(ret_names, count, sizeof *ret_names, by_name);
	return count;
}

static bool
run_file(struct run *run, const char *file)
{
	static struct scop_migration_step steps[STEPS_MAX];
	const char *text = scop_files_read(run->arena,
	    scop_arena_printf(run->arena, "%s/%s", run->ask->folder, file), NULL, run->err);
	size_t count;

	if (!text ||
	    !scop_migration_split(run->arena, file, text, steps, STEPS_MAX, &count, run->err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!run_step(run, file, i + 1, &steps[i]))
			return false;
	if (journal_row(run, file, count + 1) && !was_abandoned(run, file))
		return scop_error_set(run->err,
		    "migration '%s' was edited after it ran: it had more statements. Put them "
		    "back.",
		    file);
	return true;
}

static bool
none_missing(struct run *run, const char *const *files, size_t count)
{
	for (size_t i = 0; i < scop_count(run->journal); i++) {
		const char *name = scop_text(scop_at(run->journal, i), "name");
		bool there = false;

		for (size_t f = 0; f < count; f++)
			there |= strcmp(files[f], name) == 0;
		if (!there && !was_abandoned(run, name))
			return scop_error_set(run->err,
			    "migration '%s' ran here once and is missing now in '%s'. Put it back.",
			    name, run->ask->folder);
	}
	return true;
}

bool
scop_migration_run(struct scop_db *db, const struct scop_migration *migration,
    struct scop_error *err)
{
	struct run run = { .db = db, .arena = scop_arena_new(), .ask = migration, .err = err };
	const char *files[FILES_MAX];
	const size_t count = list_files(&run, files);
	const struct scop_query journal = { &journal_all,
		{ scop_value_text(run.arena, migration->series) } };
	bool ok = false;

	scop_db_enter(db, "", migration->database, migration->database, 0, true);
	if (scop_db_begin(db) != SCOP_DB_OK || scop_db_commit(db) != SCOP_DB_OK ||
	    scop_db_command(db,
		"CREATE TABLE IF NOT EXISTS scop_migration (series VARCHAR(30) NOT NULL, name "
		"VARCHAR(100) NOT "
		"NULL, step SMALLINT UNSIGNED NOT NULL, sql_hash CHAR(32) NOT NULL, state "
		"ENUM('run', 'done') NOT NULL, at "
		"DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), "
		"PRIMARY KEY (series, name, step))") != SCOP_DB_OK ||
	    scop_db_read(db, run.arena, &journal, 1, &run.journal) != SCOP_DB_OK)
		failed(&run, "journal", migration->database);
	else
		ok = none_missing(&run, files, count);
	run.in_place = scop_count(run.journal) > 0;
	for (size_t i = 0; i < count && ok; i++)
		ok = run_file(&run, files[i]);
	scop_arena_free(run.arena);
	return ok;
}
