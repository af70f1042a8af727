/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The group's catalogue, from a host's side: the index is fetched, checked and kept in
 * var/catalogue; what it offers is noted in the database for the portal to show; a package is
 * fetched and checked when it is installed. The kept index is checked again each time it is used.
 * Nothing that was refused stays on the disk.
 */
#ifndef SCOP_INSTALLER_CATALOGUE_H
#define SCOP_INSTALLER_CATALOGUE_H

#include "installer/platform.h"
#include "package/index.h"

/* Looks for a newer index, and notes what it offers. False with the reason, which is noted too; the
 * kept one stands. */
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

/* Removes what a fetch that was killed has left. */
void scop_catalogue_sweep(const struct scop_platform *platform);

#endif
