/* SPDX-License-Identifier: EUPL-1.2 */
/* A dry run: upgrades a copy of the tenant's tables, measures the time, and drops the copy, which
 * is never served. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "installer/choose.h"
#include "installer/installation.h"
#include "installer/migrator.h"
#include "installer/rehearse.h"

static int64_t
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The stored columns, separated by commas: generated columns cannot be inserted. */
static const char *
columns_of(struct scop_platform *platform, const char *database, const char *table)
{
	return scop_text(scop_platform_row(platform,
			     "SELECT GROUP_CONCAT(CONCAT('`', column_name, '`') ORDER BY "
			     "ordinal_position) AS names FROM "
			     "information_schema.columns WHERE table_schema = '%s' AND table_name "
			     "= '%s' AND is_generated = 'NEVER'",
			     database, table),
	    "names");
}

static bool
copy_tables(struct scop_platform *platform, const char *from, const char *to, int64_t *ret_rows)
{
	const struct scop_value *tables = scop_platform_rows(platform,
	    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '%s' "
	    "AND "
	    "table_type = 'BASE TABLE'",
	    from);
	bool ok = tables &&
	    scop_platform_sql(platform,
		"CREATE DATABASE `%s` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci", to);

	*ret_rows = 0;
	for (size_t i = 0; ok && i < scop_count(tables); i++) {
		const char *name = scop_text(scop_at(tables, i), "name"),
			   *columns = columns_of(platform, from, name);

		ok = scop_platform_sql(platform, "CREATE TABLE `%s`.`%s` LIKE `%s`.`%s`", to, name,
			 from, name) &&
		    scop_platform_sql(platform,
			"INSERT INTO `%s`.`%s` (%s) SELECT %s FROM `%s`.`%s`", to, name, columns,
			columns, from, name);
		*ret_rows += ok ? (int64_t)scop_db_touched(platform->db) : 0;
	}
	return ok;
}

static bool
run(struct scop_platform *platform, const struct scop_installation *installation, const char *copy,
    const char *anew)
{
	const unsigned serves = scop_generation_of(installation->old_database),
		       wanted = installation->package.manifest.generation;
	const char *folder = installation->package.folder;
	const struct scop_migration expand = { .database = copy,
		.series = serves < 2 ? "module"
				     : scop_arena_printf(platform->arena, "generation%u", serves),
		.folder = scop_arena_printf(platform->arena,
		    serves < 2 ? "%s/migrations" : "%s/migrations/generation%u", folder, serves),
		.served = scop_arena_printf(platform->arena,
		    serves < 2 ? "%s/modules/%s/migrations"
			       : "%s/modules/%s/migrations/generation%u",
		    platform->config.var, installation->old_hash, serves) };
	const struct scop_migration fill = { .database = anew,
		.other = copy,
		.series = scop_arena_printf(platform->arena, "generation%u", wanted),
		.folder = scop_arena_printf(platform->arena, "%s/migrations/generation%u", folder,
		    wanted) };

	if (!scop_migrator_run(platform, &expand) || wanted == serves)
		return wanted == serves && platform->err.text[0] == '\0';
	return scop_platform_sql(platform,
		   "CREATE DATABASE `%s` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci",
		   anew) &&
	    scop_migrator_run(platform, &fill);
}

/* Chooses and opens the version to try; false where the tenant has it already, or none fits. */
static bool
choose(struct scop_installation *installation, const struct scop_wish *wish)
{
	struct scop_platform *platform = installation->platform;
	const char *module = installation->module;
	struct scop_choice choices[SCOP_SOLVE_MAX];
	size_t count;

	if (!installation->known)
		return scop_error_set(&platform->err,
		    "this tenant has no module '%s' to rehearse an upgrade of", module);
	if (!scop_choose(platform, installation->tenant, module, wish, choices, &count))
		return false;
	if (count == 0 || strcmp(choices[count - 1].module, module) != 0)
		return scop_error_set(&platform->err,
		    "the tenant already has the newest version of '%s' that fits", module);
	return scop_choice_open(platform, &choices[count - 1], &installation->package) &&
	    scop_addresses_check(platform, installation->tenant, module,
		installation->package.first_parts, false);
}

static void
drop_copies(struct scop_platform *platform, const char *copy, const char *anew)
{
	scop_platform_sql(platform, "DROP DATABASE IF EXISTS `%s`", copy);
	scop_platform_sql(platform, "DROP DATABASE IF EXISTS `%s`", anew);
}

static const char *
report(struct scop_platform *platform, const struct scop_installation *installation, int64_t rows,
    int64_t took)
{
	static const char *const told_of[] = {
		[SCOP_BACK_KEPT] =
		    SCOP_TEXT("%s to %s: %lld rows, %lld.%03lld s, during which writes would wait. "
			      "A rollback keeps rows written afterwards."),
		[SCOP_BACK_EXPORTED] =
		    SCOP_TEXT("%s to %s: %lld rows, %lld.%03lld s, during which writes would wait. "
			      "A rollback exports rows written afterwards as CSV."),
		[SCOP_BACK_LOST] =
		    SCOP_TEXT("%s to %s: %lld rows, %lld.%03lld s, during which writes would wait. "
			      "A rollback loses rows written afterwards.")
	};
	const struct scop_manifest *manifest = &installation->package.manifest;
	const bool makes_anew =
	    manifest->generation > scop_generation_of(installation->old_database);

	return scop_arena_say(platform->arena,
	    makes_anew ? told_of[manifest->back]
		       : SCOP_TEXT("%s to %s: %lld rows, %lld.%03lld s, without interruption. A "
				   "rollback keeps rows written afterwards."),
	    installation->old_version, manifest->version, (long long)rows, (long long)took / 1000,
	    (long long)took % 1000);
}

bool
scop_module_rehearse(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_wish *wish, bool (*on_step)(void *, const char *), void *context,
    const char **ret_report)
{
	const char *copy = scop_arena_printf(platform->arena, "t%u_%s__0", tenant, module),
		   *anew = scop_arena_printf(platform->arena, "t%u_%s__00", tenant, module);
	struct scop_installation installation;
	int64_t rows;

	scop_installation_begin(&installation, platform, tenant, module, on_step, context);
	if (!choose(&installation, wish) || !scop_installation_step(&installation, "copy"))
		return false;
	drop_copies(platform, copy, anew);
	bool ok = copy_tables(platform, installation.old_database, copy, &rows) &&
	    scop_installation_step(&installation, "rehearse");
	const int64_t began = milliseconds();
	platform->err.text[0] = '\0';
	ok = ok && run(platform, &installation, copy, anew);
	const int64_t took = milliseconds() - began;
	const struct scop_error cause = platform->err;
	drop_copies(platform, copy, anew);
	platform->err = cause;
	if (ok)
		*ret_report = report(platform, &installation, rows, took);
	return ok;
}
