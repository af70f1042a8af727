/* SPDX-License-Identifier: EUPL-1.2 */
/* A module that no tenant has any more. */
#ifndef SCOP_INSTALLER_FORGET_H
#define SCOP_INSTALLER_FORGET_H

#include "installer/platform.h"

/* Takes away the module's account, secrets, packages and permission to call out, once no tenant has
 * it any more. */
bool scop_module_forget(struct scop_platform *platform, const char *module);

#endif
