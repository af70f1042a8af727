/* SPDX-License-Identifier: EUPL-1.2 */
/* The account of a run: see migrator.h. */
#include "installer/migrator.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/log.h"
#include "package/migration.h"

enum { END_TRIES = 200 };

const char *
scop_grant_pattern(struct scop_platform *platform, const char *database)
{
	struct scop_buffer out;

	scop_buffer_init(&out, platform->arena);
	for (; *database; database++)
		scop_buffer_printf(&out, *database == '_' ? "\\%c" : "%c", *database);
	return scop_buffer_str(&out);
}

const char *
scop_random_password(struct scop_platform *platform)
{
	unsigned char bytes[16];
	char *text = scop_arena_alloc(platform->arena, 33);

	randombytes_buf(bytes, sizeof bytes);
	return sodium_bin2hex(text, 33, bytes, sizeof bytes);
}

bool
scop_migrator_run(struct scop_platform *platform, const struct scop_migration *migration)
{
	const char *password = scop_random_password(platform);
	const char *user =
	    scop_arena_printf(platform->arena, "scop_run_%.12s", scop_random_password(platform));
	const struct scop_db_account account = { .socket = platform->config.db_socket,
		.user = user,
		.password = password };

	if (!scop_platform_sql(platform,
		"CREATE USER '%s'@localhost IDENTIFIED VIA ed25519 USING PASSWORD('%s')", user,
		password) ||
	    !scop_platform_sql(platform, "GRANT ALL ON `%s`.* TO '%s'@localhost",
		scop_grant_pattern(platform, migration->database), user) ||
	    (migration->other &&
		!scop_platform_sql(platform, "GRANT SELECT ON `%s`.* TO '%s'@localhost",
		    scop_grant_pattern(platform, migration->other), user)))
		return false;

	struct scop_db *db = scop_db_new(&account);
	const bool ok = scop_migration_run(db, migration, &platform->err);
	scop_db_free(db);
	const struct scop_error cause = platform->err;
	const bool dropped = scop_platform_sql(platform, "DROP USER '%s'@localhost", user);
	if (!ok)
		platform->err = cause;
	return ok && dropped;
}

/* Waits until MariaDB has ended the account's connections: what they hold is free only then. */
static bool
wait_for_end(struct scop_platform *platform, const char *user)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	int64_t open = 1;

	for (unsigned tries = 0; tries < END_TRIES && open > 0; tries++) {
		if (!scop_platform_count(platform, &open,
			"SELECT COUNT(*) AS n FROM information_schema.processlist WHERE user = "
			"'%s'",
			user))
			return false;
		if (open > 0)
			nanosleep(&pause, NULL);
	}
	return open == 0 ||
	    scop_error_set(&platform->err, "MariaDB does not end the connections of '%s'", user);
}

bool
scop_migrator_drop(struct scop_platform *platform, const char *user)
{
	return scop_platform_sql(platform, "KILL HARD USER '%s'@localhost", user) &&
	    wait_for_end(platform, user) &&
	    scop_platform_sql(platform, "DROP USER IF EXISTS '%s'@localhost", user);
}

bool
scop_prepared_undo(struct scop_platform *platform, size_t *ret_count)
{
	const struct scop_value *left = scop_platform_rows(platform, "XA RECOVER FORMAT='SQL'");
	bool ok = left != NULL;

	*ret_count = scop_count(left);
	for (size_t i = 0; i < scop_count(left); i++) {
		const char *id = scop_text(scop_at(left, i), "data");

		ok &= id[strspn(id, "Xx',0123456789abcdefABCDEF")] == '\0' &&
		    scop_platform_sql(platform, "XA ROLLBACK %s", id);
	}
	return ok;
}

bool
scop_migrator_sweep(struct scop_platform *platform)
{
	const struct scop_value *left = scop_platform_rows(platform,
	    "SELECT User AS name FROM mysql.user WHERE User LIKE 'scop\\_run\\_%%' AND is_role = "
	    "'N'");
	bool ok = left != NULL;
	size_t prepared;

	for (size_t i = 0; i < scop_count(left); i++)
		ok &= scop_migrator_drop(platform, scop_text(scop_at(left, i), "name"));
	if (!scop_prepared_undo(platform, &prepared))
		return false;
	if (prepared > 0)
		scop_log_line(SCOP_LOG_WARNING,
		    "%zu prepared transactions that belonged to nobody were rolled back", prepared);
	return ok;
}
