/* SPDX-License-Identifier: EUPL-1.2 */
/* The package data that the database holds. */
#ifndef SCOP_INSTALLER_SCAN_H
#define SCOP_INSTALLER_SCAN_H

#include "installer/platform.h"

/* Stores which packages are in the configured folder, so that the portal can offer them. */
bool scop_module_scan(struct scop_platform *platform);

/* Notes one package; `offered`: as the one of its module in this host's own folder. */
bool scop_package_note(struct scop_platform *platform, const struct scop_package *package,
    bool offered);

#endif
