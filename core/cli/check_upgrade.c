/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Levels 5 and 6 of a package's check: a tenant is upgraded to the package from each published
 * version and rolled back, and installations are killed half way.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/check_private.h"

#include "base/said.h"
#include "base/time.h"
#include "installer/install.h"
#include "installer/life.h"
#include "installer/migrator.h"
#include "package/archive.h"
#include "package/files.h"
#include "package/index.h"

enum { KILLS = 10, PUBLISHED_MAX = 1000 };

/* ---- 5: from each published version ---- */

/* The published versions that are older than the package, as files, unsorted. */
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
	check_find(check, code, "%s: %s", older->file, err.text);
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
	const bool ok = check_install(check, 0, old, "E501") &&
	    check_install(check, 0, check->folder, "E502") &&
	    (scop_module_back(check->platform, check->tenants[0], name, NULL, NULL, &report) ||
		check_fails(check, "E503")) &&
	    check_install(check, 0, check->folder, "E504");
	scop_files_remove(old);
	if (ok) {
		scop_said_show(report, NULL, english, sizeof english);
		printf("      from %u.%u.%u and back: %s\n", older->version.major,
		    older->version.minor, older->version.patch, english);
	}
	return check_purge(check, 0) && ok;
}

bool
check_upgrades(struct check *check)
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

/* `old`: the tenant's version before, which must serve until the other does; NULL for none. */
static bool
has_before(struct check *check, const char *old)
{
	return !old || check_install(check, 0, old, "E601");
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
	    check_find(check, "E603", "killed half way in an upgrade, no version serves");
}

static bool
survives_kills(struct check *check, const char *old)
{
	if (!has_before(check, old))
		return false;
	const int64_t began = scop_time_now();
	if (!check_install(check, 0, check->folder, "E601"))
		return false;
	const int64_t whole = scop_time_now() - began; /* microseconds */
	if (!check_drop(check, 0))
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
		    !check_install(check, 0, check->folder, "E602") || !check_drop(check, 0))
			return false;
	}
	return true;
}

/* Tests a first installation, and an upgrade from the newest older version. */
bool
check_survives(struct check *check)
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
