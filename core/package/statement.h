/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A module's .sql file: named statements with named arguments.
 *
 *     -- name: product_by_slug (slug)
 *     SELECT id, name FROM product WHERE slug = :slug
 *
 * A statement ends at the next name, or at a single ';'. Refused, with file, line and column:
 * anything but SELECT, INSERT, UPDATE, DELETE and REPLACE; `SELECT *`; an INSERT without its
 * columns; user variables, locks, files, and whatever else would leave state in a connection that
 * serves many tenants.
 */
#ifndef SCOP_PACKAGE_STATEMENT_H
#define SCOP_PACKAGE_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct scop_arena;

enum { SCOP_STATEMENT_ARGS_MAX = 24 };

/* The reads that modules offer one another are views in the database t42__contract. */
#define SCOP_CONTRACTS "__contract"

struct scop_statement_source {
	const char *file;
	unsigned line;
	const char *name;
	const char *params[SCOP_STATEMENT_ARGS_MAX]; /* as listed in the line of the name */
	unsigned param_count;
	unsigned args[SCOP_STATEMENT_ARGS_MAX]; /* for each ? the index of its parameter */
	unsigned arg_count;
	bool writes;
	const char *sql; /* on one line, with ? for arguments, \x01 for `socle`,
			  * \x01__contract for `contract` */
};

/* Appends the statements of `text` to `statements`. */
bool scop_statements_parse(struct scop_arena *arena, const char *file, const char *text,
    struct scop_statement_source *statements, size_t max, size_t *count, struct scop_error *err);

/* Holds a statement of a package's list, with ? and \x01, to the same rules: the list may have been
 * made by other means than scopiton-names. A list of scopiton-names has neither comments nor line
 * ends outside strings, so that its text is what was checked. */
bool scop_statement_check(struct scop_arena *arena, const char *sql, bool *ret_writes,
    struct scop_error *err);

#endif
