/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which versions of which modules a tenant needs for an order: the newest that fit together,
 * changing as little as possible of what it has. A refusal names the conflicting needs, the
 * tenant's version, and the reason against each other version.
 */
#ifndef SCOP_PACKAGE_SOLVE_H
#define SCOP_PACKAGE_SOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "package/version.h"

struct scop_arena;

enum { SCOP_SOLVE_MAX = 64 /* modules in one answer */ };

struct scop_need {
	const char *module, *range;
};

/* One version of a module: of the catalogue, or installed. */
struct scop_candidate {
	const char *module;
	struct scop_version version;
	const struct scop_need *needs;
	size_t need_count;
	/* taken only where the order asks for beta, or the tenant has it already */
	bool beta;
	const char *unfit; /* why it cannot be used here ("1.2.0 was withdrawn"); NULL: it can */
	bool installed;
};

struct scop_problem {
	/* one that is installed stands here once, with `installed` */
	const struct scop_candidate *candidates;
	size_t count;
	const char *module, *range;
	bool beta;
};

struct scop_solution {
	/* what is not installed yet, what others need first */
	const struct scop_candidate *steps[SCOP_SOLVE_MAX];
	size_t count;
};

bool scop_solve(struct scop_arena *arena, const struct scop_problem *problem,
    struct scop_solution *ret_solution, struct scop_error *err);

#endif
