/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Loading a module's shared object: first read as a file, without running any of it, then loaded.
 *
 * Reading finds mistakes before they can do harm: not an ELF file, another machine type, a library
 * that modules may not link, a symbol version that this host lacks, private symbols of the host.
 */
#ifndef SCOP_PACKAGE_LOADER_H
#define SCOP_PACKAGE_LOADER_H

#include <stdbool.h>

#include "base/error.h"
#include "scopiton/module.h"

enum { SCOP_API_TEXT = 32 };

/* The newest API version of this host, as a symbol version: "SCOPITON_2.0". */
#define SCOP_API_NUMBER(major, minor) SCOP_API_WORDS(major, minor)
#define SCOP_API_WORDS(major, minor) "SCOPITON_" #major "." #minor
#define SCOP_API_NOW SCOP_API_NUMBER(SCOP_API_MAJOR, SCOP_API_MINOR)

/* The host interfaces that a file needs. */
struct scop_loader_needs {
	char api[SCOP_API_TEXT]; /* the newest version of the API; "" for none */
	bool portal;             /* functions of scopiton/portal.h */
	unsigned formats;        /* libraries of formats, for scop_loader_prepare alone */
};

/* Reads the file; false with the reason and the remedy. */
bool scop_loader_check(const char *file, struct scop_loader_needs *ret_needs,
    struct scop_error *err);

/* Checks the file, and loads the libraries of formats that it needs: before the sandbox is entered,
 * in which none can be opened. */
bool scop_loader_prepare(const char *file, struct scop_error *err);

/* Writes a copy of a checked file from which no code can run: without initialisers, and mapped
 * without execution. Loading the copy gives the same descriptor and tables. */
bool scop_loader_copy_inert(const char *file, const char *to, struct scop_error *err);

/* Whether this host supports an API version, such as "SCOPITON_2.0"; "" for none. */
enum scop_api_fit {
	SCOP_API_FITS,
	SCOP_API_TOO_OLD, /* the host no longer supports it */
	SCOP_API_TOO_NEW
};
enum scop_api_fit scop_loader_api(const char *name);

/* Loads the module and checks its descriptor; NULL on failure. It is never unloaded. Tables of a
 * module that was built for an older minor version are copied into tables with this host's sizes.
 */
const struct scop_module *scop_loader_load(const char *file, struct scop_error *err);

/* The name of the function at `address` in a loaded module, from its file's symbols; "" if unknown,
 * for instance in a stripped file. Reads the file. */
struct scop_arena;
const char *scop_loader_function(struct scop_arena *arena, const char *file, const void *address);

#endif
