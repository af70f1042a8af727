/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which versions of which modules a tenant needs for an order: the newest compatible ones, changing
 * as few installed modules as possible. Versions are compatible if each is in the range that the
 * others need, and has what they use of it. A refusal names the conflicting needs, the tenant's
 * version, and the reason against every other version.
 */
#ifndef SCOP_PACKAGE_SOLVE_H
#define SCOP_PACKAGE_SOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "package/manifest.h"
#include "package/version.h"

struct scop_arena;
struct scop_value;

enum { SCOP_SOLVE_MAX = 64 /* modules in one answer */ };

/* One version of a module: of the catalogue, or installed. */
struct scop_candidate {
	const char *module;
	struct scop_version version;
	const struct scop_need *needs;
	size_t need_count;
	/* used only if the order asks for beta, or the tenant already has it */
	bool beta;
	const char *unfit; /* why this host cannot use it ("1.2.0 was withdrawn"); NULL: it can */
	bool installed;
	/* what it offers, uses, accepts and sends (package/contract.h); NULL: nothing */
	const struct scop_value *contracts;
};

struct scop_problem {
	/* an installed one is listed once, with `installed` */
	const struct scop_candidate *candidates;
	size_t count;
	const char *module, *range;
	bool beta;
};

struct scop_solution {
	/* the modules to install, dependencies first */
	const struct scop_candidate *steps[SCOP_SOLVE_MAX];
	size_t count;
};

bool scop_solve(struct scop_arena *arena, const struct scop_problem *problem,
    struct scop_solution *ret_solution, struct scop_error *err);

#endif
