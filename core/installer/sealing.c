/* SPDX-License-Identifier: EUPL-1.2 */
/* Seals and unseals a module's secrets for the installer: see sealing.h. */
#include "installer/sealing.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "web/app.h"

/* The key in the second line of the module's secret, derived as service/seal.c does it. */
static bool
read_key(struct scop_platform *platform, const char *module,
    unsigned char ret_key[crypto_secretbox_KEYBYTES])
{
	static const char purpose[] = "seal";
	char password[100], hex[100];
	unsigned char key[SCOP_KEY_BYTES];
	FILE *file =
	    fopen(scop_arena_printf(platform->arena, "%s/secrets/%s", platform->config.var, module),
		"re");
	const bool read = file && fscanf(file, "%99s %99s", password, hex) == 2;

	if (file)
		fclose(file);
	if (!read || sodium_hex2bin(key, sizeof key, hex, strlen(hex), NULL, NULL, NULL) != 0)
		return false;
	crypto_generichash(ret_key, crypto_secretbox_KEYBYTES, (const unsigned char *)purpose,
	    strlen(purpose), key, sizeof key);
	sodium_memzero(key, sizeof key);
	return true;
}

const char *
scop_unseal_for(struct scop_platform *platform, const char *module, const char *sealed)
{
	const size_t frame = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES,
		     length = strlen(sealed);
	unsigned char key[crypto_secretbox_KEYBYTES],
	    *bytes = scop_arena_alloc(platform->arena, length / 2 + 1);
	size_t size;

	if (sodium_hex2bin(bytes, length / 2, sealed, length, NULL, &size, NULL) != 0 ||
	    size < frame || !read_key(platform, module, key))
		return "";
	char *plain = scop_arena_alloc(platform->arena, size - frame + 1);
	return crypto_secretbox_open_easy((unsigned char *)plain,
		   bytes + crypto_secretbox_NONCEBYTES, size - crypto_secretbox_NONCEBYTES, bytes,
		   key) == 0
	    ? plain
	    : "";
}

const char *
scop_seal_for(struct scop_platform *platform, const char *module, const char *secret)
{
	const size_t length = strlen(secret),
		     size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + length;
	unsigned char key[crypto_secretbox_KEYBYTES],
	    *sealed = scop_arena_alloc(platform->arena, size);
	char *hex = scop_arena_alloc(platform->arena, 2 * size + 1);

	if (!read_key(platform, module, key))
		return "";
	randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, (const unsigned char *)secret,
	    length, sealed, key);
	return sodium_bin2hex(hex, 2 * size + 1, sealed, size);
}
