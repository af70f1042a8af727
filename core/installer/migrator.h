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

#endif
