/* SPDX-License-Identifier: EUPL-1.2 */
/* The rights of a portal over the platform. */
#ifndef SCOP_INSTALLER_RIGHTS_H
#define SCOP_INSTALLER_RIGHTS_H

#include "installer/platform.h"

/* Grants a portal's role the right to place and cancel orders. Idempotent. */
bool scop_portal_rights(struct scop_platform *platform, uint32_t tenant);

/* The same after a migration, for a tenant whose portal already has these rights. */
bool scop_portal_rights_again(struct scop_platform *platform, uint32_t tenant);

#endif
