/* SPDX-License-Identifier: EUPL-1.2 */
/* The data about packages in the database. */
#ifndef SCOP_INSTALLER_SCAN_H
#define SCOP_INSTALLER_SCAN_H

#include "installer/platform.h"

/* Records the packages in the configured folder, so that the portal can offer them. */
bool scop_module_scan(struct scop_platform *platform);

/* Records one package; `offered`: as its module's package in this host's own folder. */
bool scop_package_note(struct scop_platform *platform, const struct scop_package *package,
    bool offered);

#endif
