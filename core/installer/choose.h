/* SPDX-License-Identifier: EUPL-1.2 */
/* Chooses the packages of an order from this host's own folder, the catalogue, and the tenant's
 * modules. */
#ifndef SCOP_INSTALLER_CHOOSE_H
#define SCOP_INSTALLER_CHOOSE_H

#include "installer/platform.h"
#include "package/solve.h"

/* The options of an installation. */
struct scop_wish {
	/* a range; "" or NULL: the host's own version, the tenant's, or the newest */
	const char *version;
	bool newest;  /* instead of the tenant's current version */
	bool beta;    /* also versions in the beta channel */
	bool root;    /* at the root of the tenant's public host name */
	bool granted; /* accepts additional rights of a new version */
	/* an owner's: within the tenant's allowance, and for no more than `agreed` cents a month */
	bool by_owner;
	int64_t agreed; /* < 0: not stated */
};

struct scop_choice {
	const char *module, *version;
	/* in this host's own folder, or of an installed package; NULL: in the catalogue */
	const char *folder;
	int64_t cents; /* its tariff a month */
};

/* Sorted by order of installation; the requested module is the last one, and always listed. */
bool scop_choose(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_wish *wish, struct scop_choice choices[SCOP_SOLVE_MAX], size_t *ret_count);

/* Fetches it if needed, checks it, moves it into place and stores its row. A refused download
 * leaves nothing behind. */
bool scop_choice_open(struct scop_platform *platform, const struct scop_choice *choice,
    struct scop_package *ret_package);

/* The package below var/modules with that hash, for rollback and enabling: it was checked when it
 * was installed. */
bool scop_package_of_hash(struct scop_platform *platform, const char *hash,
    struct scop_package *ret_package);

#endif
