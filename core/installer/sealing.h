/* SPDX-License-Identifier: EUPL-1.2 */
/* What web/seal.c does for a module, for the installer: secrets that travel to another host are
 * sealed under its key anew. */
#ifndef SCOP_INSTALLER_SEALING_H
#define SCOP_INSTALLER_SEALING_H

#include "installer/platform.h"

/* The secret; "" where it is not sealed under this host's key of the module. */
const char *scop_unseal_for(struct scop_platform *platform, const char *module, const char *sealed);

/* Sealed, in hexadecimal; "" where the module has no key here. */
const char *scop_seal_for(struct scop_platform *platform, const char *module, const char *secret);

#endif
