/* SPDX-License-Identifier: EUPL-1.2 */
/* Fetches files of the catalogue: from a folder, or over HTTP(S) with libcurl. Never more bytes
 * than the limit. */
#ifndef SCOP_INSTALLER_FETCH_H
#define SCOP_INSTALLER_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "base/error.h"

/* Fetches `name` below the configured catalogue into the new file `to`; refused above `most` bytes.
 * A refused file is removed. */
bool scop_fetch(const struct scop_config *config, const char *name, const char *to, uint64_t max,
    struct scop_error *err);

#endif
