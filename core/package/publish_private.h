/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files of publishing: publish.c opens and saves the index, scops.c changes its
 * scops, entries.c its versions, and usage.c the counts of who uses them. */
#ifndef SCOP_PACKAGE_PUBLISH_PRIVATE_H
#define SCOP_PACKAGE_PUBLISH_PRIVATE_H

#include <jansson.h>
#include <time.h>

#include "package/index.h"
#include "package/publish.h"

struct scop_publisher {
	struct scop_arena *arena;
	const char *folder;
	struct scop_secret_key group;
	json_t *root;
	struct scop_index index; /* as read */
	int lock;
};

/* scops.c: the item of a list whose `key` is that text; NULL for none. */
json_t *scop_publisher_find(json_t *list, const char *key, const char *text);

/* scops.c: whether the scop has the name of the module. */
bool scop_publisher_owns(json_t *scop, const char *module);

/* A path below the catalogue's folder. */
const char *scop_publisher_path(const struct scop_publisher *publisher, const char *name);

/* A time in the index's format: 2026-11-22T14:00:00Z. */
const char *scop_publisher_time(struct scop_arena *arena, time_t at);

/* Writes a temporary file, syncs it, and renames it. */
bool scop_publisher_put(struct scop_arena *arena, const char *path, const char *text,
    struct scop_error *err);

#endif
