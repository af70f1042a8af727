/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A cache on the platform of the level that a package has reached, by the package's hash, so that a
 * second check of the same bytes need not measure again: levels take minutes. Another version of
 * the host does not use it.
 */
#ifndef SCOP_CLI_KEPT_H
#define SCOP_CLI_KEPT_H

#include <stdbool.h>

enum { CHECK_LEVELS = 8 };

enum kept { KEPT_NOT = '-', KEPT_MISSED = '0', KEPT_REACHED = '1' };

/* A level each, from 1. */
struct kept_levels {
	char level[CHECK_LEVELS + 1]; /* enum kept */
	char catalogue[24];           /* whose versions it was upgraded from; "-": none */
};

/* Nothing where the file is not there, or of another version of the host. */
void kept_read(const char *file, struct kept_levels *ret_levels);

/* Says on standard error where it cannot be written. */
void kept_write(char *file, const struct kept_levels *levels);

/* The number of the newest index of the catalogue in `folder` (NULL: none). */
void kept_catalogue(const char *folder, struct kept_levels *levels);

#endif
