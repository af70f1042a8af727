/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys and signatures: see minisign.h. */
#include "package/minisign.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scopiton/value.h"

enum {
	HASH_BYTES = 64,
	COMMENT_MAX = 300,
	BASE64 = sodium_base64_VARIANT_ORIGINAL,
	PATH_BYTES = 1024
};

static const char untrusted[] = "untrusted comment: ", trusted[] = "trusted comment: ";

/* The contents of the files, encoded in base64. */
struct public_file {
	unsigned char algorithm[2], id[8], key[32];
};

struct secret_file {
	unsigned char algorithm[2], derivation[2], checksum_algorithm[2], salt[32], operations[8],
	    memory[8];
	struct sealed {
		unsigned char id[8], key[64], checksum[32];
	} sealed;
};

struct signature {
	unsigned char algorithm[2], id[8], signature[crypto_sign_BYTES];
	unsigned char global[crypto_sign_BYTES];
	char comment[COMMENT_MAX];
};

/* ---- lines ---- */

/* The length of the line at `*at` without its end; moves `*at` past it. */
static const char *
next_line(const char **at, size_t *ret_length)
{
	const char *line = *at;

	*ret_length = strcspn(line, "\r\n");
	*at += *ret_length;
	*at += **at == '\r';
	*at += **at == '\n';
	return line;
}

static bool
decode(const char *line, size_t length, void *ret_bytes, size_t size)
{
	size_t got;
	const char *end;

	return sodium_base642bin(ret_bytes, size, line, length, NULL, &got, &end, BASE64) == 0 &&
	    got == size && end == line + length;
}

/* ---- keys ---- */

bool
scop_public_key_parse(const char *text, struct scop_public_key *ret_key)
{
	struct public_file file;
	size_t length;
	const char *line = next_line(&text, &length);

	if (strncmp(line, untrusted, strlen("untrusted comment:")) == 0)
		line = next_line(&text, &length);
	if (!decode(line, length, &file, sizeof file) || memcmp(file.algorithm, "Ed", 2) != 0)
		return false;
	memcpy(ret_key->id, file.id, sizeof file.id);
	memcpy(ret_key->key, file.key, sizeof file.key);
	return true;
}

void
scop_public_key_print(const struct scop_public_key *key, char ret_text[SCOP_MINISIGN_KEY_TEXT])
{
	struct public_file file = { .algorithm = { 'E', 'd' } };

	memcpy(file.id, key->id, sizeof file.id);
	memcpy(file.key, key->key, sizeof file.key);
	sodium_bin2base64(ret_text, SCOP_MINISIGN_KEY_TEXT, (const unsigned char *)&file,
	    sizeof file, BASE64);
}

void
scop_key_id_print(const unsigned char id[8], char ret_text[SCOP_MINISIGN_ID_TEXT])
{
	for (int i = 0; i < 8; i++) /* a number, lowest byte first */
		snprintf(ret_text + 2 * (size_t)i, 3, "%02X", id[7 - i]);
}

/* Creates a new file, completely or not at all. */
static bool
write_new(const char *path, mode_t mode, const char *text, struct scop_error *err)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0)
		return scop_error_errno(err, "'%s' cannot be created", path);
	const bool written =
	    write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fsync(fd) == 0;
	if (close(fd) == 0 && written)
		return true;
	scop_error_errno(err, "'%s' cannot be written", path);
	unlink(path);
	return false;
}

static void
checksum(const struct sealed *sealed, unsigned char ret_sum[32])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, 32);
	crypto_generichash_update(&state, (const unsigned char *)"Ed", 2);
	crypto_generichash_update(&state, sealed->id, sizeof sealed->id);
	crypto_generichash_update(&state, sealed->key, sizeof sealed->key);
	crypto_generichash_final(&state, ret_sum, 32);
}

bool
scop_key_make(const char *file, struct scop_public_key *ret_public, struct scop_error *err)
{
	struct secret_file secret = { .algorithm = "Ed", .checksum_algorithm = "B2" };
	char id[SCOP_MINISIGN_ID_TEXT], key[SCOP_MINISIGN_KEY_TEXT], text[500], base64[300],
	    public_path[PATH_BYTES];

	if ((size_t)snprintf(public_path, sizeof public_path, "%s.pub", file) >= sizeof public_path)
		return scop_error_set(err, "'%.100s...' is too long for a path", file);
	if (access(public_path, F_OK) == 0)
		return scop_error_set(err, "'%s' already exists, and keys are never overwritten",
		    public_path);
	crypto_sign_keypair(ret_public->key, secret.sealed.key);
	randombytes_buf(ret_public->id, sizeof ret_public->id);
	memcpy(secret.sealed.id, ret_public->id, sizeof ret_public->id);
	checksum(&secret.sealed, secret.sealed.checksum);
	sodium_bin2base64(base64, sizeof base64, (const unsigned char *)&secret, sizeof secret,
	    BASE64);
	scop_key_id_print(ret_public->id, id);
	scop_public_key_print(ret_public, key);

	snprintf(text, sizeof text, "%ssecret key %s\n%s\n", untrusted, id, base64);
	const bool kept = write_new(file, 0600, text, err);
	sodium_memzero(&secret, sizeof secret);
	sodium_memzero(base64, sizeof base64);
	snprintf(text, sizeof text, "%sminisign public key %s\n%s\n", untrusted, id, key);
	if (!kept)
		return false;
	if (write_new(public_path, 0644, text, err))
		return true;
	unlink(file);
	return false;
}

static uint64_t
little_endian(const unsigned char bytes[8])
{
	uint64_t number = 0;

	for (int i = 7; i >= 0; i--)
		number = number << 8 | bytes[i];
	return number;
}

/* Decrypts the key, with scrypt as minisign does. */
static bool
open_sealed(struct secret_file *file, const char *password, const char *path,
    struct scop_error *err)
{
	unsigned char stream[sizeof file->sealed], *bytes = (unsigned char *)&file->sealed;

	if (memcmp(file->derivation, "\0\0", 2) == 0)
		return true;
	if (memcmp(file->derivation, "Sc", 2) != 0)
		return scop_error_set(err, "the secret key '%s' is encrypted in an unknown way",
		    path);
	if (!password)
		return scop_error_set(err,
		    "the secret key '%s' is encrypted. Give its password with --password-file.",
		    path);
	if (crypto_pwhash_scryptsalsa208sha256(stream, sizeof stream, password, strlen(password),
		file->salt, little_endian(file->operations),
		(size_t)little_endian(file->memory)) != 0)
		return scop_error_set(err, "not enough memory to open the secret key '%s'", path);
	for (size_t i = 0; i < sizeof stream; i++)
		bytes[i] ^= stream[i];
	sodium_memzero(stream, sizeof stream);
	return true;
}

/* Reads a whole small text file; returns its length, or -1. */
static ssize_t
read_small(const char *path, char *ret_text, size_t size)
{
	FILE *stream = fopen(path, "re");

	if (!stream)
		return -1;
	const size_t got = fread(ret_text, 1, size - 1, stream);
	fclose(stream);
	ret_text[got] = '\0';
	return (ssize_t)got;
}

bool
scop_secret_key_read(const char *path, const char *password, struct scop_secret_key *ret_key,
    struct scop_error *err)
{
	struct secret_file file;
	unsigned char sum[32];
	char text[600];
	const char *at = text;
	size_t length;

	if (read_small(path, text, sizeof text) < 0)
		return scop_error_errno(err, "the secret key '%s' cannot be read", path);
	next_line(&at, &length);
	const char *line = next_line(&at, &length);
	const bool decoded =
	    decode(line, length, &file, sizeof file) && memcmp(file.algorithm, "Ed", 2) == 0;
	sodium_memzero(text, sizeof text);
	if (!decoded)
		return scop_error_set(err, "'%s' is not a secret key in minisign's format", path);
	if (!open_sealed(&file, password, path, err))
		return false;
	checksum(&file.sealed, sum);
	/* A key that minisign wrote unencrypted has no checksum. */
	const bool unchecked = memcmp(file.derivation, "\0\0", 2) == 0 &&
	    sodium_is_zero(file.sealed.checksum, sizeof file.sealed.checksum);
	if (!unchecked && sodium_memcmp(sum, file.sealed.checksum, sizeof sum) != 0)
		return scop_error_set(err,
		    password ? "the password is not that of the secret key '%s'"
			     : SCOP_TEXT("the secret key '%s' is damaged"),
		    path);
	memcpy(ret_key->id, file.sealed.id, sizeof ret_key->id);
	memcpy(ret_key->key, file.sealed.key, sizeof ret_key->key);
	sodium_memzero(&file, sizeof file);
	return true;
}

/* ---- signing ---- */

static bool
hash_file(const char *path, unsigned char ret_hash[HASH_BYTES], struct scop_error *err)
{
	crypto_generichash_state state;
	unsigned char block[65536];
	size_t got;
	FILE *stream = fopen(path, "rbe");

	if (!stream)
		return scop_error_errno(err, "'%s' cannot be read", path);
	crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
	while ((got = fread(block, 1, sizeof block, stream)) > 0)
		crypto_generichash_update(&state, block, got);
	const bool ok = !ferror(stream);
	fclose(stream);
	crypto_generichash_final(&state, ret_hash, HASH_BYTES);
	return ok || scop_error_errno(err, "'%s' cannot be read", path);
}

/* The bytes that the second signature covers: the first signature and the trusted comment. */
static size_t
globally(const struct signature *signature,
    unsigned char ret_bytes[crypto_sign_BYTES + COMMENT_MAX])
{
	const size_t length = strlen(signature->comment);

	memcpy(ret_bytes, signature->signature, crypto_sign_BYTES);
	memcpy(ret_bytes + crypto_sign_BYTES, signature->comment, length);
	return crypto_sign_BYTES + length;
}

bool
scop_sign_file(const struct scop_secret_key *key, const char *file, const char *comment,
    struct scop_error *err)
{
	struct signature made = { .algorithm = { 'E', 'D' } };
	unsigned char hash[HASH_BYTES], whole[crypto_sign_BYTES + COMMENT_MAX];
	char first[120], second[100], text[SCOP_MINISIGN_SIGNATURE_MAX], path[PATH_BYTES],
	    tmp[PATH_BYTES + 8];

	if (strlen(comment) >= COMMENT_MAX || strpbrk(comment, "\r\n"))
		return scop_error_set(err, "a trusted comment is one line of less than %d bytes",
		    COMMENT_MAX);
	if ((size_t)snprintf(path, sizeof path, "%s.minisig", file) >= sizeof path)
		return scop_error_set(err, "'%.100s...' is too long for a path", file);
	if (!hash_file(file, hash, err))
		return false;
	memcpy(made.id, key->id, sizeof made.id);
	snprintf(made.comment, sizeof made.comment, "%s", comment);
	crypto_sign_detached(made.signature, NULL, hash, sizeof hash, key->key);
	crypto_sign_detached(made.global, NULL, whole, globally(&made, whole), key->key);
	sodium_bin2base64(first, sizeof first, made.algorithm,
	    sizeof made.algorithm + sizeof made.id + sizeof made.signature, BASE64);
	sodium_bin2base64(second, sizeof second, made.global, sizeof made.global, BASE64);
	snprintf(text, sizeof text, "%ssignature from scopiton\n%s\n%s%s\n%s\n", untrusted, first,
	    trusted, comment, second);
	snprintf(tmp, sizeof tmp, "%s.new", path);
	unlink(tmp);
	if (!write_new(tmp, 0644, text, err))
		return false;
	return rename(tmp, path) == 0 ||
	    scop_error_errno(err, "'%s' cannot be moved into place", path);
}

/* ---- verifying ---- */

static bool
read_signature(const char *text, struct signature *ret_signature)
{
	size_t length;
	const char *line = next_line(&text, &length);

	if (strncmp(line, untrusted, strlen("untrusted comment:")) != 0)
		return false;
	line = next_line(&text, &length);
	if (!decode(line, length, ret_signature->algorithm, offsetof(struct signature, global)))
		return false;
	line = next_line(&text, &length);
	if (strncmp(line, trusted, strlen(trusted)) != 0 || length - strlen(trusted) >= COMMENT_MAX)
		return false;
	snprintf(ret_signature->comment, sizeof ret_signature->comment, "%.*s",
	    (int)(length - strlen(trusted)), line + strlen(trusted));
	line = next_line(&text, &length);
	return decode(line, length, ret_signature->global, sizeof ret_signature->global);
}

bool
scop_signature_key(const char *text, unsigned char ret_id[8])
{
	struct signature signature;

	if (!read_signature(text, &signature))
		return false;
	memcpy(ret_id, signature.id, sizeof signature.id);
	return true;
}

static bool
check_hash(const struct scop_public_key *key, const char *text,
    const unsigned char hash[HASH_BYTES], struct scop_error *err)
{
	unsigned char whole[crypto_sign_BYTES + COMMENT_MAX];
	struct signature signature;

	if (!read_signature(text, &signature))
		return scop_error_set(err, "the signature is not in minisign's format");
	if (memcmp(signature.algorithm, "ED", 2) != 0)
		return scop_error_set(err,
		    "the signature is of the old kind, over the whole file; sign it prehashed");
	if (memcmp(signature.id, key->id, sizeof key->id) != 0)
		return scop_error_set(err, "the signature was made with another key");
	if (crypto_sign_verify_detached(signature.signature, hash, HASH_BYTES, key->key) != 0)
		return scop_error_set(err,
		    "the signature does not match: a byte was changed, or it belongs to another "
		    "file");
	if (crypto_sign_verify_detached(signature.global, whole, globally(&signature, whole),
		key->key) != 0)
		return scop_error_set(err, "the signature's trusted comment was changed");
	return true;
}

bool
scop_signature_check(const struct scop_public_key *key, const char *signature, const void *bytes,
    size_t size, struct scop_error *err)
{
	unsigned char hash[HASH_BYTES];

	crypto_generichash(hash, sizeof hash, bytes, size, NULL, 0);
	return check_hash(key, signature, hash, err);
}

bool
scop_signature_check_file(const struct scop_public_key *key, const char *signature,
    const char *file, struct scop_error *err)
{
	unsigned char hash[HASH_BYTES];

	return hash_file(file, hash, err) && check_hash(key, signature, hash, err);
}
