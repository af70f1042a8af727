/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The catalogue's index: which scops there are, with their keys and the modules that are theirs,
 * and which versions of these have been published. Signed by the group, numbered, dated, with an
 * end.
 *
 *     latest                                      the number of the index that counts
 *     index/NUMBER.json, .json.minisig            the index, signed by the group
 *     keys/ID.pub, .pub.minisig                   a newer key of the group's, signed by the one
 * before it packages/NAME-VERSION-linux-amd64.scop, .scop.minisig    a package, signed by its scop
 *
 * The host reads and checks a whole index: it refuses unknown content, an index older than the last
 * one seen, an expired one, and one of another key (the attacks that The Update Framework lists:
 * theupdateframework.io).
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

/* Reads and checks; lives in `arena`, with `text`. `now`: microseconds since 1970; 0: its end is
 * not asked for, as by the group when it renews one. */
bool scop_index_read(struct scop_arena *arena, const char *text, size_t size, const char *signature,
    const struct scop_public_key *group, const struct scop_index_seen *seen, int64_t now,
    struct scop_index *ret_index, struct scop_error *err);

/* The same once the signature is known to be good, for fuzzing. */
bool scop_index_parse(struct scop_arena *arena, const char *text, size_t size,
    const struct scop_index_seen *seen, int64_t now, struct scop_index *ret_index,
    struct scop_error *err);

/* The rights that the group grants to modules of scops; lives in `arena`, with `index`. Rights that
 * this host does not know are left out. */
struct scop_grants scop_index_grants(struct scop_arena *arena, const struct scop_index *index);

/* A module's entry, and a version's in it; NULL for none. */
const struct scop_value *scop_index_module(const struct scop_index *index, const char *name);
const struct scop_value *scop_index_version(const struct scop_value *module, const char *version);

/* Whether a key of the scop's that is not revoked signed the file. */
bool scop_index_check_package(const struct scop_index *index, const char *scop,
    const char *signature, const char *file, struct scop_error *err);

/* The scop whose key signed, by the signature alone, which is still to be checked with `ret_key`;
 * NULL for an unknown or a revoked key. */
const char *scop_index_signer(const struct scop_index *index, const char *signature,
    struct scop_public_key *ret_key, struct scop_error *err);

/* Whether the key that a signature names is one of the scop's, and not revoked. */
bool scop_index_check_key(const struct scop_index *index, const char *scop, const char *signature,
    struct scop_error *err);

/* All published versions as candidates, with room for `more` behind them; why one is unfit for this
 * host stands in it. */
struct scop_candidate *scop_index_candidates(struct scop_arena *arena,
    const struct scop_index *index, size_t more, size_t *ret_count);

#endif
