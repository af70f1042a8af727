/* SPDX-License-Identifier: EUPL-1.2 */
/* An upgrade tried on a copy. */
#ifndef SCOP_INSTALLER_REHEARSE_H
#define SCOP_INSTALLER_REHEARSE_H

#include "installer/choose.h"

/* Upgrades a copy of the tenant's tables, says how many rows and seconds it took, and drops the
 * copy. */
bool scop_module_rehearse(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_wish *wish, bool (*on_step)(void *, const char *), void *context,
    const char **ret_report);

#endif
