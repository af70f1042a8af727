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
	struct scop_package package; /* the one that is to serve */
	const char *database;        /* that it serves from */
	bool root, granted;
	/* As it stood when we began. */
	bool known; /* the tenant has the module, or has had it */
	const char *state, *old_hash, *old_version, *old_database, *old_rights;
	int64_t old_id;
	/* Told of each step; false there means that it is to be cancelled. */
	bool (*on_step)(void *context, const char *what);
	void *context;
};

/* Reads how it stands. */
void scop_installation_begin(struct scop_installation *installation, struct scop_platform *platform,
    uint32_t tenant, const char *module, bool (*on_step)(void *, const char *), void *context);

/* addresses.c: refuses a module whose name is the first part of addresses of the one at the root,
 * and one at the root with such addresses; `root`: it is asked for there. */
bool scop_addresses_check(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *first_parts, bool root);

/* Tells the step; false, with the reason, when it was cancelled. */
bool scop_installation_step(struct scop_installation *installation, const char *what);

/* The name of the database of a generation: t42_shop, t42_shop__2. */
const char *scop_generation_name(struct scop_platform *platform, uint32_t tenant,
    const char *module, unsigned generation);
unsigned scop_generation_of(const char *database);

/* Grants the tenant's role its rights on `database` and on the tables that the manifest names. */
bool scop_installation_rights(struct scop_installation *installation, const char *database);

/* The host's own tables, then those of the package's generation, in `database`; `other`: the one
 * before, to fill them from. */
bool scop_installation_tables(struct scop_installation *installation, const char *database,
    unsigned generation, const char *other);

/* Every statement of the package in `folder` against `database`, as the module's own role. */
bool scop_installation_prepare(struct scop_installation *installation, const char *folder,
    const char *database);

/* Menu, permissions, settings, schedules and the subscription's row, in one transaction: from here
 * on the package serves from `database`. True also where the answer to the commit was lost and it
 * is found to have happened. */
bool scop_installation_switch(struct scop_installation *installation, const char *database);

/* Whether the subscription is known not to be served from `database`: only then may that be
 * dropped. MariaDB is waited for; where the installer's lock went with the connection, whoever has
 * it now goes on with the order, and nothing is ours to drop. */
bool scop_installation_is_unused(struct scop_installation *installation, const char *database);

#endif
