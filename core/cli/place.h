/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds the place in a module's sources of a mistake that only the database found. */
#ifndef SCOP_CLI_PLACE_H
#define SCOP_CLI_PLACE_H

struct scop_arena;

/* "loan/loan.sql:5: error: ..." of a message that names a statement or a migration of the module
 * whose sources are in that folder, in the arena; NULL where it names none. */
const char *cli_sql_place(struct scop_arena *arena, const char *sources, const char *text);

#endif
