/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-session: tells nginx who sends a request, before the request goes to a module's worker.
 * It alone sees the session's cookie and API keys; a worker gets the member, the permissions and
 * an end, for its own tenant, module and epoch (web/resolve.h). It loads no module, and its account
 * reads a few columns of each tenant's socle, and nothing else.
 *
 * Two of these processes share one socket, so that one may end. Each serves one question at a time.
 */
#include <errno.h>
#include <fcgiapp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "data/directory.h"
#include "process/service.h"
#include "web/menus.h"
#include "web/resolve.h"

enum { READ_SECONDS = 2, TRIES = 2 };

struct session {
	struct scop_service service;
	struct scop_arena *arena;
	struct scop_menus *menus;
	bool lost; /* MariaDB, at the last question */
};

static const char *
param(FCGX_Request *fcgi, const char *name)
{
	const char *value = FCGX_GetParam(name, fcgi->envp);

	return value ? value : "";
}

static void
note_status(struct session *session, enum scop_db_status status)
{
	const bool lost = status != SCOP_DB_OK;

	if (lost && !session->lost)
		scop_log_line(SCOP_LOG_WARNING, "nobody can be recognised: %s",
		    scop_db_error(session->service.db));
	if (!lost && session->lost)
		scop_log_line(SCOP_LOG_INFO, "members are recognised again");
	session->lost = lost;
}

/* A connection that was lost since the last question is made again. */
static void
answer(struct session *session, FCGX_Request *fcgi)
{
	const struct scop_credentials given = { .owner = param(fcgi, "OWNER"),
		.cookie = param(fcgi, "COOKIE"),
		.authorization = param(fcgi, "AUTHORIZATION"),
		.cookie_name = session->service.config.https ? "__Host-sid" : "sid" };
	enum scop_db_status status = SCOP_DB_LOST;
	const char *found = "";

	for (int i = 0; i < TRIES && status == SCOP_DB_LOST; i++)
		status = scop_resolve(session->service.db, session->menus, session->arena, &given,
		    &found);
	note_status(session, status);
	if (status != SCOP_DB_OK)
		FCGX_PutS("Status: 503\r\n\r\n", fcgi->out);
	else if (found[0])
		FCGX_FPrintF(fcgi->out, "Status: 204\r\nX-Session: %s\r\n\r\n", found);
	else
		FCGX_PutS("Status: 204\r\n\r\n", fcgi->out);
	if (FCGX_GetChar(fcgi->in) == EOF) /* nothing is unread: the answer arrives */
		FCGX_Detach(fcgi);
	FCGX_Finish_r(fcgi);
	scop_arena_reset(session->arena);
}

/* Serves a question; false if the other process has taken it. libfcgi takes a connection that it
 * finds in the request for one that its server kept open. */
static bool
serve_one(struct session *session, FCGX_Request *fcgi)
{
	const int fd = accept4(session->service.wake_fd, NULL, NULL, SOCK_CLOEXEC);
	const struct timeval patience = { READ_SECONDS, 0 };

	if (fd < 0)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	fcgi->ipcFd = fd;
	fcgi->keepConnection = 1;
	if (FCGX_Accept_r(fcgi) == 0)
		answer(session, fcgi);
	return true;
}

/* Menus are kept for as long as the directory stays as it is. */
static struct scop_menus *
follow_directory(const struct scop_service *service)
{
	const struct scop_directory_shared *directory =
	    mmap(NULL, sizeof *directory, PROT_READ, MAP_SHARED, service->directory_fd, 0);

	if (directory == MAP_FAILED)
		scop_service_give_up("no directory");
	return scop_menus_new(&directory->generation);
}

int
main(int argc, char **argv)
{
	static struct session session;
	FCGX_Request fcgi;

	scop_service_start(&session.service, "session", true, argc, argv);
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "200", 1);
	session.arena = scop_arena_new();
	session.menus = follow_directory(&session.service);
	FCGX_Init();
	FCGX_InitRequest(&fcgi, -1, FCGI_FAIL_ACCEPT_ON_INTR);
	for (;;) {
		struct pollfd polled[] = { { session.service.signal_fd, POLLIN, 0 },
			{ session.service.wake_fd, POLLIN, 0 } };

		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			scop_service_give_up("it cannot wait for questions");
		if (polled[1].revents)
			serve_one(&session, &fcgi);
		if (polled[0].revents && scop_service_told_to_stop(&session.service))
			break;
	}
	while (serve_one(&session, &fcgi)) /* what is queued, before the socket closes */
		continue;
	return 0;
}
