/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A cache of measured levels on the platform, by the package's hash, so that a second check of the
 * same bytes need not measure again, which takes minutes. Another version of the host ignores it.
 */
#ifndef SCOP_CLI_KEPT_H
#define SCOP_CLI_KEPT_H

#include <stdbool.h>

enum { CHECK_LEVELS = 8 };

enum kept { KEPT_NOT = '-', KEPT_MISSED = '0', KEPT_REACHED = '1' };

/* One per level, from level 1. */
struct kept_levels {
	char level[CHECK_LEVELS + 1]; /* enum kept */
	char catalogue[24];           /* from whose versions it was upgraded; "-": none */
};

/* Empty if the file does not exist, or is from another version of the host. */
void kept_read(const char *file, struct kept_levels *ret_levels);

/* Prints an error if it cannot be written. */
void kept_write(char *file, const struct kept_levels *levels);

/* The number of the newest index of the catalogue in `folder` (NULL: none). */
void kept_catalogue(const char *folder, struct kept_levels *levels);

#endif
