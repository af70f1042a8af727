/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The publishing side of a catalogue, a folder that any web server can serve. Each change reads the
 * current index, verifies that it is signed with the given key, and writes the next one beside it,
 * signed and dated; then `latest` is renamed into place, so that a reader sees the old or the new
 * index.
 */
#ifndef SCOP_PACKAGE_PUBLISH_H
#define SCOP_PACKAGE_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "package/minisign.h"

struct scop_arena;

enum { SCOP_CATALOGUE_DAYS = 30 };

struct scop_publisher; /* one change in progress; holds the folder's lock */

/* Creates an empty catalogue in `folder`, which is created or must be empty. */
bool scop_catalogue_create(struct scop_arena *arena, const char *folder,
    const struct scop_secret_key *group, int days, struct scop_error *err);

/* Reads the index for a change; NULL if it is not signed with that key. Closed when the arena is
 * freed. */
struct scop_publisher *scop_publisher_open(struct scop_arena *arena, const char *folder,
    const struct scop_secret_key *group, struct scop_error *err);

/* Adds the scop or changes its title, and adds a key and module names; NULL leaves as is. */
bool scop_publisher_scop(struct scop_publisher *publisher, const char *scop, const char *title,
    const struct scop_public_key *key, const char *modules, struct scop_error *err);

/* Grants rights (see grants.h) to a module of the scop, replacing earlier grants; 0 revokes them:
 * existing installations stay, new ones are refused. */
bool scop_publisher_grant(struct scop_publisher *publisher, const char *scop, const char *module,
    unsigned rights, struct scop_error *err);

/* Revokes a key: packages signed only with it can no longer be installed. */
bool scop_publisher_revoke(struct scop_publisher *publisher, const char *scop, const char *key_id,
    struct scop_error *err);

/* Whether the package `file` (with its .minisig beside it) can be added: its scop is known, owns
 * the name and has signed it, and the version has not been published with other bytes. */
bool scop_publisher_accepts(struct scop_publisher *publisher, const char *file,
    struct scop_error *err);

/* Adds the package `file`, or moves a published one to another channel. `level` is the level
 * measured now, without an error; a higher level recorded for the same bytes is kept. */
bool scop_publisher_add(struct scop_publisher *publisher, const char *file, const char *channel,
    int level, struct scop_error *err);

/* Withdraws (yanks) a version: existing installations stay, new ones are refused. */
bool scop_publisher_yank(struct scop_publisher *publisher, const char *module, const char *version,
    const char *reason, struct scop_error *err);

/* Updates how many tenants use each module: reads the counts in `files` (from `catalogue usage`,
 * each with a scop's signature beside it), which replace those scops' earlier counts, and adds up
 * the counts of all scops.
 */
bool scop_publisher_count(struct scop_publisher *publisher, char *const *files, size_t count,
    struct scop_error *err);

/* Writes the next index, which expires after `days`, signed with `next` (the group's new key)
 * unless that is NULL. */
bool scop_publisher_save(struct scop_publisher *publisher, int days,
    const struct scop_secret_key *next, struct scop_error *err);

#endif
