/* SPDX-License-Identifier: EUPL-1.2 */
/* New generations of tables, beside those being served. */
#ifndef SCOP_INSTALLER_GENERATION_H
#define SCOP_INSTALLER_GENERATION_H

#include "installer/installation.h"

/* Holds new writes until earlier requests have ended, then releases them. */
bool scop_freeze(struct scop_installation *installation);
bool scop_thaw(struct scop_installation *installation);

/* Creates the package's generation beside the one being served, fills it, and switches to it. */
bool scop_generation_make(struct scop_installation *installation);

/* Rolls back the rows written in the newer generation, as its manifest says; `ret_report`: the
 * result, as a sentence. */
bool scop_generation_leave(struct scop_installation *installation,
    const struct scop_manifest *newer, const char **ret_report);

/* The number of rows written in the newer generation since it began to serve. */
int64_t scop_generation_rows_since(struct scop_platform *platform, const char *database);

#endif
