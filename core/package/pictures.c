/* SPDX-License-Identifier: EUPL-1.2 */
/* Pictures: see pictures.h. */
#include "package/pictures.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/value.h"
#include "package/files.h"

static const char *const icons[] = { "icon.svg", "icon.png", "icon.webp" };

static const char *
path_of(struct scop_arena *arena, const char *folder, const char *file)
{
	return scop_arena_printf(arena, "%s/pictures/%s", folder, file);
}

static const char *
find_icon(struct scop_arena *arena, const char *folder)
{
	for (size_t i = 0; i < sizeof icons / sizeof icons[0]; i++)
		if (access(path_of(arena, folder, icons[i]), R_OK) == 0)
			return icons[i];
	return NULL;
}

static bool
check_size(struct scop_arena *arena, const char *folder, const char *file, struct scop_error *err)
{
	struct stat status;

	if (stat(path_of(arena, folder, file), &status) != 0)
		return scop_error_set(err,
		    "the manifest has the picture '%s', but the package does not: put it into "
		    "'pictures'",
		    file);
	return status.st_size <= SCOP_PICTURE_BYTES_MAX ||
	    scop_error_set(err, "the picture '%s' has more than %d bytes", file,
		SCOP_PICTURE_BYTES_MAX);
}

bool
scop_pictures_check(struct scop_arena *arena, const char *folder,
    const struct scop_manifest *manifest, struct scop_error *err)
{
	const char *icon = find_icon(arena, folder);

	for (size_t i = 0; i < manifest->picture_count; i++)
		if (!check_size(arena, folder, manifest->pictures[i].file, err))
			return false;
	return !icon || check_size(arena, folder, icon, err);
}

/* Names a picture by its content, and copies it to the folder `to`, unless that is NULL. */
static const char *
take(struct scop_arena *arena, const char *folder, const char *file, const char *to,
    struct scop_error *err)
{
	const char *path = path_of(arena, folder, file);
	char sum[SCOP_SHA256_TEXT];

	if (!scop_sha256_file(path, sum, err))
		return NULL;
	const char *name = scop_arena_printf(arena, "%s%s", sum, strrchr(file, '.'));
	if (!to)
		return name;
	const char *place = scop_arena_printf(arena, "%s/%s", to, name),
		   *tmp = scop_arena_printf(arena, "%s.%d", place, (int)getpid());
	if (access(place, F_OK) == 0)
		return name;
	unlink(tmp);
	if (scop_files_copy(path, tmp, err) &&
	    (rename(tmp, place) == 0 || scop_error_errno(err, "'%s' cannot be written", place)))
		return name;
	unlink(tmp);
	return NULL;
}

const struct scop_value *
scop_pictures_take(struct scop_arena *arena, const char *folder,
    const struct scop_manifest *manifest, const char *to, const char **ret_icon,
    struct scop_error *err)
{
	const char *icon = find_icon(arena, folder);
	struct scop_list_maker list;

	*ret_icon = icon ? take(arena, folder, icon, to, err) : "";
	if (!*ret_icon)
		return NULL;
	scop_list_init(&list, arena);
	for (size_t i = 0; i < manifest->picture_count; i++) {
		const char *name = take(arena, folder, manifest->pictures[i].file, to, err);
		struct scop_map_maker map;

		if (!name)
			return NULL;
		scop_map_init(&map, arena);
		scop_map_put_text(&map, "file", name);
		scop_map_put_text(&map, "title", manifest->pictures[i].title);
		scop_list_add(&list, scop_map_value(&map));
	}
	return scop_list_value(&list);
}

bool
scop_picture_named(const char *name)
{
	const size_t sum = strspn(name, "0123456789abcdef");
	const char *end = name + sum;

	return sum == SCOP_SHA256_TEXT - 1 &&
	    (strcmp(end, ".svg") == 0 || strcmp(end, ".png") == 0 || strcmp(end, ".webp") == 0);
}

bool
scop_picture_is(const char *name, const char *file)
{
	char sum[SCOP_SHA256_TEXT];
	struct scop_error ignored;

	return scop_picture_named(name) && scop_sha256_file(file, sum, &ignored) &&
	    strncmp(sum, name, strlen(sum)) == 0;
}
