/* SPDX-License-Identifier: EUPL-1.2 */
/* A pool's gateway, the process that gives requests to the pool's workers and passes on their
 * statements (core/gateway). It starts before the pool's first worker. */
#include "supervisor/pool_private.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "process/channel.h"
#include "process/gateway.h"

/* Each gateway has a socket of its own, named by its process id, for an earlier one of the same
 * pool may still serve its workers, or those of a supervisor that hands over. */
#define LINES "lines."

static void
lines_path(const struct scop_host *host, const struct scop_pool *pool, pid_t gateway,
    char *ret_path, size_t size)
{
	snprintf(ret_path, size, "%s/pools/%s/" LINES "%d", host->config.run, pool->name,
	    (int)gateway);
}

void
scop_gateway_path(const struct scop_host *host, const struct scop_pool *pool, char *ret_path,
    size_t size)
{
	lines_path(host, pool, pool->gateway.pid, ret_path, size);
}

/* Removes the socket of a gateway that has no worker any more, and gets none. */
static void
drop_lines(const struct scop_host *host, const struct scop_pool *pool, pid_t gateway)
{
	char path[300];

	for (unsigned i = 0; pool->workers && i < SCOP_SLOTS; i++)
		if (pool->workers[i].pid && pool->workers[i].gateway == gateway)
			return;
	lines_path(host, pool, gateway, path, sizeof path);
	unlink(path);
}

void
scop_gateway_lost_worker(const struct scop_host *host, const struct scop_pool *pool, pid_t gateway)
{
	if (gateway != pool->gateway.pid)
		drop_lines(host, pool, gateway);
}

/* Removes the sockets of gateways that have ended: a killed supervisor leaves them. */
static void
sweep(const struct scop_host *host, const struct scop_pool *pool)
{
	char folder[200], path[300];
	struct dirent *entry;

	snprintf(folder, sizeof folder, "%s/pools/%s", host->config.run, pool->name);
	DIR *dir = opendir(folder);
	while (dir && (entry = readdir(dir))) {
		const pid_t owner = strncmp(entry->d_name, LINES, strlen(LINES)) == 0
		    ? (pid_t)abs(atoi(entry->d_name + strlen(LINES)))
		    : 0;

		if (owner <= 0 || kill(owner, 0) == 0 || errno != ESRCH)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		unlink(path);
	}
	if (dir)
		closedir(dir);
}

/* In the child. */
static void __attribute__((noreturn))
become_gateway(const struct scop_host *host, const struct scop_pool *pool, int control, int lines)
{
	const struct scop_worker_settings settings = { .module = pool->module,
		.hash = pool->hash,
		.statement_seconds = host->config.statement_seconds,
		.jobs = pool->jobs,
		.control = control,
		.listen = pool->listen_fd,
		.lines = lines,
		.directory = host->directory_fd,
		.wake = host->wake_fd,
		.work = host->work_fd,
		.mail = host->mail_fd,
		.ledger = pool->ledger_fd,
		.hard = scop_pool_hard_limit(host, pool) };

	scop_gateway_become(&host->config, settings, host->root);
}

/* Gives the socket, which listens as `path`, the name of its gateway. */
static bool
name_lines(const struct scop_host *host, const struct scop_pool *pool, const char *path)
{
	char name[300];

	scop_gateway_path(host, pool, name, sizeof name);
	return rename(path, name) == 0;
}

bool
scop_gateway_start(struct scop_host *host, struct scop_pool *pool)
{
	const uid_t uid = host->root ? (uid_t)host->config.uid_base + pool->number : 0;
	int ends[2] = { -1, -1 };
	char path[300];

	if (pool->gateway.pid)
		return true;
	sweep(host, pool);
	lines_path(host, pool, -host->pid, path, sizeof path);
	const int lines = scop_gateway_listen(path, uid);
	if (lines >= 0 && scop_channel_make(ends)) {
		const pid_t pid = fork();

		if (pid == 0)
			become_gateway(host, pool, ends[1], lines);
		if (pid > 0)
			pool->gateway = (struct scop_pool_gateway){ pid, ends[0] };
		else
			close(ends[0]);
		close(ends[1]);
	}
	/* without its name no worker finds it: it ends */
	if (pool->gateway.pid && !name_lines(host, pool, path))
		scop_gateway_leave(host, pool);
	const int error = errno;
	if (lines >= 0)
		close(lines);
	errno = error;
	return pool->gateway.pid != 0;
}

bool
scop_gateway_add(struct scop_pool *pool, unsigned slot, pid_t pid, int channel)
{
	const struct scop_gateway_order order = { SCOP_GATEWAY_ADD, slot, pid };

	return pool->gateway.pid &&
	    scop_channel_send(pool->gateway.control, &order, sizeof order, channel);
}

bool
scop_gateway_retire(struct scop_pool *pool, unsigned slot, pid_t pid)
{
	const struct scop_gateway_order order = { SCOP_GATEWAY_RETIRE, slot, pid };

	return pool->gateway.pid &&
	    scop_channel_send(pool->gateway.control, &order, sizeof order, -1);
}

pid_t
scop_gateway_notice(struct scop_pool *pool, unsigned *ret_slot)
{
	struct scop_gateway_notice notice;

	if (!pool->gateway.pid ||
	    scop_channel_receive(pool->gateway.control, &notice, sizeof notice, false, NULL) <= 0 ||
	    notice.slot >= SCOP_SLOTS)
		return 0;
	*ret_slot = notice.slot;
	return notice.pid;
}

void
scop_gateway_leave(const struct scop_host *host, struct scop_pool *pool)
{
	const pid_t pid = pool->gateway.pid;

	if (!pid)
		return;
	close(pool->gateway.control);
	pool->gateway = (struct scop_pool_gateway){ 0 };
	drop_lines(host, pool, pid);
}

bool
scop_gateway_reap(struct scop_host *host, struct scop_pool *pool, pid_t pid)
{
	if (pool->gateway.pid != pid)
		return false;
	scop_log_line(SCOP_LOG_ERROR, "the gateway of pool '%s' has ended; its workers follow",
	    pool->name);
	scop_pool_drain(host, pool, false);
	/* one that had not started counts as a failure to start */
	for (unsigned i = 0; pool->board && i < SCOP_SLOTS; i++)
		if (!atomic_load(&pool->ledger->entries[i].ready))
			pool->workers[i].told_at = 0;
	return true;
}
