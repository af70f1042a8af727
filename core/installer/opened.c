/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Opens an archive of a tenant or a module: unpacks a file, refusing paths that lead out of its
 * folder or are too much, and verifies all files against SHA256SUMS before using any of them.
 */
#include "installer/opened.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fts.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "package/files.h"

enum { FORMAT = 1, RATIO_MAX = 200, SUMS_MAX = 1 << 20 };

#define BYTES_FREE (UINT64_C(64) << 20) /* a small archive may unpack to this in any case */
#define BYTES_MAX (UINT64_C(64) << 30)

static const char sums_name[] = "SHA256SUMS";

struct reading {
	struct scop_platform *platform;
	const char *from;
	int64_t deadline;      /* of the monotonic clock */
	bool in_place;         /* a folder, not a file that is unpacked */
	uint64_t left;         /* bytes that may still be unpacked */
	uint64_t size, stored; /* bytes of the files, and what they take on the disk */
};

static bool
not_an_archive(const struct reading *reading)
{
	return scop_error_set(&reading->platform->err,
	    "'%s' is not an archive of a tenant, or is damaged", reading->from);
}

const struct scop_value *
scop_opened_json(struct scop_platform *platform, const char *folder, const char *name)
{
	const char *path = scop_arena_printf(platform->arena, "%s/%s", folder, name);
	size_t size;
	const char *text = scop_files_read(platform->arena, path, &size, &platform->err);

	return text ? scop_json_parse(platform->arena, text, size, &platform->err) : NULL;
}

/* ---- bounds ---- */

static int64_t
now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static bool
in_time(const struct reading *reading)
{
	return now_seconds() < reading->deadline ||
	    scop_error_set(&reading->platform->err,
		"'%s' takes longer to read than %lld seconds (import_seconds)", reading->from,
		(long long)reading->platform->config.import_seconds);
}

/* SQL and programs take a tenth of their size, and rarely a hundredth: an archive that unpacks to
 * more is made to fill the disk. Never more than half of the disk's free space. */
static uint64_t
bytes_allowed(const struct scop_platform *platform, uint64_t stored)
{
	struct statvfs disk;
	uint64_t allowed = stored > (BYTES_MAX - BYTES_FREE) / RATIO_MAX
	    ? BYTES_MAX
	    : BYTES_FREE + stored * RATIO_MAX;

	if (statvfs(platform->config.var, &disk) == 0 &&
	    (uint64_t)disk.f_bavail * disk.f_frsize / 2 < allowed)
		allowed = (uint64_t)disk.f_bavail * disk.f_frsize / 2;
	return allowed;
}

static bool
too_large(const struct reading *reading)
{
	return scop_error_set(&reading->platform->err,
	    "'%s' unpacks to more than its size allows, or than half of the free disk space",
	    reading->from);
}

/* ---- unpacking ---- */

/* A plain file with a name below the archive's first folder, without holes. */
static bool
is_plain(struct archive_entry *entry, size_t top)
{
	const char *path = archive_entry_pathname(entry), *below = path ? strchr(path, '/') : NULL;

	return archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry) &&
	    archive_entry_sparse_count(entry) == 0 && below && below[1] && !strstr(path, "..") &&
	    path[0] != '/' && top + strlen(below) <= 4000;
}

/* Writes one file of the archive below `to`, without the first part of its name. */
static bool
unpack_file(struct reading *reading, struct archive *in, struct archive *out,
    struct archive_entry *entry, const char *to)
{
	const void *block;
	size_t size;
	la_int64_t offset;

	archive_entry_set_pathname(entry,
	    scop_arena_printf(reading->platform->arena, "%s%s", to,
		strchr(archive_entry_pathname(entry), '/')));
	archive_entry_set_perm(entry, archive_entry_perm(entry) & 0755);
	int status = archive_write_header(out, entry);
	while (status == ARCHIVE_OK &&
	    (status = archive_read_data_block(in, &block, &size, &offset)) == ARCHIVE_OK) {
		if (size > reading->left)
			return too_large(reading);
		if (!in_time(reading))
			return false;
		reading->left -= size;
		if (archive_write_data_block(out, block, size, offset) != ARCHIVE_OK)
			status = ARCHIVE_FATAL;
	}
	return (status == ARCHIVE_EOF && archive_write_finish_entry(out) == ARCHIVE_OK) ||
	    not_an_archive(reading);
}

static bool
unpack_all(struct reading *reading, struct archive *in, struct archive *out, const char *to)
{
	struct archive_entry *entry;
	int status;

	for (unsigned count = 0; (status = archive_read_next_header(in, &entry)) == ARCHIVE_OK;
	     count++) {
		if (!is_plain(entry, strlen(to)))
			return scop_error_set(&reading->platform->err,
			    "'%s' has something other than plain files below one folder",
			    reading->from);
		if (count == SCOP_FILES_MAX)
			return scop_error_set(&reading->platform->err,
			    "'%s' has more than %d files", reading->from, SCOP_FILES_MAX);
		if (!unpack_file(reading, in, out, entry, to))
			return false;
	}
	return status == ARCHIVE_EOF || not_an_archive(reading);
}

static bool
unpack(struct reading *reading, const char *to)
{
	struct archive *in = archive_read_new(), *out = archive_write_disk_new();

	archive_read_support_format_tar(in);
	archive_read_support_filter_zstd(in);
	archive_write_disk_set_options(out,
	    ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_SECURE_SYMLINKS);
	const bool ok = archive_read_open_filename(in, reading->from, 1 << 20) == ARCHIVE_OK
	    ? unpack_all(reading, in, out, to)
	    : not_an_archive(reading);
	archive_write_free(out);
	archive_read_free(in);
	return ok;
}

/* ---- checking ---- */

static int
by_path(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Adds a file that the walk has found. */
static bool
add_found(struct reading *reading, const FTSENT *entry, const char *path, struct scop_files *found)
{
	struct scop_error *err = &reading->platform->err;

	if (entry->fts_info != FTS_F)
		return scop_error_set(err, "the archive has '%s', which is not a plain file", path);
	if (found->count == SCOP_FILES_MAX)
		return scop_error_set(err, "'%s' has more than %d files", reading->from,
		    SCOP_FILES_MAX);
	reading->size += (uint64_t)entry->fts_statp->st_size;
	reading->stored += (uint64_t)entry->fts_statp->st_blocks * 512;
	if (strcmp(path, sums_name) != 0)
		found->path[found->count++] = scop_arena_text(reading->platform->arena, path);
	return true;
}

/* Finds all files without following links; whatever is neither a file nor a folder is refused. */
static bool
find_files(struct reading *reading, const char *folder, struct scop_files *ret_found)
{
	char *const roots[] = { scop_arena_text(reading->platform->arena, folder), NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	bool ok = walk != NULL;

	ret_found->count = 0;
	for (FTSENT *entry; ok && (entry = fts_read(walk));) {
		const char *path = entry->fts_path + strlen(folder);

		if (entry->fts_info == FTS_D && entry->fts_level == 1 && reading->in_place &&
		    strcmp(entry->fts_name, "var") == 0)
			fts_set(walk, entry, FTS_SKIP); /* of its own `run` */
		else if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP)
			ok = add_found(reading, entry, path + strspn(path, "/"), ret_found);
	}
	if (walk)
		fts_close(walk);
	qsort(ret_found->path, ret_found->count, sizeof ret_found->path[0], by_path);
	return ok;
}

/* The SHA-256 of a plain file, in hexadecimal. */
static bool
sum_file(const struct reading *reading, const char *file, char ret_sum[SCOP_SHA256_TEXT])
{
	crypto_hash_sha256_state state;
	unsigned char block[65536], sum[crypto_hash_sha256_BYTES];
	struct stat status;
	ssize_t got = -1;
	const int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool ok = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);

	crypto_hash_sha256_init(&state);
	while (ok && (got = read(fd, block, sizeof block)) > 0) {
		crypto_hash_sha256_update(&state, block, (unsigned long long)got);
		ok = in_time(reading);
	}
	if (fd >= 0)
		close(fd);
	if (!ok && got > 0)
		return false; /* out of time */
	if (!ok || got != 0)
		return scop_error_set(&reading->platform->err, "'%s' cannot be read", file);
	crypto_hash_sha256_final(&state, sum);
	sodium_bin2hex(ret_sum, SCOP_SHA256_TEXT, sum, sizeof sum);
	return true;
}

/* Checks one line, "<64 digits>  path", and marks its file as named. */
static bool
check_line(struct reading *reading, const char *folder, const struct scop_files *found,
    const char *line, size_t length, bool *named)
{
	struct scop_platform *platform = reading->platform;
	const size_t digits = SCOP_SHA256_TEXT - 1;
	char sum[SCOP_SHA256_TEXT];

	if (length <= digits + 2)
		return scop_error_set(&platform->err, "SHA256SUMS has an invalid line");
	const char *path =
	    scop_arena_bytes(platform->arena, line + digits + 2, length - digits - 2);
	const char *const *file = found->count == 0
	    ? NULL
	    : bsearch(&path, found->path, found->count, sizeof found->path[0], by_path);
	if (!file || named[file - found->path])
		return scop_error_set(&platform->err,
		    file ? "SHA256SUMS names '%s' twice"
			 : "SHA256SUMS names '%s', which is not a file of the archive",
		    path);
	named[file - found->path] = true;
	if (!sum_file(reading, scop_arena_printf(platform->arena, "%s/%s", folder, path), sum))
		return false;
	return strncmp(line, sum, digits) == 0 ||
	    scop_error_set(&platform->err, "'%s' was changed after the archive was written", path);
}

/* Checks each file against SHA256SUMS, and that there is no other. Only files that the walk has
 * found are opened: a line leads nowhere else. */
static bool
check_sums(struct reading *reading, const char *folder)
{
	struct scop_platform *platform = reading->platform;
	struct scop_files *found = scop_arena_alloc(platform->arena, sizeof *found);
	bool *named = scop_arena_alloc(platform->arena, SCOP_FILES_MAX * sizeof *named);
	const char *file = scop_arena_printf(platform->arena, "%s/%s", folder, sums_name);
	struct stat status;

	if (!find_files(reading, folder, found))
		return false;
	if (reading->in_place && reading->size > bytes_allowed(platform, reading->stored))
		return too_large(reading);
	if (lstat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > SUMS_MAX)
		return scop_error_set(&platform->err, "'%s' has no valid SHA256SUMS",
		    reading->from);
	const char *sums = scop_files_read(platform->arena, file, NULL, &platform->err);
	for (const char *line = sums; line && *line;
	     line += strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n'))
		if (!check_line(reading, folder, found, line, strcspn(line, "\n"), named))
			return false;
	for (size_t i = 0; sums && i < found->count; i++)
		if (!named[i])
			return scop_error_set(&platform->err,
			    "'%s' was added after the archive was written: SHA256SUMS does not "
			    "name it",
			    found->path[i]);
	return sums != NULL;
}

/* Creates the folder to unpack into, and holds it. */
static bool
make_folder(struct scop_platform *platform, struct scop_opened *opened)
{
	const char *work = scop_arena_printf(platform->arena, "%s/imports", platform->config.var);

	opened->folder = scop_arena_printf(platform->arena, "%s/.%d", work, (int)getpid());
	mkdir(work, 0700);
	scop_files_remove(opened->folder);
	opened->held = mkdir(opened->folder, 0755) == 0
	    ? open(opened->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
	    : -1;
	return (opened->held >= 0 && flock(opened->held, LOCK_EX | LOCK_NB) == 0) ||
	    scop_error_errno(&platform->err, "'%s' cannot be created", opened->folder);
}

bool
scop_archive_open(struct scop_platform *platform, const char *from, const char *name,
    struct scop_opened *ret_opened)
{
	struct reading reading = { .platform = platform,
		.from = from,
		.deadline = now_seconds() + platform->config.import_seconds };
	struct stat status;

	*ret_opened = (struct scop_opened){ .folder = from, .held = -1 };
	if (stat(from, &status) != 0)
		return scop_error_errno(&platform->err, "'%s' cannot be read", from);
	reading.in_place = S_ISDIR(status.st_mode);
	ret_opened->unpacked = !reading.in_place;
	if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode))
		return not_an_archive(&reading);
	if (ret_opened->unpacked) {
		reading.left = bytes_allowed(platform, (uint64_t)status.st_size);
		if (!make_folder(platform, ret_opened) || !unpack(&reading, ret_opened->folder))
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
	ret_opened->description = check_sums(&reading, ret_opened->folder)
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

	if (opened->unpacked && opened->held >= 0) {
		scop_files_remove(opened->folder);
		close(opened->held);
	}
	platform->err = cause;
}
