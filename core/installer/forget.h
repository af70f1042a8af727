/* SPDX-License-Identifier: EUPL-1.2 */
/* Removes modules and packages that no tenant has any more. */
#ifndef SCOP_INSTALLER_FORGET_H
#define SCOP_INSTALLER_FORGET_H

#include "installer/platform.h"

/* Removes the module's account, secrets, packages and permission to make calls, once no tenant has
 * it any more. */
bool scop_module_forget(struct scop_platform *platform, const char *module);

/* Removes the packages (rows and files) that are not offered, and that no tenant uses or can roll
 * back to. The caller holds the installer's lock, since another process may be about to use one. */
bool scop_packages_forget(struct scop_platform *platform);

#endif
