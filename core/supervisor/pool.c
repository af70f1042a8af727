/* SPDX-License-Identifier: EUPL-1.2 */
/* Pools: see pool.h. */
#include "supervisor/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/said.h"
#include "scopiton/value.h"
#include "web/traces.h"

enum {
	BACKLOG = 4096,
	SECOND_LOOK = 1000, /* microseconds until the queue is looked at again */
	REST = 2000,        /* after starting workers */
	ROOM_REST = 5000,   /* after asking another pool's worker to make room */
	START_FAILURES_MAX = 3,
	OUT_SECONDS = 60, /* doubled with each outage, up to an hour */
	OUT_SECONDS_MAX = 3600,
	ARGUMENTS_MAX = 40,
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

/* Only nginx may connect for visitors, only the dispatcher for jobs. */
static bool
admit(const struct scop_host *host, const struct scop_pool *pool, const char *path)
{
	if (pool->jobs)
		return chmod(path, 0600) == 0 &&
		    (!host->dispatcher_uid || chown(path, host->dispatcher_uid, (gid_t)-1) == 0);
	return chmod(path, 0660) == 0 &&
	    (!host->nginx_gid || chown(path, (uid_t)-1, host->nginx_gid) == 0);
}

/* Binds beside and renames over, so that the name always leads to a socket that listens. */
static bool
listen_on(struct scop_host *host, struct scop_pool *pool)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char folder[160], path[200];

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
	pool->board_fd = -1;
	pool->listen_fd = -1;
	if (!listen_on(host, pool)) {
		free(pool);
		return NULL;
	}
	pool->next = host->pools;
	host->pools = pool;
	return pool;
}

static bool
make_board(struct scop_pool *pool)
{
	if (pool->board)
		return true;
	pool->board_fd = memfd_create("board", MFD_CLOEXEC);
	if (pool->board_fd < 0 || ftruncate(pool->board_fd, sizeof *pool->board) != 0)
		return false;
	pool->board =
	    mmap(NULL, sizeof *pool->board, PROT_READ | PROT_WRITE, MAP_SHARED, pool->board_fd, 0);
	if (pool->board == MAP_FAILED)
		pool->board = NULL;
	pool->workers = calloc(SCOP_SLOTS, sizeof *pool->workers);
	return pool->board && pool->workers;
}

/* For authors: made with the first worker that shall keep traces, and never where none shall. */
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

static unsigned
pool_max(const struct scop_host *host, const struct scop_pool *pool)
{
	return (unsigned)(pool->jobs ? host->config.job_workers : host->config.pool_workers);
}

static int64_t
soft_limit(const struct scop_host *host, const struct scop_pool *pool)
{
	return pool->jobs ? host->config.job_soft_milliseconds : host->config.soft_milliseconds;
}

static int64_t
hard_limit(const struct scop_host *host, const struct scop_pool *pool)
{
	return pool->jobs ? host->config.job_hard_milliseconds : host->config.hard_milliseconds;
}

static bool
may_start(const struct scop_host *host, const struct scop_pool *pool)
{
	return pool->live < pool_max(host, pool) && host->live < (unsigned)host->config.workers;
}

static void
tell_hunger(const struct scop_host *host, struct scop_pool *pool)
{
	if (pool->board)
		atomic_store(&pool->board->hungry, may_start(host, pool));
}

static unsigned
count_state(const struct scop_pool *pool, int state)
{
	unsigned count = 0;

	for (unsigned i = 0; pool->board && i < SCOP_SLOTS; i++)
		count +=
		    pool->workers[i].pid != 0 && atomic_load(&pool->board->slots[i].state) == state;
	return count;
}

/* ---- starting a worker ---- */

struct arguments {
	char *list[ARGUMENTS_MAX + 1];
	unsigned count;
};

static void __attribute__((format(printf, 2, 3)))
add(struct arguments *arguments, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (arguments->count == ARGUMENTS_MAX ||
	    vasprintf(&arguments->list[arguments->count++], format, args) < 0)
		abort();
	va_end(args);
}

static void
keep_open(int fd)
{
	fcntl(fd, F_SETFD, 0);
}

/* In the child: nothing but the worker's own settings and descriptors goes along. */
static void __attribute__((noreturn)) become_worker(const struct scop_host *host,
    const struct scop_pool *pool, unsigned slot, int stop_fd, int output)
{
	const struct scop_config *config = &host->config;
	struct arguments arguments = { 0 };
	char *environment[] = { NULL, NULL };
	sigset_t none;

	add(&arguments, "%s/scopiton-worker", config->libexec);
	add(&arguments, "module=%s", pool->module);
	add(&arguments, "hash=%s", pool->hash);
	add(&arguments, "file=%s/modules/%s/%s.so", config->var, pool->hash, pool->module);
	add(&arguments, "secret=%s/secrets/%s", config->var, pool->module);
	add(&arguments, "db_socket=%s", config->db_socket);
	add(&arguments, "db_user=scop_%s", pool->module);
	add(&arguments, "uid=%u", host->root ? (unsigned)config->uid_base + pool->number : 0);
	add(&arguments, "listen=%d", pool->listen_fd);
	add(&arguments, "stop=%d", stop_fd);
	add(&arguments, "wake=%d", host->wake_fd);
	add(&arguments, "work=%d", host->work_fd);
	add(&arguments, "mail=%d", host->mail_fd);
	add(&arguments, "gate=%d", host->gate_fd);
	if (pool->jobs) {
		add(&arguments, "calls=%s/out/%s", config->var, pool->hash);
		add(&arguments, "out=%s/out", config->run);
		add(&arguments, "ca_file=%s", config->ca_file);
	}
	add(&arguments, "port=%s", config->port);
	add(&arguments, "jobs=%d", pool->jobs);
	add(&arguments, "directory=%d", host->directory_fd);
	add(&arguments, "board=%d", pool->board_fd);
	add(&arguments, "slot=%u", slot);
	add(&arguments, "memory=%lld", (long long)config->worker_memory);
	add(&arguments, "resident=%lld", (long long)config->worker_resident);
	add(&arguments, "requests=%lld",
	    (long long)config->worker_requests + (config->worker_requests * (slot % 8)) / 80);
	add(&arguments, "hard=%lld", (long long)hard_limit(host, pool));
	add(&arguments, "statement_seconds=%lld", (long long)config->statement_seconds);
	add(&arguments, "slow_statement=%lld", (long long)config->slow_statement_milliseconds);
	add(&arguments, "body_max=%lld", (long long)config->body_max);
	add(&arguments, "https=%d", config->https);
	add(&arguments, "development=%d", config->development);
	add(&arguments, "relay=1");
	add(&arguments, "trace=%d", config->trace);
	if (config->trace && host->traces_fd >= 0)
		add(&arguments, "traces=%d", host->traces_fd);
	add(&arguments, "sandbox=%d", config->sandbox);
	add(&arguments, "landlock_abi=%lld", (long long)config->landlock_abi);
	if (getenv("ASAN_OPTIONS") &&
	    asprintf(&environment[0], "ASAN_OPTIONS=%s", getenv("ASAN_OPTIONS")) < 0)
		abort();

	const int nothing = open("/dev/null", O_RDONLY);
	if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
	    dup2(output, STDERR_FILENO) < 0)
		abort();
	scop_log_relay();
	keep_open(pool->listen_fd);
	keep_open(stop_fd);
	keep_open(host->wake_fd);
	keep_open(host->work_fd);
	keep_open(host->mail_fd);
	keep_open(host->gate_fd);
	keep_open(host->directory_fd);
	keep_open(pool->board_fd);
	if (config->trace && host->traces_fd >= 0)
		keep_open(host->traces_fd);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(arguments.list[0], arguments.list, environment);
	scop_log_line(SCOP_LOG_ERROR, "cannot run '%s': %s", arguments.list[0], strerror(errno));
	_exit(SCOP_WORKER_CANNOT_START);
}

static bool
start_worker(struct scop_host *host, struct scop_pool *pool)
{
	unsigned slot = 0;
	int stop[2], end;

	if (!make_board(pool))
		return false;
	make_traces(host);
	while (slot < SCOP_SLOTS && pool->workers[slot].pid != 0)
		slot++;
	struct scop_output *output =
	    slot < SCOP_SLOTS ? scop_output_new(host->outputs, pool->module, &end) : NULL;
	if (!output)
		return false;
	if (pipe2(stop, O_CLOEXEC) != 0) {
		close(end);
		scop_output_end(output);
		return false;
	}
	memset(&pool->board->slots[slot].crash, 0, sizeof pool->board->slots[slot].crash);
	atomic_store(&pool->board->slots[slot].since, scop_board_clock());
	atomic_store(&pool->board->slots[slot].state, SCOP_SLOT_STARTING);

	const pid_t pid = fork();
	if (pid == 0)
		become_worker(host, pool, slot, stop[0], end);
	close(stop[0]);
	close(end);
	if (pid < 0) {
		scop_output_end(output);
		scop_log_line(SCOP_LOG_ERROR, "pool '%s': no new process: %s", pool->name,
		    strerror(errno));
		close(stop[1]);
		atomic_store(&pool->board->slots[slot].state, SCOP_SLOT_FREE);
		return false;
	}
	pool->workers[slot] =
	    (struct scop_worker_process){ .pid = pid, .stop_fd = stop[1], .output = output };
	scop_output_of(output, pid);
	pool->live++;
	host->live++;
	tell_hunger(host, pool);
	return true;
}

/* ---- scaling ---- */

static void
stop_worker(struct scop_pool *pool, unsigned index)
{
	if (pool->workers[index].stop_fd < 0)
		return;
	close(pool->workers[index].stop_fd);
	pool->workers[index].stop_fd = -1;
}

bool
scop_pool_watched(const struct scop_host *host, const struct scop_pool *pool, int64_t now)
{
	return pool->listen_fd >= 0 && pool->live < pool_max(host, pool) && now >= pool->retry_at &&
	    (pool->look_at == 0 || now >= pool->look_at) && count_state(pool, SCOP_SLOT_IDLE) == 0;
}

/* All workers there may be are alive, but some idle: the one idle for longest, of another pool,
 * makes room. */
static void
make_room(struct scop_host *host, const struct scop_pool *needy)
{
	struct scop_pool *owner = NULL;
	unsigned index = 0;
	int64_t longest = INT64_MAX;

	for (struct scop_pool *pool = host->pools; pool; pool = pool->next) {
		for (unsigned i = 0; pool != needy && pool->board && i < SCOP_SLOTS; i++) {
			const struct scop_slot *slot = &pool->board->slots[i];

			if (pool->workers[i].pid == 0 || pool->workers[i].stop_fd < 0 ||
			    atomic_load(&slot->state) != SCOP_SLOT_IDLE ||
			    atomic_load(&slot->since) >= longest)
				continue;
			longest = atomic_load(&slot->since);
			owner = pool;
			index = i;
		}
	}
	if (owner)
		stop_worker(owner, index);
}

/* Without a socket, for want of room or of descriptors: it is tried again. */
static void
wait_for_socket(struct scop_host *host, struct scop_pool *pool)
{
	pool->out_until = scop_board_clock() + OUT_SECONDS * INT64_C(1000000);
	snprintf(pool->reason, sizeof pool->reason, "%s",
	    SCOP_TEXT("its socket cannot be made; this is tried again"));
	host->state_changed = true;
}

/* The socket is no longer one that listens: a module's native code can do that to it. */
void
scop_pool_broken(struct scop_host *host, struct scop_pool *pool)
{
	scop_log_line(SCOP_LOG_ERROR,
	    "the socket of pool '%s' was shut down from within; it is made anew", pool->name);
	scop_pool_drain(host, pool, true);
	if (!listen_on(host, pool))
		wait_for_socket(host, pool);
}

void
scop_pool_readable(struct scop_host *host, struct scop_pool *pool, int64_t now)
{
	unsigned wanted = 1;

	if (!may_start(host, pool)) {
		make_room(host, pool);
		pool->retry_at = now + ROOM_REST;
		return;
	}

	if (pool->live > 0) {
		if (pool->look_at == 0) {
			pool->look_at = now + SECOND_LOOK;
			return;
		}
		if (count_state(pool, SCOP_SLOT_STARTING) * 2 >= pool->live) {
			pool->look_at = now + SECOND_LOOK;
			return;
		}
		wanted = pool->live + 1;
	}
	pool->look_at = 0;
	pool->retry_at = now + REST;
	for (; wanted > 0 && may_start(host, pool); wanted--)
		if (!start_worker(host, pool))
			break;
}

void
scop_pool_warm(struct scop_host *host, struct scop_pool *pool)
{
	bool in_use = false;

	for (const struct scop_pool *other = host->pools; other; other = other->next)
		in_use |= other != pool && other->jobs == pool->jobs && other->live > 0 &&
		    strcmp(other->module, pool->module) == 0;
	if (in_use && may_start(host, pool))
		start_worker(host, pool);
}

/* ---- the end of a worker ---- */

static void
out_of_service(struct scop_host *host, struct scop_pool *pool, const char *reason)
{
	char path[200], shown[sizeof pool->reason];
	int64_t seconds = (int64_t)OUT_SECONDS << (pool->outages < 6 ? pool->outages : 6);

	if (pool->listen_fd < 0)
		return;
	if (seconds > OUT_SECONDS_MAX)
		seconds = OUT_SECONDS_MAX;
	snprintf(pool->reason, sizeof pool->reason, "%s", reason);
	scop_said_show(reason, NULL, shown, sizeof shown);
	scop_log_line(SCOP_LOG_ERROR, "module '%s' %s is out of service for %lld s: %s",
	    pool->module, pool->version, (long long)seconds, shown);
	socket_path(host, pool, "sock", path, sizeof path);
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
	if (pool->listen_fd >= 0)
		return;
	if (!listen_on(host, pool)) {
		wait_for_socket(host, pool);
		return;
	}
	scop_log_line(SCOP_LOG_INFO, "module '%s' %s is back in service", pool->module,
	    pool->version);
	pool->out_until = 0;
	pool->reason[0] = '\0';
	pool->start_failures = 0;
	if (pool->board)
		scop_board_forgive(pool->board);
	host->state_changed = true;
}

static bool
counted_before(struct scop_pool *pool, const char *request)
{
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

static void
judge_crash(struct scop_host *host, struct scop_pool *pool, struct scop_slot *slot, int status)
{
	const uint32_t tenant = atomic_load(&slot->tenant), route = atomic_load(&slot->route);
	char how[100];

	/* a module may have written there */
	slot->request[sizeof slot->request - 1] = slot->path[sizeof slot->path - 1] = '\0';
	slot->tenant_name[sizeof slot->tenant_name - 1] = '\0';
	scop_log_line(SCOP_LOG_ERROR,
	    "worker of '%s' %s in a request (request=%s tenant=%s module=%s route=%u path=%s)",
	    pool->module, how_it_ended(status, how, sizeof how), slot->request, slot->tenant_name,
	    pool->module, route, slot->path);
	if (counted_before(pool, slot->request))
		return;
	pool->crashes++;
	if (tenant == 0)
		return;
	scop_board_note(pool->board, tenant, route, true);
	if (route != UINT16_MAX && scop_board_route_failing(pool->board, tenant, route))
		scop_log_line(SCOP_LOG_ERROR,
		    "route %u of '%s' rests for %d s for tenant '%s': most of its last requests "
		    "crashed",
		    route, pool->module, SCOP_ROUTE_REST_SECONDS, slot->tenant_name);
	if (scop_board_pool_failing(pool->board, pool->tenants))
		out_of_service(host, pool, SCOP_TEXT("most of its last requests crashed"));
}

static void
judge_start(struct scop_host *host, struct scop_pool *pool, struct scop_slot *slot, int status)
{
	char how[100], reason[sizeof slot->reason], shown[sizeof slot->reason];
	int64_t rest = pool->start_failures == 0 ? 0 : 50000LL << (pool->start_failures - 1);

	memcpy(reason, slot->reason, sizeof reason);
	reason[sizeof reason - 1] = '\0';
	scop_said_show(reason, NULL, shown, sizeof shown);
	pool->start_failures++;
	scop_log_line(SCOP_LOG_ERROR, "worker of '%s' %s before it served%s%s", pool->module,
	    how_it_ended(status, how, sizeof how), reason[0] ? ": " : "", shown);
	if (pool->start_failures >= START_FAILURES_MAX)
		out_of_service(host, pool, reason[0] ? reason : SCOP_TEXT("it cannot start"));
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
	const bool told_to_go = pool->workers[index].stop_fd < 0;
	char how[100];

	if (!told_to_go)
		close(pool->workers[index].stop_fd);
	scop_output_end(pool->workers[index].output);
	pool->workers[index] = (struct scop_worker_process){ .stop_fd = -1 };
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
	tell_hunger(host, pool);
	return true;
}

/* ---- time ---- */

static void
check_time(struct scop_host *host, struct scop_pool *pool, unsigned index, int64_t now)
{
	struct scop_worker_process *worker = &pool->workers[index];
	struct scop_slot *slot = &pool->board->slots[index];
	const int64_t took = (now - atomic_load(&slot->since)) / 1000;
	const bool stuck = took > hard_limit(host, pool);

	if (worker->killed == worker->pid)
		return;
	if (!stuck && (worker->slow_told || took <= soft_limit(host, pool)))
		return;
	scop_log_line(stuck ? SCOP_LOG_ERROR : SCOP_LOG_WARNING,
	    "%s after %lld ms (request=%.39s tenant=%.32s module=%s route=%u "
	    "path=%.79s)",
	    stuck ? "ended a request" : "slow request", (long long)took, slot->request,
	    slot->tenant_name, pool->module, atomic_load(&slot->route), slot->path);
	worker->slow_told = true;
	if (stuck) {
		pool->killed++;
		worker->killed = worker->pid;
		kill(worker->pid, SIGKILL);
	}
}

void
scop_pool_tick(struct scop_host *host, struct scop_pool *pool, int64_t now)
{
	if (pool->out_until && now >= pool->out_until)
		scop_pool_back_in_service(host, pool);
	if (pool->look_at &&
	    (pool->live >= pool_max(host, pool) || count_state(pool, SCOP_SLOT_IDLE) > 0))
		/* a sibling is free, or nobody may be added: no second look is needed */
		pool->look_at = 0;
	for (unsigned i = 0; pool->board && i < SCOP_SLOTS; i++) {
		const int64_t since = atomic_load(&pool->board->slots[i].since);

		if (pool->workers[i].pid == 0)
			continue;
		switch (atomic_load(&pool->board->slots[i].state)) {
		case SCOP_SLOT_BUSY:
			check_time(host, pool, i, now);
			break;
		case SCOP_SLOT_IDLE:
			pool->workers[i].slow_told = false;
			pool->start_failures = 0;
			if (now - since > host->config.idle_seconds * 1000000)
				stop_worker(pool, i);
			break;
		case SCOP_SLOT_STARTING:
			if (now - since > host->config.hard_milliseconds * 1000) {
				snprintf(pool->board->slots[i].reason,
				    sizeof pool->board->slots[i].reason,
				    SCOP_TEXT("it does not finish starting"));
				kill(pool->workers[i].pid, SIGKILL);
			}
			break;
		}
	}
}

int64_t
scop_pool_next(const struct scop_host *host, const struct scop_pool *pool, int64_t now)
{
	int64_t next = INT64_MAX;

	if (pool->out_until)
		next = pool->out_until;
	if (pool->look_at && pool->listen_fd >= 0)
		next = pool->look_at;
	if (pool->retry_at > now && pool->retry_at < next)
		next = pool->retry_at;
	if (pool->live > 0) {
		const bool busy = count_state(pool, SCOP_SLOT_IDLE) < pool->live;
		const int64_t soft = soft_limit(host, pool) * 1000;
		const int64_t tick = busy ? (soft / 4 < 250000 ? soft / 4 : 250000) : 1000000;

		if (now + tick < next)
			next = now + tick;
	}
	return next;
}

void
scop_pool_drain(struct scop_host *host, struct scop_pool *pool, bool close_socket)
{
	for (unsigned i = 0; pool->workers && i < SCOP_SLOTS; i++)
		if (pool->workers[i].pid != 0)
			stop_worker(pool, i);
	if (close_socket && pool->listen_fd >= 0) {
		close(pool->listen_fd);
		pool->listen_fd = -1;
	}
	tell_hunger(host, pool);
}

void
scop_pool_kill(struct scop_pool *pool, int signal)
{
	for (unsigned i = 0; pool->workers && i < SCOP_SLOTS; i++)
		if (pool->workers[i].pid != 0)
			kill(pool->workers[i].pid, signal);
}

void
scop_pool_free(struct scop_host *host, struct scop_pool *pool)
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
	free(pool->workers);
	free(pool);
}
