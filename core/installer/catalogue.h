/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The group's catalogue, from a host's side: the index is fetched, checked and kept in
 * var/catalogue; its offers are stored in the database for the portal to show; a package is fetched
 * and checked when it is installed. The cached index is checked again at each use. Refused files do
 * not stay on the disk.
 */
#ifndef SCOP_INSTALLER_CATALOGUE_H
#define SCOP_INSTALLER_CATALOGUE_H

#include "installer/platform.h"
#include "package/index.h"

/* Fetches a newer index, and stores its offers. False with the reason, which is stored too; the
 * cached index then stays in use. */
bool scop_catalogue_refresh(struct scop_platform *platform);

/* The kept index, checked; one that has ended is looked for anew first. */
bool scop_catalogue_load(struct scop_platform *platform, struct scop_index *ret_index);

/* Fetches, checks and unpacks one version. */
struct scop_fetched {
	const char *work;   /* the folder to remove afterwards */
	const char *folder; /* of the package's files, in it */
	const char *signature;
};
bool scop_catalogue_fetch(struct scop_platform *platform, const struct scop_index *index,
    const char *module, const char *version, struct scop_fetched *ret_fetched);

/* Whether the module's name is free on this host, or the scop's. */
bool scop_module_is_of(struct scop_platform *platform, const char *module, const char *scop);

/* Gives a free name to the scop from which the module is installed. False where it is another's. */
bool scop_module_claim(struct scop_platform *platform, const char *module, const char *scop);

/* Removes leftovers of a killed fetch. */
void scop_catalogue_sweep(const struct scop_platform *platform);

#endif
