/* SPDX-License-Identifier: EUPL-1.2 */
/* The rights of a tenant's roles over what is not their module's own, the socle and the platform,
 * and those of the session process in a socle. */
#ifndef SCOP_INSTALLER_RIGHTS_H
#define SCOP_INSTALLER_RIGHTS_H

#include "installer/platform.h"

/* Lets the module's role add to the tenant's audit trail, and read what package/reads.h lists of
 * the tenant's socle, and the tables of it that the role may write; with the right `portal` in
 * `asks`, all of it. Compares what it may read with what the role has, grants what is missing
 * before it revokes what is too much, and can be repeated. */
bool scop_socle_rights(struct scop_platform *platform, uint32_t tenant, const char *module,
    unsigned asks);

/* The same for each role of the tenant, after a migration. */
bool scop_socle_rights_again(struct scop_platform *platform, uint32_t tenant);

/* Grants a portal's role the right to place and cancel orders. Idempotent. */
bool scop_portal_rights(struct scop_platform *platform, uint32_t tenant);

/* The same after a migration, for a tenant whose portal already has these rights. */
bool scop_portal_rights_again(struct scop_platform *platform, uint32_t tenant);

/* Lets scopiton-session read what it needs of the tenant's socle. Idempotent. */
bool scop_session_rights(struct scop_platform *platform, uint32_t tenant);

/* Takes these rights back, also after the socle was dropped. */
bool scop_session_rights_end(struct scop_platform *platform, uint32_t tenant);

#endif
