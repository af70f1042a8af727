/* SPDX-License-Identifier: EUPL-1.2 */
/* The slowest statements: see slow.h. */
#include "supervisor/slow.h"

#include <string.h>

/* Makes one word of the text, in its place. */
static const char *
word(char *text, size_t size)
{
	size_t i = 0;

	for (; i + 1 < size && text[i]; i++)
		if (text[i] <= 0x20 || text[i] >= 0x7f)
			text[i] = '?';
	if (i == 0)
		text[i++] = '-';
	text[i] = '\0';
	return text;
}

/* A module's native code may write on the scoreboard at any time, so each part is read once. */
static void
write_one(const struct scop_pool *pool, const struct scop_slow *slow, FILE *out)
{
	char statement[sizeof slow->statement], route[sizeof slow->route],
	    tenant[sizeof slow->tenant];

	memcpy(statement, slow->statement, sizeof statement);
	memcpy(route, slow->route, sizeof route);
	memcpy(tenant, slow->tenant, sizeof tenant);
	fprintf(out, "%u %u %u %s %s %s %s %s %s\n", atomic_load(&slow->milliseconds),
	    atomic_load(&slow->rows), atomic_load(&slow->count), pool->module, pool->version,
	    pool->jobs ? "jobs" : "web", word(statement, sizeof statement),
	    word(route, sizeof route), word(tenant, sizeof tenant));
}

void
scop_slow_write(const struct scop_host *host, FILE *out)
{
	for (const struct scop_pool *pool = host->pools; pool; pool = pool->next)
		for (size_t i = 0; pool->board && i < SCOP_SLOW_KEPT; i++)
			if (atomic_load(&pool->board->slow[i].state) == 2)
				write_one(pool, &pool->board->slow[i], out);
}
