/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Loading a module's shared object: first read as a file, without running any of it, then loaded.
 *
 * Reading tells what is wrong while it still can do no harm: no ELF, another machine, a library
 * that no module may need, a symbol version that this host has not, the host's private symbols.
 */
#ifndef SCOP_PACKAGE_LOADER_H
#define SCOP_PACKAGE_LOADER_H

#include <stdbool.h>

#include "base/error.h"
#include "scopiton/module.h"

enum { SCOP_API_TEXT = 32 };

/* Reads the file; false with what is wrong and what would help. `ret_api`: the newest version of
 * the API that it needs. */
bool scop_loader_check(const char *file, char ret_api[SCOP_API_TEXT], struct scop_error *err);

/* Whether this host has that version of the API, such as "SCOPITON_1.0". */
bool scop_loader_knows_api(const char *name);

/* Loads it and checks its descriptor; NULL when it cannot be. Never unloaded. */
const struct scop_module *scop_loader_load(const char *file, struct scop_error *err);

#endif
