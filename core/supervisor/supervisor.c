/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-supervisor: holds a listening socket for each pool, starts and ends workers, keeps the
 * routes.
 *
 * It has no database connection and loads no module, so that neither can harm it. It reads its data
 * on tenants from an image, run/directory, which the installer writes, and reports to run/state.
 * One argument: the configuration file.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/supervisor.h"

#include "base/log.h"
#include "base/said.h"
#include "supervisor/crashes.h"
#include "supervisor/explain.h"
#include "supervisor/routes.h"

enum {
	POLLED_MAX = 4096,
	FILES_MAX = 2 * POLLED_MAX,
	QUICK_STOP_SECONDS = 3,
	LATE = 250000 /* microseconds */
};

void
supervisor_give_up(const char *text)
{
	scop_log_line(SCOP_LOG_ERROR, "cannot start: %s", text);
	exit(1);
}

/* ---- signals and processes ---- */

static void
reload(struct supervisor *supervisor)
{
	struct scop_config config;
	struct scop_error err;

	if (!scop_config_load(&config, supervisor->config_file, &err)) {
		scop_log_line(SCOP_LOG_ERROR, "the configuration is unchanged: %s", err.text);
		return;
	}
	snprintf(config.run, sizeof config.run, "%s", supervisor->host.config.run);
	supervisor->host.config = config;
	scop_log_line(SCOP_LOG_INFO,
	    "configuration read again; workers are replaced as they finish");
	for (struct scop_pool *pool = supervisor->host.pools; pool; pool = pool->next) {
		scop_pool_back_in_service(&supervisor->host, pool);
		scop_pool_drain(&supervisor->host, pool, false);
	}
	scop_routes_forget(&supervisor->host);
	supervisor_read_image(supervisor);
	supervisor_tell_services(supervisor, SIGHUP);
}

static void
reap(struct supervisor *supervisor)
{
	int status;

	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		if (supervisor_reap_service(supervisor, pid) ||
		    supervisor_reap_reader(supervisor, pid) ||
		    scop_explain_reap(&supervisor->host, pid))
			continue;
		for (struct scop_pool *pool = supervisor->host.pools; pool; pool = pool->next) {
			scop_explain(&supervisor->host, pool);
			if (scop_gateway_reap(&supervisor->host, pool, pid) ||
			    scop_pool_reap(&supervisor->host, pool, pid, status))
				break;
		}
	}
}

static void
take_signals(struct supervisor *supervisor)
{
	struct signalfd_siginfo info;

	while (read(supervisor->signal_fd, &info, sizeof info) == sizeof info) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			reap(supervisor);
			break;
		case SIGHUP:
			reload(supervisor);
			break;
		case SIGQUIT:
			supervisor_stop(supervisor, supervisor->host.config.drain_milliseconds);
			break;
		default: /* SIGTERM, SIGINT */
			supervisor_stop(supervisor, QUICK_STOP_SECONDS * 1000);
		}
	}
}

static void
drop_unwanted_pools(struct supervisor *supervisor)
{
	for (struct scop_pool *pool = supervisor->host.pools, *next; pool; pool = next) {
		next = pool->next;
		if (pool->wanted || pool->live > 0)
			continue;
		scop_explain_forget(&supervisor->host, pool);
		scop_pool_remove(&supervisor->host, pool);
	}
}

/* Reports to the installer, and through it to the portal, which modules are out of service and why.
 */
static void
write_state(struct supervisor *supervisor)
{
	char path[300], tmp[310], trouble[SCOP_SAID_MAX];

	supervisor->host.state_changed = false;
	snprintf(path, sizeof path, "%s/state", supervisor->host.config.run);
	snprintf(tmp, sizeof tmp, "%s.new", path);
	FILE *file = fopen(tmp, "we");
	if (!file)
		return;
	for (const struct scop_pool *pool = supervisor->host.pools; pool; pool = pool->next)
		if (pool->out_until)
			fprintf(file, "%s %s\n", pool->hash,
			    scop_pool_trouble(pool, trouble, sizeof trouble));
	scop_crashes_write(supervisor->host.crashes, file);
	if (fclose(file) == 0)
		rename(tmp, path);
}

/* ---- the loop ---- */

static int
time_left(const struct supervisor *supervisor, int64_t now)
{
	int64_t next = supervisor->stopping ? supervisor->stop_by : INT64_MAX;

	for (const struct scop_pool *pool = supervisor->host.pools; pool; pool = pool->next) {
		const int64_t wanted = scop_pool_next(&supervisor->host, pool, now);

		if (wanted < next)
			next = wanted;
	}
	for (int i = 0; i < SERVICES && !supervisor->stopping; i++)
		if (supervisor->services[i].pid <= 0 && supervisor->services[i].start_at < next)
			next = supervisor->services[i].start_at;
	if (supervisor->control_at > now && supervisor->control_at < next)
		next = supervisor->control_at;
	if (supervisor->behind && !supervisor->stopping && now + LATE < next)
		next = now + LATE;
	if (next == INT64_MAX)
		return -1;
	return next <= now ? 0 : (int)((next - now + 999) / 1000);
}

static void
drain_fd(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof bytes) > 0)
		;
}

/* The descriptors that are always watched; the sockets of pools follow them. */
enum { SIGNALS, NOTICES, WAKE, CONTROL, OUTPUTS, FIXED };

struct watched {
	struct pollfd polled[POLLED_MAX];
	struct scop_pool *pools[POLLED_MAX]; /* from FIXED on */
	nfds_t count;
};

static void
watch(const struct supervisor *supervisor, struct watched *watched, int64_t now)
{
	const struct scop_host *host = &supervisor->host;

	watched->polled[SIGNALS] = (struct pollfd){ supervisor->signal_fd, POLLIN, 0 };
	watched->polled[NOTICES] = (struct pollfd){ supervisor->notify_fd, POLLIN, 0 };
	watched->polled[WAKE] = (struct pollfd){ host->wake_fd, POLLIN, 0 };
	watched->polled[CONTROL] =
	    (struct pollfd){ now < supervisor->control_at ? -1 : supervisor->control_fd, POLLIN,
		    0 };
	watched->polled[OUTPUTS] = (struct pollfd){ host->outputs, POLLIN, 0 };
	watched->count = FIXED;
	for (struct scop_pool *pool = host->pools; pool && watched->count < POLLED_MAX;
	     pool = pool->next) {
		if (supervisor->stopping || !scop_pool_watched(host, pool, now))
			continue;
		watched->pools[watched->count] = pool;
		watched->polled[watched->count++] = (struct pollfd){ pool->listen_fd, POLLIN, 0 };
	}
}

static void
serve_pools(struct scop_host *host, const struct watched *watched, int64_t now)
{
	for (nfds_t i = FIXED; i < watched->count; i++) {
		struct scop_pool *pool = watched->pools[i];
		const short events = watched->polled[i].revents;

		if (events & (POLLERR | POLLHUP | POLLNVAL))
			scop_pool_broken(host, pool);
		else if (events & POLLIN)
			scop_pool_readable(host, pool, now);
		else if (pool->look_at && now >= pool->look_at)
			pool->look_at = 0; /* a sibling has accepted it */
	}
}

static void
serve_fixed(struct supervisor *supervisor, const struct watched *watched)
{
	if (watched->polled[WAKE].revents)
		drain_fd(supervisor->host.wake_fd);
	if (watched->polled[CONTROL].revents)
		supervisor_answer(supervisor);
	if (watched->polled[OUTPUTS].revents)
		scop_outputs_read(supervisor->host.outputs);
	if (watched->polled[NOTICES].revents) {
		drain_fd(supervisor->notify_fd);
		if (!supervisor->stopping)
			(void)supervisor_publish(supervisor);
	}
	if (watched->polled[SIGNALS].revents)
		take_signals(supervisor);
}

static void
wait_and_serve(struct supervisor *supervisor)
{
	static struct watched watched;
	struct scop_host *host = &supervisor->host;
	const int64_t before = scop_board_clock();

	watch(supervisor, &watched, before);
	if (poll(watched.polled, watched.count, time_left(supervisor, before)) < 0 &&
	    errno != EINTR)
		scop_log_line(SCOP_LOG_ERROR, "poll: %s", strerror(errno));

	const int64_t now = scop_board_clock();
	supervisor_take_turn(supervisor);
	serve_pools(host, &watched, now);
	serve_fixed(supervisor, &watched);
	if (supervisor->behind && host->names)
		(void)supervisor_publish(supervisor);
	for (struct scop_pool *pool = host->pools; pool; pool = pool->next) {
		scop_explain(host, pool);
		scop_pool_tick(host, pool, now);
	}
	if (host->names)
		drop_unwanted_pools(supervisor);
	if (host->names && host->state_changed)
		write_state(supervisor);
	supervisor_end_turn(supervisor);
	supervisor_start_services(supervisor, now);
}

/* ---- the start ---- */

static void
make_run_directory(const char *run)
{
	char path[300];

	snprintf(path, sizeof path, "%s/pools", run);
	if ((mkdir(run, 0755) != 0 && errno != EEXIST) ||
	    (mkdir(path, 0755) != 0 && errno != EEXIST))
		supervisor_give_up("the run directory cannot be created");
}

/* Each pool has a socket, and each worker some descriptors here, so the usual limit of 1,024 is
 * soon met: as many as are allowed. */
static void
raise_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max < FILES_MAX ? files.rlim_max : FILES_MAX;
	if (setrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_MAX)
		scop_log_line(SCOP_LOG_WARNING,
		    "only %llu descriptors are allowed, and %d may be needed: raise the hard limit "
		    "(LimitNOFILE)",
		    (unsigned long long)files.rlim_cur, FILES_MAX);
}

/* Finds the group and user that may open the sockets. */
static void
find_users(struct scop_host *host)
{
	host->pid = getpid();
	host->root = geteuid() == 0 && host->config.separate_users;
	/* modules' numbers begin at 1 */
	host->dispatcher_uid = host->root ? (uid_t)host->config.uid_base : 0;
	if (host->config.nginx_group[0]) {
		const struct group *group = getgrnam(host->config.nginx_group);

		if (!group)
			supervisor_give_up("'nginx_group' does not name a group of this machine");
		host->nginx_gid = group->gr_gid;
	}
}

static void
open_notices(struct supervisor *supervisor)
{
	static const int taken[] = { SIGCHLD, SIGHUP, SIGQUIT, SIGTERM, SIGINT };
	struct scop_host *host = &supervisor->host;
	sigset_t signals;

	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
		sigaddset(&signals, taken[i]);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	supervisor->signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	supervisor->notify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	host->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	host->work_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	host->mail_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	host->traces_fd = -1;
	host->gate_fd = memfd_create("gate", MFD_CLOEXEC);
	host->outputs = scop_outputs_open();
	if (supervisor->signal_fd < 0 || supervisor->notify_fd < 0 || host->wake_fd < 0 ||
	    host->work_fd < 0 || host->mail_fd < 0 || host->gate_fd < 0 || host->outputs < 0 ||
	    inotify_add_watch(supervisor->notify_fd, host->config.run, IN_MOVED_TO) < 0)
		supervisor_give_up("signals or inotify events cannot be watched");
}

/* Creates the directory in shared memory, which workers map read-only. */
static void
share_directory(struct supervisor *supervisor)
{
	char path[40];
	const int fd = memfd_create("directory", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, sizeof *supervisor->directory) != 0)
		supervisor_give_up("no shared memory");
	supervisor->directory =
	    mmap(NULL, sizeof *supervisor->directory, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	supervisor->host.directory_fd = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	if (supervisor->directory == MAP_FAILED || supervisor->host.directory_fd < 0)
		supervisor_give_up("no shared memory");
}

int
main(int argc, char **argv)
{
	static struct supervisor supervisor;
	char predecessor[32];
	struct scop_error err;

	scop_log_open("supervisor", SCOP_LOG_INFO);
	if (argc != 2)
		supervisor_give_up("usage: scopiton-supervisor <configuration file>");
	supervisor.config_file = argv[1];
	if (!scop_config_load(&supervisor.host.config, argv[1], &err))
		supervisor_give_up(err.text);

	raise_limit();
	make_run_directory(supervisor.host.config.run);
	find_users(&supervisor.host);
	open_notices(&supervisor);
	share_directory(&supervisor);
	supervisor_wait_for_turn(&supervisor);
	supervisor_read_image(&supervisor);
	/* the broker asks the kernel for the peer's user id */
	supervisor.out_fd = supervisor_open_socket(&supervisor, "out", 0666, 0);
	supervisor.session_fd =
	    supervisor_open_socket(&supervisor, "session", 0660, supervisor.host.nginx_gid);
	supervisor_open_control(&supervisor, predecessor, sizeof predecessor);
	write_state(&supervisor);
	supervisor_end_turn(&supervisor);
	supervisor_take_over(&supervisor, predecessor);
	scop_log_line(SCOP_LOG_INFO, "ready");
	while (!supervisor_is_done(&supervisor)) {
		wait_and_serve(&supervisor);
		if (supervisor.stopping && scop_board_clock() > supervisor.stop_by)
			supervisor_kill(&supervisor);
	}
	scop_log_line(SCOP_LOG_INFO, "stopped");
	return 0;
}
