/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The contracts of a tenant's modules: the views of t42__contract and the rights to read them, made
 * of what the modules that are switched on offer and use (package/contract.h).
 *
 * A view has its provider's role as definer, so it shows that module's tables to whoever may select
 * from it, and the provider's rights decide. An optional use whose provider is not there reads a
 * view of the same columns without rows. Nothing here is of value by itself: archives leave it out,
 * and it is made anew wherever the modules are.
 */
#ifndef SCOP_INSTALLER_CONTRACTS_H
#define SCOP_INSTALLER_CONTRACTS_H

#include "installer/platform.h"

/* A package that is about to be served, from a database that has its tables. */
struct scop_contracts_change {
	const char *module, *hash, *database;
	/* the other modules may still be missing: their archive is being taken in */
	bool arrives;
};

/* Adds what the package offers and uses to what is there, before it is served; false, with the
 * reason, if a module would no longer find what it uses. The version that still serves loses
 * nothing. */
bool scop_contracts_prepare(struct scop_platform *platform, uint32_t tenant,
    const struct scop_contracts_change *change);

/* Makes views and rights exactly those of the modules that are switched on. Nothing to do costs two
 * queries. */
bool scop_contracts_settle(struct scop_platform *platform, uint32_t tenant);

#endif
