/* SPDX-License-Identifier: EUPL-1.2 */
/* Orders to the installer, rows of scopiton.installer_order: one at a time for a tenant's module,
 * whoever placed it. */
#ifndef SCOP_INSTALLER_ORDERS_H
#define SCOP_INSTALLER_ORDERS_H

#include "installer/choose.h"

/* An order for a tenant's module. */
struct scop_order {
	uint32_t tenant;
	const char *kind, *module, *actor;
	struct scop_wish wish;
	const char *confirmed; /* for purge: the module's name, typed again */
};

/* Writes it; gives its number, or that of the one which is under way for the same tenant and
 * module. 0 with the reason. */
int64_t scop_order_give(struct scop_platform *platform, const struct scop_order *order,
    bool *ret_under_way);

/* Carries out the order `id`, and notes how it went; false when it failed. */
bool scop_order_run(struct scop_platform *platform, int64_t id,
    bool (*on_step)(void *, const char *), void *context);

/* Asks that it be stopped where that is safe. */
bool scop_order_cancel(struct scop_platform *platform, int64_t id);

/* Removes leftovers of killed runs: fetched files, accounts of migrations, tenants half made or
 * half deleted, folders of archives half written. The caller holds the installer's lock, and so is
 * alone: false when the lock was lost. */
bool scop_sweep(struct scop_platform *platform);

#endif
