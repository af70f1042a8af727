/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A package as one file, NAME-VERSION-linux-amd64.scop: tar and zstd, the manifest first. The same
 * folder always gives the same bytes: no times, no owners, files sorted by name.
 */
#ifndef SCOP_PACKAGE_ARCHIVE_H
#define SCOP_PACKAGE_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define SCOP_PLATFORM "linux-amd64"

/* Whether a package of the module may contain this path: its manifest, shared object, statements,
 * migrations, manual and pictures, and nothing else. */
bool scop_archive_has_place(const char *module, const char *path);

/* Packs the folder of a package into `file`, completely or not at all; `ret_unpacked`: the bytes of
 * all its files. */
bool scop_archive_pack(const char *folder, const char *module, const char *file,
    uint64_t *ret_unpacked, struct scop_error *err);

/* Creates `folder` and unpacks into it. Refuses more than `bytes_max` in all, paths that lead
 * elsewhere, anything but plain files, duplicate files, and an archive that does not begin with its
 * manifest. On failure the caller removes the files written so far. */
bool scop_archive_unpack(const char *file, const char *folder, uint64_t bytes_max,
    struct scop_error *err);

#endif
