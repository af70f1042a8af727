/* SPDX-License-Identifier: EUPL-1.2 */
/* The directory's image, which the supervisor reads: all tenants, or an error. */
#ifndef SCOP_INSTALLER_DIRECTORY_H
#define SCOP_INSTALLER_DIRECTORY_H

#include "installer/platform.h"

/* Writes run/directory from the database. What is there stays where the rows do not fit together.
 */
bool scop_directory_write(struct scop_platform *platform);

#endif
