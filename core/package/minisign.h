/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signatures in minisign's format (jedisct1.github.io/minisign), with libsodium's Ed25519, so that
 * anyone can verify them with a common tool. Files are prehashed (BLAKE2b-512); the trusted comment
 * is signed too.
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
	SCOP_MINISIGN_SIGNATURE_MAX = 1024, /* bytes of a signature file that are read */
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

/* Creates a key pair: `file`, readable only by its owner (not encrypted: the file mode protects
 * it), and `file`.pub, readable by everybody. Existing files are not overwritten. */
bool scop_key_make(const char *file, struct scop_public_key *ret_public, struct scop_error *err);

/* Reads a secret key, ours or minisign's own; `password` for one that is encrypted, else NULL. */
bool scop_secret_key_read(const char *file, const char *password, struct scop_secret_key *ret_key,
    struct scop_error *err);

/* Writes `file`.minisig with the trusted comment, completely or not at all. */
bool scop_sign_file(const struct scop_secret_key *key, const char *file, const char *comment,
    struct scop_error *err);

/* The id of the key named by a signature; false if it is not a signature. */
bool scop_signature_key(const char *signature, unsigned char ret_id[8]);

/* Verifies `signature` (the text of a .minisig) by `key` over `size` bytes, or over a whole file.
 */
bool scop_signature_check(const struct scop_public_key *key, const char *signature,
    const void *bytes, size_t size, struct scop_error *err);
bool scop_signature_check_file(const struct scop_public_key *key, const char *signature,
    const char *file, struct scop_error *err);

#endif
