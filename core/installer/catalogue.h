/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The host side of the group's catalogue: the index is fetched, verified and cached in
 * var/catalogue; its offers are stored in the database for the portal; a package is fetched and
 * verified when it is installed. The cached index is verified again at each use. Refused files are
 * removed.
 */
#ifndef SCOP_INSTALLER_CATALOGUE_H
#define SCOP_INSTALLER_CATALOGUE_H

#include "installer/platform.h"
#include "package/index.h"

/* Fetches a newer index, and stores its offers. False with the reason, which is stored too; the
 * cached index then stays in use. */
bool scop_catalogue_refresh(struct scop_platform *platform);

/* The cached index, verified; if it has expired, a newer one is fetched first. */
bool scop_catalogue_load(struct scop_platform *platform, struct scop_index *ret_index);

/* Fetches, verifies and unpacks one version. */
struct scop_fetched {
	const char *work;   /* the folder to remove afterwards */
	const char *folder; /* of the package's files, in it */
	const char *signature;
};
bool scop_catalogue_fetch(struct scop_platform *platform, const struct scop_index *index,
    const char *module, const char *version, struct scop_fetched *ret_fetched);

/* Whether the module's name is free on this host, or belongs to the scop. */
bool scop_module_is_of(struct scop_platform *platform, const char *module, const char *scop);

/* Assigns a free name to the scop from which the module is installed. False if it is another
 * scop's. */
bool scop_module_claim(struct scop_platform *platform, const char *module, const char *scop);

/* Removes leftovers of a killed fetch. */
void scop_catalogue_sweep(const struct scop_platform *platform);

#endif
