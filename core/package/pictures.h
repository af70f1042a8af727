/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A package's pictures: the files of its folder pictures. Outside of the package each is named by
 * its content, as <SHA-256>.<svg, png or webp>, so that an existing file is always the right one,
 * and browsers may cache it for ever.
 */
#ifndef SCOP_PACKAGE_PICTURES_H
#define SCOP_PACKAGE_PICTURES_H

#include "package/manifest.h"

struct scop_value;

enum { SCOP_PICTURE_BYTES_MAX = 300000, SCOP_PICTURE_NAME = 64 + 6 };

/* Checks that each picture of the package exists, is small, and has a title or is the icon. */
bool scop_pictures_check(struct scop_arena *arena, const char *folder,
    const struct scop_manifest *manifest, struct scop_error *err);

/* The icon's name ("" for none), and the others as a list of maps: file, fr, nl, de, en. Copies
 * them into the existing folder `to`, unless that is NULL. The list is NULL on failure. */
const struct scop_value *scop_pictures_take(struct scop_arena *arena, const char *folder,
    const struct scop_manifest *manifest, const char *to, const char **ret_icon,
    struct scop_error *err);

/* Whether `name` has the form of a name by content. */
bool scop_picture_named(const char *name);

/* Whether the content of `file` matches that name. */
bool scop_picture_is(const char *name, const char *file);

#endif
