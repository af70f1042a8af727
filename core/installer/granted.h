/* SPDX-License-Identifier: EUPL-1.2 */
/* Opens packages on a host, with the rights that they were granted (package/grants.h). */
#ifndef SCOP_INSTALLER_GRANTED_H
#define SCOP_INSTALLER_GRANTED_H

#include "installer/platform.h"
#include "package/index.h"

/* Opens a package from a folder, which is in no index: it has the rights that the host's
 * configuration grants to its scop and name, or those that the same bytes were granted when they
 * were installed here. */
bool scop_package_open_here(struct scop_platform *platform, const char *folder,
    struct scop_package *ret_package, struct scop_error *err);

/* For checking a package before it is published in that folder's catalogue: packages from folders
 * also have the rights that its newest index grants. No signature is needed, since nothing is
 * installed permanently. */
void scop_grants_believe(struct scop_platform *platform, const char *catalogue);

/* Opens a package from an archive, whose claimed publisher is not verified: it has only the rights
 * that the same bytes were granted here before. */
bool scop_package_open_arrived(struct scop_platform *platform, const char *folder,
    struct scop_package *ret_package);

/* Opens a package from the catalogue: it has the rights that the index grants now. */
bool scop_package_open_indexed(struct scop_platform *platform, const struct scop_index *index,
    const char *folder, struct scop_package *ret_package);

#endif
