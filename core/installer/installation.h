/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The state of an operation on one tenant and one module, shared by the files that install,
 * upgrade, roll back and remove. Each step is idempotent, so that an interrupted run is simply run
 * again.
 */
#ifndef SCOP_INSTALLER_INSTALLATION_H
#define SCOP_INSTALLER_INSTALLATION_H

#include "installer/platform.h"

struct scop_installation {
	struct scop_platform *platform;
	uint32_t tenant;
	const char *module, *role;
	struct scop_package package; /* the package to be served */
	const char *database;        /* that it is served from */
	bool root, granted, arrives;
	/* The state at the beginning. */
	bool known; /* the tenant has or had the module */
	const char *state, *old_hash, *old_version, *old_database, *old_rights;
	int64_t old_id;
	/* Called at each step; returns false to cancel. */
	bool (*on_step)(void *context, const char *what);
	void *context;
};

/* Reads the current state. */
void scop_installation_begin(struct scop_installation *installation, struct scop_platform *platform,
    uint32_t tenant, const char *module, bool (*on_step)(void *, const char *), void *context);

/* addresses.c: refuses a module whose name is the first segment of addresses of the module at the
 * root, and a module at the root with such addresses; `root`: it is requested at the root. */
bool scop_addresses_check(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *first_parts, bool root);

/* Reports the step; false, with the reason, if it was cancelled. */
bool scop_installation_step(struct scop_installation *installation, const char *what);

/* The name of the database of a generation: t42_shop, t42_shop__2. */
const char *scop_generation_name(struct scop_platform *platform, uint32_t tenant,
    const char *module, unsigned generation);
unsigned scop_generation_of(const char *database);

/* Grants the tenant's role its rights on `database` and on the tables that the manifest names. */
bool scop_installation_rights(struct scop_installation *installation, const char *database);

/* Creates the host's own tables, then those of the package's generation, in `database`; `other`:
 * the previous database, to fill them from. */
bool scop_installation_tables(struct scop_installation *installation, const char *database,
    unsigned generation, const char *other);

/* Prepares every statement of the package in `folder` against `database`, as the module's own role.
 */
bool scop_installation_prepare(struct scop_installation *installation, const char *folder,
    const char *database);

/* Makes what the package offers and uses, before it is served from `database`: see contracts.h. */
bool scop_installation_contracts(struct scop_installation *installation, const char *database);

/* Writes menu, permissions, settings, schedules and the subscription's row in one transaction,
 * after which the package is served from `database`. True also if the answer to the commit was
 * lost, but the commit has happened. */
bool scop_installation_switch(struct scop_installation *installation, const char *database);

/* Whether the subscription is certainly not served from `database`: only then may that be dropped.
 * Waits for MariaDB. If the installer's lock was lost with the connection, another installer may
 * have resumed the order, so nothing may be dropped. */
bool scop_installation_is_unused(struct scop_installation *installation, const char *database);

#endif
