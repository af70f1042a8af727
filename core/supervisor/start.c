/* SPDX-License-Identifier: EUPL-1.2 */
/* Starts a worker: its slot, its settings, its process. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "supervisor/pool_private.h"

#include "base/log.h"
#include "process/arguments.h"
#include "process/channel.h"
#include "process/settings.h"
#include "web/traces.h"

/* Memory to share through a descriptor; NULL if there is none. */
static void *
make_shared(const char *name, size_t size, int *ret_fd)
{
	*ret_fd = memfd_create(name, MFD_CLOEXEC);
	if (*ret_fd >= 0 && ftruncate(*ret_fd, (off_t)size) == 0) {
		void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *ret_fd, 0);

		if (memory != MAP_FAILED)
			return memory;
	}
	if (*ret_fd >= 0)
		close(*ret_fd);
	*ret_fd = -1;
	return NULL;
}

static bool
make_board(struct scop_pool *pool)
{
	if (!pool->ledger)
		pool->ledger = make_shared("ledger", sizeof *pool->ledger, &pool->ledger_fd);
	if (!pool->workers)
		pool->workers = calloc(SCOP_SLOTS, sizeof *pool->workers);
	if (!pool->board && pool->ledger && pool->workers)
		pool->board = make_shared("board", sizeof *pool->board, &pool->board_fd);
	return pool->board != NULL;
}

/* For authors: created with the first worker that keeps traces, and never if none does. */
static void
make_traces(struct scop_host *host)
{
	if (!host->config.trace || host->traces_fd >= 0)
		return;
	host->traces_fd = memfd_create("traces", MFD_CLOEXEC);
	if (host->traces_fd >= 0 && ftruncate(host->traces_fd, sizeof(struct scop_traces)) != 0) {
		close(host->traces_fd);
		host->traces_fd = -1;
	}
}

/* Formats an argument in a child that is about to become a worker. */
static const char *__attribute__((format(printf, 1, 2))) text(const char *format, ...)
{
	va_list args;
	char *made;

	va_start(args, format);
	if (vasprintf(&made, format, args) < 0)
		abort();
	va_end(args);
	return made;
}

/* Varies the number of requests after which workers end, so that a pool's do not end all at once.
 */
static int64_t
requests_of(const struct scop_config *config, unsigned slot)
{
	return config->worker_requests + (config->worker_requests * (slot % 8)) / 80;
}

static struct scop_worker_settings
settings_for(const struct scop_host *host, const struct scop_pool *pool, unsigned slot, int channel)
{
	const struct scop_config *config = &host->config;
	char gateway[300];

	scop_gateway_path(host, pool, gateway, sizeof gateway);
	return (struct scop_worker_settings){
		.module = pool->module,
		.hash = pool->hash,
		.file = text("%s/modules/%s/%s.so", config->var, pool->hash, pool->module),
		.db_socket = config->db_socket,
		.run = config->run,
		.gateway = text("%s", gateway),
		.slow_statement = config->slow_statement_milliseconds,
		.sandbox = config->sandbox,
		.landlock_abi = config->landlock_abi,
		.uid = host->root ? config->uid_base + pool->number : 0,
		.memory = config->worker_memory,
		.jobs = pool->jobs,
		.channel = channel,
		.directory = host->directory_fd,
		.board = pool->board_fd,
		.gate = pool->portal ? host->gate_fd : 0,
		.slot = slot,
		.requests = requests_of(config, slot),
		.resident = config->worker_resident,
		.hard = scop_pool_hard_limit(host, pool),
		.body_max = config->body_max,
		.port = config->port,
		.https = config->https,
		.development = config->development,
		.trace = config->trace,
		.traces = config->trace && host->traces_fd >= 0 ? host->traces_fd : 0,
		.relay = true,
	};
}

/* Lets a job worker call other systems, if its module's manifest names any. */
static void
add_way_out(struct scop_worker_settings *settings, const struct scop_config *config)
{
	settings->calls = text("%s/out/%s", config->var, settings->hash);
	settings->out = text("%s/out", config->run);
	settings->ca_file = config->ca_file;
}

/* In the child: passes on only the worker's own settings and descriptors. */
static void __attribute__((noreturn)) become_worker(const struct scop_host *host,
    const struct scop_pool *pool, unsigned slot, int channel, int output)
{
	struct scop_worker_settings settings = settings_for(host, pool, slot, channel);
	struct scop_arguments arguments = { 0 };
	char *environment[] = { NULL, NULL };

	if (pool->jobs)
		add_way_out(&settings, &host->config);
	scop_arguments_add(&arguments, "%s/scopiton-worker", host->config.libexec);
	scop_settings_add(&settings, &arguments);
	if (getenv("ASAN_OPTIONS") &&
	    asprintf(&environment[0], "ASAN_OPTIONS=%s", getenv("ASAN_OPTIONS")) < 0)
		abort();

	const int nothing = open("/dev/null", O_RDONLY);
	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
	    dup2(output, STDERR_FILENO) < 0)
		abort();
	scop_log_relay();
	scop_yield_begin(pool);
	scop_arguments_run(&arguments, environment, SCOP_WORKER_CANNOT_START);
}

/* Forks a worker into the slot, and tells the pool's gateway; 0 on failure. */
static pid_t
fork_worker(const struct scop_host *host, struct scop_pool *pool, unsigned slot, int output)
{
	int channel[2];

	if (!scop_channel_make(channel))
		return 0;
	pid_t pid = fork();
	if (pid == 0)
		become_worker(host, pool, slot, channel[1], output);
	/* without a gateway the worker finds its channel closed, and ends */
	if (pid > 0)
		atomic_store(&pool->ledger->entries[slot].pid, pid);
	if (pid > 0)
		(void)scop_gateway_add(pool, slot, pid, channel[0]);
	close(channel[0]);
	close(channel[1]);
	return pid > 0 ? pid : 0;
}

bool
scop_pool_start_worker(struct scop_host *host, struct scop_pool *pool)
{
	unsigned index = 0;
	int end;

	if (!make_board(pool) || !scop_gateway_start(host, pool))
		return false;
	make_traces(host);
	while (index < SCOP_SLOTS && pool->workers[index].pid != 0)
		index++;
	struct scop_output *output =
	    index < SCOP_SLOTS ? scop_output_new(host->outputs, pool->module, &end) : NULL;
	if (!output)
		return false;
	struct scop_slot *slot = &pool->board->slots[index];
	memset(&slot->crash, 0, sizeof slot->crash);
	atomic_store(&slot->state, SCOP_SLOT_STARTING);
	memset(&pool->ledger->entries[index], 0, sizeof pool->ledger->entries[index]);

	const pid_t pid = fork_worker(host, pool, index, end);
	close(end);
	if (pid == 0) {
		scop_output_end(output);
		atomic_store(&slot->state, SCOP_SLOT_FREE);
		return false;
	}
	pool->workers[index] = (struct scop_worker_process){ .pid = pid,
		.started_at = scop_board_clock(),
		.output = output,
		.gateway = pool->gateway.pid };
	scop_output_of(output, pid);
	pool->live++;
	host->live++;
	scop_pool_tell_hunger(host, pool);
	return true;
}
