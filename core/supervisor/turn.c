/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Turns: of several supervisors on one run directory, one changes its names at a time, and only the
 * last one that was started. `starting` in that directory has its process id; whoever changes a
 * name holds the file's lock.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "supervisor/supervisor.h"

#include "base/log.h"

enum { TURN_SECONDS = 10, LOOK_AGAIN = 10000 };

/* The process id in the file; 0 for none. */
static pid_t
last_started(int fd)
{
	char text[16] = "";

	return pread(fd, text, sizeof text - 1, 0) > 0 ? (pid_t)atoi(text) : 0;
}

static void __attribute__((noreturn)) give_up_turn(int fd)
{
	char text[160];

	snprintf(text, sizeof text,
	    "another supervisor, process %d, has been starting for %d s. End it, and start again.",
	    (int)last_started(fd), TURN_SECONDS);
	supervisor_give_up(text);
}

void
supervisor_wait_for_turn(struct supervisor *supervisor)
{
	const int64_t until = scop_board_clock() + (int64_t)TURN_SECONDS * 1000000;
	char path[SUPERVISOR_PATH];

	snprintf(path, sizeof path, "%s/starting", supervisor->host.config.run);
	supervisor->turn_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (supervisor->turn_fd < 0)
		supervisor_give_up("the file 'starting' in the run directory cannot be opened");
	while (flock(supervisor->turn_fd, LOCK_EX | LOCK_NB) != 0) {
		if (scop_board_clock() > until)
			give_up_turn(supervisor->turn_fd);
		usleep(LOOK_AGAIN);
	}
	if (ftruncate(supervisor->turn_fd, 0) != 0 ||
	    dprintf(supervisor->turn_fd, "%d", (int)getpid()) < 0)
		supervisor_give_up("the file 'starting' in the run directory cannot be written");
	supervisor->host.names = true;
}

void
supervisor_take_turn(struct supervisor *supervisor)
{
	if (supervisor->stopping || flock(supervisor->turn_fd, LOCK_EX | LOCK_NB) != 0)
		return;
	const pid_t last = last_started(supervisor->turn_fd);

	/* one that has ended and has not told this one, its predecessor, has not taken over */
	supervisor->host.names =
	    last == supervisor->host.pid || last <= 0 || (kill(last, 0) != 0 && errno == ESRCH);
	if (!supervisor->host.names)
		supervisor_end_turn(supervisor);
}

void
supervisor_end_turn(struct supervisor *supervisor)
{
	supervisor->host.names = false;
	/* children that are not programs of their own yet have the same lock */
	flock(supervisor->turn_fd, LOCK_UN);
}
