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

struct scop_platform {
	struct scop_config config;
	struct scop_db *db;
	const char *password; /* of its account, for mariadb-dump */
	/* rights of packages of folders: the configuration's, and those of an index that a check
	 * was given */
	struct scop_grants granted, indexed;
	struct scop_arena *arena;
	struct scop_error err; /* of the last call that answered false */
};

/* Connects; false with the reason. */
bool scop_platform_open(struct scop_platform *platform, const char *config_file);
void scop_platform_close(struct scop_platform *platform);

/* One SQL text, made as printf does; for names that were checked, and texts that
 * scop_platform_quote escaped. */
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

/* The number `n` of SELECT COUNT(*) AS n; false on failure, which is not the same as none: ask so
 * before something is dropped. */
bool scop_platform_count(struct scop_platform *platform, int64_t *ret_count, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Reports a step through `told`, if given; false, with the reason, when `told` cancels. */
bool scop_platform_step(struct scop_platform *platform, bool (*on_step)(void *, const char *),
    void *context, const char *what);

/* Writes a secret that `uid` alone can read; replaced whole. */
bool scop_secret_write(struct scop_platform *platform, const char *path, uid_t uid,
    const char *text);

/* Whom a process runs as: the dispatcher's number is 0, the mailer's -1, a module's workers' the
 * module's. Gives -1 where all run as we do. */
uid_t scop_process_uid(const struct scop_platform *platform, int64_t number);

/* Says that the directory has changed. */
bool scop_directory_changed(struct scop_platform *platform);

/* Takes the installer's lock for this database server, and lowers the process's priority below the
 * serving ones; false when another process holds it. A connection lost meanwhile does not reconnect
 * until unlocked: nothing goes on without the lock. */
bool scop_platform_lock(struct scop_platform *platform, unsigned seconds);
void scop_platform_unlock(struct scop_platform *platform);

/* Whether we hold it still: it ends with the connection, and another may have gone on with our
 * work. */
bool scop_platform_holds_lock(struct scop_platform *platform);

#endif
