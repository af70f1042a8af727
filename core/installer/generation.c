/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * New generations of a module's tables: created beside the served tables, filled while writes wait,
 * and switched to by one UPDATE. After a kill at any point before that, the old tables stay in
 * service and the next run drops the new ones.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "installer/export.h"
#include "installer/generation.h"
#include "installer/installation.h"
#include "installer/migrator.h"
#include "installer/directory.h"
#include "process/control.h"

enum { DRAIN_STEP_MS = 20, CONTROL_MS = 2000 };

static bool
set_state(struct scop_installation *installation, const char *state)
{
	struct scop_platform *platform = installation->platform;

	return scop_platform_sql(platform,
		   "UPDATE scopiton.subscription SET state = '%s', epoch = epoch + 1 WHERE tenant "
		   "= %u AND module = '%s'",
		   state, installation->tenant, installation->module) &&
	    scop_directory_changed(platform) && scop_directory_write(platform);
}

/* Checks with the supervisor that all requests that began before the current directory have ended.
 */
static bool
is_drained(const struct scop_installation *installation)
{
	char command[80];
	bool drained;

	snprintf(command, sizeof command, "drained %u %s\n", installation->tenant,
	    installation->module);
	return scop_control_ask(installation->platform->config.run, command, CONTROL_MS,
		   &drained) &&
	    drained;
}

/* No request takes longer than its hard limit: the supervisor then ends it. */
static bool
wait_until_drained(struct scop_installation *installation)
{
	const struct scop_config *config = &installation->platform->config;
	const int64_t limit = config->hard_milliseconds > config->job_hard_milliseconds
	    ? config->hard_milliseconds
	    : config->job_hard_milliseconds;

	for (int64_t waited = 0; waited < limit + CONTROL_MS; waited += DRAIN_STEP_MS) {
		if (is_drained(installation))
			return true;
		usleep(DRAIN_STEP_MS * 1000);
	}
	return scop_error_set(&installation->platform->err,
	    "earlier requests did not end, or the supervisor is not running; the old version stays "
	    "in service");
}

bool
scop_freeze(struct scop_installation *installation)
{
	return set_state(installation, "frozen") && wait_until_drained(installation);
}

bool
scop_thaw(struct scop_installation *installation)
{
	return set_state(installation, "on");
}

/* The number of rows in a table; -1 if it does not exist. */
static int64_t
count_rows(struct scop_platform *platform, const char *database, const char *table)
{
	const struct scop_value *row =
	    scop_platform_row(platform, "SELECT COUNT(*) AS n FROM `%s`.`%s`", database, table);

	return row ? scop_int(row, "n") : -1;
}

/* The module's tables, without the host's own; `counter`: the AUTO_INCREMENT column, if there is
 * one. */
static const struct scop_value *
tables_of(struct scop_platform *platform, const char *database)
{
	return scop_platform_rows(platform,
	    "SELECT t.table_name AS name, COALESCE((SELECT c.column_name FROM "
	    "information_schema.columns c WHERE c.table_schema "
	    "= '%s' AND c.table_name = t.table_name AND c.extra LIKE '%%auto_increment%%'), '') AS "
	    "counter FROM information_schema.tables t WHERE "
	    "t.table_schema = '%s' AND t.table_type = 'BASE TABLE' AND t.table_name NOT LIKE "
	    "'scop\\_%%' ORDER BY t.table_name",
	    database, database);
}

/* Checks that a table of both generations has as many rows in each: otherwise the migration has
 * lost some. */
static bool
check_counts(struct scop_installation *installation, const char *database)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_value *tables = tables_of(platform, database);

	for (size_t i = 0; i < scop_count(tables); i++) {
		const char *name = scop_text(scop_at(tables, i), "name");
		const bool both = scop_platform_row(platform,
				      "SELECT 1 AS there FROM information_schema.tables WHERE "
				      "table_schema = '%s' AND table_name = '%s'",
				      installation->old_database, name) != NULL;
		const int64_t before =
				  both ? count_rows(platform, installation->old_database, name) : 0,
			      after = count_rows(platform, database, name);

		if (both && before != after)
			return scop_error_set(&platform->err,
			    "table '%s' has %lld rows, and would have %lld. Nothing was changed.",
			    name, (long long)before, (long long)after);
	}
	return tables != NULL;
}

/* No number is drawn twice, whatever becomes of the rows that have it. A database that an older
 * host made has no numbers. */
static bool
carry_numbers(struct scop_platform *platform, const char *from, const char *to)
{
	int64_t has;

	return scop_platform_count(platform, &has,
		   "SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = '%s' "
		   "AND table_name = 'scop_number'",
		   from) &&
	    (has == 0 ||
		(scop_platform_sql(platform,
		     "CREATE TABLE IF NOT EXISTS `%s`.scop_number LIKE `%s`.scop_number", to,
		     from) &&
		    scop_platform_sql(platform,
			"INSERT INTO `%s`.scop_number SELECT * FROM `%s`.scop_number f ON "
			"DUPLICATE KEY UPDATE last = GREATEST(scop_number.last, f.last)",
			to, from)));
}

/* Copies the keys of forms and jobs that have taken effect, and the numbers that were drawn, to the
 * new generation. */
static bool
carry_over(struct scop_installation *installation, const char *database)
{
	struct scop_platform *platform = installation->platform;

	return scop_platform_sql(platform,
		   "INSERT IGNORE INTO `%s`.scop_form_key SELECT * FROM `%s`.scop_form_key",
		   database, installation->old_database) &&
	    scop_platform_sql(platform,
		"INSERT IGNORE INTO `%s`.scop_job_done SELECT * FROM `%s`.scop_job_done", database,
		installation->old_database) &&
	    carry_numbers(platform, installation->old_database, database);
}

/* Records the highest number in each table when it begins to serve: rows above it were written
 * since. */
static bool
note_watermarks(struct scop_installation *installation, const char *database)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_value *tables = tables_of(platform, database);
	bool ok = tables &&
	    scop_platform_sql(platform,
		"CREATE TABLE IF NOT EXISTS `%s`.scop_watermark (name VARCHAR(64) PRIMARY KEY, "
		"counter VARCHAR(64) NOT "
		"NULL, value BIGINT NOT NULL)",
		database);

	for (size_t i = 0; ok && i < scop_count(tables); i++) {
		const char *name = scop_text(scop_at(tables, i), "name"),
			   *counter = scop_text(scop_at(tables, i), "counter");

		if (counter[0])
			ok = scop_platform_sql(platform,
			    "REPLACE INTO `%s`.scop_watermark (name, counter, value) SELECT '%s', "
			    "'%s', COALESCE(MAX(`%s`), 0) FROM "
			    "`%s`.`%s`",
			    database, name, counter, counter, database, name);
	}
	return ok;
}

static const struct scop_value *
watermarks(struct scop_platform *platform, const char *database)
{
	return scop_platform_rows(platform,
	    "SELECT name, counter, value FROM `%s`.scop_watermark ORDER BY name", database);
}

int64_t
scop_generation_rows_since(struct scop_platform *platform, const char *database)
{
	const struct scop_value *marks = watermarks(platform, database);
	int64_t rows = 0;

	for (size_t i = 0; i < scop_count(marks); i++) {
		const struct scop_value *mark = scop_at(marks, i);

		rows += scop_int(scop_platform_row(platform,
				     "SELECT COUNT(*) AS n FROM `%s`.`%s` WHERE `%s` > %lld",
				     database, scop_text(mark, "name"), scop_text(mark, "counter"),
				     (long long)scop_int(mark, "value")),
		    "n");
	}
	return rows;
}

static bool
fill(struct scop_installation *installation, const char *database)
{
	struct scop_platform *platform = installation->platform;

	return scop_installation_step(installation, "new tables") &&
	    scop_platform_sql(platform,
		"CREATE DATABASE `%s` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci",
		database) &&
	    scop_installation_rights(installation, database) &&
	    scop_installation_tables(installation, database,
		installation->package.manifest.generation, installation->old_database) &&
	    carry_over(installation, database) && scop_installation_step(installation, "compare") &&
	    check_counts(installation, database) &&
	    scop_installation_contracts(installation, database) &&
	    scop_installation_prepare(installation, installation->package.folder, database) &&
	    note_watermarks(installation, database);
}

bool
scop_generation_make(struct scop_installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const char *database = scop_generation_name(platform, installation->tenant,
	    installation->module, installation->package.manifest.generation);
	const bool serves =
	    strcmp(installation->state, "on") == 0 || strcmp(installation->state, "frozen") == 0;

	/* Left by a killed run, or by a rollback. */
	if (!scop_platform_sql(platform, "DROP DATABASE IF EXISTS `%s`", database) ||
	    !scop_installation_step(installation, "freeze"))
		return false;
	if ((!serves || scop_freeze(installation)) && fill(installation, database) &&
	    scop_installation_step(installation, "switch on") &&
	    scop_installation_switch(installation, database))
		return true;
	const struct scop_error cause = platform->err;
	/* Checks again whether the switch has happened: the answer to its commit may have been
	 * lost. */
	if (!scop_installation_is_unused(installation, database)) {
		platform->err = cause;
		return false;
	}
	if (serves)
		scop_thaw(installation);
	scop_platform_sql(platform, "REVOKE ALL ON `%s`.* FROM %s",
	    scop_grant_pattern(platform, database), installation->role);
	scop_platform_sql(platform, "DROP DATABASE IF EXISTS `%s`", database);
	platform->err = cause;
	return false;
}

/* ---- rollback ---- */

/* Exports the newer rows of each table to a file. */
static bool
export_since(struct scop_platform *platform, const char *database, const char *folder)
{
	const struct scop_value *marks = watermarks(platform, database);
	bool ok = marks != NULL;

	for (size_t i = 0; ok && i < scop_count(marks); i++) {
		const struct scop_value *mark = scop_at(marks, i),
					*rows = scop_platform_rows(platform,
					    "SELECT * FROM `%s`.`%s` WHERE `%s` > %lld", database,
					    scop_text(mark, "name"), scop_text(mark, "counter"),
					    (long long)scop_int(mark, "value"));

		ok = rows &&
		    (scop_count(rows) == 0 ||
			scop_export_csv(platform, rows,
			    scop_arena_printf(platform->arena, "%s/%s.csv", folder,
				scop_text(mark, "name"))));
	}
	return ok;
}

bool
scop_generation_leave(struct scop_installation *installation, const struct scop_manifest *newer,
    const char **ret_report)
{
	struct scop_platform *platform = installation->platform;
	const char *from = installation->old_database, *to = installation->database;
	const unsigned generation = scop_generation_of(from);
	const long long rows = (long long)scop_generation_rows_since(platform, from);

	if (!carry_numbers(platform, from, to))
		return false;
	if (newer->back == SCOP_BACK_LOST) {
		*ret_report = scop_arena_say(platform->arena,
		    "%lld rows written since are lost, as the module had declared", rows);
		return true;
	}
	if (newer->back == SCOP_BACK_EXPORTED) {
		const char *folder =
		    scop_export_folder(platform, installation->tenant, installation->module);

		*ret_report = scop_arena_say(platform->arena, "%lld rows written since are in '%s'",
		    rows, folder);
		return folder && export_since(platform, from, folder);
	}
	*ret_report = scop_arena_say(platform->arena, "%lld rows written since are kept", rows);
	/* A rollback may happen more than once: the journal of an earlier one no longer applies. */
	return scop_platform_sql(platform,
		   "DELETE FROM `%s`.scop_migration WHERE series = 'back%u' AND at < (SELECT "
		   "MIN(at) FROM `%s`.scop_migration "
		   "WHERE series = 'generation%u')",
		   to, generation, from, generation) &&
	    scop_migrator_run(platform,
		&(struct scop_migration){ .database = to,
		    .other = from,
		    .series = scop_arena_printf(platform->arena, "back%u", generation),
		    .folder = scop_arena_printf(platform->arena,
			"%s/modules/%s/migrations/generation%u/back", platform->config.var,
			installation->old_hash, generation) });
}
