/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Opens an archive of a tenant or a module: unpacks a file, refusing paths that lead out of its
 * folder, and verifies all files against SHA256SUMS before reading any of them.
 */
#include "installer/opened.h"

#include <archive.h>
#include <archive_entry.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "package/files.h"
#include "package/index.h"

enum { FORMAT = 1 };

const struct scop_value *
scop_opened_json(struct scop_platform *platform, const char *folder, const char *name)
{
	const char *path = scop_arena_printf(platform->arena, "%s/%s", folder, name);
	size_t size;
	const char *text = scop_files_read(platform->arena, path, &size, &platform->err);

	return text ? scop_json_parse(platform->arena, text, size, &platform->err) : NULL;
}

/* A plain file with a name below the archive's first folder. */
static bool
is_plain(struct archive_entry *entry, size_t top)
{
	const char *path = archive_entry_pathname(entry), *below = path ? strchr(path, '/') : NULL;

	return archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry) &&
	    below && below[1] && !strstr(path, "..") && path[0] != '/' &&
	    top + strlen(below) <= 4000;
}

/* Writes one file of the archive below `to`, without the first part of its name. */
static int
unpack_file(struct scop_platform *platform, struct archive *in, struct archive *out,
    struct archive_entry *entry, const char *to)
{
	const void *block;
	size_t size;
	la_int64_t offset;

	archive_entry_set_pathname(entry,
	    scop_arena_printf(platform->arena, "%s%s", to,
		strchr(archive_entry_pathname(entry), '/')));
	archive_entry_set_perm(entry, archive_entry_perm(entry) & 0755);
	int status = archive_write_header(out, entry);
	while (status == ARCHIVE_OK &&
	    (status = archive_read_data_block(in, &block, &size, &offset)) == ARCHIVE_OK)
		if (archive_write_data_block(out, block, size, offset) != ARCHIVE_OK)
			status = ARCHIVE_FATAL;
	return status == ARCHIVE_EOF ? archive_write_finish_entry(out) : status;
}

static bool
unpack(struct scop_platform *platform, const char *file, const char *to)
{
	struct archive *in = archive_read_new(), *out = archive_write_disk_new();
	struct archive_entry *entry;
	const size_t top = strlen(to);
	int status = ARCHIVE_OK;

	archive_read_support_format_tar(in);
	archive_read_support_filter_zstd(in);
	archive_write_disk_set_options(out,
	    ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_SECURE_SYMLINKS);
	if (archive_read_open_filename(in, file, 1 << 20) != ARCHIVE_OK)
		status = ARCHIVE_FATAL;
	while (
	    status == ARCHIVE_OK && (status = archive_read_next_header(in, &entry)) == ARCHIVE_OK)
		status = is_plain(entry, top) ? unpack_file(platform, in, out, entry, to)
					      : ARCHIVE_FATAL;
	archive_write_free(out);
	archive_read_free(in);
	return status == ARCHIVE_EOF ||
	    scop_error_set(&platform->err, "'%s' is not an archive of a tenant, or is damaged",
		file);
}

/* Whether SHA256SUMS has a line for this path. */
static bool
has_line(const char *sums, const char *line_end)
{
	const size_t digits = SCOP_SHA256_TEXT - 1;

	for (const char *at = sums; (at = strstr(at, line_end)); at++)
		if ((size_t)(at - sums) == digits ||
		    ((size_t)(at - sums) > digits && at[-(ptrdiff_t)digits - 1] == '\n'))
			return true;
	return false;
}

/* Checks one line, "<64 digits> path". The path must stay in the folder, and be a plain file. */
static bool
check_line(struct scop_platform *platform, const char *folder, const char *line, size_t length)
{
	const size_t digits = SCOP_SHA256_TEXT - 1;
	char sum[SCOP_SHA256_TEXT];
	struct stat status;

	if (length <= digits + 2)
		return scop_error_set(&platform->err, "SHA256SUMS has an invalid line");
	const char *path =
	    scop_arena_bytes(platform->arena, line + digits + 2, length - digits - 2);
	const char *file = scop_arena_printf(platform->arena, "%s/%s", folder, path);
	if (path[0] == '/' || strncmp(path, "../", 3) == 0 || strstr(path, "/../") ||
	    lstat(file, &status) != 0 || !S_ISREG(status.st_mode))
		return scop_error_set(&platform->err,
		    "SHA256SUMS names '%s', which is not a file of the archive", path);
	if (!scop_sha256_file(file, sum, &platform->err))
		return false;
	return strncmp(line, sum, digits) == 0 ||
	    scop_error_set(&platform->err, "'%s' was changed after the archive was written", path);
}

static bool
check_named(struct scop_platform *platform, const char *sums, const char *path)
{
	return has_line(sums, scop_arena_printf(platform->arena, "  %s\n", path)) ||
	    scop_error_set(&platform->err,
		"'%s' was added after the archive was written: SHA256SUMS does not name it", path);
}

/* Checks that SHA256SUMS names every imported file. Besides those, an archive that was started by
 * its own `run` holds the files that `run` made. */
static bool
check_all_named(struct scop_platform *platform, const char *sums, const char *folder)
{
	static const char *const files[] = { "tenant.json", "persons.json", "module.json" },
				 *const folders[] = { "data", "packages" };
	struct scop_files *found = scop_arena_alloc(platform->arena, sizeof *found);
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof files / sizeof files[0]; i++)
		ok = access(scop_arena_printf(platform->arena, "%s/%s", folder, files[i]), F_OK) !=
			0 ||
		    check_named(platform, sums, files[i]);
	for (size_t i = 0; ok && i < sizeof folders / sizeof folders[0]; i++) {
		const char *below = scop_arena_printf(platform->arena, "%s/%s", folder, folders[i]);

		if (access(below, F_OK) != 0)
			continue;
		ok = scop_files_list(platform->arena, below, found, &platform->err);
		for (size_t f = 0; ok && f < found->count; f++)
			ok = check_named(platform, sums,
			    scop_arena_printf(platform->arena, "%s/%s", folders[i],
				found->path[f]));
	}
	return ok;
}

/* Checks each file against SHA256SUMS, and that no other file would be imported. */
static bool
check_sums(struct scop_platform *platform, const char *folder)
{
	const char *sums = scop_files_read(platform->arena,
	    scop_arena_printf(platform->arena, "%s/SHA256SUMS", folder), NULL, &platform->err);

	for (const char *line = sums; line && *line;
	     line += strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n'))
		if (!check_line(platform, folder, line, strcspn(line, "\n")))
			return false;
	return sums && check_all_named(platform, sums, folder);
}

bool
scop_archive_open(struct scop_platform *platform, const char *from, const char *name,
    struct scop_opened *ret_opened)
{
	const char *work = scop_arena_printf(platform->arena, "%s/imports", platform->config.var);
	struct stat status;

	*ret_opened = (struct scop_opened){ .folder = from,
		.unpacked = stat(from, &status) != 0 || !S_ISDIR(status.st_mode) };
	if (ret_opened->unpacked) {
		ret_opened->folder =
		    scop_arena_printf(platform->arena, "%s/.%d", work, (int)getpid());
		mkdir(work, 0700);
		scop_files_remove(ret_opened->folder);
		if (mkdir(ret_opened->folder, 0755) != 0)
			return scop_error_errno(&platform->err, "'%s' cannot be created",
			    ret_opened->folder);
		if (!unpack(platform, from, ret_opened->folder))
			return false;
	}
	if (access(scop_arena_printf(platform->arena, "%s/%s", ret_opened->folder, name), R_OK) !=
	    0)
		return scop_error_set(&platform->err,
		    strcmp(name, "module.json") == 0
			? "'%s' is not an archive of a module (it has no module.json)"
			: "'%s' is not an archive of a tenant (it has no tenant.json; import one "
			  "of a module with --into TENANT)",
		    from);
	ret_opened->description = check_sums(platform, ret_opened->folder)
	    ? scop_opened_json(platform, ret_opened->folder, name)
	    : NULL;
	if (!ret_opened->description)
		return false;
	return scop_int(ret_opened->description, "format") == FORMAT ||
	    scop_error_set(&platform->err, "the archive has format %lld, but this host knows %d",
		(long long)scop_int(ret_opened->description, "format"), FORMAT);
}

void
scop_archive_close(struct scop_platform *platform, const struct scop_opened *opened)
{
	const struct scop_error cause = platform->err;

	if (opened->unpacked)
		scop_files_remove(opened->folder);
	platform->err = cause;
}
