/* SPDX-License-Identifier: EUPL-1.2 */
/* The end of a supervisor, which stops or hands over to a new one; and how a new one takes over. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "supervisor/supervisor.h"

#include "base/log.h"
#include "process/control.h"

enum {
	KILL_AGAIN = 1000000, /* microseconds */
	ANSWER_MS = 3000,     /* the previous supervisor may be at work */
	TAKE_OVER_TRIES = 100,
	TRY_AGAIN = 10000, /* microseconds */
};

void
supervisor_stop(struct supervisor *supervisor, int64_t milliseconds)
{
	supervisor->stopping = true;
	supervisor->stop_by = scop_board_clock() + milliseconds * 1000;
	supervisor_tell_services(supervisor, SIGTERM);
	for (struct scop_pool *pool = supervisor->host.pools; pool; pool = pool->next)
		scop_pool_drain(&supervisor->host, pool, true);
}

/* Kills what still runs after the stop timeout. Services are killed, too: the next supervisor's
 * redo their work, as after a crash. */
void
supervisor_kill(struct supervisor *supervisor)
{
	for (struct scop_pool *pool = supervisor->host.pools; pool; pool = pool->next)
		scop_pool_kill(pool, SIGKILL);
	supervisor_tell_services(supervisor, SIGKILL);
	supervisor->stop_by = scop_board_clock() + KILL_AGAIN;
}

bool
supervisor_is_done(const struct supervisor *supervisor)
{
	for (int i = 0; i < SERVICES; i++)
		if (supervisor->services[i].pid > 0)
			return false;
	return supervisor->stopping && supervisor->host.live == 0;
}

/* Serves the requests still queued on these sockets before they close: a new supervisor has taken
 * over the names. */
void
supervisor_hand_over(struct supervisor *supervisor)
{
	bool waiting = true;

	supervisor_end_turn(supervisor);
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
	supervisor_stop(supervisor, supervisor->host.config.drain_milliseconds);
}

enum reply { TOLD, GONE, HUNG_UP };

/* Sends the command once. TOLD: it answered, or will read the command when it continues. */
static enum reply
tell_predecessor(const char *run, const char *name)
{
	char answer[8] = "";
	const int fd = scop_control_send_to(run, name, "takeover\n");
	struct pollfd polled = { fd, POLLIN, 0 };

	if (fd < 0)
		return errno == ECONNREFUSED || errno == ENOENT ? GONE : HUNG_UP;
	const int events = poll(&polled, 1, ANSWER_MS);
	const bool hung_up = events > 0 && read(fd, answer, sizeof answer - 1) <= 0;
	close(fd);
	if (events == 0)
		scop_log_line(SCOP_LOG_WARNING, "the previous supervisor has not answered yet");
	return hung_up ? HUNG_UP : TOLD;
}

static void
tell_and_remove(const char *run, const char *predecessor)
{
	char path[SUPERVISOR_PATH];
	int tries = 0;

	while (tell_predecessor(run, predecessor) == HUNG_UP && ++tries < TAKE_OVER_TRIES)
		usleep(TRY_AGAIN);
	if (tries == TAKE_OVER_TRIES)
		scop_log_line(SCOP_LOG_ERROR,
		    "the previous supervisor does not end, and still serves");
	snprintf(path, sizeof path, "%s/%s", run, predecessor);
	unlink(path);
}

/* Whether it is the name under which a supervisor that has ended kept its predecessor's socket. */
static bool
is_left(const char *name)
{
	int length = 0;
	int pid;

	return sscanf(name, "control.%d%n", &pid, &length) == 1 && name[length] == '\0' &&
	    kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

void
supervisor_take_over(const struct supervisor *supervisor, const char *predecessor)
{
	const char *run = supervisor->host.config.run;
	struct dirent *entry;

	tell_and_remove(run, predecessor);
	DIR *dir = opendir(run);
	while (dir && (entry = readdir(dir)))
		if (is_left(entry->d_name))
			tell_and_remove(run, entry->d_name);
	if (dir)
		closedir(dir);
}
