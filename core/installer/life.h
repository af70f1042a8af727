/* SPDX-License-Identifier: EUPL-1.2 */
/* The life of a tenant's module after its installation: rollback, disabling, uninstalling, purging.
 */
#ifndef SCOP_INSTALLER_LIFE_H
#define SCOP_INSTALLER_LIFE_H

#include "installer/platform.h"

/* Rolls back to the previous version; `ret_report`: the result for rows written since. Works even
 * if the module's workers do not start. */
bool scop_module_back(struct scop_platform *platform, uint32_t tenant, const char *module,
    bool (*on_step)(void *, const char *), void *context, const char **ret_report);

/* Disables the module; everything is kept. */
bool scop_module_disable(struct scop_platform *platform, uint32_t tenant, const char *module);

/* Uninstalls the module; its data is kept. */
bool scop_module_uninstall(struct scop_platform *platform, uint32_t tenant, const char *module);

/* Exports the module's data, to the path given in `ret_report`, then deletes all of it; `confirmed`
 * must be the module's name. */
bool scop_module_purge(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *confirmed, bool (*on_step)(void *, const char *), void *context,
    const char **ret_report);

/* The data that a purge would delete: tables with their rows, personal data, dependent modules. As
 * text, one line each. */
const char *scop_module_inventory(struct scop_platform *platform, uint32_t tenant,
    const char *module);

/* Drops all data of the tenant's module, without confirmation and without an export. */
bool scop_module_drop(struct scop_platform *platform, uint32_t tenant, const char *module);

#endif
