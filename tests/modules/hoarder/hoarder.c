/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Takes what all modules share, and keeps it for as long as it may: the processor, memory, packets
 * of MariaDB, rows of the queues in a transaction that stays open, the dispatcher's and the
 * mailer's places, the broker's connections, the disk. Each route is one of these; `make siege`
 * asks for all at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "names.h"

enum {
	HELD_SECONDS = 12,
	JOB_SECONDS = 250, /* below the hard limit, so that no rule counts it */
	STEP_BYTES = 16 << 20,
	STEPS = 64,
	PACKET_BYTES = 15 << 20,
	ROW_BYTES = 1 << 20,
	MAILS = 20,
	JOBS = 500,
	CONNECTIONS = 100
};

static void
page(struct scop_request *req)
{
	scop_view(req, &view_page);
}

static int64_t
milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
spin_for(int64_t duration)
{
	const int64_t end = milliseconds() + duration;

	while (milliseconds() < end)
		;
}

static void
wait_for(time_t seconds)
{
	nanosleep(&(struct timespec){ seconds, 0 }, NULL);
}

static void
spin(struct scop_request *req)
{
	spin_for(atol(scop_as_text(scop_path(req, "milliseconds"))));
	page(req);
}

/* All memory that the kernel gives outside of the heap: shared pages, and files in memory. */
static void
memory(struct scop_request *req)
{
	void *steps[STEPS];
	int count = 0;

	for (int i = 0; i < STEPS; i++) {
		const int fd = i % 2 ? memfd_create("hoard", 0) : -1;

		if (fd >= 0 && ftruncate(fd, STEP_BYTES) != 0)
			break;
		steps[count] = mmap(NULL, STEP_BYTES, PROT_READ | PROT_WRITE,
		    MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
		if (steps[count] == MAP_FAILED)
			break;
		memset(steps[count++], 1, STEP_BYTES);
	}
	wait_for(1);
	for (int i = 0; i < count; i++)
		munmap(steps[i], STEP_BYTES);
	page(req);
}

static const struct scop_value *
many_bytes(struct scop_request *req, size_t length)
{
	static char text[PACKET_BYTES];

	memset(text, 'x', length);
	return scop_make_bytes(req, text, length);
}

static void
packet(struct scop_request *req)
{
	scop_row(req, item_of(many_bytes(req, PACKET_BYTES)));
	page(req);
}

static void
letter(struct scop_request *req, int number)
{
	scop_mail(req,
	    &(const struct scop_mail){ .view = &view_letter,
		.to = scop_make_text(req, "hoard%d@example.org", number) });
}

/* Rows of all that a module may write, in a transaction that stays open. */
static void
hold(struct scop_request *req)
{
	scop_write(req, item_add(many_bytes(req, 1)));
	scop_enqueue(req, "hang", NULL);
	scop_audit(req, "Hang", NULL);
	letter(req, 0);
	wait_for(HELD_SECONDS);
	scop_redirect(req, "page", NULL);
}

static void
flood(struct scop_request *req)
{
	static const char *const ways[] = { "wait", "spin", "connect" };
	const struct scop_value *path = scop_field(req, "path");

	for (int i = 0; i < JOBS; i++)
		scop_enqueue(req, "hang",
		    scop_map_of(req, "way", scop_make_string(req, ways[i % 3]), "path", path,
			NULL));
	for (int i = 0; i < MAILS; i++)
		letter(req, i);
	scop_redirect(req, "page", NULL);
}

static void
fill(struct scop_request *req)
{
	scop_write(req, item_add(many_bytes(req, ROW_BYTES)));
	scop_redirect(req, "page", NULL);
}

/* Connects as often as it has descriptors, again once they were closed by the other side. */
static void
take_connections(const char *path)
{
	for (int second = 0; second < JOB_SECONDS; second++) {
		int fds[CONNECTIONS];

		for (int i = 0; i < CONNECTIONS; i++) {
			struct sockaddr_un address = { .sun_family = AF_UNIX };

			fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
			snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
			if (fds[i] >= 0)
				(void)connect(fds[i], (struct sockaddr *)&address, sizeof address);
		}
		wait_for(1);
		for (int i = 0; i < CONNECTIONS; i++)
			if (fds[i] >= 0)
				close(fds[i]);
	}
}

static enum scop_job_result
hang(struct scop_request *req)
{
	const char *way = scop_text(scop_body(req), "way");

	if (strcmp(way, "spin") == 0)
		spin_for(JOB_SECONDS * 1000);
	else if (strcmp(way, "connect") == 0)
		take_connections(scop_text(scop_body(req), "path"));
	else
		wait_for(JOB_SECONDS);
	return SCOP_JOB_DONE;
}

static const struct scop_field path_fields[] = {
	{ .name = "path", .type = SCOP_FIELD_TEXT, .max = 107 },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ .method = SCOP_GET, .path = "/spin/{milliseconds}", .handle = spin },
	{ .method = SCOP_GET, .path = "/memory", .handle = memory },
	{ .method = SCOP_GET, .path = "/packet", .handle = packet },
	{ .method = SCOP_POST, .path = "/hold", .name = "hold", .handle = hold },
	{ .method = SCOP_POST,
	    .path = "/flood",
	    .name = "flood",
	    .handle = flood,
	    .fields = path_fields,
	    .form = page },
	{ .method = SCOP_POST, .path = "/fill", .name = "fill", .handle = fill },
	{ 0 },
};

static const struct scop_job jobs[] = {
	{ .name = "hang", .handle = hang },
	{ 0 },
};

SCOP_MODULE(.routes = routes, .jobs = jobs);
