/* SPDX-License-Identifier: EUPL-1.2 */
/* Removes unused modules and packages: see forget.h. */
#include "installer/forget.h"

#include <unistd.h>

#include "package/files.h"

/* Deletes the rows first: without them the files are not used. */
static bool
forget_packages(struct scop_platform *platform, const struct scop_value *packages)
{
	static const char *const tables[][2] = { { "package_job", "package" },
		{ "package_emits", "package" }, { "package_takes", "package" },
		{ "package", "id" } };
	const char *var = platform->config.var;
	bool ok = packages != NULL;

	for (size_t i = 0; ok && i < scop_count(packages); i++) {
		const struct scop_value *package = scop_at(packages, i);
		const char *hash = scop_text(package, "hash");

		for (size_t t = 0; ok && t < sizeof tables / sizeof tables[0]; t++)
			ok = scop_platform_sql(platform, "DELETE FROM scopiton.%s WHERE %s = %lld",
			    tables[t][0], tables[t][1], (long long)scop_int(package, "id"));
		if (!ok)
			return false;
		scop_files_remove(scop_arena_printf(platform->arena, "%s/modules/%s", var, hash));
		unlink(scop_arena_printf(platform->arena, "%s/out/%s", var, hash));
	}
	return ok;
}

bool
scop_packages_forget(struct scop_platform *platform)
{
	return forget_packages(platform,
	    scop_platform_rows(platform,
		"SELECT p.id, p.hash FROM scopiton.package p WHERE p.available = 0 AND NOT EXISTS "
		"(SELECT s.module FROM scopiton.subscription s WHERE s.package = p.id OR "
		"s.previous = p.id)"));
}

bool
scop_module_forget(struct scop_platform *platform, const char *module)
{
	int64_t users;

	if (!scop_platform_count(platform, &users,
		"SELECT COUNT(*) AS n FROM scopiton.subscription WHERE module = '%s'", module))
		return false;
	if (users > 0)
		return true;
	const struct scop_value *packages = scop_platform_rows(platform,
	    "SELECT id, hash FROM scopiton.package WHERE module = '%s' AND available = 0", module);
	/* Frees the name, unless the catalogue has assigned it. */
	const bool ok = packages &&
	    scop_platform_sql(platform, "DROP USER IF EXISTS 'scop_%s'@localhost", module) &&
	    scop_platform_sql(platform,
		"UPDATE scopiton.module m SET m.scop = '' WHERE m.name = '%s' AND NOT EXISTS "
		"(SELECT 1 FROM scopiton.catalogue_module c WHERE c.name = m.name AND c.scop = "
		"m.scop)",
		module);

	if (ok)
		unlink(scop_arena_printf(platform->arena, "%s/secrets/%s", platform->config.var,
		    module));
	return ok && forget_packages(platform, packages);
}
