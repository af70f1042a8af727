/* SPDX-License-Identifier: EUPL-1.2 */
/* Log lines: see log.h. Each line is one write(2), so that lines of several processes do not mix.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"

enum { HEAD_MAX = 150, CONTEXT_MAX = 256 };

static const char *const words[] = { "debug", "info", "warning", "error" };
static const char *name = "scopiton";
static enum scop_log_level threshold = SCOP_LOG_INFO;
static bool relays;
static char context[CONTEXT_MAX];

void
scop_log_open(const char *who, enum scop_log_level least)
{
	name = who;
	threshold = least;
}

void
scop_log_relay(void)
{
	relays = true;
}

void
scop_log_context(const char *text)
{
	const size_t length = strnlen(text, sizeof context - 1);

	memcpy(context, text, length);
	context[length] = '\0';
}

bool
scop_log_wants(enum scop_log_level level)
{
	return level >= threshold;
}

/* ---- one line ---- */

/* Controls (C0, DEL, C1), line and paragraph separators, and marks that turn the direction of
 * writing (U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069). */
static bool
is_obeyed(const unsigned char *at, size_t step)
{
	if (step == 1)
		return at[0] < 0x20 || at[0] == 0x7f;
	if (step == 2)
		return at[0] == 0xc2 && at[1] < 0xa0;
	return step == 3 && at[0] == 0xe2 &&
	    ((at[1] == 0x80 &&
		 (at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xa8 && at[2] <= 0xae))) ||
		(at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
}

size_t
scop_log_escape(char *out, size_t size, const char *text, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t used = 0, at = 0;

	while (at < length) {
		const size_t step = scop_utf8_step(text + at, length - at);
		const bool plain = step > 0 && !is_obeyed(bytes + at, step);
		const size_t taken = step > 0 ? step : 1;

		if (used + (plain ? taken : 4 * taken) >= size)
			break;
		if (plain)
			memcpy(out + used, text + at, taken);
		for (size_t i = 0; !plain && i < taken; i++)
			snprintf(out + used + 4 * i, 5, "\\x%02x", bytes[at + i]);
		used += plain ? taken : 4 * taken;
		at += taken;
	}
	out[used] = '\0';
	return used;
}

static size_t
put_head(char *line, enum scop_log_level level, const char *who, pid_t pid)
{
	struct timespec now;
	struct tm utc;

	if (relays)
		return (size_t)snprintf(line, HEAD_MAX, "<%d>", (int)level);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	const size_t used = strftime(line, HEAD_MAX, "%Y-%m-%dT%H:%M:%S", &utc);
	return used +
	    (size_t)snprintf(line + used, HEAD_MAX - used,
		".%03ldZ %s %.80s[%d]: ", now.tv_nsec / 1000000, words[level], who, (int)pid);
}

static void
write_line(enum scop_log_level level, const char *who, pid_t pid, const char *text, size_t length)
{
	char line[SCOP_LOG_LINE];
	size_t used = put_head(line, level, who, pid);

	used += scop_log_escape(line + used, sizeof line - used - 1, text, length);
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, used) < 0)
		return; /* there is nowhere to report this */
}

void
scop_log_line(enum scop_log_level level, const char *format, ...)
{
	char text[SCOP_LOG_LINE - HEAD_MAX];
	va_list args;

	if (!scop_log_wants(level))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text - CONTEXT_MAX - 4, format, args);
	va_end(args);
	const size_t used = strlen(text);
	if (context[0])
		snprintf(text + used, sizeof text - used, " (%s)", context);
	write_line(level, name, getpid(), text, strlen(text));
}

void
scop_log_relayed(const char *who, pid_t pid, const char *line, size_t length)
{
	enum scop_log_level level = SCOP_LOG_INFO;

	if (length >= 3 && line[0] == '<' && line[1] >= '0' + SCOP_LOG_DEBUG &&
	    line[1] <= '0' + SCOP_LOG_ERROR && line[2] == '>') {
		level = (enum scop_log_level)(line[1] - '0');
		line += 3;
		length -= 3;
	}
	write_line(level, who, pid, line, length);
}
