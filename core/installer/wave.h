/* SPDX-License-Identifier: EUPL-1.2 */
/* The next step of the upgrades in waves. */
#ifndef SCOP_INSTALLER_WAVE_H
#define SCOP_INSTALLER_WAVE_H

#include "installer/platform.h"

/* Serves the next tenant of a running one, by an order of its own; false where there is nothing to
 * do. */
bool scop_rollout_step(struct scop_platform *platform);

#endif
