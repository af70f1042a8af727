/* SPDX-License-Identifier: EUPL-1.2 */
/* Metrics: see metrics.h. */
#include "supervisor/metrics.h"

#include <stddef.h>

enum { LABELS_MAX = 120 };

struct sum {
	uint64_t requests, failures, microseconds, buckets[SCOP_BUCKETS];
	unsigned busy;
};

/* The gateway's word on requests and times. Failures are the workers' own word, which a module may
 * have written: a number, and never more than the requests. */
static uint64_t
failures_of(const struct scop_pool *pool, uint64_t requests)
{
	uint64_t failures = pool->failures;

	for (size_t i = 0; i < SCOP_SLOTS; i++) {
		const uint64_t said = atomic_load(&pool->board->slots[i].failures);

		if (pool->workers[i].pid != 0 && said <= requests)
			failures += said;
	}
	return failures < requests ? failures : requests;
}

static struct sum
sum_of(const struct scop_pool *pool)
{
	struct sum sum = { 0 };

	if (!pool->board)
		return sum;
	sum.requests = atomic_load(&pool->ledger->requests);
	sum.microseconds = atomic_load(&pool->ledger->microseconds);
	for (size_t b = 0; b < SCOP_BUCKETS; b++)
		sum.buckets[b] = atomic_load(&pool->ledger->buckets[b]);
	sum.failures = failures_of(pool, sum.requests);
	for (size_t i = 0; i < SCOP_SLOTS; i++)
		sum.busy += pool->workers[i].pid != 0 &&
		    scop_ledger_state(&pool->ledger->entries[i]) == SCOP_WORKER_BUSY;
	return sum;
}

static void
head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static const char *
labels_of(const struct scop_pool *pool, char *ret_labels)
{
	snprintf(ret_labels, LABELS_MAX, "module=\"%s\",version=\"%s\",serves=\"%s\"", pool->module,
	    pool->version, pool->jobs ? "jobs" : "web");
	return ret_labels;
}

static void
line(FILE *out, const char *name, const struct scop_pool *pool, uint64_t value)
{
	char labels[LABELS_MAX];

	fprintf(out, "%s{%s} %llu\n", name, labels_of(pool, labels), (unsigned long long)value);
}

static void
each(const struct scop_host *host, FILE *out, const char *name, const char *type, const char *help,
    uint64_t (*value)(const struct scop_pool *, const struct sum *))
{
	head(out, name, type, help);
	for (const struct scop_pool *pool = host->pools; pool; pool = pool->next) {
		const struct sum sum = sum_of(pool);

		line(out, name, pool, value(pool, &sum));
	}
}

static uint64_t
value_requests(const struct scop_pool *pool, const struct sum *sum)
{
	(void)pool;
	return sum->requests;
}
static uint64_t
value_failures(const struct scop_pool *pool, const struct sum *sum)
{
	(void)pool;
	return sum->failures;
}
static uint64_t
value_crashes(const struct scop_pool *pool, const struct sum *sum)
{
	(void)sum;
	return pool->crashes;
}
static uint64_t
value_killed(const struct scop_pool *pool, const struct sum *sum)
{
	(void)sum;
	return pool->killed;
}
static uint64_t
value_workers(const struct scop_pool *pool, const struct sum *sum)
{
	(void)sum;
	return pool->live;
}
static uint64_t
value_busy(const struct scop_pool *pool, const struct sum *sum)
{
	(void)pool;
	return sum->busy;
}
static uint64_t
value_up(const struct scop_pool *pool, const struct sum *sum)
{
	(void)sum;
	return pool->listen_fd >= 0;
}
static uint64_t
value_tenants(const struct scop_pool *pool, const struct sum *sum)
{
	(void)sum;
	return pool->tenants;
}

static void
durations(const struct scop_host *host, FILE *out)
{
	static const char name[] = "scopiton_request_seconds";

	head(out, name, "histogram", "How long requests took, by the gateway's clock.");
	for (const struct scop_pool *pool = host->pools; pool; pool = pool->next) {
		const struct sum sum = sum_of(pool);
		char labels[LABELS_MAX];
		uint64_t below = 0;

		labels_of(pool, labels);
		for (size_t b = 0; b + 1 < SCOP_BUCKETS; b++) {
			below += sum.buckets[b];
			fprintf(out, "%s_bucket{%s,le=\"%g\"} %llu\n", name, labels,
			    (double)scop_board_bounds[b] / 1e6, (unsigned long long)below);
		}
		fprintf(out, "%s_bucket{%s,le=\"+Inf\"} %llu\n", name, labels,
		    (unsigned long long)sum.requests);
		fprintf(out, "%s_sum{%s} %.6f\n", name, labels, (double)sum.microseconds / 1e6);
		fprintf(out, "%s_count{%s} %llu\n", name, labels, (unsigned long long)sum.requests);
	}
}

void
scop_metrics_write(const struct scop_host *host, FILE *out)
{
	each(host, out, "scopiton_requests_total", "counter",
	    "Requests that have ended, as the pool's gateway counted them.", value_requests);
	each(host, out, "scopiton_failures_total", "counter",
	    "Requests answered with a 5xx status, as the module's own workers say; never more than "
	    "requests.",
	    value_failures);
	each(host, out, "scopiton_crashes_total", "counter",
	    "Requests whose worker died, each counted once.", value_crashes);
	each(host, out, "scopiton_killed_total", "counter",
	    "Requests that were ended at the hard time limit.", value_killed);
	each(host, out, "scopiton_workers", "gauge", "Workers alive.", value_workers);
	each(host, out, "scopiton_workers_busy", "gauge",
	    "Workers with a request, as the gateway sees them.", value_busy);
	each(host, out, "scopiton_up", "gauge", "1 while the module is in service.", value_up);
	each(host, out, "scopiton_tenants", "gauge",
	    "Tenants whose subscription runs this version.", value_tenants);
	durations(host, out);
}
