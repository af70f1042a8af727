/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs: see run.h. */
#include "dispatcher/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "queue/queue.h"
#include "scopiton/value.h"

enum {
	AGAIN_SOON = 200,        /* the tenant is being switched to another version */
	AGAIN_LATER = 5000,      /* no worker can be reached */
	AGAIN_SUSPENDED = 15000, /* other runs of the job have crashed */
	AGAIN_WHEN_ON = 600000,  /* the module is switched off */
};

static void
end_run(struct run *run, int outcome, const char *cause)
{
	if (run->fd >= 0)
		close(run->fd);
	run->fd = -1;
	if (run->outcome == RUN_UNKNOWN)
		run->outcome = outcome;
	if (!run->cause[0])
		snprintf(run->cause, sizeof run->cause, "%s", cause);
}

static void
put_away(struct run *run, int64_t retry_after, const char *cause)
{
	run->retry_after = retry_after;
	end_run(run, RUN_AWAY, cause);
}

static void
take_line(struct run *run, const char *line)
{
	unsigned done, total;

	if (sscanf(line, "progress %u %u", &done, &total) == 2) {
		run->done = done;
		run->total = total;
		run->progressed = true;
	} else if (strncmp(line, "done", 4) == 0) {
		end_run(run, RUN_DONE, "");
	} else if (strncmp(line, "again ", 6) == 0) {
		end_run(run, RUN_AGAIN, line + 6);
	} else if (strncmp(line, "dead ", 5) == 0) {
		end_run(run, RUN_DEAD, line + 5);
	} else if (strncmp(line, "suspended ", 10) == 0) {
		put_away(run, AGAIN_SUSPENDED, line + 10);
	} else if (strcmp(line, "moved") == 0) {
		put_away(run, AGAIN_SOON, "");
	}
}

void
run_receive(struct run *run)
{
	unsigned char bytes[4096];
	char line[400];
	const ssize_t got = read(run->fd, bytes, sizeof bytes);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0)
		scop_fcgi_take(&run->answer, bytes, (size_t)got);
	while (run->fd >= 0 && scop_fcgi_line(&run->answer, line, sizeof line))
		take_line(run, line);
	if (run->fd >= 0 && (got <= 0 || run->answer.ended || run->answer.broken))
		end_run(run, run->tries >= SCOP_QUEUE_TRIES ? RUN_DEAD : RUN_AGAIN,
		    SCOP_TEXT("its worker ended before it was done"));
}

void
run_send(struct run *run)
{
	while (run->sent < run->out.length) {
		const ssize_t wrote = send(run->fd, run->out.data + run->sent,
		    run->out.length - run->sent, MSG_NOSIGNAL);

		if (wrote < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (wrote <= 0) {
			put_away(run, AGAIN_SOON, SCOP_TEXT("its worker disconnected"));
			return;
		}
		run->sent += (size_t)wrote;
	}
}

/* Connects to the job workers of the tenant's version. */
static void
start(const struct scop_directory_shared *directory, const char *run_folder, struct run *run,
    const char *body)
{
	struct scop_directory_entry entry;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char tries[12], tenant[12];

	if (!scop_directory_find_tenant(directory, run->tenant, run->module, &entry) ||
	    entry.subscription.state == SCOP_STATE_OFF) {
		put_away(run, AGAIN_WHEN_ON, SCOP_TEXT("the module is disabled"));
		return;
	}
	snprintf(address.sun_path, sizeof address.sun_path,
	    "%s/pools/%s-%.*s" SCOP_POOL_JOBS "/sock", run_folder, run->module, SCOP_POOL_HASH,
	    entry.hash);
	run->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (run->fd < 0 || connect(run->fd, (struct sockaddr *)&address, sizeof address) != 0) {
		put_away(run, AGAIN_LATER, SCOP_TEXT("no worker of the module can be reached"));
		return;
	}
	snprintf(tries, sizeof tries, "%u", run->tries);
	snprintf(tenant, sizeof tenant, "%u", run->tenant);
	const char *number = scop_arena_printf(run->arena, "%s.%s", run->entry, tries);
	const struct scop_fcgi_param params[] = { { "TENANT", tenant }, { "RUN", number },
		{ "JOB", run->job }, { "ENTRY", run->entry }, { "TRIES", tries },
		{ "SENDER", run->sender }, { NULL, NULL } };
	scop_buffer_init(&run->out, run->arena);
	scop_fcgi_request(&run->out, params, body, strlen(body));
	run_send(run);
}

struct run *
run_begin(const struct scop_directory_shared *directory, const char *run_folder,
    const struct scop_value *row)
{
	struct scop_arena *arena = scop_arena_new();
	struct run *run = scop_arena_alloc(arena, sizeof *run);

	*run = (struct run){ .arena = arena,
		.id = scop_int(row, "id"),
		.fd = -1,
		.tenant = (uint32_t)scop_int(row, "tenant"),
		.tries = (unsigned)scop_int(row, "tries") + 1,
		.module = scop_arena_text(arena, scop_text(row, "module")),
		.job = scop_arena_text(arena, scop_text(row, "name")),
		.sender = scop_arena_text(arena, scop_text(row, "sender")),
		.entry = scop_arena_text(arena, scop_text(row, "entry")) };
	start(directory, run_folder, run, scop_text(row, "body"));
	return run;
}

bool
run_is_done(const struct run *run)
{
	return run->fd < 0 && (run->outcome == RUN_DONE || run->cancelled);
}
