/* SPDX-License-Identifier: EUPL-1.2 */
/* The private Scopiton of scopiton dev: scopiton-dev-host starts it, in a session of its own, so
 * that Ctrl-C reaches only this process, which stops the host in order by closing its input. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/dev.h"

/* Sets the paths of the host's files, next to an installed program or in the checkout that built
 * it. Only in the child, since make also uses BUILD. */
static bool
set_places(const struct dev *dev)
{
	char libexec[PATH_MAX], build[PATH_MAX];
	const char *share = dev->home;

	snprintf(libexec, sizeof libexec, "%s", dev->scopiton);
	*strrchr(libexec, '/') = '\0';
	if (realpath(scop_arena_printf(dev->arena, "%s/../../../share/scopiton", libexec), build))
		share = build;
	else if (!realpath(scop_arena_printf(dev->arena, "%s/..", libexec), build))
		return false;
	setenv("SHARE", share, 1);
	setenv("BUILD", build, 1);
	setenv("HOST_MODULES", scop_arena_printf(dev->arena, "%s/modules", build), 1);
	return access(scop_arena_printf(dev->arena, "%s/tools/stack.sh", share), R_OK) == 0;
}

static void __attribute__((noreturn))
become_host(const struct dev *dev, const char *port, const int in[2], const int out[2])
{
	char program[PATH_MAX];

	if (!set_places(dev)) {
		cli_fail("the files of Scopiton are not next to '%s'. Run this in the top folder "
			 "of the sources, or use the installed 'scopiton'.",
		    dev->scopiton);
		_exit(1);
	}
	snprintf(program, sizeof program, "%s-dev-host", dev->scopiton);
	setenv("VAR", dev->var, 1);
	setenv("PORT", port, 1);
	setenv("TENANT", DEV_TENANT, 1);
	setenv("GRANTED", dev->granted, 1);
	setsid();
	if (dup2(in[0], STDIN_FILENO) < 0 || dup2(out[1], STDOUT_FILENO) < 0)
		_exit(1);
	execl(program, program, (char *)NULL);
	fprintf(stderr, "scopiton: '%s' cannot be run: %s\n", program, strerror(errno));
	_exit(1);
}

/* Waits until it prints "ready", or ends. */
static bool
wait_until_ready(int out)
{
	char text[4096] = "";
	size_t used = 0;
	ssize_t got;

	while (used + 1 < sizeof text &&
	    ((got = read(out, text + used, sizeof text - 1 - used)) > 0 ||
		(got < 0 && errno == EINTR))) {
		used += got > 0 ? (size_t)got : 0;
		text[used] = '\0';
		if (strstr(text, "ready\n"))
			return true;
	}
	return false;
}

static bool
read_ports(struct dev *dev)
{
	FILE *file = fopen(scop_arena_printf(dev->arena, "%s/ports", dev->var), "re");
	const bool read =
	    file && fscanf(file, "http=%7[0-9] mailbox=%7[0-9]", dev->port, dev->mailbox) == 2;

	if (file)
		fclose(file);
	return read;
}

bool
dev_host_start(struct dev *dev, const char *port)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) {
		cli_fail("no pipe: %s", strerror(errno));
		return false;
	}
	dev->host = fork();
	if (dev->host == 0)
		become_host(dev, port, in, out);
	close(in[0]);
	close(out[1]);
	dev->host_in = in[1];
	const bool ready = dev->host > 0 && wait_until_ready(out[0]) && read_ports(dev);

	if (!ready)
		dev_host_stop(dev);
	else
		setenv("SCOPITON_CONFIG",
		    scop_arena_printf(dev->arena, "%s/scopiton.conf", dev->var), 1);
	return ready;
}

void
dev_host_stop(struct dev *dev)
{
	if (dev->host <= 0)
		return;
	close(dev->host_in);
	while (waitpid(dev->host, NULL, 0) < 0 && errno == EINTR)
		;
	dev->host = 0;
}

bool
dev_host_runs(struct dev *dev)
{
	if (dev->host > 0 && waitpid(dev->host, NULL, WNOHANG) == dev->host)
		dev->host = 0;
	return dev->host > 0;
}
