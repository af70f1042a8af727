/* SPDX-License-Identifier: EUPL-1.2 */
/* Explaining crashes: see explain.h. */
#include "supervisor/explain.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "process/arguments.h"

enum { LAST_NICE = 19 };

static void
add_frames(struct scop_arguments *arguments, const struct scop_crash *crash)
{
	/* read once: the module goes on writing there */
	const uint32_t claimed = *(const volatile uint32_t *)&crash->count,
		       count = claimed < SCOP_CRASH_FRAMES ? claimed : SCOP_CRASH_FRAMES;
	char frames[SCOP_CRASH_FRAMES * 18] = "";
	size_t used = 0;

	for (uint32_t i = 0; i < count; i++)
		used += (size_t)snprintf(frames + used, sizeof frames - used, "%s%llx",
		    i > 0 ? "," : "", (unsigned long long)crash->at[i]);
	scop_arguments_add(arguments, "frames=%s", frames);
}

/* In the child. */
static void __attribute__((noreturn))
become_explainer(const struct scop_host *host, const struct scop_pool *pool, unsigned index)
{
	const struct scop_config *config = &host->config;
	const struct scop_slot *slot = &pool->board->slots[index];
	const struct scop_ledger_entry *entry = &pool->ledger->entries[index];
	struct scop_arguments arguments = { 0 };
	char *environment[] = { NULL };

	scop_arguments_add(&arguments, "%s/scopiton-explainer", config->libexec);
	scop_arguments_add(&arguments, "module=%s", pool->module);
	scop_arguments_add(&arguments, "version=%s", pool->version);
	scop_arguments_add(&arguments, "file=%s/modules/%s/%s.so", config->var, pool->hash,
	    pool->module);
	scop_arguments_add(&arguments, "signal=%d", atomic_load(&slot->crash.signal));
	add_frames(&arguments, &slot->crash);
	scop_arguments_add(&arguments, "request=%s", entry->request);
	scop_arguments_add(&arguments, "tenant=%s", entry->tenant_name);
	scop_arguments_add(&arguments, "path=%.*s", (int)sizeof slot->path - 1, slot->path);
	scop_arguments_add(&arguments, "uid=%u",
	    host->root ? (unsigned)config->uid_base + pool->number : 0);
	scop_arguments_add(&arguments, "sandbox=%d", config->sandbox);
	scop_arguments_add(&arguments, "landlock_abi=%lld", (long long)config->landlock_abi);
	if (config->development && !pool->jobs)
		scop_arguments_add(&arguments, "explained=%s/explained", config->run);
	(void)setpriority(PRIO_PROCESS, 0, LAST_NICE); /* it computes for long, and pages wait */
	scop_arguments_run(&arguments, environment, 1);
}

static struct scop_explainer *
free_place(struct scop_host *host)
{
	for (unsigned i = 0; i < SCOP_EXPLAINERS_MAX; i++)
		if (host->explainers[i].pid == 0)
			return &host->explainers[i];
	return NULL;
}

static bool
explained_before(struct scop_pool *pool, unsigned index)
{
	const char *request = pool->ledger->entries[index].request;

	if (request[0] && strcmp(pool->explained, request) == 0)
		return true;
	snprintf(pool->explained, sizeof pool->explained, "%s", request);
	return false;
}

static void
explain_slot(struct scop_host *host, struct scop_pool *pool, unsigned index)
{
	struct scop_slot *slot = &pool->board->slots[index];
	struct scop_explainer *explainer = free_place(host);

	pool->workers[index].crash_seen = true;
	if (!explainer || explained_before(pool, index)) {
		atomic_store(&slot->crash.explained, 1);
		return;
	}
	const pid_t pid = fork();
	if (pid == 0)
		become_explainer(host, pool, index);
	if (pid > 0)
		*explainer = (struct scop_explainer){ pid, pool, index };
}

void
scop_explain(struct scop_host *host, struct scop_pool *pool)
{
	for (unsigned i = 0; pool->board && i < SCOP_SLOTS; i++)
		if (pool->workers[i].pid != 0 && !pool->workers[i].crash_seen &&
		    atomic_load(&pool->board->slots[i].crash.signal) != 0)
			explain_slot(host, pool, i);
}

bool
scop_explain_reap(struct scop_host *host, pid_t pid)
{
	for (unsigned i = 0; i < SCOP_EXPLAINERS_MAX; i++) {
		struct scop_explainer *explainer = &host->explainers[i];

		if (explainer->pid != pid)
			continue;
		if (explainer->pool)
			atomic_store(&explainer->pool->board->slots[explainer->slot]
					  .crash.explained,
			    1);
		*explainer = (struct scop_explainer){ 0 };
		return true;
	}
	return false;
}

void
scop_explain_forget(struct scop_host *host, const struct scop_pool *pool)
{
	for (unsigned i = 0; i < SCOP_EXPLAINERS_MAX; i++)
		if (host->explainers[i].pool == pool)
			host->explainers[i].pool = NULL;
}
