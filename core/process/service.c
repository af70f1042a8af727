/* SPDX-License-Identifier: EUPL-1.2 */
/* Common code of the dispatcher, mailer, broker and session process: see service.h. */
#include "process/service.h"

#include <grp.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

enum { STATEMENT_SECONDS = 30 };

void
scop_service_give_up(const char *text)
{
	scop_log_line(SCOP_LOG_ERROR, "cannot start: %s", text);
	exit(1);
}

int64_t
scop_service_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
open_account(struct scop_service *service)
{
	static struct scop_db_account account;
	static char password[100], user[40];
	char path[SCOP_CONFIG_TEXT + 60];

	snprintf(path, sizeof path, "%s/secrets/.%s", service->config.var, service->name);
	FILE *file = fopen(path, "re");
	if (!file || fscanf(file, "%99s", password) != 1)
		scop_service_give_up("its secret cannot be read; 'scopiton migrate' creates it");
	fclose(file);
	snprintf(user, sizeof user, "scopiton_%s", service->name);
	account = (struct scop_db_account){ .socket = service->config.db_socket,
		.user = user,
		.password = password,
		.statement_seconds = STATEMENT_SECONDS };
	service->db = scop_db_new(&account);
}

static void
take_signals(struct scop_service *service)
{
	sigset_t signals;

	signal(SIGPIPE, SIG_IGN);
	/* Ctrl-C reaches the whole process group; the supervisor decides when to end */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	service->signal_fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void
give_up_rights(uid_t uid)
{
	if (uid != 0 &&
	    (setgroups(0, NULL) != 0 || setresgid(uid, uid, uid) != 0 ||
		setresuid(uid, uid, uid) != 0))
		scop_service_give_up("it cannot become its own user");
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

void
scop_service_start(struct scop_service *service, const char *name, bool has_account, int argc,
    char **argv)
{
	struct scop_error err;

	scop_log_open(name, SCOP_LOG_INFO);
	service->name = name;
	if (argc != 5)
		scop_service_give_up("only the supervisor starts it");
	if (!scop_config_load(&service->config, argv[1], &err))
		scop_service_give_up(err.text);
	if (sodium_init() < 0)
		scop_service_give_up("no randomness");
	srandom(randombytes_random());
	service->directory_fd = atoi(argv[2]);
	service->wake_fd = atoi(argv[3]);
	take_signals(service);
	if (has_account)
		open_account(service);
	give_up_rights((uid_t)strtoul(argv[4], NULL, 10));
}

bool
scop_service_told_to_stop(const struct scop_service *service)
{
	struct signalfd_siginfo info;

	return read(service->signal_fd, &info, sizeof info) == sizeof info;
}

bool
scop_service_woken(const struct scop_service *service)
{
	uint64_t count;

	return read(service->wake_fd, &count, sizeof count) == sizeof count;
}

bool
scop_service_orphaned(void)
{
	return getppid() == 1;
}
