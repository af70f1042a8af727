/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Export and import of a tenant as one archive, which holds its data as SQL, its people, its
 * modules with their packages, a description of the tables, and the host's own programs, so that
 * its `run` starts the tenant on any Debian 12 machine.
 *
 *     README.md  run  tenant.json  persons.json  SHA256SUMS
 *     data/socle.sql, data/<module>.sql, data/queue.sql
 *     tables/socle.md, tables/<module>.md
 *     packages/<module>/...
 *     host/build/libexec ..., host/migrations, host/nginx, host/tools
 *
 * The archive of a single module has module.json (with the tenant's settings, and its roles'
 * permissions) in place of tenant.json, run and host/.
 */
#ifndef SCOP_INSTALLER_LEAVE_H
#define SCOP_INSTALLER_LEAVE_H

#include "installer/platform.h"

/* The tables of the socle whose rows let somebody in, at this host alone: an archive has none of
 * these rows, and an import removes them. NULL ends the list. */
extern const char *const scop_proofs[];

/* Writes the archive while the tenant is being served; returns its path, or NULL. */
const char *scop_tenant_export(struct scop_platform *platform, uint32_t tenant,
    bool (*on_step)(void *, const char *), void *context);

/* The same for one module. */
const char *scop_module_export(struct scop_platform *platform, uint32_t tenant, const char *module);

/* The same for a purge, which has disabled the module before: `state` is its earlier state. */
const char *scop_module_export_as(struct scop_platform *platform, uint32_t tenant,
    const char *module, const char *state);

#endif
