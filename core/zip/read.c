/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads ZIP archives with libzip: see scopiton/zip.h. */
#include "scopiton/zip.h"

#include <string.h>
#include <sys/stat.h>
#include <zip.h>

#include "format/format.h"
#include "web/request.h"
#include "zip/name.h"

enum { MILLION = 1000000, UNIX_MODE_SHIFT = 16 };

struct entry {
	const char *name;
	uint64_t index; /* in the archive, which has folders too */
	uint64_t size;
};

struct scop_zip {
	struct scop_request *req;
	zip_t *archive;
	struct entry *entries;
	size_t count;
	uint64_t bytes;
};

static void
discard(void *archive)
{
	zip_discard(archive);
}

static zip_t *
open_archive(struct scop_request *req, const char *data, size_t size)
{
	zip_error_t error;

	zip_error_init(&error);
	zip_source_t *source = zip_source_buffer_create(data, size, 0, &error);
	zip_t *archive = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
	if (!archive && source)
		zip_source_free(source);
	zip_error_fini(&error);
	if (archive)
		scop_arena_cleanup(req->arena, discard, archive);
	return archive;
}

/* Whether an entry made on Unix is something else than a file or a folder. */
static bool
is_special(zip_t *archive, uint64_t index)
{
	zip_uint8_t system;
	zip_uint32_t attributes;

	if (zip_file_get_external_attributes(archive, index, ZIP_FL_UNCHANGED, &system,
		&attributes) != 0)
		return true;
	const mode_t kind = (mode_t)(attributes >> UNIX_MODE_SHIFT) & S_IFMT;
	return system == ZIP_OPSYS_UNIX && kind != 0 && !S_ISREG(kind) && !S_ISDIR(kind);
}

static const char too_large[] = SCOP_TEXT("The archive unpacks to more than 100,000,000 bytes.");

/* Why an entry is not accepted; NULL if it is. */
static const char *
objection(struct scop_zip *zip, const zip_stat_t *status)
{
	const zip_uint64_t wanted = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
	    ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;

	if ((status->valid & wanted) != wanted)
		return SCOP_TEXT("The archive is damaged or incomplete.");
	if (!scop_zip_name_is_safe(status->name))
		return SCOP_TEXT("The name \"{{name}}\" in the archive is not accepted.");
	if (is_special(zip->archive, status->index))
		return SCOP_TEXT("\"{{name}}\" in the archive is a link and not a file.");
	if (status->encryption_method != ZIP_EM_NONE)
		return SCOP_TEXT("\"{{name}}\" in the archive is protected by a password.");
	if (status->comp_method != ZIP_CM_STORE && status->comp_method != ZIP_CM_DEFLATE)
		return SCOP_TEXT("\"{{name}}\" in the archive is compressed in an unusual way.");
	if (status->size > SCOP_ZIP_BYTES_MAX - zip->bytes)
		return too_large;
	if (status->size > MILLION && status->size / SCOP_ZIP_RATIO_MAX > status->comp_size)
		return SCOP_TEXT("\"{{name}}\" in the archive unpacks to far more than it should.");
	for (size_t i = 0; i < zip->count; i++)
		if (strcmp(zip->entries[i].name, status->name) == 0)
			return SCOP_TEXT("\"{{name}}\" is in the archive twice.");
	return NULL;
}

static bool
is_folder(const char *name)
{
	return name[0] && name[strlen(name) - 1] == '/';
}

static bool
add_entry(struct scop_zip *zip, uint64_t index, struct scop_file_error *ret_error)
{
	zip_stat_t status;

	if (zip_stat_index(zip->archive, index, ZIP_FL_ENC_GUESS, &status) != 0)
		memset(&status, 0, sizeof status);
	if ((status.valid & ZIP_STAT_NAME) && is_folder(status.name))
		return true;
	const char *why = zip->count == SCOP_ZIP_FILES_MAX
	    ? SCOP_TEXT("The archive has more than 1,000 files.")
	    : objection(zip, &status);
	if (why) {
		scop_format_fail(zip->req, ret_error, 0, why, "name",
		    (status.valid & ZIP_STAT_NAME) ? status.name : "");
		return false;
	}
	zip->entries[zip->count++] =
	    (struct entry){ scop_arena_text(zip->req->arena, status.name), index, status.size };
	zip->bytes += status.size;
	return true;
}

struct scop_zip *
scop_zip_open(struct scop_request *req, const char *data, size_t size,
    struct scop_file_error *ret_error)
{
	struct scop_zip *zip = scop_arena_alloc(req->arena, sizeof *zip);

	zip->req = req;
	zip->archive = data && size > 0 ? open_archive(req, data, size) : NULL;
	if (!zip->archive)
		return scop_format_fail(req, ret_error, 0,
		    SCOP_TEXT("This is not a ZIP archive, or it is incomplete."), NULL, NULL);
	const zip_int64_t count = zip_get_num_entries(zip->archive, ZIP_FL_UNCHANGED);
	zip->entries = scop_arena_alloc(req->arena, SCOP_ZIP_FILES_MAX * sizeof *zip->entries);
	for (zip_int64_t i = 0; i < count; i++)
		if (!add_entry(zip, (uint64_t)i, ret_error))
			return NULL;
	scop_format_ok(ret_error);
	return zip;
}

size_t
scop_zip_count(const struct scop_zip *zip)
{
	return zip->count;
}

const char *
scop_zip_name(const struct scop_zip *zip, size_t index)
{
	return index < zip->count ? zip->entries[index].name : "";
}

uint64_t
scop_zip_size(const struct scop_zip *zip, size_t index)
{
	return index < zip->count ? zip->entries[index].size : 0;
}

/* Reads all bytes, and behind them the end, where libzip compares their sum. */
static bool
unpack(zip_t *archive, const struct entry *entry, char *out)
{
	zip_file_t *file = zip_fopen_index(archive, entry->index, ZIP_FL_UNCHANGED);
	uint64_t done = 0;
	zip_int64_t got = file ? 1 : -1;
	char more;

	while (got > 0 && done < entry->size) {
		got = zip_fread(file, out + done, entry->size - done);
		done += got > 0 ? (uint64_t)got : 0;
	}
	const bool ok = file && done == entry->size && zip_fread(file, &more, 1) == 0;
	if (file)
		zip_fclose(file);
	return ok;
}

const struct scop_value *
scop_zip_read(struct scop_zip *zip, size_t index, struct scop_file_error *ret_error)
{
	if (index >= zip->count)
		return scop_format_fail(zip->req, ret_error, 0,
		    SCOP_TEXT("The archive has no file \"{{name}}\"."), "name", "");
	const struct entry *entry = &zip->entries[index];
	char *out = scop_arena_alloc(zip->req->arena, entry->size + 1);
	if (!unpack(zip->archive, entry, out))
		return scop_format_fail(zip->req, ret_error, 0,
		    SCOP_TEXT("\"{{name}}\" in the archive is damaged."), "name", entry->name);
	scop_format_ok(ret_error);
	return scop_value_bytes(zip->req->arena, out, entry->size);
}

const struct scop_value *
scop_zip_read_name(struct scop_zip *zip, const char *name, struct scop_file_error *ret_error)
{
	for (size_t i = 0; i < zip->count; i++)
		if (strcmp(zip->entries[i].name, name) == 0)
			return scop_zip_read(zip, i, ret_error);
	return scop_format_fail(zip->req, ret_error, 0,
	    SCOP_TEXT("The archive has no file \"{{name}}\"."), "name", name);
}
