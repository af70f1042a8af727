/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signatures in minisign's format (jedisct1.github.io/minisign), by libsodium's Ed25519: anyone can
 * check them with a tool that they already have. Files are signed prehashed (BLAKE2b-512), the
 * trusted comment is signed with them.
 */
#ifndef SCOP_PACKAGE_MINISIGN_H
#define SCOP_PACKAGE_MINISIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct scop_arena;

enum {
	SCOP_MINISIGN_KEY_TEXT = 57, /* a public key's base64, with its NUL */
	/* a key's id in hexadecimal, as minisign prints it, with its NUL */
	SCOP_MINISIGN_ID_TEXT = 17,
	SCOP_MINISIGN_SIGNATURE_MAX = 1024, /* bytes of a signature file that are looked at */
};

struct scop_public_key {
	unsigned char id[8], key[32];
};

struct scop_secret_key {
	unsigned char id[8], key[64];
};

/* A public key from its base64 line, or from a whole .pub file. */
bool scop_public_key_parse(const char *text, struct scop_public_key *ret_key);
void scop_public_key_print(const struct scop_public_key *key,
    char ret_text[SCOP_MINISIGN_KEY_TEXT]);
void scop_key_id_print(const unsigned char id[8], char ret_text[SCOP_MINISIGN_ID_TEXT]);

/* Makes a pair: `file` for its owner alone (not encrypted: the file's mode protects it), `file`.pub
 * for everybody. Neither is written over. */
bool scop_key_make(const char *file, struct scop_public_key *ret_public, struct scop_error *err);

/* Reads a secret key, ours or minisign's own; `password` for one that is encrypted, else NULL. */
bool scop_secret_key_read(const char *file, const char *password, struct scop_secret_key *ret_key,
    struct scop_error *err);

/* Writes `file`.minisig with the trusted comment, whole or not at all. */
bool scop_sign_file(const struct scop_secret_key *key, const char *file, const char *comment,
    struct scop_error *err);

/* The id of the key that a signature names; false if it is not a signature. */
bool scop_signature_key(const char *signature, unsigned char ret_id[8]);

/* Whether `signature` (the text of a .minisig) is `key`'s over `size` bytes, or over a whole file.
 */
bool scop_signature_check(const struct scop_public_key *key, const char *signature,
    const void *bytes, size_t size, struct scop_error *err);
bool scop_signature_check_file(const struct scop_public_key *key, const char *signature,
    const char *file, struct scop_error *err);

#endif
