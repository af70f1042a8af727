/* SPDX-License-Identifier: EUPL-1.2 */
/* A tenant: its row, socle, views and host names; taking it away. */
#ifndef SCOP_INSTALLER_TENANT_H
#define SCOP_INSTALLER_TENANT_H

#include "installer/platform.h"

/* How a new tenant is to be. */
struct scop_tenant_order {
	const char *name, *title, *language, *zone;
	/* a scop's own: its portal shows the tenants that it serves, and orders for them */
	bool operates;
	/* the scop that serves it; "": the only one of this host; NULL: none */
	const char *scop;
	/* of its sector, from the folder templates; NULL: the portal alone */
	const char *template;
	/* NULL or "": <name>.localhost and <name>-portal.localhost */
	const char *host, *portal_host;
	/* who is invited as its owner; NULL: nobody yet */
	const char *owner_name, *owner_mail, *inviter;
	/* stays unfinished: a sweep removes it once nobody holds the installer's lock for it */
	bool throw_away;
};

/* A new tenant's row, with the number `wanted` where it is free; then database, views and
 * host names, which the order has; then the word that it is whole, without which the next sweep
 * takes it away. */
bool scop_tenant_begin(struct scop_platform *platform, const struct scop_tenant_order *order,
    uint32_t wanted, uint32_t *ret_tenant);
bool scop_tenant_socle(struct scop_platform *platform, uint32_t tenant,
    const struct scop_tenant_order *order);
bool scop_tenant_whole(struct scop_platform *platform, uint32_t tenant);

/* Has the scop serve the tenant from now on; NULL: the command line alone does. */
bool scop_tenant_serve(struct scop_platform *platform, uint32_t tenant, const char *scop);

/* The address that the tenant's mails come from; "": the host's. */
bool scop_tenant_sender(struct scop_platform *platform, uint32_t tenant, const char *address);

/* Sets the amount that the tenant may order by itself in a month, in cents; below 0: nothing that
 * costs. */
bool scop_tenant_allow(struct scop_platform *platform, uint32_t tenant, int64_t cents);

/* Makes the socle's views of the platform for the tenant; idempotent. */
bool scop_tenant_views(struct scop_platform *platform, uint32_t tenant);

/* Nobody is led to the tenant any more. */
bool scop_tenant_close(struct scop_platform *platform, uint32_t tenant);

/* Closes it, and drops its databases, roles and rows. */
bool scop_tenant_delete(struct scop_platform *platform, uint32_t tenant);

#endif
