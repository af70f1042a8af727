/* SPDX-License-Identifier: EUPL-1.2 */
/* Installs a module for a tenant, with its dependencies. */
#ifndef SCOP_INSTALLER_INSTALL_H
#define SCOP_INSTALLER_INSTALL_H

#include "installer/choose.h"

/* Installs the module for the tenant with its dependencies, upgrades it, or enables it again.
 * `told` is called at each step, and cancels by returning false. */
bool scop_module_install(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_wish *wish, bool (*on_step)(void *, const char *), void *context);

/* Installs exactly the package in `folder`, for a tenant being imported; `off`: the caller disables
 * it right afterwards. */
bool scop_module_install_from(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *folder, bool root, bool off);

#endif
