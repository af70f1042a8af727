/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Log: one line for each event on standard error, in logfmt: time, level, process, then the
 * message. A control character is written as \xNN, so that logged input can neither forge a line
 * nor control the terminal that shows it.
 */
#ifndef SCOP_BASE_LOG_H
#define SCOP_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "scopiton/log.h"

enum { SCOP_LOG_LINE = 2048 }; /* bytes of a whole line; a longer one is cut */

/* Sets the process name in every later line, such as "supervisor" or "worker shop"; `who` is not
 * copied.
 */
void scop_log_open(const char *who, enum scop_log_level least);

/* From now on standard error is a pipe to the supervisor, which adds time, name and process: a line
 * is then "<L>" with the level's number, and the message. */
void scop_log_relay(void);

void scop_log_line(enum scop_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes a line that came from another process's pipe: with a level in front, or any other output
 * of that process, which counts as information. */
void scop_log_relayed(const char *who, pid_t pid, const char *line, size_t length);

/* Sets the context at the end of each later line: request, tenant, route. Copied; "" for none. */
void scop_log_context(const char *context);

/* Whether lines of that level are written. */
bool scop_log_wants(enum scop_log_level level);

/* Copies `length` bytes of `text` to `out`, which has room for `size`, terminated; characters that
 * a terminal would interpret or hide, and invalid UTF-8, become \xNN. Returns the bytes written. */
size_t scop_log_escape(char *out, size_t size, const char *text, size_t length);

#endif
