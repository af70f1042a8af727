/* SPDX-License-Identifier: EUPL-1.2 */
/* Pictures: see pictures.h. */
#include "installer/pictures.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/log.h"
#include "installer/fetch.h"
#include "package/pictures.h"

enum { FETCHES_MAX = 200, FAILURES_MAX = 3 }; /* per check; the next one continues */

struct look {
	int fetches, failures;
};

static const char *
place_of(struct scop_platform *platform)
{
	const char *folder =
	    scop_arena_printf(platform->arena, "%s/pictures", platform->config.var);

	mkdir(folder, 0755);
	return folder;
}

bool
scop_pictures_keep(struct scop_platform *platform, const struct scop_package *package,
    const char **ret_icon, const char **ret_pictures)
{
	const struct scop_value *list = scop_pictures_take(platform->arena, package->folder,
	    &package->manifest, place_of(platform), ret_icon, &platform->err);
	struct scop_buffer text;

	if (!list)
		return false;
	scop_buffer_init(&text, platform->arena);
	scop_json_print(&text, list);
	*ret_pictures = scop_buffer_str(&text);
	return true;
}

static void
fetch(struct scop_platform *platform, const char *name, struct look *look)
{
	const char *folder = place_of(platform),
		   *place = scop_arena_printf(platform->arena, "%s/%s", folder, name);
	const char *tmp = scop_arena_printf(platform->arena, "%s/.fetch", folder);
	struct scop_error err = { .text = "it cannot be moved into place" };

	if (!name[0] || access(place, F_OK) == 0 || look->fetches == FETCHES_MAX ||
	    look->failures == FAILURES_MAX)
		return;
	look->fetches++;
	unlink(tmp);
	if (scop_fetch(&platform->config, scop_arena_printf(platform->arena, "pictures/%s", name),
		tmp, SCOP_PICTURE_BYTES_MAX, &err) &&
	    (scop_picture_is(name, tmp) ||
		scop_error_set(&err, "the content of 'pictures/%s' does not match its name",
		    name)) &&
	    rename(tmp, place) == 0)
		return;
	look->failures++;
	unlink(tmp);
	scop_log_line(SCOP_LOG_WARNING, "a picture of the catalogue is missing: %s", err.text);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Removes pictures that are in neither the catalogue nor a package of this host. */
static void
sweep(struct scop_platform *platform)
{
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT icon AS name FROM scopiton.catalogue_module UNION SELECT icon FROM "
	    "scopiton.package UNION SELECT "
	    "j.file FROM (SELECT pictures FROM scopiton.catalogue_module UNION ALL SELECT pictures "
	    "FROM scopiton.package) p, JSON_TABLE(p.pictures, '$[*]' COLUMNS (file "
	    "VARCHAR(70) COLLATE utf8mb4_unicode_520_ci PATH '$.file')) j");
	const size_t count = scop_count(rows);
	const char **names = scop_arena_alloc(platform->arena, (count + 1) * sizeof *names),
		   *folder = place_of(platform);
	DIR *dir = rows ? opendir(folder) : NULL;
	struct dirent *entry;

	for (size_t i = 0; i < count; i++)
		names[i] = scop_text(scop_at(rows, i), "name");
	qsort(names, count, sizeof *names, by_name);
	while (dir && (entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (scop_picture_named(name) &&
		    !bsearch(&name, names, count, sizeof *names, by_name))
			unlink(scop_arena_printf(platform->arena, "%s/%s", folder, name));
	}
	if (dir)
		closedir(dir);
}

void
scop_pictures_fetch(struct scop_platform *platform, const struct scop_index *index)
{
	const struct scop_value *modules = scop_get(index->root, "modules");
	struct look look = { 0 };

	for (size_t m = 0; m < scop_count(modules); m++) {
		const struct scop_value *module = scop_at(modules, m),
					*pictures = scop_get(module, "pictures");

		fetch(platform, scop_text(module, "icon"), &look);
		for (size_t i = 0; i < scop_count(pictures); i++)
			fetch(platform, scop_text(scop_at(pictures, i), "file"), &look);
	}
	sweep(platform);
}
