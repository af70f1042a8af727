/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Workers' standard output and standard error: each worker has a pipe of its own, and the
 * supervisor copies it into the log, line by line, under the module's name.
 *
 * So no module has access to the log itself, and none can empty it or forge lines of others. The
 * supervisor drops a worker's lines beyond OUTPUT_LINES per second, and logs their number.
 */
#ifndef SCOP_SUPERVISOR_OUTPUT_H
#define SCOP_SUPERVISOR_OUTPUT_H

#include <sys/types.h>

struct scop_output;

/* Returns a descriptor that is readable while any pipe has data; -1 on failure. */
int scop_outputs_open(void);

/* Creates a pipe for a worker of `module`, which is not copied; NULL on failure. `ret_end`: the
 * writing end, which the caller closes once the worker has it. */
struct scop_output *scop_output_new(int outputs, const char *module, int *ret_end);

/* Sets the worker's process id, once it has started. */
void scop_output_of(struct scop_output *output, pid_t pid);

/* Writes the pending output, a limited amount per worker. */
void scop_outputs_read(int outputs);

/* After the worker has ended: writes the remaining output, and frees. Accepts NULL. */
void scop_output_end(struct scop_output *output);

#endif
