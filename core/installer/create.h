/* SPDX-License-Identifier: EUPL-1.2 */
/* Creates a complete tenant. */
#ifndef SCOP_INSTALLER_CREATE_H
#define SCOP_INSTALLER_CREATE_H

#include "installer/tenant.h"

/* Creates the tenant with its socle, its host names and its portal; on failure nothing of it
 * remains. */
bool scop_tenant_create(struct scop_platform *platform, const struct scop_tenant_order *order,
    bool (*on_step)(void *, const char *), void *context);

/* Queues an invitation for each member who has an address and no account. */
bool scop_tenant_invite(struct scop_platform *platform, uint32_t tenant, uint64_t *ret_invited);

#endif
