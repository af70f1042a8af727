/* SPDX-License-Identifier: EUPL-1.2 */
/* The directory's image, which the supervisor reads: all tenants, or an error. */
#ifndef SCOP_INSTALLER_DIRECTORY_H
#define SCOP_INSTALLER_DIRECTORY_H

#include "installer/platform.h"

/* Writes run/directory from the database, and returns once the supervisor has published it: from
 * then on every request sees it. Without a supervisor it only writes the file. If the rows are
 * inconsistent, the existing file is kept. */
bool scop_directory_write(struct scop_platform *platform);

#endif
