/* SPDX-License-Identifier: EUPL-1.2 */
/* The client side of the supervisor's control socket, `control` in the run directory. One
 * connection carries one command, a line, and its answer (core/supervisor/control.c). */
#ifndef SCOP_PROCESS_CONTROL_H
#define SCOP_PROCESS_CONTROL_H

#include <stdbool.h>

/* Connects and sends the command, which ends with a newline; the answer is read from the result,
 * which the caller closes. -1 with errno: ECONNREFUSED or ENOENT if no supervisor runs. */
int scop_control_send(const char *run, const char *command);

/* The same to a socket of another name in the run directory. */
int scop_control_send_to(const char *run, const char *name, const char *command);

/* scop_control_send(), and waits up to `milliseconds` for the answer "yes" or "no". False if none
 * came. */
bool scop_control_ask(const char *run, const char *command, int milliseconds, bool *ret_yes);

#endif
