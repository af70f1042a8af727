/* SPDX-License-Identifier: EUPL-1.2 */
/* The installer's counterpart of service/seal.c: secrets that move to another host are sealed again
 * under that host's key. */
#ifndef SCOP_INSTALLER_SEALING_H
#define SCOP_INSTALLER_SEALING_H

#include "installer/platform.h"

/* Unseals a secret; "" if it is not sealed under this host's key of the module. */
const char *scop_unseal_for(struct scop_platform *platform, const char *module, const char *sealed);

/* Seals a secret, in hexadecimal; "" if the module has no key here. */
const char *scop_seal_for(struct scop_platform *platform, const char *module, const char *secret);

#endif
