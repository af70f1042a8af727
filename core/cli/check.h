/* SPDX-License-Identifier: EUPL-1.2 */
/* The check of a package, which publishing runs too: nobody writes a level by hand. */
#ifndef SCOP_CLI_CHECK_H
#define SCOP_CLI_CHECK_H

#include "installer/platform.h"

/* Measures the package in `folder`, says what it finds, and gives the level that it has reached and
 * the number of errors found. Without a connection in `platform`, a `source` (a checkout's
 * modules/NAME) or a `catalogue` (its folder), what needs them is not measured. */
int cli_measure(struct scop_platform *platform, struct scop_arena *arena, const char *folder,
    const char *source, const char *catalogue, unsigned *ret_errors);

const char *cli_package_folder(struct scop_arena *arena, const char *given,
    const char **ret_temporary, struct scop_error *err);

#endif
