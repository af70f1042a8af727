/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Restores the data of an archive. Its SQL is untrusted: it runs under an account that may only
 * create tables in the one new database, by a client that has no access to files, and the result is
 * checked before any statement of the host uses it.
 */
#include "installer/restore.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "installer/leave.h"
#include "installer/migrator.h"
#include "installer/opened.h"
#include "package/migration.h"
#include "queue/queue.h"

#define MAIL_COLUMNS \
	"recipient, recipient_name, sender_name, reply_to, subject, html, secret, created, " \
	"run_at, tries, state, answer, ended"
#define MAIL_ROW "role, " MAIL_COLUMNS

/* Allows only plain tables with plain names: a view, routine or trigger would run with the host's
 * rights, and a name containing a quote would end the host's statement. (MariaDB itself refuses
 * functions that access files in a default.) */
static bool
check_loaded(struct scop_platform *platform, const char *database, const char *path)
{
	static const char *const kinds[] = {
		"SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = '%s' AND "
		"(table_type <> 'BASE TABLE' OR engine <> 'InnoDB' OR table_name NOT REGEXP "
		"'^[A-Za-z0-9_]+$' OR create_options LIKE '%%DIRECTORY%%' OR create_options LIKE "
		"'%%partition%%')",
		"SELECT COUNT(*) AS n FROM information_schema.columns WHERE table_schema = '%s' "
		"AND column_name NOT REGEXP '^[A-Za-z0-9_]+$'",
		"SELECT COUNT(*) AS n FROM information_schema.key_column_usage WHERE table_schema "
		"= '%s' AND (constraint_name NOT REGEXP '^[A-Za-z0-9_]+$' OR "
		"referenced_table_schema <> table_schema)",
		"SELECT COUNT(*) AS n FROM information_schema.routines WHERE routine_schema = '%s'",
		"SELECT COUNT(*) AS n FROM information_schema.triggers WHERE trigger_schema = '%s'",
		"SELECT COUNT(*) AS n FROM information_schema.events WHERE event_schema = '%s'",
	};
	int64_t found;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		char sql[500];

		snprintf(sql, sizeof sql, kinds[i], database);
		if (!scop_platform_count(platform, &found, "%s", sql))
			return false;
		if (found > 0)
			return scop_error_set(&platform->err,
			    "'%s' cannot be imported: it contains something other than plain "
			    "tables",
			    path);
	}
	return true;
}

/* ---- files elsewhere ---- */

/* The folders outside of MariaDB's own in which the tables of the database lie. */
static const struct scop_value *
folders_elsewhere(struct scop_platform *platform, const char *database)
{
	return scop_platform_rows(platform,
	    "SELECT DISTINCT SUBSTRING(filename, 1, CHAR_LENGTH(filename) - "
	    "CHAR_LENGTH(SUBSTRING_INDEX(filename, '/', -1)) - 1) AS folder FROM "
	    "information_schema.innodb_sys_tablespaces WHERE name LIKE '%s/%%' AND filename LIKE "
	    "'/%%' AND filename NOT LIKE CONCAT(@@datadir, '%%')",
	    scop_grant_pattern(platform, database));
}

/* Drops the database of a refused dump at once, and removes the folders that MariaDB created for it
 * elsewhere; those that hold anything else stay. */
static void
undo(struct scop_platform *platform, const char *database)
{
	const struct scop_error cause = platform->err;
	const struct scop_value *folders = folders_elsewhere(platform, database);

	if (scop_platform_sql(platform, "DROP DATABASE IF EXISTS `%s`", database))
		for (size_t i = 0; i < scop_count(folders); i++)
			rmdir(scop_text(scop_at(folders, i), "folder"));
	platform->err = cause;
}

/* ---- running a dump ---- */

/* Ends with its parent, even if that is killed. */
static void __attribute__((noreturn))
become_client(const char *const *words, const char *path, const char *password, pid_t parent)
{
	const int in = open(path, O_RDONLY | O_NOFOLLOW);

	setenv("MYSQL_PWD", password, 1);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent || in < 0 ||
	    dup2(in, STDIN_FILENO) < 0)
		_exit(126);
	execvp(words[0], (char *const *)(uintptr_t)words);
	_exit(127);
}

/* Waits for the client, but not longer than `seconds`; the status that it ended with, or -1. */
static int
wait_for_client(pid_t pid, int64_t seconds)
{
	struct pollfd ended = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	int status;

	if (ended.fd < 0 || poll(&ended, 1, (int)(seconds * 1000)) != 1)
		kill(pid, SIGKILL);
	if (ended.fd >= 0)
		close(ended.fd);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Runs the dump at `path` with mariadb, in its sandbox mode; the status that it ended with, -1
 * where it could not be run or was killed. */
static int
run_dump(struct scop_platform *platform, const char *database, const char *path, const char *user,
    const char *password)
{
	const char *words[] = { "mariadb", "--no-defaults",
		scop_arena_printf(platform->arena, "--socket=%s", platform->config.db_socket),
		scop_arena_printf(platform->arena, "--user=%s", user),
		"--default-character-set=utf8mb4", "--batch", "--binary-mode", "--sandbox",
		"--local-infile=0", database, NULL };
	const pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		become_client(words, path, password, parent);
	return pid > 0 ? wait_for_client(pid, platform->config.import_seconds) : -1;
}

static bool
make_account(struct scop_platform *platform, const char *database, const char *user,
    const char *password)
{
	return scop_platform_sql(platform,
		   "CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb4 COLLATE "
		   "utf8mb4_unicode_520_ci",
		   database) &&
	    scop_platform_sql(platform,
		"CREATE USER '%s'@localhost IDENTIFIED VIA ed25519 USING PASSWORD('%s') WITH "
		"MAX_STATEMENT_TIME %lld MAX_USER_CONNECTIONS 1",
		user, password, (long long)platform->config.import_seconds) &&
	    scop_platform_sql(platform,
		"GRANT SELECT, INSERT, CREATE, DROP, ALTER, INDEX, REFERENCES, LOCK TABLES ON "
		"`%s`.* TO '%s'@localhost",
		scop_grant_pattern(platform, database), user);
}

/* Whether the ended run left nothing that goes on, and nothing but plain tables. */
static bool
check_run(struct scop_platform *platform, const char *database, const char *path, int status)
{
	size_t prepared;

	if (!scop_prepared_undo(platform, &prepared))
		return false;
	if (prepared > 0)
		return scop_error_set(&platform->err,
		    "'%s' cannot be imported: it leaves a prepared transaction (XA PREPARE)", path);
	if (status != 0)
		return scop_error_set(&platform->err,
		    "'%s' cannot be imported: mariadb ended with status %d", path, status);
	return check_loaded(platform, database, path);
}

/* Runs a dump in the one database, under an account created for that. */
bool
scop_restore_data(struct scop_platform *platform, const char *database, const char *path)
{
	const char *password = scop_random_password(platform),
		   *user = scop_arena_printf(platform->arena, "scop_run_%.12s",
		       scop_random_password(platform));

	if (!make_account(platform, database, user, password))
		return false;
	const int status = run_dump(platform, database, path, user, password);
	/* a statement that runs on holds its tables, and could add others after the check */
	const bool ok =
	    scop_migrator_drop(platform, user) && check_run(platform, database, path, status);
	if (!ok)
		undo(platform, database);
	return ok;
}

/* ---- comparing with a socle of this host ---- */

bool
scop_restore_check_socle(struct scop_platform *platform, const char *database)
{
	static const char keys[] =
	    "SELECT CONCAT_WS('.', table_name, column_name, referenced_table_name, "
	    "referenced_column_name) FROM information_schema.key_column_usage WHERE table_schema = "
	    "'%s' AND referenced_table_name IS NOT NULL";
	const char *has = scop_arena_printf(platform->arena, keys, database),
		   *may = scop_arena_printf(platform->arena, keys, SCOP_REFERENCE);
	int64_t tables = 0, foreign = 0;
	const bool ok = scop_platform_sql(platform,
			    "CREATE OR REPLACE DATABASE " SCOP_REFERENCE
			    " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci") &&
	    scop_migrator_run(platform,
		&(struct scop_migration){ .database = SCOP_REFERENCE,
		    .folder =
			scop_arena_printf(platform->arena, "%s/socle", platform->config.migrations),
		    .series = "socle" }) &&
	    scop_platform_count(platform, &tables,
		"SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = '%s' AND "
		"table_name NOT IN (SELECT table_name FROM information_schema.tables WHERE "
		"table_schema = '" SCOP_REFERENCE "')",
		database) &&
	    scop_platform_count(platform, &foreign,
		"SELECT COUNT(*) AS n FROM (%s EXCEPT %s) surplus", has, may);

	if (ok && tables + foreign > 0)
		scop_error_set(&platform->err,
		    "the archive's socle cannot be imported: it has %lld tables and %lld foreign "
		    "keys that a socle does not have",
		    (long long)tables, (long long)foreign);
	const struct scop_error cause = platform->err;
	scop_platform_sql(platform, "DROP DATABASE IF EXISTS " SCOP_REFERENCE);
	platform->err = cause;
	return ok && tables + foreign == 0;
}

/* ---- members and queued jobs ---- */

/* Nothing in an archive lets anybody in: its members have no account here until each of them has
 * taken an invitation, and what its persons.json says of persons is not read. The column is set
 * anew, because an archive could give it a default that names a person of this host. */
bool
scop_restore_members(struct scop_platform *platform, uint32_t tenant)
{
	bool ok = scop_platform_sql(platform,
		      "ALTER TABLE t%u.member MODIFY person BIGINT UNSIGNED NULL", tenant) &&
	    scop_platform_sql(platform, "UPDATE t%u.member SET person = NULL", tenant);

	for (size_t i = 0; ok && scop_proofs[i]; i++)
		ok = scop_platform_sql(platform, "DELETE FROM t%u.%s", tenant, scop_proofs[i]);
	return ok;
}

/* Imports queued mails with attachments one by one: each gets a new number here. */
static bool
take_attachments(struct scop_platform *platform, const char *role, const char *ours)
{
	const struct scop_value *mails = scop_platform_rows(platform,
	    "SELECT id FROM " SCOP_STAGING ".mail m WHERE %s AND secret = 0 AND state = 'waiting' "
	    "AND EXISTS (SELECT a.id FROM " SCOP_STAGING
	    ".attachment a WHERE a.mail = m.id) ORDER BY id",
	    ours);
	bool ok = mails != NULL;

	for (size_t i = 0; ok && i < scop_count(mails); i++) {
		const long long id = (long long)scop_int(scop_at(mails, i), "id");

		ok = scop_platform_begin(platform) &&
		    scop_platform_sql(platform,
			"INSERT INTO queue.mail (" MAIL_ROW ") SELECT %s, " MAIL_COLUMNS
			" FROM " SCOP_STAGING ".mail WHERE id = %lld",
			role, id) &&
		    scop_platform_sql(platform,
			"INSERT INTO queue.attachment (role, mail, name, type, bytes) SELECT %s, "
			"LAST_INSERT_ID(), name, type, bytes FROM " SCOP_STAGING
			".attachment WHERE mail = %lld ORDER BY id",
			role, id) &&
		    scop_platform_sql(platform, "COMMIT");
	}
	return ok;
}

/* Imports the queued jobs under this tenant's roles: only those of `modules` (quoted, separated by
 * commas). */
bool
scop_restore_queue(struct scop_platform *platform, uint32_t tenant, const char *modules,
    const char *folder)
{
	const char *role = scop_arena_printf(platform->arena,
	    "CONCAT('t%u_', SUBSTRING(role, LOCATE('_', role) + 1))", tenant);
	const char *ours = scop_arena_printf(platform->arena,
	    "SUBSTRING(role, LOCATE('_', role) + 1) IN (%s)", modules);
	const bool ok = scop_restore_data(platform, SCOP_STAGING,
			    scop_arena_printf(platform->arena, "%s/data/queue.sql", folder)) &&
	    /* the archive of an older host has none */
	    scop_platform_sql(platform,
		"ALTER TABLE " SCOP_STAGING ".outbox ADD COLUMN IF NOT EXISTS sender VARCHAR(24) "
		"COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT ''") &&
	    scop_platform_sql(platform,
		/* IGNORE, for `once`, would also take in times that are no date */
		"INSERT IGNORE INTO queue.outbox (role, is_event, name, once, body, run_at, "
		"sender, created, tries) SELECT %s, is_event, name, once, body, IF(run_at > "
		"'2000-01-01', "
		"run_at, UTC_TIMESTAMP(3)), sender, IF(created > '2000-01-01', created, "
		"UTC_TIMESTAMP(3)), "
		"tries FROM " SCOP_STAGING ".outbox WHERE %s AND LENGTH(body) <= %d ORDER BY id",
		role, ours, SCOP_QUEUE_BODY_MAX) &&
	    scop_platform_sql(platform,
		"INSERT INTO queue.mail (" MAIL_ROW ") SELECT %s, " MAIL_COLUMNS
		" FROM " SCOP_STAGING ".mail m WHERE %s AND (secret = 0 OR html = '') AND (state "
		"<> 'waiting' OR NOT EXISTS "
		"(SELECT a.id FROM " SCOP_STAGING ".attachment a WHERE a.mail = m.id)) ORDER BY id",
		role, ours) &&
	    take_attachments(platform, role, ours);
	const struct scop_error cause = platform->err;

	scop_platform_sql(platform, "DROP DATABASE IF EXISTS " SCOP_STAGING);
	platform->err = cause;
	return ok;
}
