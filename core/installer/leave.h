/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Leaving, and arriving elsewhere: a tenant as one archive, which holds its data as SQL, its
 * people, its modules with their packages, what the tables mean, and the host's own programs, so
 * that its `run` starts it alone on a Debian 12 machine.
 *
 *     README.md  run  tenant.json  persons.json  SHA256SUMS
 *     data/socle.sql, data/<module>.sql, data/queue.sql
 *     tables/socle.md, tables/<module>.md
 *     packages/<module>/...
 *     host/build/libexec ..., host/migrations, host/nginx, host/tools
 *
 * One module alone has module.json (with what the tenant set, and its roles' permissions) in place
 * of tenant.json, run and host/.
 */
#ifndef SCOP_INSTALLER_LEAVE_H
#define SCOP_INSTALLER_LEAVE_H

#include "installer/platform.h"

/* Where data stands that is being taken in, and is nobody's yet: one import runs at a time. */
#define SCOP_STAGING "scop_staging"

/* Writes the archive, while the tenant is being served; its path, or NULL. */
const char *scop_tenant_export(struct scop_platform *platform, uint32_t tenant,
    bool (*told)(void *, const char *), void *context);

/* The same of one module. */
const char *scop_module_export(struct scop_platform *platform, uint32_t tenant, const char *module);

/* For a purge, which has switched it off before: `state` is how it stood. */
const char *scop_module_export_as(struct scop_platform *platform, uint32_t tenant,
    const char *module, const char *state);

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
    bool (*told)(void *, const char *), void *context);

/* Gives the tenant the module of the archive, which it must not have; nothing of it is left when
 * that fails. */
bool scop_module_import(struct scop_platform *platform, uint32_t tenant,
    const struct scop_arrival *arrival, bool (*told)(void *, const char *), void *context);

/* Takes away what an import of the module has made so far. */
bool scop_module_unarrive(struct scop_platform *platform, uint32_t tenant, const char *module);

/* Deletes the tenant and the persons who are members nowhere else, looks for what might be left,
 * and writes that down: the record's path, NULL with the reason. */
const char *scop_tenant_end(struct scop_platform *platform, uint32_t tenant);

/* Takes away tenants that killed runs have half made, goes on with those half deleted, and drops
 * what was being taken in. For who holds the installer's lock. */
bool scop_tenant_sweep(struct scop_platform *platform);

#endif
