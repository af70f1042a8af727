/* SPDX-License-Identifier: EUPL-1.2 */
/* The ledger: see ledger.h. */
#include "process/ledger.h"

#include <stddef.h>

enum scop_worker_state
scop_ledger_state(const struct scop_ledger_entry *entry)
{
	if (atomic_load(&entry->pid) == 0)
		return SCOP_WORKER_NONE;
	if (atomic_load(&entry->busy))
		return SCOP_WORKER_BUSY;
	if (atomic_load(&entry->last))
		return SCOP_WORKER_NONE;
	return atomic_load(&entry->ready) ? SCOP_WORKER_IDLE : SCOP_WORKER_STARTING;
}

int64_t
scop_ledger_age(const struct scop_ledger_entry *entry, int64_t now)
{
	const int64_t age = now - atomic_load(&entry->since);

	return age < 0 ? 0 : age; /* it has begun after `now` was read */
}

void
scop_ledger_time(struct scop_ledger *ledger, int64_t microseconds)
{
	const uint64_t took = (uint64_t)microseconds;
	size_t bucket = 0;

	while (bucket < SCOP_BUCKETS - 1 && took > scop_board_bounds[bucket])
		bucket++;
	atomic_fetch_add(&ledger->buckets[bucket], 1);
	atomic_fetch_add(&ledger->microseconds, took);
	atomic_fetch_add(&ledger->requests, 1);
}

void
scop_ledger_note(struct scop_ledger *ledger, uint32_t tenant, bool crashed)
{
	const uint32_t place = atomic_fetch_add(&ledger->recent_at, 1) % SCOP_RECENT;

	atomic_store(&ledger->recent[place], ((uint64_t)tenant << 1 | crashed) + 1);
}

bool
scop_ledger_failing(const struct scop_ledger *ledger, unsigned tenants)
{
	unsigned total = 0, crashes = 0, crashed_tenants = 0;
	uint64_t first = 0;

	for (size_t i = 0; i < SCOP_RECENT; i++) {
		const uint64_t noted = atomic_load(&ledger->recent[i]);

		if (noted == 0)
			continue;
		total++;
		if (!((noted - 1) & 1))
			continue;
		crashes++;
		if (crashed_tenants == 0)
			first = (noted - 1) >> 1;
		crashed_tenants |= (noted - 1) >> 1 == first ? 1 : 2;
	}
	if (crashes < SCOP_CRASHES_MIN || crashes * 2 <= total)
		return false;
	return tenants <= 1 || crashed_tenants == 3;
}

void
scop_ledger_forgive(struct scop_ledger *ledger)
{
	for (size_t i = 0; i < SCOP_RECENT; i++)
		atomic_store(&ledger->recent[i], 0);
}
