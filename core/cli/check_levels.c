/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The levels of a package's check: each is measured once the lower ones that it builds on are
 * reached, or taken from the cached result of an earlier check of the same bytes. The result is a
 * level; each finding has a code that docs/check.md explains.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/check.h"
#include "cli/check_private.h"
#include "cli/place.h"

#include "installer/directory.h"
#include "installer/granted.h"

#define PLATFORM "a platform, see SCOPITON_CONFIG"
#define SOURCE "--source"

bool
check_find(struct check *check, const char *code, const char *format, ...)
{
	va_list args;

	printf("%s  ", code);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("  (docs/check.md, %s)\n", code);
	fflush(stdout);
	if (code[0] == 'E')
		check->errors++;
	else
		check->warnings++;
	return false;
}

bool
check_fails(struct check *check, const char *code)
{
	const char *text = check->platform->err.text, *place = NULL;

	if (check->source)
		place = cli_sql_place(check->arena, check->source, text);
	if (place)
		printf("      %s\n", place);
	return check_find(check, code, "%s", text);
}

/* ---- 1: static checks, without running it ---- */

static void
look_at_manifest(struct check *check)
{
	const struct scop_manifest *manifest = &check->package.manifest;
	const char *readme = scop_arena_printf(check->arena, "%s/README.md", check->folder);

	if (!manifest->changes[0])
		check_find(check, "W110", "the manifest has no release notes for %s (<changes>)",
		    manifest->version);
	if (access(readme, R_OK) != 0)
		check_find(check, "W111", "the package has no manual (README.md)");
	if (strstr(scop_arena_printf(check->arena, ",%s,", check->package.first_parts),
		scop_arena_printf(check->arena, ",%s,", manifest->name)))
		check_find(check, "W113",
		    "it has pages below /%s, its own name, so it cannot be at the root",
		    manifest->name);
	check_contracts(check);
	for (size_t i = 0; i < manifest->call_count; i++)
		if (strchr(manifest->calls[i].host, '*'))
			check_find(check, "W112", "it may call '%s', which is more than one host",
			    manifest->calls[i].host);
}

static bool
loads(struct check *check)
{
	if (!scop_package_open_here(check->platform, check->folder, &check->package,
		&check->platform->err))
		return check_fails(check, "E101");
	look_at_manifest(check);
	return true;
}

/* ---- the levels ---- */

static const struct level {
	const char *words;
	check_level *measure;
	const char *needs; /* the missing requirement, for the message */
} levels[CHECK_LEVELS + 1] = {
	[1] = { "loads", loads, NULL },
	[2] = { "installs for two tenants, and purges completely", check_installs_and_purges,
	    PLATFORM },
	[3] = { "its own tests pass", check_own_tests, SOURCE },
	[4] = { "four languages complete and accessible", check_accessible, SOURCE },
	[5] = { "upgrades from every published version, and rolls back", check_upgrades, PLATFORM },
	[6] = { "survives being killed half way", check_survives, PLATFORM },
	[7] = { "clean under sanitizers", check_clean, SOURCE },
	[8] = { "reproducible and documented", check_reproducible, SOURCE },
};

/* The levels that take minutes; 5 and 6 depend on the state of the catalogue. */
static const int from_platform[] = { 5, 6, 0 }, from_sources[] = { 3, 4, 7, 8, 0 };

static char *
kept_file(const struct check *check)
{
	return scop_arena_printf(check->arena, "%s/checks/%s", check->platform->config.var,
	    check->package.hash);
}

static void
read_kept(struct check *check)
{
	struct kept_levels now;

	if (!check->platform->db)
		return;
	kept_read(kept_file(check), &check->kept);
	kept_catalogue(check->catalogue, &now);
	if (strcmp(now.catalogue, check->kept.catalogue) == 0)
		return;
	strcpy(check->kept.catalogue, now.catalogue);
	for (const int *level = from_platform; *level; level++)
		check->kept.level[*level] = KEPT_NOT;
}

/* Does not cache results measured from the sources if they built another package. */
static void
write_kept(struct check *check)
{
	if (!check->platform->db)
		return;
	for (int i = 1; i <= CHECK_LEVELS; i++)
		if (check->measured[i])
			check->kept.level[i] = check->reached[i] ? KEPT_REACHED : KEPT_MISSED;
	for (const int *level = from_sources; *level; level++)
		if (check->other_sources)
			check->kept.level[*level] = KEPT_NOT;
	kept_write(kept_file(check), &check->kept);
}

/* Whether all these levels are cached as reached, and need not be measured again. */
static bool
are_kept(const struct check *check, const int *level)
{
	for (; *level; level++)
		if (check->again || check->kept.level[*level] != KEPT_REACHED)
			return false;
	return true;
}

static void
take_kept(struct check *check, const int *level)
{
	for (; *level; level++) {
		const char kept = check->kept.level[*level];

		if (kept == KEPT_NOT)
			continue;
		check->measured[*level] = true;
		check->reached[*level] = kept == KEPT_REACHED;
		printf("%d     %s\n      %s, as measured before (--again measures)\n", *level,
		    levels[*level].words, kept == KEPT_REACHED ? "reached" : "missed");
	}
}

static void
measure(struct check *check, int level)
{
	printf("%d     %s\n", level, levels[level].words);
	fflush(stdout);
	check->measured[level] = true;
	check->reached[level] = levels[level].measure(check);
	printf("      %s\n", check->reached[level] ? "reached" : "missed");
}

static void
measure_all(struct check *check, const int *level)
{
	for (; *level; level++)
		measure(check, *level);
}

static int
level_of(const struct check *check)
{
	int level = 0;

	while (level < CHECK_LEVELS && check->reached[level + 1])
		level++;
	return level;
}

/* Measures levels on two temporary tenants of this platform; whether that is possible is checked
 * each time. */
static void
measure_here(struct check *check)
{
	if (!check->platform->db || !scop_platform_lock(check->platform, 30))
		return;
	if (check_make_tenants(check)) {
		measure(check, 2);
		if (check->reached[2] && are_kept(check, from_platform)) {
			take_kept(check, from_platform);
		} else if (check->reached[2]) {
			measure_all(check, from_platform);
		}
	}
	check_remove_tenants(check);
	scop_platform_unlock(check->platform);
	scop_directory_write(check->platform);
}

static void
measure_sources(struct check *check)
{
	if (!check->source || are_kept(check, from_sources)) {
		take_kept(check, from_sources);
		return;
	}
	measure_all(check, from_sources);
}

int
cli_measure(struct scop_platform *platform, struct scop_arena *arena,
    const struct cli_checked *checked, unsigned *ret_errors)
{
	struct check check = { .platform = platform,
		.arena = arena,
		.folder = checked->folder,
		.source = checked->source,
		.catalogue = checked->catalogue,
		.again = checked->again };

	memset(check.kept.level, KEPT_NOT, sizeof check.kept.level);
	if (!platform->arena)
		platform->arena = arena; /* there is no platform */
	if (checked->catalogue)
		scop_grants_believe(platform, checked->catalogue);
	measure(&check, 1);
	if (check.reached[1]) {
		read_kept(&check);
		measure_here(&check);
		measure_sources(&check);
		write_kept(&check);
	}
	const int level = level_of(&check);
	for (int i = 1; i <= CHECK_LEVELS; i++)
		if (!check.measured[i])
			printf("%d     %s: not measured (needs %s)\n", i, levels[i].words,
			    levels[i].needs);
	printf("level %d of %d, %u errors, %u warnings\n", level, CHECK_LEVELS, check.errors,
	    check.warnings);
	*ret_errors = check.errors;
	return level;
}
