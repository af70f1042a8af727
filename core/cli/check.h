/* SPDX-License-Identifier: EUPL-1.2 */
/* The check of a package, which publishing also runs, so that no level is written by hand. */
#ifndef SCOP_CLI_CHECK_H
#define SCOP_CLI_CHECK_H

#include "installer/platform.h"

/* The package to measure. */
struct cli_checked {
	const char *folder;    /* of the package */
	const char *source;    /* the module's folder of sources; NULL: not given */
	const char *catalogue; /* the folder of published versions; NULL: none */
	bool again;            /* measures cached levels again */
};

/* Measures a package, prints its findings, and returns the level reached and the number of errors.
 * Without a connection in `platform`, a source or a catalogue, the checks that need them are
 * skipped. */
int cli_measure(struct scop_platform *platform, struct scop_arena *arena,
    const struct cli_checked *checked, unsigned *ret_errors);

const char *cli_package_folder(struct scop_arena *arena, const char *given,
    const char **ret_temporary, struct scop_error *err);

#endif
