/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rights that a package cannot give itself: over the people of all tenants, over the installer,
 * over a tenant's own tables. They are granted to a publisher (a scop) and a module name by
 * somebody else: the group, in the signed index, or, for a package in a host's own folder, the
 * operator. The manifest and the symbols only declare which rights a package requests.
 */
#ifndef SCOP_PACKAGE_GRANTS_H
#define SCOP_PACKAGE_GRANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct scop_arena;
struct scop_package;

enum {
	SCOP_GRANT_PORTAL = 1,   /* what scopiton/portal.h declares, and the name "portal" */
	SCOP_GRANT_ACCOUNTS = 2, /* <accounts>: persons, passwords and ways to set one */
	SCOP_GRANT_ORDERS = 4,   /* <orders>: orders to the installer */
	SCOP_GRANT_WRITES = 8,   /* <writes>: the tenant's members, roles, sessions, settings */
	SCOP_GRANTS_ALL = 15
};

struct scop_grants {
	struct scop_grant {
		const char *scop, *module;
		unsigned rights;
	} * list;
	size_t count;
};

/* A source of grants. */
struct scop_granter {
	unsigned (*rights)(const void *context, const struct scop_package *package);
	/* whether the host took the same bytes before; NULL: it did not */
	bool (*accepted)(const void *context, const struct scop_package *package);
	const void *context;
};

/* Grants everything: for builds, which need no grant. */
extern const struct scop_granter scop_granter_of_builds;

/* "portal,accounts", with commas or blanks between; "" or "none" for none. */
bool scop_grant_rights(const char *text, unsigned *ret_rights, struct scop_error *err);

/* One right by its name; 0 for a name that this host does not know. */
unsigned scop_grant_right(const char *name);

/* The name of one right. */
const char *scop_grant_name(unsigned right);

/* "portal, accounts"; lives in `arena`. */
const char *scop_grant_text(struct scop_arena *arena, unsigned rights);

/* Reads "scopiton/portal:portal,accounts atelier/till:orders"; lives in `arena`. */
bool scop_grants_read(struct scop_arena *arena, const char *text, struct scop_grants *ret_grants,
    struct scop_error *err);

/* The rights granted to the scop's module. */
unsigned scop_grants_of(const struct scop_grants *grants, const char *scop, const char *module);

#endif
