/* SPDX-License-Identifier: EUPL-1.2 */
/* Arguments: see arguments.h. */
#include "process/arguments.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

void
scop_arguments_add(struct scop_arguments *arguments, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (arguments->count == SCOP_ARGUMENTS_MAX ||
	    vasprintf(&arguments->list[arguments->count++], format, args) < 0)
		abort();
	va_end(args);
}

void
scop_arguments_run(struct scop_arguments *arguments, char *const *environment, int status)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(arguments->list[0], arguments->list, environment);
	scop_log_line(SCOP_LOG_ERROR, "cannot run '%s': %s", arguments->list[0], strerror(errno));
	_exit(status);
}
