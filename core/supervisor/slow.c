/* SPDX-License-Identifier: EUPL-1.2 */
/* The slowest statements: see slow.h. */
#include "supervisor/slow.h"

static const char *
word(const char *text, size_t size, char *ret_word)
{
	size_t i = 0;

	for (; i + 1 < size && text[i]; i++)
		ret_word[i] = text[i] > 0x20 && text[i] < 0x7f ? text[i] : '?';
	if (i == 0)
		ret_word[i++] = '-';
	ret_word[i] = '\0';
	return ret_word;
}

static void
write_one(const struct scop_pool *pool, const struct scop_slow *slow, FILE *out)
{
	char statement[sizeof slow->statement], route[sizeof slow->route],
	    tenant[sizeof slow->tenant];

	fprintf(out, "%u %u %u %s %s %s %s %s %s\n", atomic_load(&slow->milliseconds),
	    atomic_load(&slow->rows), atomic_load(&slow->count), pool->module, pool->version,
	    pool->jobs ? "jobs" : "web", word(slow->statement, sizeof slow->statement, statement),
	    word(slow->route, sizeof slow->route, route),
	    word(slow->tenant, sizeof slow->tenant, tenant));
}

void
scop_slow_write(const struct scop_host *host, FILE *out)
{
	for (const struct scop_pool *pool = host->pools; pool; pool = pool->next)
		for (size_t i = 0; pool->board && i < SCOP_SLOW_KEPT; i++)
			if (atomic_load(&pool->board->slow[i].state) == 2)
				write_one(pool, &pool->board->slow[i], out);
}
