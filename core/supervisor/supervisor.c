/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-supervisor: holds a listening socket for each pool, starts and ends workers, keeps the
 * routes.
 *
 * It talks to no database and loads no module, so that neither can harm it. It reads its data on
 * tenants from an image, run/directory, which the installer writes, and reports to run/state. One
 * argument: the configuration file.
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
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "supervisor/explain.h"
#include "supervisor/metrics.h"
#include "supervisor/pool.h"
#include "supervisor/routes.h"
#include "supervisor/slow.h"

enum {
	POLLED_MAX = 4096,
	QUICK_STOP_SECONDS = 3,
	SERVICE_REST = 1000000,
	KILL_AGAIN = 1000000, /* microseconds */
	CONTROL_WAIT_MS = 50,
	METRICS_READERS = 4, /* at once; one more is told nothing */
	METRICS_SECONDS = 5
};

/* The services that run beside the workers, one process each. */
enum { INSTALLER, DISPATCHER, MAILER, BROKER, SERVICES };
static const char *const service_names[SERVICES] = { "installer", "dispatcher", "mailer",
	"broker" };

struct supervisor {
	struct scop_host host;
	const char *config_file;
	int signal_fd, notify_fd, control_fd;
	int out_fd; /* the broker listens on it */
	struct scop_directory_shared *directory;
	struct service {
		pid_t pid;        /* 0: not running */
		int64_t start_at; /* when it may be started again */
	} services[SERVICES];
	pid_t metrics[METRICS_READERS]; /* processes that write them; 0: none */
	bool stopping;
	int64_t stop_by;
	/* when readers got the directory that they see, and which file that was */
	int64_t published_at;
	ino_t published_file;
	struct timespec published_time;
};

static void __attribute__((noreturn)) give_up(const char *text)
{
	scop_log_line(SCOP_LOG_ERROR, "cannot start: %s", text);
	exit(1);
}

/* Routes first: a request that the new image rejects is retried on the new route. A request that
 * arrives on the new route too early waits. */
static void
publish_image(struct supervisor *supervisor, const struct scop_directory_image *image,
    const struct stat *status)
{
	const int64_t began = scop_board_clock();

	atomic_store(&supervisor->directory->changing, 1);
	scop_routes_apply(&supervisor->host, image);
	scop_directory_publish(supervisor->directory, image, image->size);
	atomic_store(&supervisor->directory->changing, 0);
	scop_routes_drain(&supervisor->host);
	supervisor->published_at = scop_board_clock();
	supervisor->published_file = status->st_ino;
	supervisor->published_time = status->st_mtim;
	scop_log_line(SCOP_LOG_INFO,
	    "the directory of %u tenants and %u subscriptions was published in %.1f ms",
	    image->tenant_count, image->subscription_count,
	    (double)(supervisor->published_at - began) / 1000);
}

/* Maps the image in the run directory; NULL, with the reason, if it cannot be read or is damaged.
 */
static const struct scop_directory_image *
map_image(int fd, struct stat *ret_status, struct scop_error *err)
{
	if (fstat(fd, ret_status) != 0 || ret_status->st_size <= 0) {
		scop_error_set(err, "it is empty");
		return NULL;
	}
	const size_t size = (size_t)ret_status->st_size;
	void *image = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (image == MAP_FAILED) {
		scop_error_errno(err, "it cannot be mapped");
		return NULL;
	}
	if (scop_directory_check(image, size, err))
		return image;
	munmap(image, size);
	return NULL;
}

static bool
read_image(struct supervisor *supervisor)
{
	struct scop_error err;
	struct stat status;
	char path[300];

	snprintf(path, sizeof path, "%s/directory", supervisor->host.config.run);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	const struct scop_directory_image *image = map_image(fd, &status, &err);
	close(fd);
	if (!image) {
		scop_log_line(SCOP_LOG_ERROR, "'%s' is not taken: %s", path, err.text);
		return false;
	}
	publish_image(supervisor, image, &status);
	munmap((void *)(uintptr_t)image, image->size);
	return true;
}

/* Whether readers see the directory that is in the run directory now; reads it if they do not. */
static bool
image_is_published(struct supervisor *supervisor)
{
	struct stat status;
	char path[300];

	snprintf(path, sizeof path, "%s/directory", supervisor->host.config.run);
	if (stat(path, &status) != 0)
		return false;
	return (status.st_ino == supervisor->published_file &&
		   status.st_mtim.tv_sec == supervisor->published_time.tv_sec &&
		   status.st_mtim.tv_nsec == supervisor->published_time.tv_nsec) ||
	    read_image(supervisor);
}

/* Tells the installer, and through it the portal, which modules are out of service and why. */
static void
write_state(struct supervisor *supervisor)
{
	char path[300], tmp[310];

	supervisor->host.state_changed = false;
	snprintf(path, sizeof path, "%s/state", supervisor->host.config.run);
	snprintf(tmp, sizeof tmp, "%s.new", path);
	FILE *file = fopen(tmp, "we");
	if (!file)
		return;
	for (const struct scop_pool *pool = supervisor->host.pools; pool; pool = pool->next)
		if (pool->out_until)
			fprintf(file, "%s %s%s\n", pool->hash, pool->jobs ? "jobs: " : "",
			    pool->reason);
	if (fclose(file) == 0)
		rename(tmp, path);
}

/* ---- installer and dispatcher ---- */

static void __attribute__((noreturn)) become_service(const struct supervisor *supervisor, int which)
{
	const struct scop_host *host = &supervisor->host;
	char program[300], directory[16], wake[16], uid[16];
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	const int wake_fd = which == DISPATCHER ? host->work_fd
	    : which == MAILER                   ? host->mail_fd
						: supervisor->out_fd;

	snprintf(program, sizeof program, "%s/scopiton%s%s", host->config.libexec,
	    which == INSTALLER ? "" : "-", which == INSTALLER ? "" : service_names[which]);
	snprintf(directory, sizeof directory, "%d", host->directory_fd);
	snprintf(wake, sizeof wake, "%d", wake_fd);
	if (which == INSTALLER) {
		execl(program, program, "installer", "--config", supervisor->config_file,
		    (char *)NULL);
	} else {
		snprintf(uid, sizeof uid, "%u",
		    host->root ? (unsigned)host->config.uid_base - (unsigned)(which - DISPATCHER)
			       : 0);
		fcntl(host->directory_fd, F_SETFD, 0);
		fcntl(wake_fd, F_SETFD, 0);
		execl(program, program, supervisor->config_file, directory, wake, uid,
		    (char *)NULL);
	}
	scop_log_line(SCOP_LOG_ERROR, "cannot run '%s': %s", program, strerror(errno));
	_exit(1);
}

static void
start_services(struct supervisor *supervisor, int64_t now)
{
	for (int i = 0; i < SERVICES && !supervisor->stopping; i++) {
		struct service *service = &supervisor->services[i];

		if (service->pid > 0 || now < service->start_at)
			continue;
		service->start_at = now + SERVICE_REST;
		service->pid = fork();
		if (service->pid == 0)
			become_service(supervisor, i);
	}
}

static void
tell_services(const struct supervisor *supervisor, int signal)
{
	for (int i = 0; i < SERVICES; i++)
		if (supervisor->services[i].pid > 0)
			kill(supervisor->services[i].pid, signal);
}

static bool
reap_service(struct supervisor *supervisor, pid_t pid)
{
	for (int i = 0; i < SERVICES; i++) {
		if (supervisor->services[i].pid != pid)
			continue;
		supervisor->services[i].pid = 0;
		if (!supervisor->stopping)
			scop_log_line(SCOP_LOG_WARNING, "the %s ended; it is started again",
			    service_names[i]);
		return true;
	}
	return false;
}

/* ---- the control socket ---- */

static int
run_address(const struct supervisor *supervisor, const char *name, const char *end,
    struct sockaddr_un *ret_address)
{
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return snprintf(ret_address->sun_path, sizeof ret_address->sun_path, "%s/%s%s",
	    supervisor->host.config.run, name, end);
}

/* A socket in the run directory, in place whole or not at all. */
static int
open_socket(const struct supervisor *supervisor, const char *name, mode_t mode, gid_t group)
{
	struct sockaddr_un tmp, address;

	run_address(supervisor, name, ".new", &tmp);
	run_address(supervisor, name, "", &address);
	unlink(tmp.sun_path);
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&tmp, sizeof tmp) != 0 || listen(fd, 64) != 0 ||
	    chmod(tmp.sun_path, mode) != 0 ||
	    (group && chown(tmp.sun_path, (uid_t)-1, group) != 0) ||
	    rename(tmp.sun_path, address.sun_path) != 0)
		give_up("a socket in the run directory cannot be made");
	return fd;
}

static void
begin_stop(struct supervisor *supervisor, int64_t milliseconds)
{
	supervisor->stopping = true;
	supervisor->stop_by = scop_board_clock() + milliseconds * 1000;
	tell_services(supervisor, SIGTERM);
	for (struct scop_pool *pool = supervisor->host.pools; pool; pool = pool->next)
		scop_pool_drain(&supervisor->host, pool, true);
}

/* Serves what is still queued on our sockets before they close: a new supervisor holds the names
 * already. */
static void
hand_over(struct supervisor *supervisor)
{
	bool waiting = true;

	scop_log_line(SCOP_LOG_INFO, "a new supervisor takes over");
	for (int i = 0; i < 100 && waiting; i++) {
		waiting = false;
		for (struct scop_pool *pool = supervisor->host.pools; pool; pool = pool->next) {
			struct pollfd polled = { pool->listen_fd, POLLIN, 0 };

			if (pool->listen_fd < 0 || poll(&polled, 1, 0) <= 0)
				continue;
			waiting = true;
			if (pool->live == 0)
				scop_pool_readable(&supervisor->host, pool, scop_board_clock());
		}
		if (waiting)
			usleep(10000);
	}
	close(supervisor->control_fd);
	supervisor->control_fd = -1;
	begin_stop(supervisor, supervisor->host.config.drain_milliseconds);
}

/* Whether all requests for a tenant's module that began before the present directory have ended:
 * "TENANT MODULE". A slot whose tenant is not known yet may be that tenant's. */
static bool
is_drained(struct supervisor *supervisor, const char *words)
{
	char module[SCOP_MODULE_MAX + 1];
	unsigned tenant;
	bool drained =
	    sscanf(words, "%u %24s", &tenant, module) == 2 && image_is_published(supervisor);

	for (struct scop_pool *pool = supervisor->host.pools; drained && pool; pool = pool->next) {
		if (strcmp(pool->module, module) != 0 || !pool->board)
			continue;
		for (size_t i = 0; i < SCOP_SLOTS; i++) {
			const struct scop_slot *slot = &pool->board->slots[i];
			const uint32_t serves = atomic_load(&slot->tenant);

			if (atomic_load(&slot->state) == SCOP_SLOT_BUSY &&
			    atomic_load(&slot->since) <= supervisor->published_at &&
			    (serves == 0 || serves == tenant))
				drained = false;
		}
	}
	return drained;
}

static void
answer(int fd, bool yes)
{
	if (write(fd, yes ? "yes\n" : "no\n", yes ? 4 : 3) < 0)
		scop_log_line(SCOP_LOG_DEBUG, "the client of the control socket disconnected");
}

static void __attribute__((noreturn)) write_numbers(const struct supervisor *supervisor, int fd,
    bool http, void (*write_them)(const struct scop_host *host, FILE *out))
{
	alarm(METRICS_SECONDS);
	FILE *out = fdopen(fd, "w");
	if (!out)
		_exit(1);
	if (http)
		fputs("HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"
		      "Cache-Control: no-store\r\n\r\n",
		    out);
	write_them(&supervisor->host, out);
	_exit(fclose(out) == 0 ? 0 : 1);
}

/* Answers from a short-lived process, so that a reader that does not read blocks nobody else. */
static void
answer_numbers(struct supervisor *supervisor, int fd, bool http,
    void (*write_them)(const struct scop_host *host, FILE *out))
{
	for (int i = 0; i < METRICS_READERS; i++) {
		if (supervisor->metrics[i] > 0)
			continue;
		supervisor->metrics[i] = fork();
		if (supervisor->metrics[i] == 0)
			write_numbers(supervisor, fd, http, write_them);
		return;
	}
}

static bool
reap_metrics(struct supervisor *supervisor, pid_t pid)
{
	for (int i = 0; i < METRICS_READERS; i++) {
		if (supervisor->metrics[i] != pid)
			continue;
		supervisor->metrics[i] = 0;
		return true;
	}
	return false;
}

static void
answer_control(struct supervisor *supervisor)
{
	const int fd = accept4(supervisor->control_fd, NULL, NULL, SOCK_CLOEXEC);
	struct pollfd polled = { fd, POLLIN, 0 };
	char words[200] = "";

	if (fd < 0)
		return;
	if (poll(&polled, 1, CONTROL_WAIT_MS) > 0 &&
	    recv(fd, words, sizeof words - 1, MSG_DONTWAIT) > 0) {
		const bool http = strncmp(words, "GET ", 4) == 0;

		if (strncmp(words, "takeover", 8) == 0) {
			if (write(fd, "ok\n", 3) == 3)
				hand_over(supervisor);
		} else if (strncmp(words, "drained ", 8) == 0) {
			answer(fd, is_drained(supervisor, words + 8));
		} else if (strncmp(words, "publish", 7) == 0) {
			answer(fd, !supervisor->stopping && image_is_published(supervisor));
		} else if (strncmp(words, "work", 4) == 0) {
			if (write(supervisor->host.work_fd, &(uint64_t){ 1 }, sizeof(uint64_t)) < 0)
				scop_log_line(SCOP_LOG_DEBUG, "the dispatcher is awake already");
		} else if (http || strncmp(words, "metrics", 7) == 0) {
			answer_numbers(supervisor, fd, http, scop_metrics_write);
		} else if (strncmp(words, "slow", 4) == 0) {
			answer_numbers(supervisor, fd, false, scop_slow_write);
		}
	}
	close(fd);
}

/* Connects to a supervisor that holds our run directory; -1 if there is none. */
static int
find_predecessor(const struct supervisor *supervisor)
{
	struct sockaddr_un address;
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	run_address(supervisor, "control", "", &address);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void
take_over(int predecessor)
{
	char answer[8] = "";

	if (write(predecessor, "takeover\n", 9) != 9 ||
	    read(predecessor, answer, sizeof answer - 1) <= 0)
		scop_log_line(SCOP_LOG_WARNING, "the supervisor before us did not answer");
	close(predecessor);
}

/* ---- signals and processes ---- */

static void
reload(struct supervisor *supervisor)
{
	struct scop_config config;
	struct scop_error err;

	if (!scop_config_load(&config, supervisor->config_file, &err)) {
		scop_log_line(SCOP_LOG_ERROR, "the configuration stays as it was: %s", err.text);
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
	read_image(supervisor);
	tell_services(supervisor, SIGHUP);
}

static void
reap(struct supervisor *supervisor)
{
	int status;

	for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
		if (reap_service(supervisor, pid) || reap_metrics(supervisor, pid) ||
		    scop_explain_reap(&supervisor->host, pid))
			continue;
		for (struct scop_pool *pool = supervisor->host.pools; pool; pool = pool->next) {
			scop_explain(&supervisor->host, pool);
			if (scop_pool_reap(&supervisor->host, pool, pid, status))
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
			begin_stop(supervisor, supervisor->host.config.drain_milliseconds);
			break;
		default: /* SIGTERM, SIGINT */
			begin_stop(supervisor, QUICK_STOP_SECONDS * 1000);
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
		char path[300];
		snprintf(path, sizeof path, "%s/pools/%s/sock", supervisor->host.config.run,
		    pool->name);
		unlink(path);
		*strrchr(path, '/') = '\0';
		rmdir(path);
		scop_explain_forget(&supervisor->host, pool);
		scop_pool_free(&supervisor->host, pool);
	}
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

static void
wait_and_serve(struct supervisor *supervisor)
{
	static struct pollfd polled[POLLED_MAX];
	static struct scop_pool *pools[POLLED_MAX];
	struct scop_host *host = &supervisor->host;
	const int64_t before = scop_board_clock();
	nfds_t count = 5;

	polled[0] = (struct pollfd){ supervisor->signal_fd, POLLIN, 0 };
	polled[1] = (struct pollfd){ supervisor->notify_fd, POLLIN, 0 };
	polled[2] = (struct pollfd){ host->wake_fd, POLLIN, 0 };
	polled[3] = (struct pollfd){ supervisor->control_fd, POLLIN, 0 };
	polled[4] = (struct pollfd){ host->outputs, POLLIN, 0 };
	for (struct scop_pool *pool = host->pools; pool && count < POLLED_MAX; pool = pool->next) {
		if (supervisor->stopping || !scop_pool_watched(host, pool, before))
			continue;
		pools[count] = pool;
		polled[count++] = (struct pollfd){ pool->listen_fd, POLLIN, 0 };
	}
	if (poll(polled, count, time_left(supervisor, before)) < 0 && errno != EINTR)
		scop_log_line(SCOP_LOG_ERROR, "poll: %s", strerror(errno));

	const int64_t now = scop_board_clock();
	for (nfds_t i = 5; i < count; i++) {
		if (polled[i].revents & (POLLERR | POLLHUP | POLLNVAL))
			scop_pool_broken(host, pools[i]);
		else if (polled[i].revents & POLLIN)
			scop_pool_readable(host, pools[i], now);
		else if (pools[i]->look_at && now >= pools[i]->look_at)
			pools[i]->look_at = 0; /* a sibling took it meanwhile */
	}
	if (polled[2].revents)
		drain_fd(host->wake_fd);
	if (polled[3].revents)
		answer_control(supervisor);
	if (polled[4].revents)
		scop_outputs_read(host->outputs);
	if (polled[1].revents) {
		drain_fd(supervisor->notify_fd);
		if (!supervisor->stopping)
			(void)image_is_published(supervisor);
	}
	if (polled[0].revents)
		take_signals(supervisor);
	for (struct scop_pool *pool = host->pools; pool; pool = pool->next) {
		scop_explain(host, pool);
		scop_pool_tick(host, pool, now);
	}
	drop_unwanted_pools(supervisor);
	if (host->state_changed)
		write_state(supervisor);
	start_services(supervisor, now);
}

static void
prepare(struct supervisor *supervisor)
{
	struct scop_host *host = &supervisor->host;
	const char *run = host->config.run;
	char path[300];
	sigset_t signals;

	snprintf(path, sizeof path, "%s/pools", run);
	if ((mkdir(run, 0755) != 0 && errno != EEXIST) ||
	    (mkdir(path, 0755) != 0 && errno != EEXIST))
		give_up("the run directory cannot be made");
	host->root = geteuid() == 0 && host->config.separate_users;
	/* modules' numbers begin at 1 */
	host->dispatcher_uid = host->root ? (uid_t)host->config.uid_base : 0;
	if (host->config.nginx_group[0]) {
		const struct group *group = getgrnam(host->config.nginx_group);

		if (!group)
			give_up("'nginx_group' names no group of this machine");
		host->nginx_gid = group->gr_gid;
	}

	sigemptyset(&signals);
	for (size_t i = 0; i < 5; i++)
		sigaddset(&signals, (const int[]){ SIGCHLD, SIGHUP, SIGQUIT, SIGTERM, SIGINT }[i]);
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
	    inotify_add_watch(supervisor->notify_fd, run, IN_MOVED_TO) < 0)
		give_up("signals or notices cannot be watched");

	const int fd = memfd_create("directory", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, sizeof *supervisor->directory) != 0)
		give_up("no shared memory");
	supervisor->directory =
	    mmap(NULL, sizeof *supervisor->directory, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	/* workers get it without the right to write */
	host->directory_fd = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	if (supervisor->directory == MAP_FAILED || host->directory_fd < 0)
		give_up("no shared memory");
}

/* The stop timeout has passed. Services are killed, too: the next one redoes their work, as after a
 * crash. */
static void
kill_what_is_left(struct supervisor *supervisor)
{
	for (struct scop_pool *pool = supervisor->host.pools; pool; pool = pool->next)
		scop_pool_kill(pool, SIGKILL);
	tell_services(supervisor, SIGKILL);
	supervisor->stop_by = scop_board_clock() + KILL_AGAIN;
}

static bool
done(const struct supervisor *supervisor)
{
	for (int i = 0; i < SERVICES; i++)
		if (supervisor->services[i].pid > 0)
			return false;
	return supervisor->stopping && supervisor->host.live == 0;
}

int
main(int argc, char **argv)
{
	static struct supervisor supervisor;
	struct scop_error err;

	scop_log_open("supervisor", SCOP_LOG_INFO);
	if (argc != 2)
		give_up("usage: scopiton-supervisor <configuration file>");
	supervisor.config_file = argv[1];
	if (!scop_config_load(&supervisor.host.config, argv[1], &err))
		give_up(err.text);

	prepare(&supervisor);
	const int predecessor = find_predecessor(&supervisor);
	read_image(&supervisor);
	supervisor.control_fd =
	    open_socket(&supervisor, "control", 0660, supervisor.host.nginx_gid);
	/* the broker asks the kernel who is there */
	supervisor.out_fd = open_socket(&supervisor, "out", 0666, 0);
	if (predecessor >= 0)
		take_over(predecessor);
	write_state(&supervisor);
	scop_log_line(SCOP_LOG_INFO, "ready");
	while (!done(&supervisor)) {
		wait_and_serve(&supervisor);
		if (supervisor.stopping && scop_board_clock() > supervisor.stop_by)
			kill_what_is_left(&supervisor);
	}
	scop_log_line(SCOP_LOG_INFO, "stopped");
	return 0;
}
