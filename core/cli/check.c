/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton check and module check: check a configuration, or a package. The check installs a
 * package for two throw-away tenants of this platform, upgrades to it from each published version,
 * rolls it back, kills it half way, and purges it; it runs the tests of its sources from a
 * checkout. The result is a level; each finding has a code that docs/check.md explains.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/said.h"
#include "base/time.h"
#include "cli/cli.h"
#include "installer/choose.h"
#include "installer/create.h"
#include "installer/granted.h"
#include "installer/install.h"
#include "installer/installation.h"
#include "installer/leave.h"
#include "installer/life.h"
#include "installer/migrator.h"
#include "installer/directory.h"
#include "installer/tenant.h"
#include "package/archive.h"
#include "package/files.h"
#include "package/index.h"

#include "cli/check.h"
#include "cli/kept.h"

enum { LEVELS = CHECK_LEVELS, KILLS = 10, NAME_BYTES = 40, TENANTS = 2, PUBLISHED_MAX = 1000 };

static const char *const level_words[LEVELS + 1] = { "", "loads",
	"installs and purges without a trace, for two tenants", "its own tests pass",
	"four languages complete and accessible",
	"upgrades from every published version, and goes back", "survives being killed half way",
	"clean under sanitizers and fuzzing", "reproducible and documented" };

struct check {
	struct scop_platform *platform;
	struct scop_arena *arena;
	const char *folder;    /* of the package */
	const char *source;    /* a checkout's modules/NAME; NULL: not given */
	const char *catalogue; /* the published versions; NULL: none */
	struct scop_package package;
	uint32_t tenants[TENANTS];
	char names[TENANTS][NAME_BYTES];
	unsigned errors, warnings;
	bool measured[LEVELS + 1], reached[LEVELS + 1];
	bool other_sources; /* they give another package than this one */
	bool again;         /* what is kept is measured all the same */
	struct kept_levels kept;
};

static bool __attribute__((format(printf, 3, 4)))
find(struct check *check, const char *code, const char *format, ...)
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

static bool
fails(struct check *check, const char *code)
{
	return find(check, code, "%s", check->platform->err.text);
}

/* ---- 1: static checks, without running it ---- */

static void
look_at_manifest(struct check *check)
{
	const struct scop_manifest *manifest = &check->package.manifest;
	const char *readme = scop_arena_printf(check->arena, "%s/README.md", check->folder);

	if (!manifest->changes[0])
		find(check, "W110", "the manifest does not say what is new in %s (<changes>)",
		    manifest->version);
	if (access(readme, R_OK) != 0)
		find(check, "W111", "the package has no manual (README.md)");
	if (strstr(scop_arena_printf(check->arena, ",%s,", check->package.first_parts),
		scop_arena_printf(check->arena, ",%s,", manifest->name)))
		find(check, "W113",
		    "it has pages below /%s, its own name, so it cannot stand at the root",
		    manifest->name);
	for (size_t i = 0; i < manifest->call_count; i++)
		if (strchr(manifest->calls[i].host, '*'))
			find(check, "W112", "it may call '%s', which is more than one host",
			    manifest->calls[i].host);
}

static bool
loads(struct check *check)
{
	struct scop_error err;

	if (!scop_package_open_here(check->platform, check->folder, &check->package, &err))
		return find(check, "E101", "%s", err.text);
	look_at_manifest(check);
	return true;
}

/* ---- 2: two tenants ---- */

static bool
make_tenants(struct check *check)
{
	for (int i = 0; i < TENANTS; i++) {
		struct scop_tenant_order order = { .name = check->names[i],
			.title = "Check",
			.language = "en",
			.zone = "Europe/Brussels",
			.throw_away = true };

		snprintf(check->names[i], NAME_BYTES, "check-%d-%c", (int)getpid(), 'a' + i);
		if (!scop_tenant_create(check->platform, &order, NULL, NULL))
			return fails(check, "E200");
		check->tenants[i] =
		    (uint32_t)scop_int(scop_platform_row(check->platform,
					   "SELECT id FROM scopiton.tenant WHERE name = '%s'",
					   check->names[i]),
			"id");
	}
	return true;
}

static void
remove_tenants(struct check *check)
{
	for (int i = 0; i < TENANTS; i++)
		if (check->tenants[i]) {
			scop_tenant_delete(check->platform, check->tenants[i]);
			/* what purges have exported */
			scop_files_remove(scop_arena_printf(check->arena, "%s/exports/%s",
			    check->platform->config.var, check->names[i]));
		}
}

/* Databases, accounts, rights, rows: everything that a purge has to remove, a line each. The first
 * four change under the installer's lock only, which we hold; work comes and goes all the time, so
 * that it is looked for by the module's roles. */
static const char *
traces(struct check *check)
{
	static const char *const sql[] = {
		"SELECT CONCAT('database ', schema_name) AS t FROM information_schema.schemata",
		"SELECT CONCAT('account ', User) AS t FROM mysql.user",
		"SELECT CONCAT('right of ', User, ' on ', Db) AS t FROM mysql.db",
		"SELECT CONCAT('right of ', User, ' on ', Db, '.', Table_name) AS t FROM "
		"mysql.tables_priv",
	};
	static const char *const queues[] = { "schedule", "outbox", "dead", "mail", "attachment" };
	static const char *const socle[] = { "menu", "tile", "permission", "role_permission",
		"setting_type" };
	const char *name = check->package.manifest.name;
	struct scop_buffer out;

	scop_buffer_init(&out, check->arena);
	scop_buffer_text(&out, "\n");
	for (size_t i = 0; i < sizeof sql / sizeof sql[0]; i++) {
		const struct scop_value *rows = scop_platform_rows(check->platform, "%s", sql[i]);

		for (size_t r = 0; r < scop_count(rows); r++)
			scop_buffer_printf(&out, "%s\n", scop_text(scop_at(rows, r), "t"));
	}
	for (int i = 0; i < TENANTS; i++) {
		for (size_t q = 0; q < sizeof queues / sizeof queues[0]; q++)
			scop_buffer_printf(&out, "%lld rows in queue.%s of t%u_%s\n",
			    (long long)scop_int(scop_platform_row(check->platform,
						    "SELECT COUNT(*) AS n FROM queue.%s WHERE role "
						    "= 't%u_%s'",
						    queues[q], check->tenants[i], name),
				"n"),
			    queues[q], check->tenants[i], name);
		for (size_t q = 0; q < sizeof socle / sizeof socle[0]; q++)
			scop_buffer_printf(&out, "%lld rows in t%u.%s\n",
			    (long long)scop_int(scop_platform_row(check->platform,
						    "SELECT COUNT(*) AS n FROM t%u.%s",
						    check->tenants[i], socle[q]),
				"n"),
			    check->tenants[i], socle[q]);
	}
	return scop_buffer_str(&out);
}

/* That both have the same lines; each that is in one alone is named. */
static bool
left_no_trace(struct check *check, const char *before, const char *after)
{
	bool ok = true;

	for (int side = 0; side < 2; side++)
		for (const char *line = (side ? before : after) + 1, *next; *line; line = next) {
			next = strchr(line, '\n') + 1;
			if (!strstr(side ? after : before,
				scop_arena_printf(check->arena, "\n%.*s", (int)(next - line),
				    line)))
				ok = find(check, "E204", "purged, %s: %.*s",
				    side ? "this is there no more" : "this is left",
				    (int)(next - line - 1), line);
		}
	return ok;
}

static bool
install_for(struct check *check, int which, const char *folder, const char *code)
{
	return scop_module_install_from(check->platform, check->tenants[which],
		   check->package.manifest.name, folder, false, false) ||
	    fails(check, code);
}

static bool
purge_for(struct check *check, int which)
{
	const char *name = check->package.manifest.name, *report;

	return scop_module_purge(check->platform, check->tenants[which], name, name, NULL, NULL,
		   &report) ||
	    fails(check, "E202");
}

/* Checks that one tenant's role has no right on the other's data. */
static bool
is_apart(struct check *check)
{
	const char *name = check->package.manifest.name;
	const struct scop_value *row = scop_platform_row(check->platform,
	    "SELECT COUNT(*) AS n FROM mysql.db WHERE User = 't%u_%s' AND Db LIKE 't%u%%'",
	    check->tenants[0], name, check->tenants[1]);

	return scop_int(row, "n") == 0 ||
	    find(check, "E203", "the role of one tenant has rights on the other's tables");
}

/* Says in which way the package and the other module exclude each other; false where the other one
 * stands at the root of a tenant, which is then known to be in the way. */
static bool
stands_beside(struct check *check, const struct scop_value *other)
{
	const char *name = check->package.manifest.name, *module = scop_text(other, "module");

	if (!scop_bool(other, "is_theirs"))
		find(check, "W211",
		    "it has pages below /%s, so at the root it excludes the module '%s'", module,
		    module);
	else if (scop_int(other, "roots") == 0)
		find(check, "W211",
		    "the module '%s' has pages below /%s, so at the root it excludes this one",
		    module, name);
	else
		return find(check, "E205",
		    "the module '%s', which stands at the root for tenants here, has pages below "
		    "/%s. Give this one another name.",
		    module, name);
	return true;
}

/* Which modules will stand at the root cannot be known; those that this platform knows can be
 * looked at. */
static bool
has_a_name_of_its_own(struct check *check)
{
	const char *name = check->package.manifest.name;
	const struct scop_value *rows = scop_platform_rows(check->platform,
	    "SELECT p.module, COALESCE(SUM(s.root), 0) AS roots, MAX(FIND_IN_SET('%s', "
	    "p.first_parts)) > 0 AS is_theirs FROM scopiton.package p LEFT JOIN "
	    "scopiton.subscription s ON s.package = p.id WHERE p.module <> '%s' AND "
	    "(FIND_IN_SET('%s', p.first_parts) OR FIND_IN_SET(p.module, '%s')) GROUP BY p.module "
	    "ORDER BY p.module",
	    name, name, name, check->package.first_parts);
	bool ok = true;

	for (size_t i = 0; i < scop_count(rows); i++)
		ok = stands_beside(check, scop_at(rows, i)) && ok;
	return ok;
}

static bool
installs_and_purges(struct check *check)
{
	if (!has_a_name_of_its_own(check))
		return false;
	if (strcmp(check->package.manifest.name, "portal") == 0)
		return find(check, "W210",
		    "the portal cannot be taken away; this was not measured");
	const char *before = traces(check);
	if (!install_for(check, 0, check->folder, "E201") ||
	    !install_for(check, 1, check->folder, "E201") || !is_apart(check) ||
	    !purge_for(check, 0) || !purge_for(check, 1))
		return false;
	return left_no_trace(check, before, traces(check));
}

/* ---- 5: from each published version ---- */

/* The published versions that are older than the package, as files; in no order. */
struct published {
	struct scop_version version;
	const char *file;
};

static struct published *
older_ones(struct check *check, size_t *ret_count)
{
	const char *packages = scop_arena_printf(check->arena, "%s/packages",
	    check->catalogue ? check->catalogue : ".");
	const size_t length = strlen(check->package.manifest.name);
	struct published *list = scop_arena_alloc(check->arena, PUBLISHED_MAX * sizeof *list);
	DIR *dir = check->catalogue ? opendir(packages) : NULL;
	struct scop_version own;
	struct dirent *entry;

	*ret_count = 0;
	scop_version_parse(check->package.manifest.version, &own);
	while (dir && (entry = readdir(dir)) && *ret_count < PUBLISHED_MAX) {
		struct published *one = &list[*ret_count];
		const size_t whole = strlen(entry->d_name);
		char version[24];

		if (strncmp(entry->d_name, check->package.manifest.name, length) != 0 ||
		    entry->d_name[length] != '-' || whole < 5 ||
		    sscanf(entry->d_name + length + 1, "%23[0-9.]", version) != 1 ||
		    strcmp(entry->d_name + whole - 5, ".scop") != 0 ||
		    !scop_version_parse(version, &one->version) ||
		    scop_version_compare(&one->version, &own) >= 0)
			continue;
		one->file = scop_arena_printf(check->arena, "%s/%s", packages, entry->d_name);
		(*ret_count)++;
	}
	if (dir)
		closedir(dir);
	return list;
}

/* The older package's folder, which the caller removes; NULL if the archive is invalid. */
static const char *
unpack_older(struct check *check, const struct published *older, const char *code)
{
	const char *folder =
	    scop_arena_printf(check->arena, "%s/.check-old", check->platform->config.var);
	struct scop_error err;

	scop_files_remove(folder);
	if (scop_archive_unpack(older->file, folder, SCOP_UNPACKED_BYTES_MAX, &err))
		return folder;
	find(check, code, "%s: %s", older->file, err.text);
	scop_files_remove(folder);
	return NULL;
}

static bool
upgrades_from(struct check *check, const struct published *older)
{
	const char *name = check->package.manifest.name, *report = "",
		   *old = unpack_older(check, older, "E501");

	if (!old)
		return false;
	char english[SCOP_SAID_MAX] = "";
	const bool ok = install_for(check, 0, old, "E501") &&
	    install_for(check, 0, check->folder, "E502") &&
	    (scop_module_back(check->platform, check->tenants[0], name, NULL, NULL, &report) ||
		fails(check, "E503")) &&
	    install_for(check, 0, check->folder, "E504");
	scop_files_remove(old);
	if (ok) {
		scop_said_show(report, NULL, english, sizeof english);
		printf("      from %u.%u.%u and back: %s\n", older->version.major,
		    older->version.minor, older->version.patch, english);
	}
	return purge_for(check, 0) && ok;
}

static bool
upgrades(struct check *check)
{
	size_t count;
	const struct published *list = older_ones(check, &count);
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++)
		ok = upgrades_from(check, &list[i]);
	return ok;
}

/* ---- 6: killed half way ---- */

static void __attribute__((noreturn)) install_as_child(const struct check *check)
{
	struct scop_platform platform;

	if (!freopen("/dev/null", "w", stdout))
		_exit(1);
	_exit(scop_platform_open(&platform, check->platform->config.file) &&
		    scop_module_install_from(&platform, check->tenants[0],
			check->package.manifest.name, check->folder, false, false)
		? 0
		: 1);
}

/* `old`: the version that the tenant has before, and that has to serve until the other does; NULL
 * for none. */
static bool
has_before(struct check *check, const char *old)
{
	return !old || install_for(check, 0, old, "E601");
}

static bool
serves_after(struct check *check, const char *old)
{
	const struct scop_value *row = scop_platform_row(check->platform,
	    "SELECT COUNT(*) AS n FROM scopiton.subscription s JOIN information_schema.schemata d "
	    "ON "
	    "d.schema_name = s.database_name WHERE s.tenant = %u AND s.module = '%s' AND s.state "
	    "IN ('on', 'frozen')",
	    check->tenants[0], check->package.manifest.name);

	return !old || scop_int(row, "n") == 1 ||
	    find(check, "E603", "killed half way in an upgrade, no version serves");
}

static bool
survives_kills(struct check *check, const char *old)
{
	if (!has_before(check, old))
		return false;
	const int64_t began = scop_time_now();
	if (!install_for(check, 0, check->folder, "E601"))
		return false;
	const int64_t whole = scop_time_now() - began; /* microseconds */
	if (!purge_for(check, 0))
		return false;
	for (int i = 0; i < KILLS; i++) {
		if (!has_before(check, old))
			return false;
		const pid_t pid = fork();

		if (pid == 0)
			install_as_child(check);
		usleep((useconds_t)(whole * (i + 1) / (KILLS + 1)));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		if (!scop_migrator_sweep(check->platform) || !serves_after(check, old) ||
		    !install_for(check, 0, check->folder, "E602") || !purge_for(check, 0))
			return false;
	}
	return true;
}

/* As a first installation, and as an upgrade from the newest of the older ones. */
static bool
survives(struct check *check)
{
	size_t count, newest = 0;
	const struct published *list = older_ones(check, &count);

	for (size_t i = 1; i < count; i++)
		newest =
		    scop_version_compare(&list[i].version, &list[newest].version) > 0 ? i : newest;
	if (!survives_kills(check, NULL))
		return false;
	if (count == 0)
		return true;
	const char *old = unpack_older(check, &list[newest], "E601");
	const bool ok = old && survives_kills(check, old);
	if (old)
		scop_files_remove(old);
	return ok;
}

/* ---- 3, 4, 7, 8: from the sources ---- */

static bool
run(struct check *check, const char *code, const char *words, const char *command)
{
	fflush(stdout);
	const int status = system(command);

	return status == 0 ||
	    find(check, code, "%s: '%s' ended with status %d", words, command,
		WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* Whether the sources lie in a checkout of the host, as modules/NAME. */
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
		find(check, "E801", "%s", err.text));

	ok = ok &&
	    (strcmp(built.hash, check->package.hash) == 0 ||
		find(check, "E802", "built from its sources it is another package"));
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
	    find(check, "E803", "a manual (README.md) and what is new (<changes>) belong to it");
}

static bool
tests_pass(struct check *check, const char *code)
{
	return run(check, code, "its tests",
	    scop_arena_printf(check->arena, "make -s -C '%s' test MODULE='%s' >/dev/null",
		root_of(check), check->package.manifest.name));
}

/* Its pages in four languages under axe, in a browser. */
static bool
is_accessible(struct check *check)
{
	return run(check, "E401", "its pages",
	    scop_arena_printf(check->arena, "make -s -C '%s' look MODULE='%s'", root_of(check),
		check->package.manifest.name));
}

/* The fuzzers are a checkout's. */
static bool
is_fuzzed(struct check *check)
{
	return !in_checkout(check) ||
	    run(check, "E702", "its fuzzing",
		scop_arena_printf(check->arena,
		    "SECONDS_EACH=10 make -s -C '%s' fuzz SECONDS=10 >/dev/null", root_of(check)));
}

/* ---- all of it ---- */

/* The levels that take minutes; those of 5 and 6 for one state of the catalogue. */
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

/* Keeps no result measured from the sources if they built another package. */
static void
write_kept(struct check *check)
{
	if (!check->platform->db)
		return;
	for (int i = 1; i <= LEVELS; i++)
		if (check->measured[i])
			check->kept.level[i] = check->reached[i] ? KEPT_REACHED : KEPT_MISSED;
	for (const int *level = from_sources; *level; level++)
		if (check->other_sources)
			check->kept.level[*level] = KEPT_NOT;
	kept_write(kept_file(check), &check->kept);
}

/* Whether all these levels are known to be reached and need not be measured again. */
static bool
are_kept(const struct check *check, const int *levels)
{
	for (; *levels; levels++)
		if (check->again || check->kept.level[*levels] != KEPT_REACHED)
			return false;
	return true;
}

static void
take_kept(struct check *check, const int *levels)
{
	for (; *levels; levels++) {
		const char kept = check->kept.level[*levels];

		if (kept == KEPT_NOT)
			continue;
		check->measured[*levels] = true;
		check->reached[*levels] = kept == KEPT_REACHED;
		printf("%d     %s\n      %s, as measured before (--again measures)\n", *levels,
		    level_words[*levels], kept == KEPT_REACHED ? "reached" : "missed");
	}
}

static void
measure(struct check *check, int level, bool (*how)(struct check *check))
{
	printf("%d     %s\n", level, level_words[level]);
	fflush(stdout);
	check->measured[level] = true;
	check->reached[level] = how(check);
	printf("      %s\n", check->reached[level] ? "reached" : "missed");
}

static bool
own_tests(struct check *check)
{
	return tests_pass(check, "E301");
}

static bool
is_clean(struct check *check)
{
	/* the tests run a second time with both sanitizers */
	return check->reached[3] && is_fuzzed(check);
}

static bool
is_reproducible(struct check *check)
{
	check->other_sources = !builds_the_same(check);
	return !check->other_sources && has_manual(check);
}

static int
level_of(const struct check *check)
{
	int level = 0;

	while (level < LEVELS && check->reached[level + 1])
		level++;
	return level;
}

/* On two throw-away tenants of this platform; whether they can live there is asked each time. */
static void
measure_here(struct check *check)
{
	if (!check->platform->db || !scop_platform_lock(check->platform, 30))
		return;
	if (make_tenants(check)) {
		measure(check, 2, installs_and_purges);
		if (check->reached[2] && are_kept(check, from_platform)) {
			take_kept(check, from_platform);
		} else if (check->reached[2]) {
			measure(check, 5, upgrades);
			measure(check, 6, survives);
		}
	}
	remove_tenants(check);
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
	measure(check, 3, own_tests);
	measure(check, 4, is_accessible);
	measure(check, 7, is_clean);
	measure(check, 8, is_reproducible);
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
	measure(&check, 1, loads);
	if (check.reached[1]) {
		read_kept(&check);
		measure_here(&check);
		measure_sources(&check);
		write_kept(&check);
	}
	const int level = level_of(&check);
	for (int i = 1; i <= LEVELS; i++)
		if (!check.measured[i])
			printf("%d     %s: not measured%s\n", i, level_words[i],
			    i == 2 || i == 5 || i == 6 ? " (needs a platform, see SCOPITON_CONFIG)"
						       : " (needs --source)");
	printf("level %d of %d, %u errors, %u warnings\n", level, LEVELS, check.errors,
	    check.warnings);
	*ret_errors = check.errors;
	return level;
}

/* The package as a folder: a file is unpacked into `ret_temporary`, which is then to be removed. */
const char *
cli_package_folder(struct scop_arena *arena, const char *given, const char **ret_temporary,
    struct scop_error *err)
{
	const size_t length = strlen(given);

	*ret_temporary = NULL;
	if (length < 6 || strcmp(given + length - 5, ".scop") != 0)
		return given;
	char *folder = scop_arena_printf(arena, "/tmp/scopiton-check-XXXXXX");
	if (!mkdtemp(folder)) {
		scop_error_errno(err, "no folder below /tmp can be made");
		return NULL;
	}
	chmod(folder, 0755);
	*ret_temporary = folder;
	const char *files = scop_arena_printf(arena, "%s/package", folder);
	return scop_archive_unpack(given, files, SCOP_UNPACKED_BYTES_MAX, err) ? files : NULL;
}

int
cli_module_check(struct cli *cli)
{
	const char *source = cli_option(cli, "--source", NULL),
		   *catalogue = cli_option(cli, "--catalogue", NULL), *temporary;
	const bool again = cli_flag(cli, "--again");
	struct scop_platform platform = { 0 };
	struct scop_error err;

	if (cli->argc != 1)
		return cli_usage(
		    "module check needs a package, and perhaps --source, --catalogue and "
		    "--again");
	struct scop_arena *arena = scop_arena_new();
	const char *folder = cli_package_folder(arena, cli->argv[0], &temporary, &err);
	const bool has_platform =
	    access(cli->config_file, R_OK) == 0 && scop_platform_open(&platform, cli->config_file);
	unsigned errors = 0;
	int level = 0;

	if (!folder)
		cli_fail("%s", err.text);
	else
		level = cli_measure(&platform, arena,
		    &(struct cli_checked){ folder, source, catalogue, again }, &errors);
	if (has_platform)
		scop_platform_close(&platform);
	if (temporary)
		scop_files_remove(temporary);
	scop_arena_free(arena);
	return level > 0 && errors == 0 ? CLI_DONE : CLI_FAILED;
}

static int
check_config(struct cli *cli)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_config config;
	struct scop_grants grants;
	struct scop_error err;
	const bool ok = scop_config_load(&config, cli->config_file, &err) &&
	    scop_grants_read(arena, config.granted, &grants, &err);

	scop_arena_free(arena);
	if (!ok)
		return cli_fail("%s", err.text);
	printf("%s: sound\n", cli->config_file);
	return CLI_DONE;
}

int
cli_check(struct cli *cli)
{
	struct scop_config config;
	struct scop_error err;

	if (!cli_done(cli, 1))
		return CLI_USAGE;
	if (cli->argc == 0)
		return check_config(cli);
	struct scop_arena *arena = scop_arena_new();
	struct scop_package package;
	struct scop_platform here = { .arena = arena };
	const bool ok = (access(cli->config_file, R_OK) != 0 ||
			    (scop_config_load(&config, cli->config_file, &err) &&
				scop_grants_read(arena, config.granted, &here.granted, &err))) &&
	    scop_package_open_here(&here, cli->argv[0], &package, &err);
	if (ok)
		printf("%s %s: sound (%s)\n", package.manifest.name, package.manifest.version,
		    package.hash);
	scop_arena_free(arena);
	return ok ? CLI_DONE : cli_fail("%s", err.text);
}
