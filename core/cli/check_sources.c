/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Levels 3, 4, 7 and 8 of a package's check: its tests, its pages in a browser, its fuzzers and its
 * build, all run by make in the module's sources.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/check_private.h"

#include "installer/granted.h"
#include "package/files.h"

static bool
run(struct check *check, const char *code, const char *words, const char *command)
{
	fflush(stdout);
	const int status = system(command);

	return status == 0 ||
	    check_find(check, code, "%s: '%s' ended with status %d", words, command,
		WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* Whether the sources are in a checkout of the host, as modules/NAME. */
static bool
in_checkout(const struct check *check)
{
	return access(scop_arena_printf(check->arena, "%s/../../sdk/author.mk", check->source),
		   R_OK) == 0;
}

/* The folder of the Makefile: the checkout, or the folder above a module of `scopiton new`. */
static const char *
root_of(const struct check *check)
{
	return scop_arena_printf(check->arena, in_checkout(check) ? "%s/../.." : "%s/..",
	    check->source);
}

static bool
builds_the_same(struct check *check)
{
	const char *root = root_of(check), *name = check->package.manifest.name,
		   *out = scop_arena_printf(check->arena, "%s/.check-build",
		       check->platform->config.var);
	struct scop_package built;
	struct scop_error err;
	const char *command = scop_arena_printf(check->arena,
	    "rm -rf '%s' && make -s -C '%s' BUILD='%s' MODULES='%s' all >/dev/null", out, root, out,
	    name);
	bool ok = run(check, "E801", "its sources do not build", command) &&
	    (scop_package_open_here(check->platform,
		 scop_arena_printf(check->arena, "%s/modules/%s", out, name), &built, &err) ||
		check_find(check, "E801", "%s", err.text));

	ok = ok &&
	    (strcmp(built.hash, check->package.hash) == 0 ||
		check_find(check, "E802", "its sources build another package"));
	scop_files_remove(out);
	return ok;
}

static bool
has_manual(struct check *check)
{
	const struct scop_manifest *manifest = &check->package.manifest;

	return (manifest->changes[0] &&
		   access(scop_arena_printf(check->arena, "%s/README.md", check->folder), R_OK) ==
		       0) ||
	    check_find(check, "E803",
		"the manual (README.md) or the release notes (<changes>) are missing");
}

/* Whether the sources have a file of that kind. */
static bool
has_test(const struct check *check, const char *pattern)
{
	glob_t found = { 0 };
	const bool has =
	    glob(scop_arena_printf(check->arena, "%s/tests/%s", check->source, pattern), 0, NULL,
		&found) == 0;

	globfree(&found);
	return has;
}

bool
check_own_tests(struct check *check)
{
	if (!has_test(check, "*_test.c") && !has_test(check, "*.test.js"))
		return check_find(check, "E302", "it has no tests, in C or in JavaScript");
	return run(check, "E301", "its tests",
	    scop_arena_printf(check->arena, "make -s -C '%s' test MODULE='%s' >/dev/null",
		root_of(check), check->package.manifest.name));
}

/* Its pages in four languages under axe, in a browser. */
bool
check_accessible(struct check *check)
{
	return run(check, "E401", "its pages",
	    scop_arena_printf(check->arena, "make -s -C '%s' look MODULE='%s'", root_of(check),
		check->package.manifest.name));
}

/* Only a checkout has the fuzzers. */
static bool
is_fuzzed(struct check *check)
{
	return !in_checkout(check) ||
	    run(check, "E702", "its fuzzing",
		scop_arena_printf(check->arena,
		    "SECONDS_EACH=10 make -s -C '%s' fuzz SECONDS=10 >/dev/null", root_of(check)));
}

bool
check_clean(struct check *check)
{
	/* of its tests, make builds those in C with both sanitizers */
	if (!has_test(check, "*_test.c"))
		return check_find(check, "E701",
		    "it has no tests in C, and only these run with sanitizers");
	return check->reached[3] && is_fuzzed(check);
}

bool
check_reproducible(struct check *check)
{
	check->other_sources = !builds_the_same(check);
	return !check->other_sources && has_manual(check);
}
