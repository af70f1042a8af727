/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether a package's reads and commands still mean what its published versions say. */
#include <stdlib.h>
#include <string.h>

#include "cli/check_private.h"

#include "base/json.h"
#include "package/contract.h"
#include "package/files.h"
#include "package/index.h"

/* The module's published versions; NULL if there are none. Whoever publishes verifies the index;
 * here it is only compared with. */
static const struct scop_value *
published(struct check *check)
{
	struct scop_error ignored;
	struct scop_index index = { 0 };
	size_t size = 0;
	const char *number = check->catalogue
	    ? scop_files_read(check->arena,
		  scop_arena_printf(check->arena, "%s/latest", check->catalogue), NULL, &ignored)
	    : NULL;
	const char *text = number ? scop_files_read(check->arena,
					scop_arena_printf(check->arena, "%s/index/%lld.json",
					    check->catalogue, atoll(number)),
					&size, &ignored)
				  : NULL;

	index.root = text ? scop_json_parse(check->arena, text, size, &ignored) : NULL;
	return scop_get(scop_index_module(&index, check->package.manifest.name), "versions");
}

static const char *
kind_of(const struct scop_value *entry)
{
	return scop_get(entry, "read") ? "read" : "command";
}

static void
compare(struct check *check, const struct scop_value *older, const struct scop_value *now)
{
	const char *version = scop_text(older, "version");
	const struct scop_value *left;
	struct scop_contract_gap gap;

	if (!scop_contracts_keep(check->arena, scop_get(older, "contracts"), now, &gap, &left))
		check_find(check, "E114",
		    "the %s '%s' has '%s' otherwise in version %d than %s has it. What a version "
		    "means never changes: make another version beside it.",
		    kind_of(gap.entry), scop_contract_name(gap.entry), gap.part,
		    (int)scop_int(gap.entry, "version"), version);
	for (size_t i = 0; i < scop_count(left); i++)
		check_find(check, "W115",
		    "the %s '%s' in version %d, which %s has, is gone: tenants with a module that "
		    "uses it cannot have this version",
		    kind_of(scop_at(left, i)), scop_contract_name(scop_at(left, i)),
		    (int)scop_int(scop_at(left, i), "version"), version);
}

void
check_contracts(struct check *check)
{
	const struct scop_value *versions = published(check),
				*now = scop_contracts_of(check->arena, &check->package.manifest);
	struct scop_version own, other;

	scop_version_parse(check->package.manifest.version, &own);
	for (size_t i = 0; i < scop_count(versions); i++) {
		const struct scop_value *one = scop_at(versions, i);

		if (!scop_text(one, "yanked")[0] &&
		    scop_version_parse(scop_text(one, "version"), &other) &&
		    scop_version_compare(&other, &own) < 0)
			compare(check, one, now);
	}
}
