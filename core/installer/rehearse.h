/* SPDX-License-Identifier: EUPL-1.2 */
/* A dry run of an upgrade. */
#ifndef SCOP_INSTALLER_REHEARSE_H
#define SCOP_INSTALLER_REHEARSE_H

#include "installer/choose.h"

/* Upgrades a copy of the tenant's tables, reports the number of rows and seconds, and drops the
 * copy. */
bool scop_module_rehearse(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_wish *wish, bool (*on_step)(void *, const char *), void *context,
    const char **ret_report);

#endif
