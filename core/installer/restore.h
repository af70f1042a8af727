/* SPDX-License-Identifier: EUPL-1.2 */
/* The data of an archive, put back: databases, persons, and what waited in the queue. */
#ifndef SCOP_INSTALLER_RESTORE_H
#define SCOP_INSTALLER_RESTORE_H

#include "installer/platform.h"

/* Where data stands that is being taken in, and is nobody's yet: one import runs at a time. */
#define SCOP_STAGING "scop_staging"

/* Runs a dump in the one database, which is made where it is not there, under an account made for
 * that. Anything but plain tables with plain names is refused. */
bool scop_restore_data(struct scop_platform *platform, const char *database, const char *path);

/* Persons by their address: who has an account here keeps it, others get theirs. */
bool scop_restore_persons(struct scop_platform *platform, uint32_t tenant, const char *folder);

/* What waited goes on here, under this tenant's roles: those of `modules` (quoted, with commas
 * between) alone. */
bool scop_restore_queue(struct scop_platform *platform, uint32_t tenant, const char *modules,
    const char *folder);

#endif
