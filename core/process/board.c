/* SPDX-License-Identifier: EUPL-1.2 */
/* The scoreboard: see board.h. */
#include "process/board.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PROBES = 8 };

const uint64_t scop_board_bounds[SCOP_BUCKETS - 1] = { 1000, 5000, 20000, 100000, 500000, 2000000,
	10000000 };

int64_t
scop_board_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static uint64_t
key_of(uint32_t tenant, uint32_t route)
{
	return ((uint64_t)tenant << 16 | route) + 1;
}

static void
clear_history(struct scop_route_history *entry)
{
	atomic_store(&entry->count, 0);
	atomic_store(&entry->outcomes, 0);
	atomic_store(&entry->out_until, 0);
	atomic_store(&entry->key, 0);
}

/* The history of a key; with `make`, a free slot, or the first one if all are taken, is assigned to
 * it. */
static struct scop_route_history *
history(const struct scop_board *board, uint64_t key, bool make)
{
	const uint64_t start = key * 0x9e3779b97f4a7c15u >> 32;
	struct scop_route_history *first = NULL;

	for (uint64_t i = 0; i < PROBES; i++) {
		const struct scop_route_history *place =
		    &board->routes[(start + i) % SCOP_ROUTE_ENTRIES];
		struct scop_route_history *entry = (struct scop_route_history *)(uintptr_t)place;
		uint64_t none = 0;

		if (atomic_load(&entry->key) == key)
			return entry;
		if (make && atomic_compare_exchange_strong(&entry->key, &none, key))
			return entry;
		if (!first)
			first = entry;
	}
	if (!make)
		return NULL;
	clear_history(first);
	atomic_store(&first->key, key);
	return first;
}

void
scop_board_note(struct scop_board *board, uint32_t tenant, uint32_t route, bool crashed)
{
	struct scop_route_history *entry = history(board, key_of(tenant, route), true);

	if (atomic_load(&entry->out_until) > scop_board_clock())
		return;
	atomic_store(&entry->outcomes,
	    (atomic_load(&entry->outcomes) << 1 | crashed) & ((1u << SCOP_ROUTE_RECENT) - 1));
	if (atomic_load(&entry->count) < SCOP_ROUTE_RECENT)
		atomic_fetch_add(&entry->count, 1);
}

bool
scop_board_route_out(const struct scop_board *board, uint32_t tenant, uint32_t route)
{
	const struct scop_route_history *entry = history(board, key_of(tenant, route), false);

	return entry && atomic_load(&entry->out_until) > scop_board_clock();
}

bool
scop_board_route_failing(struct scop_board *board, uint32_t tenant, uint32_t route)
{
	struct scop_route_history *entry = history(board, key_of(tenant, route), true);
	const unsigned crashes = (unsigned)__builtin_popcount(atomic_load(&entry->outcomes));

	if (crashes < SCOP_CRASHES_MIN || crashes * 2 <= atomic_load(&entry->count))
		return false;
	atomic_store(&entry->out_until, scop_board_clock() + SCOP_ROUTE_REST_SECONDS * 1000000LL);
	atomic_store(&entry->outcomes, 0);
	atomic_store(&entry->count, 0);
	return true;
}

void
scop_board_forgive(struct scop_board *board)
{
	for (size_t i = 0; i < SCOP_ROUTE_ENTRIES; i++)
		clear_history(&board->routes[i]);
}

static struct scop_slow *
slow_entry(struct scop_board *board, const char *statement)
{
	for (size_t i = 0; i < SCOP_SLOW_KEPT; i++) {
		struct scop_slow *slow = &board->slow[i];
		int state = 0;

		if (atomic_compare_exchange_strong(&slow->state, &state, 1)) {
			snprintf(slow->statement, sizeof slow->statement, "%s", statement);
			atomic_store(&slow->state, 2);
			return slow;
		}
		if (state == 2 &&
		    strncmp(slow->statement, statement, sizeof slow->statement - 1) == 0)
			return slow;
	}
	return NULL;
}

bool
scop_board_slow(struct scop_board *board, const char *statement, const char *route,
    const char *tenant, uint32_t milliseconds, uint32_t rows)
{
	struct scop_slow *slow = slow_entry(board, statement);

	if (!slow)
		return false;
	atomic_fetch_add(&slow->count, 1);
	if (milliseconds > atomic_load(&slow->milliseconds)) {
		atomic_store(&slow->milliseconds, milliseconds);
		atomic_store(&slow->rows, rows);
		snprintf(slow->route, sizeof slow->route, "%s", route);
		snprintf(slow->tenant, sizeof slow->tenant, "%s", tenant);
	}
	const int64_t now = scop_board_clock();
	int64_t told_at = atomic_load(&slow->told_at);

	return (told_at == 0 || now - told_at >= SCOP_SLOW_TOLD_SECONDS * 1000000LL) &&
	    atomic_compare_exchange_strong(&slow->told_at, &told_at, now);
}
