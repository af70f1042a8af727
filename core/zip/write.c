/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes ZIP archives with libzip: see scopiton/zip.h. */
#include "scopiton/zip.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "web/request.h"
#include "zip/name.h"

enum { NUMBERS_MAX = 10000 };

struct scop_zip_writer {
	struct scop_request *req;
	zip_source_t *out;
	zip_t *archive; /* NULL once it is written */
};

static void
release(void *thing)
{
	struct scop_zip_writer *zip = thing;

	if (zip->archive)
		zip_discard(zip->archive);
	zip_source_free(zip->out);
}

struct scop_zip_writer *
scop_zip_new(struct scop_request *req)
{
	struct scop_zip_writer *zip = scop_arena_alloc(req->arena, sizeof *zip);
	zip_error_t error;

	zip->req = req;
	zip_error_init(&error);
	zip->out = zip_source_buffer_create(NULL, 0, 0, &error);
	zip->archive = zip->out ? zip_open_from_source(zip->out, ZIP_TRUNCATE, &error) : NULL;
	if (!zip->archive)
		abort(); /* only without memory */
	zip_source_keep(zip->out);
	scop_arena_cleanup(req->arena, release, zip);
	return zip;
}

static void
fail(struct scop_zip_writer *zip, const char *what)
{
	scop_request_fail(zip->req, SCOP_DB_FAILED, what);
}

static bool
is_taken(const struct scop_zip_writer *zip, const char *name)
{
	return zip_name_locate(zip->archive, name, ZIP_FL_ENC_RAW) >= 0;
}

/* The name, with a number before its last dot if it is taken. */
static const char *
free_name(const struct scop_zip_writer *zip, const char *name)
{
	const char *slash = strrchr(name, '/'), *from = slash ? slash + 1 : name;
	const char *dot = strrchr(from, '.');
	const int length = (int)(dot && dot > from ? (size_t)(dot - name) : strlen(name));
	const char *numbered = name;

	for (int i = 2; i < NUMBERS_MAX && is_taken(zip, numbered); i++)
		numbered = scop_arena_printf(zip->req->arena, "%.*s (%d)%s", length, name, i,
		    name + length);
	return numbered;
}

void
scop_zip_add(struct scop_zip_writer *zip, const char *name, const struct scop_value *bytes)
{
	char *safe = scop_arena_text(zip->req->arena, name);

	if (!zip->archive) {
		fail(zip, "scop_zip_add after scop_zip_done");
		return;
	}
	scop_utf8_repair(safe);
	scop_zip_name_repair(safe);
	const char *taken = free_name(zip, safe[0] ? safe : "_");
	zip_source_t *source =
	    zip_source_buffer(zip->archive, scop_as_text(bytes), scop_size(bytes), 0);
	const zip_int64_t index =
	    source ? zip_file_add(zip->archive, taken, source, ZIP_FL_ENC_UTF_8) : -1;
	if (index < 0 && source)
		zip_source_free(source);
	if (index < 0 ||
	    zip_file_set_mtime(zip->archive, (zip_uint64_t)index, zip->req->now / 1000000, 0) != 0)
		fail(zip, "a file cannot be added to the archive");
}

static const struct scop_value *
bytes_of(struct scop_zip_writer *zip)
{
	zip_stat_t status;

	zip_stat_init(&status);
	if (zip_source_stat(zip->out, &status) != 0 || !(status.valid & ZIP_STAT_SIZE) ||
	    status.size > UINT32_MAX || zip_source_open(zip->out) != 0)
		return NULL;
	char *out = scop_arena_alloc(zip->req->arena, status.size + 1);
	const bool ok = zip_source_read(zip->out, out, status.size) == (zip_int64_t)status.size;
	zip_source_close(zip->out);
	return ok ? scop_value_bytes(zip->req->arena, out, status.size) : NULL;
}

const struct scop_value *
scop_zip_done(struct scop_zip_writer *zip)
{
	/* the end of an archive alone (APPNOTE 4.3.16); libzip would write no file */
	static const char empty[22] = "PK\5\6";

	if (!zip->archive || zip->req->failed)
		return NULL;
	if (zip_get_num_entries(zip->archive, 0) == 0)
		return scop_value_bytes(zip->req->arena, empty, sizeof empty);
	const bool ok = zip_close(zip->archive) == 0;
	if (ok)
		zip->archive = NULL;
	const struct scop_value *bytes = ok ? bytes_of(zip) : NULL;
	if (!bytes)
		fail(zip, "the archive cannot be written, or is larger than 4 GB");
	return bytes;
}
