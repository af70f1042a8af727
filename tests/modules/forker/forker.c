/* SPDX-License-Identifier: EUPL-1.2 */
/* Tries to fork, or to execute another program; answers with the errno of each try, 0 if it
 * succeeded. */
#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "names.h"

static void
put_errno(struct scop_request *req, const char *name, bool failed)
{
	scop_put(req, name, scop_make_int(req, failed ? errno : 0));
}

static void
try_fork(struct scop_request *req, const char *name, pid_t pid)
{
	if (pid == 0)
		_exit(0);
	put_errno(req, name, pid < 0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void
page(struct scop_request *req)
{
	char *const none[] = { NULL };

	try_fork(req, "fork", fork());
	put_errno(req, "exec", execve("/bin/true", none, none) != 0);
	put_errno(req, "kill", kill(1, 0) != 0);
	put_errno(req, "ptrace", ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0);
	put_errno(req, "setuid", setuid(0) != 0);
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page, .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
