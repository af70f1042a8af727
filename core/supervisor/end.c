/* SPDX-License-Identifier: EUPL-1.2 */
/* Judges how a worker ended: a crash counts against the request that it served, and too many
 * crashes suspend the route or take the pool out of service. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/pool_private.h"

#include "base/log.h"
#include "base/said.h"
#include "scopiton/value.h"
#include "supervisor/crashes.h"

enum { START_FAILURES_MAX = 3 };

static bool
counted_before(struct scop_pool *pool, const char *request)
{
	if (!pool->crashed)
		pool->crashed = calloc(SCOP_CRASHES_KEPT, sizeof *pool->crashed);
	if (!pool->crashed)
		abort();
	for (unsigned i = 0; i < SCOP_CRASHES_KEPT; i++)
		if (request[0] && strcmp(pool->crashed[i], request) == 0)
			return true;
	snprintf(pool->crashed[pool->crashed_at++ % SCOP_CRASHES_KEPT], sizeof pool->crashed[0],
	    "%s", request);
	return false;
}

static const char *
how_it_ended(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else
		snprintf(text, size, "ended with status %d", WEXITSTATUS(status));
	return text;
}

/* A copy of a slot's last request: other workers may still write to the slot. */
struct last_request {
	char request[sizeof((struct scop_slot *)0)->request];
	char tenant_name[sizeof((struct scop_slot *)0)->tenant_name];
	char path[sizeof((struct scop_slot *)0)->path];
};

static void
copy_request(const struct scop_slot *slot, struct last_request *last)
{
	memcpy(last->request, slot->request, sizeof last->request - 1);
	memcpy(last->tenant_name, slot->tenant_name, sizeof last->tenant_name - 1);
	memcpy(last->path, slot->path, sizeof last->path - 1);
}

static void
judge_crash(struct scop_host *host, struct scop_pool *pool, struct scop_slot *slot, int status)
{
	const uint32_t tenant = atomic_load(&slot->tenant), route = atomic_load(&slot->route);
	struct last_request last = { 0 };
	char how[100];

	copy_request(slot, &last);
	scop_log_line(SCOP_LOG_ERROR,
	    "worker of '%s' %s in a request (request=%s tenant=%s module=%s route=%u path=%s)",
	    pool->module, how_it_ended(status, how, sizeof how), last.request, last.tenant_name,
	    pool->module, route, last.path);
	if (counted_before(pool, last.request))
		return;
	pool->crashes++;
	if (tenant == 0)
		return;
	scop_crashes_count(&host->crashes, tenant);
	host->state_changed = true;
	scop_board_note(pool->board, tenant, route, true);
	if (route != UINT16_MAX && scop_board_route_failing(pool->board, tenant, route))
		scop_log_line(SCOP_LOG_ERROR,
		    "route %u of '%s' is suspended for %d s for tenant '%s': most of its last "
		    "requests crashed",
		    route, pool->module, SCOP_ROUTE_REST_SECONDS, last.tenant_name);
	if (scop_board_pool_failing(pool->board, pool->tenants))
		scop_pool_out_of_service(host, pool,
		    SCOP_TEXT("most of its last requests crashed"));
}

static void
judge_start(struct scop_host *host, struct scop_pool *pool, struct scop_slot *slot, int status)
{
	char how[100], reason[SCOP_REASON_MAX], shown[SCOP_REASON_MAX];
	int64_t rest = pool->start_failures == 0 ? 0 : 50000LL << (pool->start_failures - 1);

	memcpy(reason, slot->reason, sizeof reason);
	reason[sizeof reason - 1] = '\0';
	scop_said_show(reason, NULL, shown, sizeof shown);
	pool->start_failures++;
	scop_log_line(SCOP_LOG_ERROR, "worker of '%s' %s before it served%s%s", pool->module,
	    how_it_ended(status, how, sizeof how), reason[0] ? ": " : "", shown);
	if (pool->start_failures >= START_FAILURES_MAX)
		scop_pool_out_of_service(host, pool,
		    reason[0] ? reason : SCOP_TEXT("it cannot start"));
	pool->retry_at = scop_board_clock() + rest;
}

static void
fold_counters(struct scop_pool *pool, struct scop_slot *slot)
{
	pool->requests += atomic_exchange(&slot->requests, 0);
	pool->failures += atomic_exchange(&slot->failures, 0);
	pool->microseconds += atomic_exchange(&slot->microseconds, 0);
	for (size_t i = 0; i < SCOP_BUCKETS; i++)
		pool->buckets[i] += atomic_exchange(&slot->buckets[i], 0);
}

bool
scop_pool_reap(struct scop_host *host, struct scop_pool *pool, pid_t pid, int status)
{
	unsigned index = pool->workers ? 0 : SCOP_SLOTS;

	while (index < SCOP_SLOTS && pool->workers[index].pid != pid)
		index++;
	if (index == SCOP_SLOTS)
		return false;

	struct scop_slot *slot = &pool->board->slots[index];
	const int state = atomic_load(&slot->state);
	const bool told_to_go = pool->workers[index].told_at != 0;
	char how[100];

	scop_output_end(pool->workers[index].output);
	pool->workers[index] = (struct scop_worker_process){ 0 };
	pool->live--;
	host->live--;
	fold_counters(pool, slot);
	if (state == SCOP_SLOT_BUSY || state == SCOP_SLOT_IDLE)
		pool->start_failures = 0;
	if (state == SCOP_SLOT_BUSY)
		judge_crash(host, pool, slot, status);
	else if (state == SCOP_SLOT_STARTING && !told_to_go)
		judge_start(host, pool, slot, status);
	/* by the kernel for its memory, or by a person */
	else if (!told_to_go && WIFSIGNALED(status))
		scop_log_line(SCOP_LOG_WARNING, "an idle worker of '%s' %s", pool->module,
		    how_it_ended(status, how, sizeof how));
	memset(slot->reason, 0, sizeof slot->reason);
	atomic_store(&slot->state, SCOP_SLOT_FREE);
	scop_pool_tell_hunger(host, pool);
	if (pool->live == 0) /* a pool that nobody uses is a socket and nothing more */
		scop_gateway_leave(pool);
	return true;
}
