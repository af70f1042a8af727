/* SPDX-License-Identifier: EUPL-1.2 */
/* Deletes tenants. */
#ifndef SCOP_INSTALLER_DELETE_H
#define SCOP_INSTALLER_DELETE_H

#include "installer/platform.h"

/* Deletes the tenant and the persons who are members nowhere else, searches for remains, and writes
 * a record. Returns the record's path, NULL with the reason. */
const char *scop_tenant_end(struct scop_platform *platform, uint32_t tenant);

/* Removes half-created tenants of killed runs, resumes half-done deletions, and drops unfinished
 * imports. The caller holds the installer's lock. */
bool scop_tenant_sweep(struct scop_platform *platform);

#endif
