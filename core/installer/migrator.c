/* SPDX-License-Identifier: EUPL-1.2 */
/* The account of a run: see migrator.h. */
#include "installer/migrator.h"

#include <sodium.h>
#include <string.h>

#include "base/buffer.h"
#include "package/migration.h"

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

bool
scop_migrator_sweep(struct scop_platform *platform)
{
	const struct scop_value *left = scop_platform_rows(platform,
	    "SELECT User AS name FROM mysql.user WHERE User LIKE 'scop\\_run\\_%%' AND is_role = "
	    "'N'");
	bool ok = left != NULL;

	for (size_t i = 0; ok && i < scop_count(left); i++)
		ok = scop_platform_sql(platform, "DROP USER IF EXISTS '%s'@localhost",
		    scop_text(scop_at(left, i), "name"));
	return ok;
}
