/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ZIP archives in memory: files that are packed into one, or read out of one that somebody sent.
 *
 * A module that calls these functions links libscopiton-zip.so.1; a worker of another module does
 * not load it.
 */
#ifndef SCOPITON_ZIP_H
#define SCOPITON_ZIP_H

#include <stddef.h>
#include <stdint.h>

#include "scopiton/format.h"

/* ---- reading ---- */

/* Limits of an archive that is read: its files, the bytes of all of them unpacked, how many times
 * smaller a packed file may be if it unpacks to more than a million bytes, and the bytes of a name.
 */
enum {
	SCOP_ZIP_FILES_MAX = 1000,
	SCOP_ZIP_BYTES_MAX = 100000000,
	SCOP_ZIP_RATIO_MAX = 200,
	SCOP_ZIP_NAME_MAX = 250
};

struct scop_zip;

/* Opens an archive, whose bytes must live as long as the request. Folders in it are skipped. NULL
 * with `*ret_error`, if it is none or is cut short, exceeds a limit above, or has a link, a file
 * that needs a password, an unusual compression, two files of one name, or a name that leads out of
 * a folder ("../a", "/a", "C:\a"). */
struct scop_zip *scop_zip_open(struct scop_request *req, const char *data, size_t size,
    struct scop_file_error *ret_error);

/* The number of files; the name of file `index`, from 0, in UTF-8 with "/" between folders ("" past
 * the last), and its size unpacked, in bytes. Names live as long as the request. */
size_t scop_zip_count(const struct scop_zip *zip);
const char *scop_zip_name(const struct scop_zip *zip, size_t index);
uint64_t scop_zip_size(const struct scop_zip *zip, size_t index);

/* The bytes of file `index`, and of the file `name`. NULL with `*ret_error` if there is none, or if
 * its bytes are damaged. */
const struct scop_value *scop_zip_read(struct scop_zip *zip, size_t index,
    struct scop_file_error *ret_error);
const struct scop_value *scop_zip_read_name(struct scop_zip *zip, const char *name,
    struct scop_file_error *ret_error);

/* ---- writing ---- */

struct scop_zip_writer;
struct scop_zip_writer *scop_zip_new(struct scop_request *req);

/* Adds a file. `name` may be what a person has called it, and may have folders ("2026/a.pdf"): what
 * would lead out of a folder or cannot be in a name becomes "_", and a second file of a name gets a
 * number, "a (2).pdf". `bytes` (a string; NULL: an empty file) must live as long as the request. */
void scop_zip_add(struct scop_zip_writer *zip, const char *name, const struct scop_value *bytes);

/* The archive; NULL if the request has failed. Lives as long as the request. */
const struct scop_value *scop_zip_done(struct scop_zip_writer *zip);

#endif
