/* SPDX-License-Identifier: EUPL-1.2 */
/* The argument list of a program that a child process becomes: its path, then `name=value` each. */
#ifndef SCOP_PROCESS_ARGUMENTS_H
#define SCOP_PROCESS_ARGUMENTS_H

enum { SCOP_ARGUMENTS_MAX = 48 };

struct scop_arguments {
	char *list[SCOP_ARGUMENTS_MAX + 1]; /* ends with NULL, as execve expects it */
	unsigned count;
};

/* Adds one, as printf makes it; aborts without memory or room, for only a child of ours that is
 * about to become the program calls it. */
void scop_arguments_add(struct scop_arguments *arguments, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Becomes the program that the first argument names, with no signal blocked. Where that fails it
 * says so in the log and ends with `status`. */
void __attribute__((noreturn))
scop_arguments_run(struct scop_arguments *arguments, char *const *environment, int status);

#endif
