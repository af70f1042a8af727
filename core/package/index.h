/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The catalogue's index: the scops with their keys and module names, and the published versions of
 * their modules. It is signed by the group, numbered and dated, and it expires.
 *
 *     latest                                      the number of the index that counts
 *     index/NUMBER.json, .json.minisig            the index, signed by the group
 *     keys/ID.pub, .pub.minisig                   a newer key of the group's, signed by the one
 * before it packages/NAME-VERSION-linux-amd64.scop, .scop.minisig    a package, signed by its scop
 *
 * The host reads and checks a whole index: it refuses unknown content, an index older than the last
 * one seen, an expired one, and one signed with another key (attacks listed by The Update
 * Framework: theupdateframework.io).
 */
#ifndef SCOP_PACKAGE_INDEX_H
#define SCOP_PACKAGE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "package/files.h"
#include "package/grants.h"
#include "package/minisign.h"
#include "package/solve.h"

struct scop_arena;
struct scop_value;

enum {
	SCOP_INDEX_FORMAT = 2,
	SCOP_INDEX_BYTES_MAX = 32 << 20,
	SCOP_PACKAGE_BYTES_MAX = 100 << 20,
	SCOP_UNPACKED_BYTES_MAX = 400 << 20,
};

struct scop_index {
	const struct scop_value *root;
	int64_t number;
	int64_t expires; /* microseconds since 1970 */
	char digest[65]; /* BLAKE2b-256 of its bytes, in hexadecimal */
};

/* The newest index that this host has seen: it never accepts an older one. */
struct scop_index_seen {
	int64_t number;     /* 0: none */
	const char *digest; /* of that one */
};

/* Reads and checks; lives in `arena`, with `text`. `now`: microseconds since 1970; 0: its expiry is
 * not checked, for the group to renew it. */
bool scop_index_read(struct scop_arena *arena, const char *text, size_t size, const char *signature,
    const struct scop_public_key *group, const struct scop_index_seen *seen, int64_t now,
    struct scop_index *ret_index, struct scop_error *err);

/* The same once the signature has been verified, for fuzzing. */
bool scop_index_parse(struct scop_arena *arena, const char *text, size_t size,
    const struct scop_index_seen *seen, int64_t now, struct scop_index *ret_index,
    struct scop_error *err);

/* The rights that the group grants to modules of scops; lives in `arena`, with `index`. Rights that
 * this host does not know are skipped. */
struct scop_grants scop_index_grants(struct scop_arena *arena, const struct scop_index *index);

/* A module's entry, and the entry of one of its versions; NULL if there is none. */
const struct scop_value *scop_index_module(const struct scop_index *index, const char *name);
const struct scop_value *scop_index_version(const struct scop_value *module, const char *version);

/* Whether one of the scop's keys that is not revoked has signed the file. */
bool scop_index_check_package(const struct scop_index *index, const char *scop,
    const char *signature, const char *file, struct scop_error *err);

/* The scop whose key the signature names; the signature itself must still be verified with
 * `ret_key`. NULL for an unknown or a revoked key. */
const char *scop_index_signer(const struct scop_index *index, const char *signature,
    struct scop_public_key *ret_key, struct scop_error *err);

/* Whether the key named by a signature belongs to the scop and is not revoked. */
bool scop_index_check_key(const struct scop_index *index, const char *scop, const char *signature,
    struct scop_error *err);

/* All published versions as candidates, with room for `more` after them; each has the reason why
 * this host cannot use it, if there is one. */
struct scop_candidate *scop_index_candidates(struct scop_arena *arena,
    const struct scop_index *index, size_t more, size_t *ret_count);

#endif
