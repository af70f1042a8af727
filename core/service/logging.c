/* SPDX-License-Identifier: EUPL-1.2 */
/* A module's lines in the log: see scopiton/log.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "web/request.h"

void
scop_log(struct scop_request *req, enum scop_log_level level, const char *format, ...)
{
	char text[SCOP_LOG_BYTES + 1], line[SCOP_LOG_BYTES + 1];
	va_list args;

	if (level < SCOP_LOG_DEBUG || level > SCOP_LOG_ERROR)
		level = SCOP_LOG_ERROR;
	if (!scop_log_wants(level) || req->log_lines > SCOP_LOG_LINES)
		return;
	if (req->log_lines++ == SCOP_LOG_LINES) {
		scop_log_line(SCOP_LOG_WARNING,
		    "module: more than %d lines of one request; the rest is dropped",
		    SCOP_LOG_LINES);
		return;
	}
	va_start(args, format);
	const int length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (length < 0)
		return; /* an invalid format, or a character that the locale lacks */
	if (length > SCOP_LOG_BYTES)
		scop_utf8_repair(text); /* truncation may have split a character */
	/* escaped here, so that a longer result does not push out the request's reference */
	scop_log_escape(line, sizeof line, text, strlen(text));
	scop_log_line(level, "module: %s%s", line, length > SCOP_LOG_BYTES ? " ..." : "");
}
