/* SPDX-License-Identifier: EUPL-1.2 */
/* Packages as folders: a module's build output, checked, and installed under the hash of all its
 * files. */
#ifndef SCOP_PACKAGE_PACKAGE_H
#define SCOP_PACKAGE_PACKAGE_H

#include <stdbool.h>

#include "base/error.h"
#include "package/grants.h"
#include "package/loader.h"
#include "package/manifest.h"

struct scop_package {
	struct scop_manifest manifest;
	const struct scop_value *texts; /* translations, as package/texts.h has them */
	const char *folder;
	const char *hash; /* 32 hexadecimal digits */
	struct scop_loader_needs needs;
	unsigned asks; /* rights that need a grant: see grants.h */
	/* The first segments of its public addresses that could also be a module's name, separated
	 * by commas: "account,cart". At the root of a host name, /fr/cart would be ambiguous. "/"
	 * stands for a first page, "-" for all others. */
	const char *first_parts;
};

/* Reads and checks the package in `folder`: manifest, shared object (by reading it, then by a trial
 * load in a process of its own), files. If the package requests rights, `granter` must grant them;
 * it is called once folder and manifest are read, before any code of the package runs. A package
 * whose bytes it has accepted before is not held to the rules of reads.h, which are younger than
 * 0.1.0. Lives in `arena`. */
bool scop_package_open(struct scop_arena *arena, const char *folder,
    const struct scop_granter *granter, struct scop_package *ret_package, struct scop_error *err);

/* The rights that the package asks for, from its manifest and its needs. */
unsigned scop_package_asks(const struct scop_package *package);

/* The hash of all files of the package in `folder`, without loading any of it. */
bool scop_package_hash(struct scop_arena *arena, const char *folder, const char **ret_hash,
    struct scop_error *err);

/* Copies the package to var/modules/<hash> atomically; never overwrites an existing one. */
bool scop_package_place(const struct scop_package *package, const char *var,
    struct scop_error *err);

#endif
