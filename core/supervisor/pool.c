/* SPDX-License-Identifier: EUPL-1.2 */
/* Pools: see pool.h. */
#include "supervisor/pool_private.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/said.h"
#include "scopiton/value.h"

enum {
	BACKLOG = 4096,
	OUT_SECONDS = 60, /* doubled with each outage, up to an hour */
	OUT_SECONDS_MAX = 3600,
};

struct scop_pool *
scop_pool_find(struct scop_host *host, const char *name)
{
	struct scop_pool *pool = host->pools;

	while (pool && strcmp(pool->name, name) != 0)
		pool = pool->next;
	return pool;
}

static void
socket_path(const struct scop_host *host, const struct scop_pool *pool, const char *file,
    char *ret_path, size_t size)
{
	snprintf(ret_path, size, "%s/pools/%s/%s", host->config.run, pool->name, file);
}

/* Allows only nginx to connect for visitors, and only the dispatcher for jobs. */
static bool
admit(const struct scop_host *host, const struct scop_pool *pool, const char *path)
{
	if (pool->jobs)
		return chmod(path, 0600) == 0 &&
		    (!host->dispatcher_uid || chown(path, host->dispatcher_uid, (gid_t)-1) == 0);
	return chmod(path, 0660) == 0 &&
	    (!host->nginx_gid || chown(path, (uid_t)-1, host->nginx_gid) == 0);
}

/* Binds to a temporary name and renames it, so that the name always refers to a listening socket.
 */
static bool
listen_on(struct scop_host *host, struct scop_pool *pool)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char folder[160], path[200];

	if (!host->names)
		return false;
	snprintf(folder, sizeof folder, "%s/pools/%s", host->config.run, pool->name);
	mkdir(folder, 0755);
	socket_path(host, pool, "sock", path, sizeof path);
	if (snprintf(address.sun_path, sizeof address.sun_path, "%s.new", path) >=
	    (int)sizeof address.sun_path)
		return false;
	unlink(address.sun_path);
	pool->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (pool->listen_fd < 0 ||
	    bind(pool->listen_fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(pool->listen_fd, BACKLOG) != 0 || !admit(host, pool, address.sun_path) ||
	    rename(address.sun_path, path) != 0) {
		scop_log_line(SCOP_LOG_ERROR, "pool '%s' cannot listen on '%s': %s", pool->name,
		    path, strerror(errno));
		if (pool->listen_fd >= 0)
			close(pool->listen_fd);
		pool->listen_fd = -1;
		return false;
	}
	return true;
}

struct scop_pool *
scop_pool_make(struct scop_host *host, const struct scop_directory_package *package,
    const char *name, bool jobs)
{
	struct scop_pool *pool = calloc(1, sizeof *pool);

	if (!pool)
		abort();
	snprintf(pool->name, sizeof pool->name, "%s", name);
	snprintf(pool->module, sizeof pool->module, "%s", package->module);
	snprintf(pool->version, sizeof pool->version, "%s", package->version);
	snprintf(pool->hash, sizeof pool->hash, "%s", package->hash);
	pool->number = package->number;
	pool->jobs = jobs;
	pool->portal = package->portal;
	pool->board_fd = pool->ledger_fd = -1;
	pool->listen_fd = -1;
	if (!listen_on(host, pool)) {
		free(pool);
		return NULL;
	}
	pool->next = host->pools;
	host->pools = pool;
	return pool;
}

/* ---- in and out of service ---- */

static void
keep_reason(struct scop_pool *pool, const char *reason)
{
	free(pool->reason);
	pool->reason = strdup(reason);
	if (!pool->reason)
		abort();
}

const char *
scop_pool_trouble(const struct scop_pool *pool, char *ret_said, size_t size)
{
	if (!pool->jobs)
		return pool->reason;
	scop_said_write(ret_said, size, SCOP_TEXT("its background jobs are paused: %s"),
	    pool->reason);
	return ret_said;
}

/* The socket could not be created, for lack of space or descriptors; it is tried again. */
static void
wait_for_socket(struct scop_host *host, struct scop_pool *pool)
{
	pool->out_until = scop_board_clock() + OUT_SECONDS * INT64_C(1000000);
	keep_reason(pool, SCOP_TEXT("its socket cannot be created; this is tried again"));
	host->state_changed = true;
}

void
scop_pool_listen_again(struct scop_host *host, struct scop_pool *pool)
{
	if (pool->listen_fd < 0 && !pool->out_until && !listen_on(host, pool))
		wait_for_socket(host, pool);
}

/* Replaces a socket that no longer listens: a module's native code can cause that. */
void
scop_pool_broken(struct scop_host *host, struct scop_pool *pool)
{
	scop_log_line(SCOP_LOG_ERROR,
	    "the socket of pool '%s' was shut down from within; it is replaced", pool->name);
	scop_pool_drain(host, pool, true);
	if (!listen_on(host, pool))
		wait_for_socket(host, pool);
}

void
scop_pool_out_of_service(struct scop_host *host, struct scop_pool *pool, const char *reason)
{
	char path[200], shown[SCOP_REASON_MAX];
	int64_t seconds = (int64_t)OUT_SECONDS << (pool->outages < 6 ? pool->outages : 6);

	if (pool->listen_fd < 0)
		return;
	if (seconds > OUT_SECONDS_MAX)
		seconds = OUT_SECONDS_MAX;
	keep_reason(pool, reason);
	scop_said_show(reason, NULL, shown, sizeof shown);
	scop_log_line(SCOP_LOG_ERROR, "module '%s' %s is out of service for %lld s: %s",
	    pool->module, pool->version, (long long)seconds, shown);
	socket_path(host, pool, "sock", path, sizeof path);
	if (host->names)
		unlink(path);
	close(pool->listen_fd);
	pool->listen_fd = -1;
	pool->outages++;
	pool->out_until = scop_board_clock() + seconds * 1000000;
	host->state_changed = true;
	scop_pool_drain(host, pool, false);
}

void
scop_pool_back_in_service(struct scop_host *host, struct scop_pool *pool)
{
	if (pool->board) {
		scop_board_forgive(pool->board);
		scop_ledger_forgive(pool->ledger);
	}
	if (pool->listen_fd >= 0)
		return;
	if (!listen_on(host, pool)) {
		wait_for_socket(host, pool);
		return;
	}
	scop_log_line(SCOP_LOG_INFO, "module '%s' %s is back in service", pool->module,
	    pool->version);
	pool->out_until = 0;
	free(pool->reason);
	pool->reason = NULL;
	pool->start_failures = pool->idle_deaths = 0;
	host->state_changed = true;
}

/* ---- end ---- */

void
scop_pool_drain(struct scop_host *host, struct scop_pool *pool, bool close_socket)
{
	/* the gateway still serves what is queued */
	if (close_socket && pool->listen_fd >= 0)
		shutdown(pool->listen_fd, SHUT_RD);
	scop_gateway_leave(host, pool);
	for (unsigned i = 0; pool->workers && i < SCOP_SLOTS; i++)
		if (pool->workers[i].pid != 0 && !pool->workers[i].told_at)
			pool->workers[i].told_at = scop_board_clock();
	if (close_socket && pool->listen_fd >= 0) {
		close(pool->listen_fd);
		pool->listen_fd = -1;
	}
	scop_pool_tell_hunger(host, pool);
}

void
scop_pool_kill(struct scop_pool *pool, int signal)
{
	for (unsigned i = 0; pool->workers && i < SCOP_SLOTS; i++)
		if (pool->workers[i].pid != 0)
			kill(pool->workers[i].pid, signal);
}

static void
free_pool(struct scop_host *host, struct scop_pool *pool)
{
	struct scop_pool **place = &host->pools;

	while (*place && *place != pool)
		place = &(*place)->next;
	if (*place)
		*place = pool->next;
	if (pool->listen_fd >= 0)
		close(pool->listen_fd);
	if (pool->board)
		munmap(pool->board, sizeof *pool->board);
	if (pool->board_fd >= 0)
		close(pool->board_fd);
	if (pool->ledger)
		munmap(pool->ledger, sizeof *pool->ledger);
	if (pool->ledger_fd >= 0)
		close(pool->ledger_fd);
	free(pool->reason);
	free(pool->crashed);
	free(pool->workers);
	free(pool);
}

void
scop_pool_remove(struct scop_host *host, struct scop_pool *pool)
{
	char path[200];

	scop_gateway_leave(host, pool);
	socket_path(host, pool, "sock", path, sizeof path);
	unlink(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	free_pool(host, pool);
}
