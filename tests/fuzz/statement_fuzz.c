/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements and migrations. */
#include <stdint.h>

#include "base/arena.h"
#include "package/migration.h"
#include "package/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scop_statement_source statements[20];
	static struct scop_migration_step steps[20];
	struct scop_arena *arena = scop_arena_new();
	const char *text = scop_arena_bytes(arena, data, size);
	struct scop_error err;
	size_t count = 0;

	scop_statements_parse(arena, "fuzz.sql", text, statements, 20, &count, &err);
	scop_migration_split(arena, "fuzz.sql", text, steps, 20, &count, &err);
	scop_arena_free(arena);
	return 0;
}
