/* SPDX-License-Identifier: EUPL-1.2 */
/* The host's own statements: see statements.h. */
#include "data/statements.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>

/* The linker defines both ends of the section, as C names allow it. */
extern const struct scop_statement *const __start_scop_statements[] __attribute__((weak));
extern const struct scop_statement *const __stop_scop_statements[] __attribute__((weak));

const struct scop_statement *const *
scop_host_statements(size_t *ret_count)
{
	*ret_count = ((uintptr_t)&__stop_scop_statements - (uintptr_t)&__start_scop_statements) /
	    sizeof __start_scop_statements[0];
	return __start_scop_statements;
}

void
scop_statement_key(const char *sql, char ret_key[SCOP_STATEMENT_KEY])
{
	unsigned char hash[crypto_generichash_BYTES_MIN];

	_Static_assert(2 * sizeof hash + 1 == SCOP_STATEMENT_KEY, "the key has room for the hash");
	crypto_generichash(hash, sizeof hash, (const unsigned char *)sql, strlen(sql), NULL, 0);
	sodium_bin2hex(ret_key, SCOP_STATEMENT_KEY, hash, sizeof hash);
}
