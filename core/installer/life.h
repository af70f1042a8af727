/* SPDX-License-Identifier: EUPL-1.2 */
/* A module's life at a tenant after it was installed: back, off, gone, purged. */
#ifndef SCOP_INSTALLER_LIFE_H
#define SCOP_INSTALLER_LIFE_H

#include "installer/platform.h"

/* Rolls back to the version served before; `ret_report`: the result for rows written since. Needs
 * no worker of it. */
bool scop_module_back(struct scop_platform *platform, uint32_t tenant, const char *module,
    bool (*on_step)(void *, const char *), void *context, const char **ret_report);

/* Off, everything kept. */
bool scop_module_disable(struct scop_platform *platform, uint32_t tenant, const char *module);

/* Gone from the menu, data kept. */
bool scop_module_uninstall(struct scop_platform *platform, uint32_t tenant, const char *module);

/* Exported to `ret_report`, then dropped without a trace; `confirmed` is the module's name, typed
 * again. */
bool scop_module_purge(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *confirmed, bool (*on_step)(void *, const char *), void *context,
    const char **ret_report);

/* The data at stake: tables with their rows, personal data, dependent modules. As text, a line
 * each. */
const char *scop_module_inventory(struct scop_platform *platform, uint32_t tenant,
    const char *module);

/* Drops all that the tenant has of the module, without asking and without an export. */
bool scop_module_drop(struct scop_platform *platform, uint32_t tenant, const char *module);

#endif
