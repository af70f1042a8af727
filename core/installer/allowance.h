/* SPDX-License-Identifier: EUPL-1.2 */
/* Limits what an owner may order without the operator to modules within the tenant's monthly
 * allowance. */
#ifndef SCOP_INSTALLER_ALLOWANCE_H
#define SCOP_INSTALLER_ALLOWANCE_H

#include "installer/choose.h"

/* Whether an owner may order these packages, of which the last is the module: they cost no more
 * than the tenant pays for those modules already, or the allowance covers them together with the
 * tenant's others; and what is new costs no more than the owner agreed to. The view `offer`
 * (tenant_views.c) tells the same in advance. */
bool scop_allowance_check(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_wish *wish, const struct scop_choice *choices, size_t count);

#endif
