/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The rights of an ordinary module over the tables that all modules of a tenant share, the socle:
 * it reads the tables and columns listed here, and locks no row of them.
 *
 * Rights at MariaDB cannot tell a read that locks from one that does not: a statement that writes
 * locks what it reads, at READ COMMITTED and through views too. The statement's text does tell.
 */
#ifndef SCOP_PACKAGE_READS_H
#define SCOP_PACKAGE_READS_H

#include <stdbool.h>

struct scop_arena;
struct scop_manifest;
struct scop_manifest_read;

struct scop_socle_read {
	const char *table;   /* or view; NULL ends the list */
	const char *columns; /* "id,name", in alphabetical order; NULL: all */
};

/* Every module's role may SELECT these, and no other table of the socle. */
extern const struct scop_socle_read scop_reads[];

/* The name of the view by which what another module offers is read: "contacts__party_1", of which
 * no two reads have the same. Lives in `arena`. */
const char *scop_reads_view(struct scop_arena *arena, const struct scop_manifest_read *read);

/* The mistake, in words, of a module's statement that locks rows of the socle or of other modules,
 * or names a table that modules may not read, or a contract that the manifest does not use; NULL if
 * it may run. `sql` is as the parser of statements leaves it, with
 * SCOP_SOCLE_MARK for the socle; `writes`: it is no SELECT. Lives in `arena`. */
const char *scop_reads_mistake(struct scop_arena *arena, const struct scop_manifest *manifest,
    const char *sql, bool writes);

/* The same of a read that the module offers to others: it is a SELECT without arguments that names
 * the module's own tables alone. */
const char *scop_offer_mistake(const char *sql, bool writes);

/* Whether the rule holds for a package that asks for these rights of grants.h: not with rights over
 * the whole socle (`portal`), or to write to tables of it (`writes`). */
bool scop_reads_bind(unsigned asks);

#endif
