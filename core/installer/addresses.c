/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Conflicts between module names and addresses. nginx takes the first segment of a public address
 * for a module's name if the tenant has such a module, and otherwise routes to the module at the
 * root: a module named "cart" would take over /fr/cart from a shop at the root. So the two cannot
 * be installed together.
 */
#include <string.h>

#include "installer/installation.h"

/* The message is the same whichever of the two is being installed. */
static bool
refuse(struct scop_platform *platform, const char *root, const char *module)
{
	return scop_error_set(&platform->err,
	    "'%s' at the root of the host name has pages below /%s, where the module '%s' would "
	    "be. A tenant can have one of the two: disable the one that is not needed, or ask its "
	    "author for another name.",
	    root, module, module);
}

/* The module at the root of the tenant's host name, if it has pages below /`module`. */
static bool
check_against_root(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT s.module FROM scopiton.subscription s JOIN scopiton.package p ON p.id = "
	    "s.package WHERE s.tenant = %u AND s.root = 1 AND s.state NOT IN ('off', 'gone') AND "
	    "s.module <> '%s' AND FIND_IN_SET('%s', p.first_parts)",
	    tenant, module, module);

	return !row || refuse(platform, scop_text(row, "module"), module);
}

/* The tenant's modules whose names are also pages of the one at the root. */
static bool
check_against_others(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *first_parts)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT module FROM scopiton.subscription WHERE tenant = %u AND module <> '%s' AND "
	    "state NOT IN ('off', 'gone') AND FIND_IN_SET(module, '%s') ORDER BY module LIMIT 1",
	    tenant, module, first_parts);

	return !row || refuse(platform, module, scop_text(row, "module"));
}

static bool
check_own_name(struct scop_platform *platform, const char *module, const char *first_parts)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT FIND_IN_SET('%s', '%s') AS own", module, first_parts);

	return scop_int(row, "own") == 0 ||
	    scop_error_set(&platform->err,
		"'%s' cannot be at the root: some of its pages begin with /%s, its own name. "
		"Install it without --root, or ask its author for other addresses.",
		module, module);
}

/* Whether the module will be at the root: as requested now, or as before, unless another module is
 * there. */
static bool
will_be_root(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT COALESCE(SUM(module = '%s'), 0) AS own, COALESCE(SUM(module <> '%s' AND state "
	    "NOT IN ('off', 'gone')), 0) AS others FROM scopiton.subscription WHERE tenant = %u "
	    "AND root = 1",
	    module, module, tenant);

	return scop_int(row, "own") > 0 && scop_int(row, "others") == 0;
}

bool
scop_addresses_check(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *first_parts, bool root)
{
	if (!check_against_root(platform, tenant, module))
		return false;
	if (!root && !will_be_root(platform, tenant, module))
		return true;
	return check_own_name(platform, module, first_parts) &&
	    check_against_others(platform, tenant, module, first_parts);
}
