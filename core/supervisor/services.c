/* SPDX-License-Identifier: EUPL-1.2 */
/* The services that run alongside the workers: the installer, the dispatcher, the mailer, the
 * broker and the two that recognise members. One that ends is started again. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/supervisor.h"

#include "base/log.h"

enum { SERVICE_REST = 1000000 };

static const char *const service_names[SERVICES] = { "installer", "dispatcher", "mailer", "broker",
	"session", "session" };

/* How far the service's user id is below those of modules; 3 is the gateways'. */
static const unsigned below[SERVICES] = { 0, 0, 1, 2, 4, 4 };

static void __attribute__((noreturn)) become_service(const struct supervisor *supervisor, int which)
{
	const struct scop_host *host = &supervisor->host;
	char program[300], directory[16], wake[16], uid[16];
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	const int wake_fd = which == DISPATCHER ? host->work_fd
	    : which == MAILER                   ? host->mail_fd
	    : which == BROKER                   ? supervisor->out_fd
						: supervisor->session_fd;

	snprintf(program, sizeof program, "%s/scopiton%s%s", host->config.libexec,
	    which == INSTALLER ? "" : "-", which == INSTALLER ? "" : service_names[which]);
	snprintf(directory, sizeof directory, "%d", host->directory_fd);
	snprintf(wake, sizeof wake, "%d", wake_fd);
	if (which == INSTALLER) {
		execl(program, program, "installer", "--config", supervisor->config_file,
		    (char *)NULL);
	} else {
		snprintf(uid, sizeof uid, "%u",
		    host->root ? (unsigned)host->config.uid_base - below[which] : 0);
		fcntl(host->directory_fd, F_SETFD, 0);
		fcntl(wake_fd, F_SETFD, 0);
		execl(program, program, supervisor->config_file, directory, wake, uid,
		    (char *)NULL);
	}
	scop_log_line(SCOP_LOG_ERROR, "cannot run '%s': %s", program, strerror(errno));
	_exit(1);
}

void
supervisor_start_services(struct supervisor *supervisor, int64_t now)
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

void
supervisor_tell_services(const struct supervisor *supervisor, int signal)
{
	for (int i = 0; i < SERVICES; i++)
		if (supervisor->services[i].pid > 0)
			kill(supervisor->services[i].pid, signal);
}

bool
supervisor_reap_service(struct supervisor *supervisor, pid_t pid)
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
