/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Loading a module's shared object: first read as a file, without running any of it, then loaded.
 *
 * Reading finds mistakes while they can do no harm: no ELF, another machine, a library that no
 * module may need, a symbol version that this host lacks, the host's private symbols.
 */
#ifndef SCOP_PACKAGE_LOADER_H
#define SCOP_PACKAGE_LOADER_H

#include <stdbool.h>

#include "base/error.h"
#include "scopiton/module.h"

enum { SCOP_API_TEXT = 32 };

/* The newest version of the API that this host has, as modules need it: "SCOPITON_2.0". */
#define SCOP_API_NUMBER(major, minor) SCOP_API_WORDS(major, minor)
#define SCOP_API_WORDS(major, minor) "SCOPITON_" #major "." #minor
#define SCOP_API_NOW SCOP_API_NUMBER(SCOP_API_MAJOR, SCOP_API_MINOR)

/* The host's interfaces that a file needs. */
struct scop_loader_needs {
	char api[SCOP_API_TEXT]; /* the newest version of the API; "" for none */
	bool portal;             /* functions of scopiton/portal.h */
};

/* Reads the file; false with the mistake and its remedy. */
bool scop_loader_check(const char *file, struct scop_loader_needs *ret_needs,
    struct scop_error *err);

/* How this host stands to a version of the API, such as "SCOPITON_2.0", or "" for none. */
enum scop_api_fit {
	SCOP_API_FITS,
	SCOP_API_TOO_OLD, /* the host has had it, and has it no more */
	SCOP_API_TOO_NEW
};
enum scop_api_fit scop_loader_api(const char *name);

/* Loads it and checks its descriptor; NULL when it cannot be. Never unloaded. The tables of a
 * module that was built for an older minor version are copied into ones as large as this host's. */
const struct scop_module *scop_loader_load(const char *file, struct scop_error *err);

/* The name of the function at `address` of a loaded module, as its file's symbols say; "" where
 * they do not, as when it was stripped. Reads the file. */
struct scop_arena;
const char *scop_loader_function(struct scop_arena *arena, const char *file, const void *address);

#endif
