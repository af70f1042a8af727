/* SPDX-License-Identifier: EUPL-1.2 */
/* Upgrades in waves, stored in scopiton.rollout. */
#ifndef SCOP_INSTALLER_ROLLOUT_H
#define SCOP_INSTALLER_ROLLOUT_H

#include "installer/choose.h"

/* Makes one for the scop's tenants that have the module, or for all where `scop` is 0; `canary`:
 * first that tenant alone; 0: none. `module` "socle" is the socle itself. Its number, or 0 with the
 * reason. */
int64_t scop_rollout_begin(struct scop_platform *platform, const char *module,
    const struct scop_wish *wish, uint32_t scop, uint32_t canary, const char *actor);

/* Pauses one ("paused"), or goes on with it ("running"), where it is the scop's or that is 0. */
bool scop_rollout_set(struct scop_platform *platform, int64_t id, uint32_t scop, const char *state);

#endif
