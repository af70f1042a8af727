/* SPDX-License-Identifier: EUPL-1.2 */
/* The end of a tenant. */
#ifndef SCOP_INSTALLER_DELETE_H
#define SCOP_INSTALLER_DELETE_H

#include "installer/platform.h"

/* Deletes the tenant and the persons who are members nowhere else, looks for what might be left,
 * and writes that down: the record's path, NULL with the reason. */
const char *scop_tenant_end(struct scop_platform *platform, uint32_t tenant);

/* Takes away tenants that killed runs have half made, goes on with those half deleted, and drops
 * what was being taken in. For who holds the installer's lock. */
bool scop_tenant_sweep(struct scop_platform *platform);

#endif
