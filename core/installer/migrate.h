/* SPDX-License-Identifier: EUPL-1.2 */
/* Migrates all databases to this program's schema. */
#ifndef SCOP_INSTALLER_MIGRATE_H
#define SCOP_INSTALLER_MIGRATE_H

#include "installer/platform.h"

/* Migrates the databases `scopiton`, `queue` and `account`, and all socles, to this program's
 * schema.
 */
bool scop_platform_migrate(struct scop_platform *platform, bool (*on_step)(void *, const char *),
    void *context);

#endif
