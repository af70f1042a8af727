/* SPDX-License-Identifier: EUPL-1.2 */
/* Restores the data of an archive: databases, members, and queued jobs. */
#ifndef SCOP_INSTALLER_RESTORE_H
#define SCOP_INSTALLER_RESTORE_H

#include "installer/platform.h"

/* The staging database of an import, which no tenant owns yet: one import runs at a time. */
#define SCOP_STAGING "scop_staging"

/* An empty socle, with which an imported one is compared. */
#define SCOP_REFERENCE "scop_reference"

/* Runs a dump in the one database, which is created if needed, under an account created for that.
 * Anything but plain tables with plain names is refused, and so is a transaction that it leaves
 * prepared. The run ends with this process, and after `import_seconds`. */
bool scop_restore_data(struct scop_platform *platform, const char *database, const char *path);

/* Checks that a tenant's imported socle has no table and no foreign key that this host's own socle
 * lacks: a foreign key on a session would keep the host from deleting it. */
bool scop_restore_check_socle(struct scop_platform *platform, const char *database);

/* Leaves the members without accounts, and removes sessions, links and API keys. */
bool scop_restore_members(struct scop_platform *platform, uint32_t tenant);

/* Imports the queued jobs under this tenant's roles: only those of `modules` (quoted, separated by
 * commas). */
bool scop_restore_queue(struct scop_platform *platform, uint32_t tenant, const char *modules,
    const char *folder);

#endif
