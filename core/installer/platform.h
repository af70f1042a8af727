/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The platform's own data: the database `scopiton`, through the installer's account. Only the
 * command line and the installer use it; no worker does.
 */
#ifndef SCOP_INSTALLER_PLATFORM_H
#define SCOP_INSTALLER_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/value.h"
#include "data/db.h"
#include "package/package.h"
#include "process/lease.h"

struct scop_platform {
	struct scop_config config;
	struct scop_db *db;
	const char *password; /* of its account, for mariadb-dump */
	struct scop_db_account account;
	struct scop_lease *lease; /* NULL: not held, or the database has none yet */
	bool old_lock;            /* held instead, as long as it has none */
	/* rights of packages from folders: the configuration's, and for a check those of an index
	 */
	struct scop_grants granted, indexed;
	struct scop_arena *arena;
	struct scop_error err; /* of the last call that returned false */
};

/* Connects; false with the reason. */
bool scop_platform_open(struct scop_platform *platform, const char *config_file);
void scop_platform_close(struct scop_platform *platform);

/* Runs one SQL statement, formatted as by printf: only with validated names, and with texts escaped
 * by scop_platform_quote. */
bool scop_platform_sql(struct scop_platform *platform, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *scop_platform_quote(struct scop_platform *platform, const char *text);

/* `sql` with the tenant's number for each {tenant} in it; "%" is no more than itself. */
const char *scop_sql_for_tenant(struct scop_arena *arena, const char *sql, uint32_t tenant);

/* The rows of a SELECT; NULL on failure. */
const struct scop_value *scop_platform_rows(struct scop_platform *platform, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The first row; NULL for none. */
const struct scop_value *scop_platform_row(struct scop_platform *platform, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The number `n` of SELECT COUNT(*) AS n; false on failure, which differs from 0: use it before
 * dropping anything. */
bool scop_platform_count(struct scop_platform *platform, int64_t *ret_count, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Reports a step through `told`, if given; false, with the reason, when `told` cancels. */
bool scop_platform_step(struct scop_platform *platform, bool (*on_step)(void *, const char *),
    void *context, const char *what);

/* Writes a secret that only `uid` can read; replaces an existing file atomically. */
bool scop_secret_write(struct scop_platform *platform, const char *path, uid_t uid,
    const char *text);

/* The user id of a process: `number` is 0 for the dispatcher, -1 for the mailer, and the module's
 * number for its workers. -1 if all processes run as the same user. */
uid_t scop_process_uid(const struct scop_platform *platform, int64_t number);

/* Signals that the directory has changed. */
bool scop_directory_changed(struct scop_platform *platform);

/* Becomes the installer of this database server, by the lease of that name, and lowers the
 * process's priority below the serving ones; false if another process is it. Until unlocked, a lost
 * connection does not reconnect: nothing continues without the lease. In a database that has no
 * leases yet, the user lock of 0.1.0 stands for it, until scop_platform_lock_again. */
bool scop_platform_lock(struct scop_platform *platform, unsigned seconds);
void scop_platform_unlock(struct scop_platform *platform);

/* After the migration that brings leases: takes the one that stands for what is held already. */
bool scop_platform_lock_again(struct scop_platform *platform);

/* Whether this process still holds the lock: it ends with the connection, and another may have
 * resumed the work. In a transaction it stays so until the end. True for who has not taken it. */
bool scop_platform_may_go_on(struct scop_platform *platform);

/* Begins a transaction, in which nobody can take the lease from its holder. */
bool scop_platform_begin(struct scop_platform *platform);

/* The same of somebody who has taken it. */
bool scop_platform_holds_lock(struct scop_platform *platform);

#endif
