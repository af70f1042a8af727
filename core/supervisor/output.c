/* SPDX-License-Identifier: EUPL-1.2 */
/* Workers' output: see output.h. */
#include "supervisor/output.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/log.h"
#include "process/board.h"

enum {
	AT_ONCE = 64,       /* pipes that are read in one turn */
	BLOCK = 4096,       /* bytes of one read */
	READS = 4,          /* of one pipe in one turn */
	LAST_READS = 32,    /* of an ended worker: more than a pipe holds */
	OUTPUT_LINES = 500, /* of one worker in a second */
	SECOND = 1000000
};

struct scop_output {
	int fd, outputs;
	pid_t pid;
	char who[64];
	int64_t since;           /* the second in which `lines` were written */
	unsigned lines, dropped; /* in it */
	size_t used;
	char line[SCOP_LOG_LINE]; /* an incomplete line; a longer one is truncated */
};

int
scop_outputs_open(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

struct scop_output *
scop_output_new(int outputs, const char *module, int *ret_end)
{
	struct scop_output *output = calloc(1, sizeof *output);
	struct epoll_event event = { EPOLLIN, { .ptr = output } };
	int ends[2];

	if (!output || pipe2(ends, O_CLOEXEC) != 0) {
		free(output);
		return NULL;
	}
	/* Only the supervisor has the reading end's file description, so no worker can make it
	 * block. */
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0 ||
	    epoll_ctl(outputs, EPOLL_CTL_ADD, ends[0], &event) != 0) {
		close(ends[0]);
		close(ends[1]);
		free(output);
		return NULL;
	}
	output->fd = ends[0];
	output->outputs = outputs;
	snprintf(output->who, sizeof output->who, "worker %s", module);
	*ret_end = ends[1];
	return output;
}

void
scop_output_of(struct scop_output *output, pid_t pid)
{
	output->pid = pid;
}

/* ---- lines ---- */

static void
tell_dropped(struct scop_output *output)
{
	char text[80];

	if (output->dropped == 0)
		return;
	snprintf(text, sizeof text, "<%d>%u more lines within a second were dropped",
	    SCOP_LOG_WARNING, output->dropped);
	output->dropped = 0;
	scop_log_relayed(output->who, output->pid, text, strlen(text));
}

static void
end_line(struct scop_output *output)
{
	const int64_t now = scop_board_clock();

	if (now - output->since >= SECOND) {
		tell_dropped(output);
		output->since = now;
		output->lines = 0;
	}
	if (output->lines++ < OUTPUT_LINES)
		scop_log_relayed(output->who, output->pid, output->line, output->used);
	else
		output->dropped++;
	output->used = 0;
}

static void
take(struct scop_output *output, const char *bytes, size_t size)
{
	while (size > 0) {
		const char *end = memchr(bytes, '\n', size);
		const size_t length = end ? (size_t)(end - bytes) : size;
		const size_t room = sizeof output->line - output->used;

		memcpy(output->line + output->used, bytes, length < room ? length : room);
		output->used += length < room ? length : room;
		if (!end)
			return;
		if (output->used > 0)
			end_line(output);
		bytes += length + 1;
		size -= length + 1;
	}
}

static void
read_some(struct scop_output *output, int reads)
{
	char block[BLOCK];

	for (int i = 0; i < reads; i++) {
		const ssize_t got = read(output->fd, block, sizeof block);

		if (got == 0) /* the worker has closed both; it may still run */
			epoll_ctl(output->outputs, EPOLL_CTL_DEL, output->fd, NULL);
		if (got <= 0)
			return;
		take(output, block, (size_t)got);
	}
}

void
scop_outputs_read(int outputs)
{
	struct epoll_event events[AT_ONCE];
	const int count = epoll_wait(outputs, events, AT_ONCE, 0);

	for (int i = 0; i < count; i++)
		read_some(events[i].data.ptr, READS);
}

void
scop_output_end(struct scop_output *output)
{
	if (!output)
		return;
	read_some(output, LAST_READS);
	if (output->used > 0)
		end_line(output);
	tell_dropped(output);
	close(output->fd);
	free(output);
}
