/* SPDX-License-Identifier: EUPL-1.2 */
/* Templates for new tenants of a sector, from the folder templates. */
#ifndef SCOP_INSTALLER_SECTOR_H
#define SCOP_INSTALLER_SECTOR_H

#include "installer/platform.h"

/* Whether that template exists; false with the reason. */
bool scop_template_known(struct scop_platform *platform, const char *name);

/* Records the folder of sector templates, for the portal to show. */
bool scop_templates_note(struct scop_platform *platform);

/* Installs the modules and applies the settings of a sector's template. */
bool scop_template_apply(struct scop_platform *platform, uint32_t tenant, const char *name,
    bool (*on_step)(void *, const char *), void *context);

#endif
