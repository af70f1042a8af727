/* SPDX-License-Identifier: EUPL-1.2 */
/* Packages as files, with libarchive: see archive.h. */
#include "package/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "package/files.h"

enum { PATH_BYTES = 200 };

static const char manifest_name[] = "module.xml";
static const char path_bytes[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";

static bool
ends_with(const char *text, const char *end)
{
	const size_t length = strlen(text), wanted = strlen(end);

	return length > wanted && strcmp(text + length - wanted, end) == 0;
}

/* Whether the path stays below its folder and has only characters that are safe in shells and file
 * systems. */
static bool
safe_path(const char *path)
{
	return path[0] && path[0] != '/' && path[0] != '.' && strlen(path) < PATH_BYTES &&
	    path[strspn(path, path_bytes)] == '\0' && !strstr(path, "//") && !strstr(path, "/.") &&
	    path[strlen(path) - 1] != '/';
}

bool
scop_archive_has_place(const char *module, const char *path)
{
	static const char *const files[] = { manifest_name, "statements.txt", "texts.json",
		"README.md" };
	static const char *const pictures[] = { ".svg", ".png", ".webp" };
	const size_t length = strlen(module);

	if (!safe_path(path))
		return false;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (strcmp(path, files[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++)
		if (strncmp(path, "pictures/", 9) == 0 && !strchr(path + 9, '/') &&
		    ends_with(path, pictures[i]))
			return true;
	if (strncmp(path, "offers/", 7) == 0 && !strchr(path + 7, '/') && ends_with(path, ".sql"))
		return true;
	return (strncmp(path, "migrations/", 11) == 0 && ends_with(path, ".sql")) ||
	    (strncmp(path, module, length) == 0 && strcmp(path + length, ".so") == 0);
}

/* ---- packing ---- */

static bool
complain(struct archive *archive, const char *file, struct scop_error *err)
{
	const char *words = archive_error_string(archive);

	return scop_error_set(err, "'%s': %s", file, words ? words : "not an archive");
}

static bool
add_file(struct archive *out, const char *folder, const char *path, uint64_t *bytes,
    struct scop_error *err)
{
	char full[4096], block[65536];
	struct stat status;
	size_t got;

	snprintf(full, sizeof full, "%s/%s", folder, path);
	FILE *in = fopen(full, "rbe");
	if (!in || fstat(fileno(in), &status) != 0) {
		if (in)
			fclose(in);
		return scop_error_errno(err, "'%s' cannot be read", full);
	}
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_pathname(entry, path);
	archive_entry_set_size(entry, status.st_size);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, 0, 0);
	bool ok = archive_write_header(out, entry) == ARCHIVE_OK;
	while (ok && (got = fread(block, 1, sizeof block, in)) > 0)
		ok = archive_write_data(out, block, got) == (la_ssize_t)got;
	archive_entry_free(entry);
	fclose(in);
	*bytes += (uint64_t)status.st_size;
	return ok || complain(out, path, err);
}

static bool
add_all(struct archive *out, const char *folder, const char *module, const struct scop_files *files,
    uint64_t *bytes, struct scop_error *err)
{
	if (!add_file(out, folder, manifest_name, bytes, err))
		return false;
	for (size_t i = 0; i < files->count; i++) {
		if (!scop_archive_has_place(module, files->path[i]))
			return scop_error_set(err, "the file '%s' does not belong in a package",
			    files->path[i]);
		if (strcmp(files->path[i], manifest_name) != 0 &&
		    !add_file(out, folder, files->path[i], bytes, err))
			return false;
	}
	return true;
}

bool
scop_archive_pack(const char *folder, const char *module, const char *file, uint64_t *ret_unpacked,
    struct scop_error *err)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_files *files = scop_arena_alloc(arena, sizeof *files);
	const char *tmp = scop_arena_printf(arena, "%s.new", file);
	bool ok = scop_files_list(arena, folder, files, err);

	*ret_unpacked = 0;
	if (ok) {
		struct archive *out = archive_write_new();

		archive_write_set_format_ustar(out);
		archive_write_add_filter_zstd(out);
		archive_write_set_filter_option(out, "zstd", "compression-level", "19");
		ok = archive_write_open_filename(out, tmp) == ARCHIVE_OK
		    ? add_all(out, folder, module, files, ret_unpacked, err)
		    : complain(out, tmp, err);
		if (archive_write_close(out) != ARCHIVE_OK && ok)
			ok = complain(out, tmp, err);
		archive_write_free(out);
	}
	if (ok && rename(tmp, file) != 0)
		ok = scop_error_errno(err, "'%s' cannot be moved into place", file);
	if (!ok)
		unlink(tmp);
	scop_arena_free(arena);
	return ok;
}

/* ---- unpacking ---- */

static bool
write_entry(struct archive *in, const char *folder, const char *path, uint64_t *left,
    struct scop_error *err)
{
	char full[4096], block[65536];
	la_ssize_t got = 0;

	snprintf(full, sizeof full, "%s/%s", folder, path);
	scop_files_make_folders(full);
	const int out = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (out < 0)
		return errno == EEXIST
		    ? scop_error_set(err, "the package has the file '%s' twice", path)
		    : scop_error_errno(err, "'%s' cannot be created", full);
	bool ok = true;
	while (ok && (got = archive_read_data(in, block, sizeof block)) > 0) {
		if ((uint64_t)got > *left)
			ok = scop_error_set(err,
			    "the package unpacks to more than the announced bytes");
		else if (write(out, block, (size_t)got) != got)
			ok = scop_error_errno(err, "'%s' cannot be written", full);
		*left -= ok ? (uint64_t)got : 0;
	}
	close(out);
	return ok && (got >= 0 || complain(in, path, err));
}

static bool
read_all(struct archive *in, const char *file, const char *folder, uint64_t left,
    struct scop_error *err)
{
	struct archive_entry *entry;
	int status;

	for (unsigned count = 0; (status = archive_read_next_header(in, &entry)) == ARCHIVE_OK;
	     count++) {
		const char *path = archive_entry_pathname(entry);

		if (!path || !safe_path(path))
			return scop_error_set(err,
			    "the package has the path '%.60s', which leads elsewhere",
			    path ? path : "");
		if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
			return scop_error_set(err,
			    "the package has '%s', which is not a plain file", path);
		if (count == 0 && strcmp(path, manifest_name) != 0)
			return scop_error_set(err,
			    "the package does not begin with its manifest, but with '%s'", path);
		if (count == SCOP_FILES_MAX)
			return scop_error_set(err, "the package has more than %d files",
			    SCOP_FILES_MAX);
		if (!write_entry(in, folder, path, &left, err))
			return false;
	}
	return status == ARCHIVE_EOF || complain(in, file, err);
}

bool
scop_archive_unpack(const char *file, const char *folder, uint64_t bytes_max,
    struct scop_error *err)
{
	struct archive *in = archive_read_new();

	archive_read_support_format_tar(in);
	archive_read_support_filter_zstd(in);
	bool ok =
	    mkdir(folder, 0755) == 0 || scop_error_errno(err, "'%s' cannot be created", folder);
	if (ok && archive_read_open_filename(in, file, 65536) != ARCHIVE_OK)
		ok = complain(in, file, err);
	ok = ok && read_all(in, file, folder, bytes_max, err);
	archive_read_free(in);
	return ok;
}
