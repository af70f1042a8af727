/* SPDX-License-Identifier: EUPL-1.2 */
/* Chooses the packages of an order from this host's own folder, the catalogue, and the tenant's
 * modules. */
#ifndef SCOP_INSTALLER_CHOOSE_H
#define SCOP_INSTALLER_CHOOSE_H

#include "installer/platform.h"
#include "package/solve.h"

/* The options of an installation. */
struct scop_wish {
	/* a range; "" or NULL: the host's own, the one that the tenant has, or the newest */
	const char *version;
	bool newest;  /* rather than the one that the tenant has */
	bool beta;    /* versions of that channel too */
	bool root;    /* at the root of the tenant's public host name */
	bool granted; /* what a new version may beyond the old one */
};

struct scop_choice {
	const char *module, *version;
	/* this host's own, or where the package stands already; NULL: the catalogue has it */
	const char *folder;
};

/* In the order in which they are installed; the one that was asked for is the last, and always
 * there. */
bool scop_choose(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_wish *wish, struct scop_choice choices[SCOP_SOLVE_MAX], size_t *ret_count);

/* Fetches it if needed, checks it, moves it into place and stores its row. A refused download
 * leaves nothing behind. */
bool scop_choice_open(struct scop_platform *platform, const struct scop_choice *choice,
    struct scop_package *ret_package);

/* The package that stands below var/modules under that hash, for going back and switching on: it
 * was checked when it came. */
bool scop_package_of_hash(struct scop_platform *platform, const char *hash,
    struct scop_package *ret_package);

#endif
