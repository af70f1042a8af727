/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Contracts: reads that a module offers to others, and commands that it accepts from them, in
 * versions that never change. An offer is a view in the tenant's database t42__contract; the module
 * that uses it selects from contract.contacts__party_1 and sees nothing else of the other module. A
 * command goes through the queue to a job of the module that accepts it.
 */
#ifndef SCOP_PACKAGE_CONTRACT_H
#define SCOP_PACKAGE_CONTRACT_H

#include <stdbool.h>

#include "base/error.h"
#include "package/manifest.h"

struct scop_arena;
struct scop_value;

/* Reads a package's contracts: {"offers": [...], "uses": [...], "accepts": [...], "sends": [...],
 * "keeps": [...]}.
 * Of the first two each has "view", "module", "read", "version" and "columns" (a list of {"name",
 * "type"}), an offer "sql", a use "optional"; of the others "command" (its name in the queue),
 * "module", "name", "version", "optional" and "given" (a list of
 * {"name", "type", "optional"}); of the last "table" and "update", as in the manifest. Reads
 * offers/party_1.sql below `folder`; false if one is missing, or no plain SELECT of the module's
 * own tables. Lives in `arena`. */
bool scop_contracts_read(struct scop_arena *arena, const char *folder,
    const struct scop_manifest *manifest, const struct scop_value **ret_contracts,
    struct scop_error *err);

/* The same without "sql", from the manifest alone. */
const struct scop_value *scop_contracts_of(struct scop_arena *arena,
    const struct scop_manifest *manifest);

/* A read or command that one module uses and the other does not have. */
struct scop_contract_gap {
	const struct scop_value *entry; /* of "uses" or "sends" */
	const char *part; /* the column, or what the command is given; "": all of it */
};

/* The name of a read or command: "party". */
const char *scop_contract_name(const struct scop_value *entry);

/* Whether a module with `contracts` finds in `offered`, the contracts of the module `module` (NULL:
 * it has none), all that it uses of it. Lives as long as they. */
bool scop_contracts_fit(const struct scop_value *contracts, const char *module,
    const struct scop_value *offered, struct scop_contract_gap *ret_gap);

/* Whether what a module's later version offers and accepts in the versions of `before` still means
 * the same: no column or given value that is gone or has another type, and nothing more that has to
 * be given. A version that is left out altogether is none of it, and listed in `ret_left`, as an
 * entry of `before`. */
bool scop_contracts_keep(struct scop_arena *arena, const struct scop_value *before,
    const struct scop_value *now, struct scop_contract_gap *ret_gap,
    const struct scop_value **ret_left);

/* The MariaDB expression of a column's type without a value, for a view that has no rows. */
const char *scop_contract_nothing(const char *type);

/* Whether a column of MariaDB ("varchar", "bigint", ...) has a type of the manifest. */
bool scop_contract_type_fits(const char *type, const char *data_type);

#endif
