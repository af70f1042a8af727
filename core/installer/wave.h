/* SPDX-License-Identifier: EUPL-1.2 */
/* The next step of an upgrade in waves. */
#ifndef SCOP_INSTALLER_WAVE_H
#define SCOP_INSTALLER_WAVE_H

#include "installer/platform.h"

/* Upgrades the next tenant of a running rollout by an order of its own; false if there is nothing
 * to do. */
bool scop_rollout_step(struct scop_platform *platform);

#endif
