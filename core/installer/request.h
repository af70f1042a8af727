/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests: an owner asks the operator for a module that the owner may not order; the operator
 * installs it or declines. */
#ifndef SCOP_INSTALLER_REQUEST_H
#define SCOP_INSTALLER_REQUEST_H

#include "installer/platform.h"

/* Creates the request, and has the scop's portal notify its operators by mail. If one is already
 * open, no second one is created. */
bool scop_request_make(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *actor);

/* Closes the open request for the module, if there is one; `words` may be empty. */
bool scop_request_end(struct scop_platform *platform, uint32_t tenant, const char *module,
    bool accepted, const char *actor, const char *words);

#endif
