/* SPDX-License-Identifier: EUPL-1.2 */
/* Pictures of modules on this host: var/pictures, which nginx serves to every portal under
 * /_pictures/. See package/pictures.h. */
#ifndef SCOP_INSTALLER_PICTURES_H
#define SCOP_INSTALLER_PICTURES_H

#include "installer/platform.h"
#include "package/index.h"

/* Puts the pictures of a package of this host in place, and returns their names for the database.
 * False with the reason. */
bool scop_pictures_keep(struct scop_platform *platform, const struct scop_package *package,
    const char **ret_icon, const char **ret_pictures);

/* Fetches pictures in the index that this host lacks, and removes those that are no longer used. A
 * failed fetch is logged and retried at the next check: a module is installed without it. */
void scop_pictures_fetch(struct scop_platform *platform, const struct scop_index *index);

#endif
