/* SPDX-License-Identifier: EUPL-1.2 */
/* The client side of the supervisor's control socket: see control.h. */
#include "process/control.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
scop_control_send(const char *run, const char *command)
{
	return scop_control_send_to(run, "control", command);
}

int
scop_control_send_to(const char *run, const char *name, const char *command)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const size_t length = strlen(command);
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", run, name);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
	    send(fd, command, length, MSG_NOSIGNAL) == (ssize_t)length)
		return fd;
	const int cause = errno;
	close(fd);
	errno = cause;
	return -1;
}

bool
scop_control_ask(const char *run, const char *command, int milliseconds, bool *ret_yes)
{
	char answer[8] = "";
	const int fd = scop_control_send(run, command);
	struct pollfd polled = { fd, POLLIN, 0 };

	if (fd < 0)
		return false;
	const bool answered =
	    poll(&polled, 1, milliseconds) > 0 && read(fd, answer, sizeof answer - 1) > 0;
	close(fd);
	*ret_yes = answered && strncmp(answer, "yes", 3) == 0;
	return answered;
}
