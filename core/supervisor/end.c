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

enum { START_FAILURES_MAX = 3, IDLE_DEATHS_MAX = 10 };

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

/* The route and address of a crashed request, as its worker said: other workers of the pool may
 * still write there. */
struct said {
	uint32_t route;
	char path[sizeof((struct scop_slot *)0)->path];
};

static struct said
copy_said(const struct scop_slot *slot)
{
	struct said said = { .route = atomic_load(&slot->route) };

	memcpy(said.path, slot->path, sizeof said.path - 1);
	if (said.route > UINT16_MAX)
		said.route = UINT16_MAX;
	return said;
}

static void
judge_route(struct scop_pool *pool, const struct scop_ledger_entry *entry, uint32_t route)
{
	const uint32_t tenant = atomic_load(&entry->tenant);

	scop_board_note(pool->board, tenant, route, true);
	if (route != UINT16_MAX && scop_board_route_failing(pool->board, tenant, route))
		scop_log_line(SCOP_LOG_ERROR,
		    "route %u of '%s' is suspended for %d s for tenant '%s': most of its last "
		    "requests crashed",
		    route, pool->module, SCOP_ROUTE_REST_SECONDS, entry->tenant_name);
}

static void
judge_crash(struct scop_host *host, struct scop_pool *pool, unsigned index, int status)
{
	const struct scop_ledger_entry *entry = &pool->ledger->entries[index];
	const struct said said = copy_said(&pool->board->slots[index]);
	const uint32_t tenant = atomic_load(&entry->tenant);
	char how[100];

	scop_log_line(SCOP_LOG_ERROR,
	    "worker of '%s' %s in a request (request=%s tenant=%s module=%s route=%u path=%s)",
	    pool->module, how_it_ended(status, how, sizeof how), entry->request, entry->tenant_name,
	    pool->module, said.route, said.path);
	if (counted_before(pool, entry->request))
		return;
	pool->crashes++;
	if (tenant == 0)
		return;
	scop_crashes_count(&host->crashes, tenant);
	host->state_changed = true;
	scop_ledger_note(pool->ledger, tenant, true);
	judge_route(pool, entry, said.route);
	if (scop_ledger_failing(pool->ledger, pool->tenants))
		scop_pool_out_of_service(host, pool,
		    SCOP_TEXT("most of its last requests crashed"));
}

static void
judge_start(struct scop_host *host, struct scop_pool *pool, struct scop_slot *slot, int status)
{
	const uint64_t given = atomic_load(&pool->ledger->given);
	char how[100], reason[SCOP_REASON_MAX], shown[SCOP_REASON_MAX];

	if (given != pool->given_before)
		pool->start_failures = 0;
	pool->given_before = given;
	const int64_t rest = pool->start_failures == 0 ? 0 : 50000LL << (pool->start_failures - 1);

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

/* A worker that is idle is ended by the kernel, for its memory, or by a person. A module that says
 * it is idle, and ends, to hide its crashes does so with each request, or with none. */
static void
judge_idle(struct scop_host *host, struct scop_pool *pool, int status)
{
	const uint64_t given = atomic_load(&pool->ledger->given);
	char how[100];

	scop_log_line(SCOP_LOG_WARNING, "an idle worker of '%s' %s", pool->module,
	    how_it_ended(status, how, sizeof how));
	if (given > pool->given_before + 1)
		pool->idle_deaths = 0;
	pool->given_before = given;
	if (++pool->idle_deaths >= IDLE_DEATHS_MAX)
		scop_pool_out_of_service(host, pool, SCOP_TEXT("it cannot start"));
}

/* A worker whose gateway has gone ends by itself after its request, and nobody notes that. */
static bool
has_lost_gateway(const struct scop_worker_process *worker, int status)
{
	siginfo_t ended = { .si_pid = 0 };

	return !WIFSIGNALED(status) &&
	    (waitid(P_PID, (id_t)worker->gateway, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
		ended.si_pid != 0);
}

/* A module may have written any number. */
static uint64_t
said_failures(const struct scop_pool *pool, struct scop_slot *slot)
{
	const uint64_t said = atomic_exchange(&slot->failures, 0);

	return said <= atomic_load(&pool->ledger->requests) ? said : 0;
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
	struct scop_ledger_entry *entry = &pool->ledger->entries[index];
	const struct scop_worker_process worker = pool->workers[index];

	scop_output_end(worker.output);
	pool->workers[index] = (struct scop_worker_process){ 0 };
	pool->live--;
	host->live--;
	scop_gateway_lost_worker(host, pool, worker.gateway);
	pool->failures += said_failures(pool, slot);
	if (atomic_load(&entry->busy)) {
		if (!has_lost_gateway(&worker, status))
			judge_crash(host, pool, index, status);
	} else if (!worker.told_at && !atomic_load(&entry->last)) {
		if (!atomic_load(&entry->ready))
			judge_start(host, pool, slot, status);
		else if (!has_lost_gateway(&worker, status))
			judge_idle(host, pool, status);
	}
	atomic_store(&entry->pid, 0);
	memset(slot->reason, 0, sizeof slot->reason);
	atomic_store(&slot->state, SCOP_SLOT_FREE);
	scop_pool_tell_hunger(host, pool);
	if (pool->live == 0) /* a pool that nobody uses is a socket and nothing more */
		scop_gateway_leave(host, pool);
	return true;
}
