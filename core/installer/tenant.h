/* SPDX-License-Identifier: EUPL-1.2 */
/* A tenant: its row, socle, views and host names; removal. */
#ifndef SCOP_INSTALLER_TENANT_H
#define SCOP_INSTALLER_TENANT_H

#include "installer/platform.h"

/* The parameters of a new tenant. */
struct scop_tenant_order {
	const char *name, *title, *language, *zone;
	/* an ISO 3166-1 code; NULL or "": that of its time zone, or else the configuration's */
	const char *country;
	/* a scop's own tenant: its portal shows the tenants that it serves, and can order for them
	 */
	bool operates;
	/* the scop that serves it; "": the only one of this host; NULL: none */
	const char *scop;
	/* sector template, from the folder templates; NULL: only the portal */
	const char *template;
	/* NULL or "": <name>.localhost and <name>-portal.localhost */
	const char *host, *portal_host;
	/* the person to invite as owner; NULL: none yet */
	const char *owner_name, *owner_mail, *inviter;
	/* remains unfinished: the next sweep removes it if this run is killed */
	bool throw_away;
};

/* Creates a tenant in three steps: the row, with the number `wanted` if that is free; the database,
 * views and host names; the mark that it is complete, without which the next sweep removes it. */
bool scop_tenant_begin(struct scop_platform *platform, const struct scop_tenant_order *order,
    uint32_t wanted, uint32_t *ret_tenant);
bool scop_tenant_socle(struct scop_platform *platform, uint32_t tenant,
    const struct scop_tenant_order *order);
bool scop_tenant_whole(struct scop_platform *platform, uint32_t tenant);

/* Assigns the tenant to the scop; NULL: only the command line serves it. */
bool scop_tenant_serve(struct scop_platform *platform, uint32_t tenant, const char *scop);

/* Sets the sender's address of the tenant's mails; "": the host's. */
bool scop_tenant_sender(struct scop_platform *platform, uint32_t tenant, const char *address);

/* Sets the country of the tenant, an ISO 3166-1 code. */
bool scop_tenant_country(struct scop_platform *platform, uint32_t tenant, const char *country);

/* Sets the monthly cost, in cents, up to which the tenant may order modules itself; negative: only
 * free modules. */
bool scop_tenant_allow(struct scop_platform *platform, uint32_t tenant, int64_t cents);

/* Creates the tenant's views of the platform in its socle; idempotent. */
bool scop_tenant_views(struct scop_platform *platform, uint32_t tenant);

/* Removes the routes to the tenant. */
bool scop_tenant_close(struct scop_platform *platform, uint32_t tenant);

/* Closes it, and drops its databases, roles and rows. */
bool scop_tenant_delete(struct scop_platform *platform, uint32_t tenant);

#endif
