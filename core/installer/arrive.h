/* SPDX-License-Identifier: EUPL-1.2 */
/* Importing the archive of a tenant or of one module: see leave.h for its contents. */
#ifndef SCOP_INSTALLER_ARRIVE_H
#define SCOP_INSTALLER_ARRIVE_H

#include "installer/platform.h"

struct scop_arrival {
	const char *from;               /* an archive, or the folder that it was unpacked to */
	const char *name;               /* NULL: as it was */
	const char *host, *portal_host; /* NULL: as they were */
	/* takes modules that this host does not know from the archive: they are not signed there */
	bool with_packages;
	/* one that was an operator's stays one: a scop of this host */
	bool operator;
	const char *scop; /* which serves it here; "": the only one of this host */
};

/* Makes the tenant of it; nothing of it is left when that fails. */
bool scop_tenant_import(struct scop_platform *platform, const struct scop_arrival *arrival,
    bool (*on_step)(void *, const char *), void *context);

/* Gives the tenant the module of the archive, which it must not have; nothing of it is left when
 * that fails. */
bool scop_module_import(struct scop_platform *platform, uint32_t tenant,
    const struct scop_arrival *arrival, bool (*on_step)(void *, const char *), void *context);

/* Undoes an unfinished import of the module. */
bool scop_module_unarrive(struct scop_platform *platform, uint32_t tenant, const char *module);

#endif
