/* SPDX-License-Identifier: EUPL-1.2 */
/* Modules and packages that no tenant has any more. */
#ifndef SCOP_INSTALLER_FORGET_H
#define SCOP_INSTALLER_FORGET_H

#include "installer/platform.h"

/* Takes away the module's account, secrets, packages and permission to call out, once no tenant has
 * it any more. */
bool scop_module_forget(struct scop_platform *platform, const char *module);

/* Takes away the packages, rows and files, that are not offered, and that no tenant uses or can go
 * back to. The caller holds the installer's lock, since another process may be about to use one. */
bool scop_packages_forget(struct scop_platform *platform);

#endif
