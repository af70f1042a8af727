/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What workers write to standard output and standard error: each has a pipe of its own, and the
 * supervisor puts what comes out of it into the log, line by line, under the module's name.
 *
 * So no module holds the log itself, which it could empty or fill with lines of others. A worker
 * that writes more than OUTPUT_LINES lines in a second has the rest dropped, and their number told.
 */
#ifndef SCOP_SUPERVISOR_OUTPUT_H
#define SCOP_SUPERVISOR_OUTPUT_H

#include <sys/types.h>

struct scop_output;

/* A descriptor that is readable while something waits in any pipe; -1 when there can be none. */
int scop_outputs_open(void);

/* A pipe for a worker of `module`, which must live on; NULL when there can be none. `ret_end`: what
 * the worker writes to; the caller closes it once the worker has it. */
struct scop_output *scop_output_new(int outputs, const char *module, int *ret_end);

/* The worker's process, known once it was started. */
void scop_output_of(struct scop_output *output, pid_t pid);

/* Writes what waits, a bounded amount of each. */
void scop_outputs_read(int outputs);

/* The worker has ended: writes what is left, and frees. Takes NULL. */
void scop_output_end(struct scop_output *output);

#endif
