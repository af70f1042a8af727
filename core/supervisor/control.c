/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The control socket, `control` in the run directory: other processes tell the supervisor to
 * publish or to hand over, and read its metrics. A connection carries one command, a line, and its
 * answer (process/control.h is the client side).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "supervisor/supervisor.h"

#include "base/log.h"
#include "supervisor/metrics.h"
#include "supervisor/slow.h"

enum { CONTROL_WAIT_MS = 50, CONTROL_REST = 250000, READER_SECONDS = 5 };

static void
fill_address(const struct supervisor *supervisor, const char *name, const char *end,
    struct sockaddr_un *ret_address)
{
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(ret_address->sun_path, sizeof ret_address->sun_path, "%s/%s%s",
	    supervisor->host.config.run, name, end);
}

static int
listen_at(const struct sockaddr_un *address, mode_t mode, gid_t group)
{
	unlink(address->sun_path);
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)address, sizeof *address) != 0 ||
	    listen(fd, 64) != 0 || chmod(address->sun_path, mode) != 0 ||
	    (group && chown(address->sun_path, (uid_t)-1, group) != 0))
		supervisor_give_up("a socket in the run directory cannot be created");
	return fd;
}

int
supervisor_open_socket(const struct supervisor *supervisor, const char *name, mode_t mode,
    gid_t group)
{
	struct sockaddr_un tmp, address;

	fill_address(supervisor, name, ".new", &tmp);
	fill_address(supervisor, name, "", &address);
	const int fd = listen_at(&tmp, mode, group);
	if (rename(tmp.sun_path, address.sun_path) != 0)
		supervisor_give_up("a socket in the run directory cannot be renamed");
	return fd;
}

/* Puts `own` in the place of `name`; afterwards `own` is the file that stood there, if any did. The
 * exchange is atomic, so of several supervisors that start at once each finds a different one. */
static bool
change_places(const char *own, const char *name)
{
	if (renameat2(AT_FDCWD, own, AT_FDCWD, name, RENAME_EXCHANGE) == 0)
		return true;
	if (errno == ENOENT && renameat2(AT_FDCWD, own, AT_FDCWD, name, RENAME_NOREPLACE) == 0)
		return true;
	return errno == EEXIST && renameat2(AT_FDCWD, own, AT_FDCWD, name, RENAME_EXCHANGE) == 0;
}

void
supervisor_open_control(struct supervisor *supervisor, char *ret_predecessor, size_t size)
{
	struct sockaddr_un own, address;

	snprintf(ret_predecessor, size, "control.%d", (int)getpid());
	fill_address(supervisor, ret_predecessor, "", &own);
	fill_address(supervisor, "control", "", &address);
	supervisor->control_fd = listen_at(&own, 0660, supervisor->host.nginx_gid);
	if (!change_places(own.sun_path, address.sun_path))
		supervisor_give_up("the control socket cannot be put in its place");
}

/* Whether the gateways know of no request for a tenant's module that began before the current
 * directory and has not ended: "TENANT MODULE". One whose tenant is not known yet may be that
 * tenant's. */
static bool
is_drained(struct supervisor *supervisor, const char *words)
{
	char module[SCOP_MODULE_MAX + 1];
	unsigned tenant;
	bool drained =
	    sscanf(words, "%u %24s", &tenant, module) == 2 && supervisor_publish(supervisor);

	for (struct scop_pool *pool = supervisor->host.pools; drained && pool; pool = pool->next) {
		if (strcmp(pool->module, module) != 0 || !pool->board)
			continue;
		for (size_t i = 0; i < SCOP_SLOTS; i++) {
			const struct scop_ledger_entry *entry = &pool->ledger->entries[i];

			if (scop_ledger_state(entry) == SCOP_WORKER_BUSY &&
			    atomic_load(&entry->since) <= supervisor->published_at) {
				const uint32_t serves = atomic_load(&entry->tenant);

				drained &= serves != 0 && serves != tenant;
			}
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
	alarm(READER_SECONDS);
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

/* Answers from a short-lived process, so that a client that does not read blocks nothing else. */
static void
answer_numbers(struct supervisor *supervisor, int fd, bool http,
    void (*write_them)(const struct scop_host *host, FILE *out))
{
	for (int i = 0; i < SUPERVISOR_READERS; i++) {
		if (supervisor->readers[i] > 0)
			continue;
		supervisor->readers[i] = fork();
		if (supervisor->readers[i] == 0)
			write_numbers(supervisor, fd, http, write_them);
		return;
	}
}

bool
supervisor_reap_reader(struct supervisor *supervisor, pid_t pid)
{
	for (int i = 0; i < SUPERVISOR_READERS; i++) {
		if (supervisor->readers[i] != pid)
			continue;
		supervisor->readers[i] = 0;
		return true;
	}
	return false;
}

static void
answer_takeover(struct supervisor *supervisor, int fd, const char *words)
{
	(void)words;
	/* the sender has our names in any case, whether or not it still waits */
	if (write(fd, "ok\n", 3) != 3)
		scop_log_line(SCOP_LOG_INFO, "the new supervisor did not wait for an answer");
	supervisor_hand_over(supervisor);
}

static void
answer_drained(struct supervisor *supervisor, int fd, const char *words)
{
	answer(fd, is_drained(supervisor, words));
}

static void
answer_publish(struct supervisor *supervisor, int fd, const char *words)
{
	(void)words;
	answer(fd, !supervisor->stopping && supervisor_publish(supervisor));
}

static void
answer_work(struct supervisor *supervisor, int fd, const char *words)
{
	(void)fd, (void)words;
	if (write(supervisor->host.work_fd, &(uint64_t){ 1 }, sizeof(uint64_t)) < 0)
		scop_log_line(SCOP_LOG_DEBUG, "the dispatcher is awake already");
}

static void
answer_http(struct supervisor *supervisor, int fd, const char *words)
{
	(void)words;
	answer_numbers(supervisor, fd, true, scop_metrics_write);
}

static void
answer_metrics(struct supervisor *supervisor, int fd, const char *words)
{
	(void)words;
	answer_numbers(supervisor, fd, false, scop_metrics_write);
}

static void
answer_slow(struct supervisor *supervisor, int fd, const char *words)
{
	(void)words;
	answer_numbers(supervisor, fd, false, scop_slow_write);
}

/* The commands, by their first word; `words` is the rest of the line. */
static const struct command {
	const char *begins;
	void (*answer)(struct supervisor *supervisor, int fd, const char *words);
} commands[] = {
	{ "takeover", answer_takeover },
	{ "drained ", answer_drained },
	{ "publish", answer_publish },
	{ "work", answer_work },
	{ "GET ", answer_http },
	{ "metrics", answer_metrics },
	{ "slow", answer_slow },
};

static void
obey(struct supervisor *supervisor, int fd, const char *words)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		const size_t length = strlen(commands[i].begins);

		if (strncmp(words, commands[i].begins, length) == 0) {
			commands[i].answer(supervisor, fd, words + length);
			return;
		}
	}
}

void
supervisor_answer(struct supervisor *supervisor)
{
	const int fd = accept4(supervisor->control_fd, NULL, NULL, SOCK_CLOEXEC);
	struct pollfd polled = { fd, POLLIN, 0 };
	char words[200] = "";

	/* a connection that cannot be accepted stays readable */
	supervisor->control_at = fd < 0 ? scop_board_clock() + CONTROL_REST : 0;
	if (fd < 0)
		return;
	if (poll(&polled, 1, CONTROL_WAIT_MS) > 0 &&
	    recv(fd, words, sizeof words - 1, MSG_DONTWAIT) > 0)
		obey(supervisor, fd, words);
	close(fd);
}
