/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Log: one line for each event on standard error, in logfmt: time, level, who, then the words.
 * A line break in what is logged becomes a space, so nobody can forge a line.
 */
#ifndef SCOP_BASE_LOG_H
#define SCOP_BASE_LOG_H

enum scop_log_level { SCOP_LOG_DEBUG, SCOP_LOG_INFO, SCOP_LOG_WARNING, SCOP_LOG_ERROR };

/* Names the process in every later line, such as "supervisor" or "worker shop"; `who` must live on.
 */
void scop_log_open(const char *who, enum scop_log_level least);

void scop_log(enum scop_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Sets the context that each line ends with until it is set again: request, tenant, route.
 * Copied; "" for none. */
void scop_log_context(const char *context);

#endif
