/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Workers' standard output and standard error: each worker has a pipe of its own, and the
 * supervisor copies it into the log, line by line, under the module's name.
 *
 * So no module holds the log itself, which it could empty or fill with lines of others. The
 * supervisor drops the lines of a worker beyond OUTPUT_LINES in a second, and logs their number.
 */
#ifndef SCOP_SUPERVISOR_OUTPUT_H
#define SCOP_SUPERVISOR_OUTPUT_H

#include <sys/types.h>

struct scop_output;

/* A descriptor that is readable while something waits in any pipe; -1 when there can be none. */
int scop_outputs_open(void);

/* Makes a pipe for a worker of `module`, which must live on; NULL on failure. `ret_end`: what the
 * worker writes to; the caller closes it once the worker has it. */
struct scop_output *scop_output_new(int outputs, const char *module, int *ret_end);

/* The worker's process, known once it was started. */
void scop_output_of(struct scop_output *output, pid_t pid);

/* Writes the pending output, a bounded amount of each worker's. */
void scop_outputs_read(int outputs);

/* The worker has ended: writes the remaining output, and frees. Accepts NULL. */
void scop_output_end(struct scop_output *output);

#endif
