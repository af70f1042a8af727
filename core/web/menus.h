/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The menus of the tenants' portals, kept as the directory's images have them: a module's entries
 * change in the transaction that installs or removes it, and after each the installer publishes an
 * image. What was read is kept while the directory's counter stays what it was before the read, so
 * it is never older than the routes.
 */
#ifndef SCOP_WEB_MENUS_H
#define SCOP_WEB_MENUS_H

#include <stdatomic.h>
#include <stdint.h>

#include "data/db.h"

struct scop_menus;

/* `generation`: the directory's counter; it must stay mapped as long as the menus are used. */
struct scop_menus *scop_menus_new(const _Atomic uint64_t *generation);
void scop_menus_free(struct scop_menus *menus);

/* Finds the tenant's menu in a language: a list of {"module", "permission", "path", "icon",
 * "administers", "title"}, in their order; it lives until the next call. Reads with `db` what is
 * not kept; scop_db_enter() has named the tenant. */
enum scop_db_status scop_menus_find(struct scop_menus *menus, struct scop_db *db, uint32_t tenant,
    const char *language, const struct scop_value **ret_menu);

#endif
