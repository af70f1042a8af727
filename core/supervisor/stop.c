/* SPDX-License-Identifier: EUPL-1.2 */
/* The end of a supervisor, which stops or hands over to a new one; and how a new one takes over. */
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "supervisor/supervisor.h"

#include "base/log.h"
#include "process/control.h"

enum { KILL_AGAIN = 1000000 }; /* microseconds */

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

/* Connects to a supervisor that uses this run directory; -1 if there is none. */
int
supervisor_find_predecessor(const struct supervisor *supervisor)
{
	return scop_control_send(supervisor->host.config.run, "");
}

void
supervisor_take_over(int predecessor)
{
	char answer[8] = "";

	if (write(predecessor, "takeover\n", 9) != 9 ||
	    read(predecessor, answer, sizeof answer - 1) <= 0)
		scop_log_line(SCOP_LOG_WARNING, "the previous supervisor did not answer");
	close(predecessor);
}
