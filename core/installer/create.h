/* SPDX-License-Identifier: EUPL-1.2 */
/* A tenant made whole. */
#ifndef SCOP_INSTALLER_CREATE_H
#define SCOP_INSTALLER_CREATE_H

#include "installer/tenant.h"

/* Makes the tenant with its socle, its host names and its portal; nothing of it is left when that
 * fails. */
bool scop_tenant_create(struct scop_platform *platform, const struct scop_tenant_order *order,
    bool (*on_step)(void *, const char *), void *context);

#endif
