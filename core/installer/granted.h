/* SPDX-License-Identifier: EUPL-1.2 */
/* Opens packages on a host, with the rights that they were granted (package/grants.h). */
#ifndef SCOP_INSTALLER_GRANTED_H
#define SCOP_INSTALLER_GRANTED_H

#include "installer/platform.h"
#include "package/index.h"

/* A package of a folder, for which no index vouches: it has what the host's configuration grants to
 * its scop and name, or what the very same bytes were granted when they came here. */
bool scop_package_open_here(struct scop_platform *platform, const char *folder,
    struct scop_package *ret_package, struct scop_error *err);

/* For checking a package before it is published in the catalogue of that folder: packages of
 * folders have what its newest index grants, too. No signature is asked for, since nothing is
 * installed that stays. */
void scop_grants_believe(struct scop_platform *platform, const char *catalogue);

/* A package of an archive, which says itself whose it is: it has what the very same bytes were
 * granted here before, and nothing else. */
bool scop_package_open_arrived(struct scop_platform *platform, const char *folder,
    struct scop_package *ret_package);

/* A package of the catalogue: it has what the index grants now. */
bool scop_package_open_indexed(struct scop_platform *platform, const struct scop_index *index,
    const char *folder, struct scop_package *ret_package);

#endif
