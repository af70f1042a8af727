/* SPDX-License-Identifier: EUPL-1.2 */
/* Choosing packages: see choose.h. */
#include "installer/choose.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "installer/catalogue.h"
#include "installer/granted.h"
#include "installer/scan.h"
#include "package/contract.h"
#include "package/files.h"

enum { FOLDER_MAX = 1000, INSTALLED_MAX = 500 };

struct folder {
	struct scop_manifest *manifests[FOLDER_MAX];
	size_t count;
};

/* Lists the packages in the host's own folder. An unreadable one is not offered; requesting it by
 * name gives the reason. */
static void
read_folder(struct scop_platform *platform, struct folder *ret_folder)
{
	DIR *dir = opendir(platform->config.modules);
	struct dirent *entry;
	struct scop_error ignored;

	ret_folder->count = 0;
	while (dir && (entry = readdir(dir)) && ret_folder->count < FOLDER_MAX) {
		struct scop_manifest *manifest =
		    scop_arena_alloc(platform->arena, sizeof *manifest);
		const char *file = scop_arena_printf(platform->arena, "%s/%s/module.xml",
		    platform->config.modules, entry->d_name);

		if (entry->d_name[0] != '.' && access(file, R_OK) == 0 &&
		    scop_manifest_read(platform->arena, file, manifest, &ignored) &&
		    strcmp(manifest->name, entry->d_name) == 0)
			ret_folder->manifests[ret_folder->count++] = manifest;
	}
	if (dir)
		closedir(dir);
}

static const struct scop_manifest *
find_manifest(const struct folder *folder, const char *module)
{
	for (size_t i = 0; i < folder->count; i++)
		if (strcmp(folder->manifests[i]->name, module) == 0)
			return folder->manifests[i];
	return NULL;
}

/* The needs of a package, from the database. */
static const struct scop_need *
needs_of(struct scop_platform *platform, const char *json, size_t *ret_count)
{
	const struct scop_value *list =
	    scop_json_parse(platform->arena, json, strlen(json), &platform->err);
	struct scop_need *needs =
	    scop_arena_alloc(platform->arena, (scop_count(list) + 1) * sizeof *needs);

	*ret_count = scop_count(list);
	for (size_t i = 0; i < *ret_count; i++)
		needs[i] = (struct scop_need){ scop_text(scop_at(list, i), "module"),
			scop_text(scop_at(list, i), "version") };
	return needs;
}

static void
add_installed(struct scop_platform *platform, uint32_t tenant, struct scop_candidate *candidates,
    size_t *count)
{
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT s.module, p.version, p.needs, p.contracts FROM scopiton.subscription s JOIN "
	    "scopiton.package p ON p.id = s.package WHERE s.tenant = %u AND s.state NOT IN ('off', "
	    "'gone') LIMIT %d",
	    tenant, INSTALLED_MAX);

	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);
		struct scop_candidate *one = &candidates[(*count)++];

		*one = (struct scop_candidate){ .module = scop_text(row, "module"),
			.installed = true };
		one->needs = needs_of(platform, scop_text(row, "needs"), &one->need_count);
		one->contracts = scop_json_parse(platform->arena, scop_text(row, "contracts"),
		    strlen(scop_text(row, "contracts")), &platform->err);
		scop_version_parse(scop_text(row, "version"), &one->version);
	}
}

static void
add_folder(struct scop_arena *arena, const struct folder *folder, struct scop_candidate *candidates,
    size_t *count)
{
	for (size_t i = 0; i < folder->count; i++) {
		const struct scop_manifest *manifest = folder->manifests[i];

		candidates[*count] = (struct scop_candidate){ .module = manifest->name,
			.needs = manifest->needs,
			.need_count = manifest->need_count,
			.contracts = scop_contracts_of(arena, manifest) };
		scop_version_parse(manifest->version, &candidates[(*count)++].version);
	}
}

/* The range used if no version is given: the disabled version, the host's own, or the newest. */
static const char *
usual_range(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct folder *folder, const struct scop_wish *wish)
{
	const struct scop_manifest *own = find_manifest(folder, module);

	if (wish->version && wish->version[0])
		return wish->version;
	if (own)
		return scop_arena_printf(platform->arena, "=%s", own->version);
	const struct scop_value *has = wish->newest
	    ? NULL
	    : scop_platform_row(platform,
		  "SELECT p.version FROM scopiton.subscription s JOIN scopiton.package p ON "
		  "p.id = s.package WHERE s.tenant = %u AND s.module = '%s'",
		  tenant, module);
	return has ? scop_arena_printf(platform->arena, "=%s", scop_text(has, "version")) : "*";
}

/* The folder of the version on this host: the host's own, or one fetched before that matches the
 * catalogue. */
static const char *
local_folder(struct scop_platform *platform, const struct folder *folder, const char *module,
    const char *version)
{
	const struct scop_manifest *own = find_manifest(folder, module);

	return own && strcmp(own->version, version) == 0
	    ? scop_arena_printf(platform->arena, "%s/%s", platform->config.modules, module)
	    : NULL;
}

/* Whether the tenant has this very version, so that it can be enabled without a catalogue. */
static const char *
own_folder(struct scop_platform *platform, uint32_t tenant, const char *module, const char *range)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT p.version, p.hash FROM scopiton.subscription s JOIN scopiton.package p ON p.id "
	    "= "
	    "s.package WHERE s.tenant = %u AND s.module = '%s'",
	    tenant, module);
	struct scop_version version;

	if (!row || !scop_version_parse(scop_text(row, "version"), &version) ||
	    strcmp(range, scop_arena_printf(platform->arena, "=%s", scop_text(row, "version"))) !=
		0)
		return NULL;
	return scop_arena_printf(platform->arena, "%s/modules/%s", platform->config.var,
	    scop_text(row, "hash"));
}

static const char *
version_text(struct scop_platform *platform, const struct scop_version *version)
{
	return scop_arena_printf(platform->arena, "%u.%u.%u", version->major, version->minor,
	    version->patch);
}

/* The packages that can be chosen from: of the host's own folder, of the catalogue, and what the
 * tenant has. */
struct shelf {
	struct folder *folder;
	struct scop_index index;
	bool has_index;
	struct scop_error
	    error; /* why the catalogue cannot be used; "": it can, or there is none */
	struct scop_candidate *candidates;
	size_t count;
};

static void
read_shelf(struct scop_platform *platform, uint32_t tenant, struct shelf *ret_shelf)
{
	ret_shelf->has_index =
	    platform->config.catalogue[0] && scop_catalogue_load(platform, &ret_shelf->index);
	if (platform->config.catalogue[0] && !ret_shelf->has_index)
		ret_shelf->error = platform->err;
	ret_shelf->candidates = scop_index_candidates(platform->arena, &ret_shelf->index,
	    FOLDER_MAX + INSTALLED_MAX, &ret_shelf->count);
	add_folder(platform->arena, ret_shelf->folder, ret_shelf->candidates, &ret_shelf->count);
	add_installed(platform, tenant, ret_shelf->candidates, &ret_shelf->count);
}

static bool
no_module(struct scop_platform *platform, const struct shelf *shelf, const char *module)
{
	if (shelf->error.text[0])
		return scop_error_set(&platform->err, "the catalogue cannot be used: %s",
		    shelf->error.said);
	return scop_error_set(&platform->err, "there is no module '%s' in '%s'", module,
	    platform->config.modules);
}

static void
take_solution(struct scop_platform *platform, const struct shelf *shelf, const char *module,
    const struct scop_solution *solution, struct scop_choice choices[SCOP_SOLVE_MAX], size_t *count)
{
	for (size_t i = 0; i < solution->count; i++) {
		const struct scop_candidate *step = solution->steps[i];
		const char *version = version_text(platform, &step->version);

		choices[(*count)++] = (struct scop_choice){ step->module, version,
			local_folder(platform, shelf->folder, step->module, version), 0 };
	}
	/* Also accepts a rebuilt package of the same version in the host's own folder. */
	const struct scop_manifest *built = find_manifest(shelf->folder, module);
	if (built && (*count == 0 || strcmp(choices[*count - 1].module, module) != 0))
		choices[(*count)++] = (struct scop_choice){ module, built->version,
			scop_arena_printf(platform->arena, "%s/%s", platform->config.modules,
			    module),
			0 };
}

/* Reads what each package costs: its manifest says so, or the catalogue. */
static bool
read_prices(struct scop_platform *platform, const struct shelf *shelf, struct scop_choice *choices,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct scop_manifest manifest;

		if (!choices[i].folder) {
			const struct scop_value *entry =
			    scop_index_version(scop_index_module(&shelf->index, choices[i].module),
				choices[i].version);

			choices[i].cents = scop_int(scop_get(entry, "tariff"), "cents");
			continue;
		}
		if (!scop_manifest_read(platform->arena,
			scop_arena_printf(platform->arena, "%s/module.xml", choices[i].folder),
			&manifest, &platform->err))
			return false;
		choices[i].cents = manifest.tariff_cents;
	}
	return true;
}

bool
scop_choose(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_wish *wish, struct scop_choice choices[SCOP_SOLVE_MAX], size_t *ret_count)
{
	struct shelf shelf = { .folder = scop_arena_alloc(platform->arena, sizeof *shelf.folder) };
	struct scop_solution solution;

	read_folder(platform, shelf.folder);
	const char *range = usual_range(platform, tenant, module, shelf.folder, wish);
	read_shelf(platform, tenant, &shelf);

	const char *own = own_folder(platform, tenant, module, range);
	const char *there = own ? strrchr(own, '/') + 1 : NULL;
	const struct scop_problem problem = { shelf.candidates, shelf.count, module, range,
		wish->beta };
	*ret_count = 0;
	if (!find_manifest(shelf.folder, module) && !shelf.has_index && !own)
		return no_module(platform, &shelf, module);
	if (own && there && !find_manifest(shelf.folder, module)) { /* it is enabled unchanged */
		choices[(*ret_count)++] = (struct scop_choice){ module, range + 1, own, 0 };
		return read_prices(platform, &shelf, choices, *ret_count);
	}
	if (!scop_solve(platform->arena, &problem, &solution, &platform->err))
		return false;
	take_solution(platform, &shelf, module, &solution, choices, ret_count);
	return read_prices(platform, &shelf, choices, *ret_count);
}

bool
scop_package_of_hash(struct scop_platform *platform, const char *hash,
    struct scop_package *ret_package)
{
	const char *folder =
	    scop_arena_printf(platform->arena, "%s/modules/%s", platform->config.var, hash);

	*ret_package = (struct scop_package){ .folder = folder, .hash = hash };
	return scop_manifest_read(platform->arena,
	    scop_arena_printf(platform->arena, "%s/module.xml", folder), &ret_package->manifest,
	    &platform->err);
}

/* Fetched before and still listed in the index: its content is verified by its hash. */
static bool
open_fetched(struct scop_platform *platform, const struct scop_index *index,
    const struct scop_choice *choice, struct scop_package *ret_package)
{
	const struct scop_value *module = scop_index_module(index, choice->module),
				*entry = scop_index_version(module, choice->version);
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT hash, signature FROM scopiton.package WHERE module = '%s' AND version = '%s' "
	    "AND "
	    "sha256 = '%s' AND sha256 <> ''",
	    choice->module, choice->version, scop_text(entry, "sha256"));
	const char *folder = scop_arena_printf(platform->arena, "%s/modules/%s",
	    platform->config.var, scop_text(row, "hash"));

	return row && access(folder, R_OK) == 0 &&
	    scop_index_check_key(index, scop_text(module, "scop"), scop_text(row, "signature"),
		&platform->err) &&
	    scop_package_open_indexed(platform, index, folder, ret_package) &&
	    strcmp(ret_package->hash, scop_text(row, "hash")) == 0;
}

static bool
fetch(struct scop_platform *platform, const struct scop_choice *choice,
    struct scop_package *ret_package)
{
	struct scop_fetched fetched;
	struct scop_index index;

	if (!scop_catalogue_load(platform, &index))
		return false;
	if (open_fetched(platform, &index, choice, ret_package))
		return true;
	if (!scop_catalogue_fetch(platform, &index, choice->module, choice->version, &fetched))
		return false;
	const bool ok = scop_package_open_indexed(platform, &index, fetched.folder, ret_package) &&
	    scop_package_place(ret_package, platform->config.var, &platform->err) &&
	    scop_package_note(platform, ret_package, false) &&
	    scop_platform_sql(platform,
		"UPDATE scopiton.package SET sha256 = '%s', signature = '%s' WHERE hash = '%s'",
		scop_text(scop_index_version(scop_index_module(&index, choice->module),
			      choice->version),
		    "sha256"),
		scop_platform_quote(platform, fetched.signature), ret_package->hash);
	const struct scop_error cause = platform->err;
	scop_files_remove(fetched.work);
	platform->err = cause;
	ret_package->folder = scop_arena_printf(platform->arena, "%s/modules/%s",
	    platform->config.var, ret_package->hash);
	return ok;
}

static bool
open_package(struct scop_platform *platform, const struct scop_choice *choice,
    struct scop_package *ret_package)
{
	if (!choice->folder)
		return fetch(platform, choice, ret_package);
	if (!scop_package_open_here(platform, choice->folder, ret_package, &platform->err) ||
	    !scop_package_place(ret_package, platform->config.var, &platform->err))
		return false;
	const bool own = strncmp(choice->folder, platform->config.modules,
			     strlen(platform->config.modules)) == 0;
	ret_package->folder = scop_arena_printf(platform->arena, "%s/modules/%s",
	    platform->config.var, ret_package->hash);
	return scop_package_note(platform, ret_package, own);
}

bool
scop_choice_open(struct scop_platform *platform, const struct scop_choice *choice,
    struct scop_package *ret_package)
{
	return open_package(platform, choice, ret_package) &&
	    scop_module_claim(platform, ret_package->manifest.name, ret_package->manifest.scop);
}
