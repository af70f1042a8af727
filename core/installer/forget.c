/* SPDX-License-Identifier: EUPL-1.2 */
/* A module that no tenant has any more: see forget.h. */
#include "installer/forget.h"

#include <unistd.h>

#include "package/files.h"

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
	/* The name is free again, unless the catalogue has given it. */
	bool sound = packages &&
	    scop_platform_sql(platform, "DROP USER IF EXISTS 'scop_%s'@localhost", module) &&
	    scop_platform_sql(platform,
		"UPDATE scopiton.module m SET m.scop = '' WHERE m.name = '%s' AND NOT EXISTS "
		"(SELECT 1 FROM scopiton.catalogue_module c WHERE c.name = m.name AND c.scop = "
		"m.scop)",
		module);

	if (sound)
		unlink(scop_arena_printf(platform->arena, "%s/secrets/%s", platform->config.var,
		    module));
	for (size_t i = 0; sound && i < scop_count(packages); i++) {
		const long long id = (long long)scop_int(scop_at(packages, i), "id");
		const char *hash = scop_text(scop_at(packages, i), "hash");

		sound = scop_platform_sql(platform,
			    "DELETE FROM scopiton.package_job WHERE package = %lld", id) &&
		    scop_platform_sql(platform,
			"DELETE FROM scopiton.package_emits WHERE package = %lld", id) &&
		    scop_platform_sql(platform,
			"DELETE FROM scopiton.package_takes WHERE package = %lld", id) &&
		    scop_platform_sql(platform, "DELETE FROM scopiton.package WHERE id = %lld", id);
		if (sound) {
			scop_files_remove(scop_arena_printf(platform->arena, "%s/modules/%s",
			    platform->config.var, hash));
			unlink(scop_arena_printf(platform->arena, "%s/out/%s", platform->config.var,
			    hash));
		}
	}
	return sound;
}
