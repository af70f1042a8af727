/* SPDX-License-Identifier: EUPL-1.2 */
/* Importing the archive of a tenant or of one module: see leave.h for its contents. */
#ifndef SCOP_INSTALLER_ARRIVE_H
#define SCOP_INSTALLER_ARRIVE_H

#include "installer/opened.h"
#include "installer/platform.h"

struct scop_arrival {
	const char *name;               /* NULL: unchanged */
	const char *host, *portal_host; /* NULL: unchanged */
	/* accepts modules from the archive that this host does not know: they are not signed */
	bool with_packages;
	/* an operator's tenant remains one: a scop of this host */
	bool operator;
	const char *scop; /* the scop that serves it here; "": the only one of this host */
};

/* Creates the tenant from the archive, opened by its "tenant.json"; on failure nothing of it
 * remains. */
bool scop_tenant_import(struct scop_platform *platform, const struct scop_opened *opened,
    const struct scop_arrival *arrival, bool (*on_step)(void *, const char *), void *context);

/* Imports the archive's module, opened by its "module.json", for the tenant, which must not have it
 * yet; on failure nothing of it remains. */
bool scop_module_import(struct scop_platform *platform, uint32_t tenant,
    const struct scop_opened *opened, const struct scop_arrival *arrival,
    bool (*on_step)(void *, const char *), void *context);

/* Undoes an unfinished import of the module. */
bool scop_module_unarrive(struct scop_platform *platform, uint32_t tenant, const char *module);

#endif
