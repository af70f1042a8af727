/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The publishing side of a catalogue: the folder that any web server can serve. Each change reads
 * the index that stands, checks that it is ours, and writes the next number beside it, signed and
 * dated; then `latest` is renamed into place, so that a reader sees the old one or the new one.
 */
#ifndef SCOP_PACKAGE_PUBLISH_H
#define SCOP_PACKAGE_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "package/minisign.h"

struct scop_arena;

enum { SCOP_CATALOGUE_DAYS = 30 };

struct scop_publisher; /* one change under way; holds the folder's lock */

/* A new, empty catalogue in `folder`, which is made or is empty. */
bool scop_catalogue_create(struct scop_arena *arena, const char *folder,
    const struct scop_secret_key *group, int days, struct scop_error *err);

/* Reads the index for a change; NULL where it is not that key's. Closed when the arena is freed. */
struct scop_publisher *scop_publisher_open(struct scop_arena *arena, const char *folder,
    const struct scop_secret_key *group, struct scop_error *err);

/* Names the scop (or changes its title), gives it a further key and further names of modules; NULL
 * leaves as is. */
bool scop_publisher_scop(struct scop_publisher *publisher, const char *scop, const char *title,
    const struct scop_public_key *key, const char *modules, struct scop_error *err);

/* Grants rights (see grants.h) to a module of the scop, in place of those that it has; 0 revokes
 * them: existing installations stay, new ones are refused. */
bool scop_publisher_grant(struct scop_publisher *publisher, const char *scop, const char *module,
    unsigned rights, struct scop_error *err);

/* Revokes a key: packages signed with it alone can no longer be installed. */
bool scop_publisher_revoke(struct scop_publisher *publisher, const char *scop, const char *key_id,
    struct scop_error *err);

/* Whether the package `file` (with its .minisig beside it) could be added: its scop is known, owns
 * the name and has signed, and the version is not there with other bytes. */
bool scop_publisher_accepts(struct scop_publisher *publisher, const char *file,
    struct scop_error *err);

/* Adds the package `file`, or moves one that is there to another channel; `level`: as it was
 * measured now, without an error; a higher one that the same bytes have reached elsewhere stays. */
bool scop_publisher_add(struct scop_publisher *publisher, const char *file, const char *channel,
    int level, struct scop_error *err);

/* Withdraws (yanks) a version: existing installations stay, new ones are refused. */
bool scop_publisher_yank(struct scop_publisher *publisher, const char *module, const char *version,
    const char *reason, struct scop_error *err);

/* How many co-operators use each module: takes the counts in `files` (from `catalogue usage`, each
 * signed with a scop's key beside it, which replaces that scop's last one), and adds up all scops'.
 */
bool scop_publisher_count(struct scop_publisher *publisher, char *const *files, size_t count,
    struct scop_error *err);

/* Writes the next index, which ends after `days`; signs it with `next` from now on, where that is
 * not NULL. */
bool scop_publisher_save(struct scop_publisher *publisher, int days,
    const struct scop_secret_key *next, struct scop_error *err);

#endif
