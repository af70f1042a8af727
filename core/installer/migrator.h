/* SPDX-License-Identifier: EUPL-1.2 */
/* Migrations run under an account that is created for the run, has access to one database only, and
 * is dropped afterwards. */
#ifndef SCOP_INSTALLER_MIGRATOR_H
#define SCOP_INSTALLER_MIGRATOR_H

#include "installer/platform.h"

#include "package/migration.h"

/* The account has all rights on `migration->database`, and may read `migration->other`. */
bool scop_migrator_run(struct scop_platform *platform, const struct scop_migration *migration);

/* Drops the accounts of killed runs; the caller holds the installer's lock. */
bool scop_migrator_sweep(struct scop_platform *platform);

/* Escapes `_` in `text`, because it is a wildcard in GRANT ... ON. */
const char *scop_grant_pattern(struct scop_platform *platform, const char *database);

/* 32 random letters. */
const char *scop_random_password(struct scop_platform *platform);

/* Ends the connections of a run's account, and drops it. */
bool scop_migrator_drop(struct scop_platform *platform, const char *user);

/* Rolls back all prepared transactions that no connection holds, and counts them. Scopiton prepares
 * none: they come from an archive or from a module, outlive MariaDB itself, and their locks stop
 * whatever needs the same tables. */
bool scop_prepared_undo(struct scop_platform *platform, size_t *ret_count);

#endif
