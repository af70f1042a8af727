/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The rights of a module on its own tables, some of whose rows it keeps as they were written.
 *
 * MariaDB's rights add up, so a module that keeps rows has no right to change or delete on its
 * whole database, but on each other table, and on the columns of a kept one that may be changed.
 * Before a package serves it gets what it lacks; after the switch is taken away what only the one
 * before had.
 */
#ifndef SCOP_INSTALLER_KEEPS_H
#define SCOP_INSTALLER_KEEPS_H

#include "installer/platform.h"

struct scop_value;

/* `keeps`: a list of maps with "table" and "update" (package/contract.h). */
struct scop_keeps {
	uint32_t tenant;
	const char *module, *database;
	const struct scop_value *keeps;
};

/* Grants what the package needs, in the database that has its tables; false, with the reason, if a
 * kept table or column is not there, or something of the database would change its rows after
 * all. */
bool scop_keeps_prepare(struct scop_platform *platform, const struct scop_keeps *keeps);

/* Takes away what a module that keeps rows must not have. */
bool scop_keeps_settle(struct scop_platform *platform, const struct scop_keeps *keeps);

#endif
