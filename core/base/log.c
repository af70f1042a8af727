/* SPDX-License-Identifier: EUPL-1.2 */
/* Log lines: see log.h. Written by one write(2), so that lines of many processes do not mix. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *name = "scopiton";
static enum scop_log_level threshold = SCOP_LOG_INFO;
static char context[256];

void
scop_log_open(const char *who, enum scop_log_level least)
{
	name = who;
	threshold = least;
}

void
scop_log_context(const char *text)
{
	snprintf(context, sizeof context, "%s", text);
}

static void
one_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = ' ';
}

void
scop_log(enum scop_log_level level, const char *format, ...)
{
	static const char *const words[] = { "debug", "info", "warning", "error" };
	char line[2048];
	struct timespec now;
	struct tm utc;
	va_list args;

	if (level < threshold)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);

	size_t used = strftime(line, sizeof line, "%Y-%m-%dT%H:%M:%S", &utc);
	used += (size_t)snprintf(line + used, sizeof line - used,
	    ".%03ldZ %s %s[%d]: ", now.tv_nsec / 1000000, words[level], name, (int)getpid());

	va_start(args, format);
	vsnprintf(line + used, sizeof line - used - 300, format, args);
	va_end(args);
	used += strlen(line + used);
	if (context[0])
		used += (size_t)snprintf(line + used, sizeof line - used, " (%s)", context);
	one_line(line);
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, used) < 0)
		return; /* nowhere left to tell it */
}
