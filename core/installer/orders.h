/* SPDX-License-Identifier: EUPL-1.2 */
/* Orders to the installer, rows of scopiton.installer_order: only one at a time for a tenant's
 * module, whoever placed it. */
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

/* Places the order; returns its number, or that of an order in progress for the same tenant and
 * module. 0 with the reason. */
int64_t scop_order_give(struct scop_platform *platform, const struct scop_order *order,
    bool *ret_under_way);

/* Carries out the order `id`, and records the result; false if it failed. */
bool scop_order_run(struct scop_platform *platform, int64_t id,
    bool (*on_step)(void *, const char *), void *context);

/* Requests that the order stop at the next safe step. */
bool scop_order_cancel(struct scop_platform *platform, int64_t id);

/* Removes leftovers of killed runs: fetched files, accounts of migrations, half-created or
 * half-deleted tenants, folders of unfinished archives. The caller holds the installer's lock, so
 * no other installer runs; false if the lock was lost. */
bool scop_sweep(struct scop_platform *platform);

#endif
