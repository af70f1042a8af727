/* SPDX-License-Identifier: EUPL-1.2 */
/* Restores the data of an archive: databases, members, and queued jobs. */
#ifndef SCOP_INSTALLER_RESTORE_H
#define SCOP_INSTALLER_RESTORE_H

#include "installer/platform.h"

/* The staging database of an import, which no tenant owns yet: one import runs at a time. */
#define SCOP_STAGING "scop_staging"

/* Runs a dump in the one database, which is created if needed, under an account created for that.
 * Anything but plain tables with plain names is refused. */
bool scop_restore_data(struct scop_platform *platform, const char *database, const char *path);

/* Leaves the members without accounts, and removes sessions, links and API keys. */
bool scop_restore_members(struct scop_platform *platform, uint32_t tenant);

/* Imports the queued jobs under this tenant's roles: only those of `modules` (quoted, separated by
 * commas). */
bool scop_restore_queue(struct scop_platform *platform, uint32_t tenant, const char *modules,
    const char *folder);

#endif
