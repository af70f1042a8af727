/* SPDX-License-Identifier: EUPL-1.2 */
/* Upgrades in waves, stored in scopiton.rollout. */
#ifndef SCOP_INSTALLER_ROLLOUT_H
#define SCOP_INSTALLER_ROLLOUT_H

#include "installer/choose.h"

/* Creates one for the scop's tenants that have the module, or for all if `scop` is 0; `canary`:
 * this tenant alone is first; 0: none. `module` "socle" means the socle itself. Returns its number,
 * or 0 with the reason. */
int64_t scop_rollout_begin(struct scop_platform *platform, const char *module,
    const struct scop_wish *wish, uint32_t scop, uint32_t canary, const char *actor);

/* Pauses a rollout ("paused") or resumes it ("running"), if it is the scop's, or `scop` is 0. */
bool scop_rollout_set(struct scop_platform *platform, int64_t id, uint32_t scop, const char *state);

#endif
