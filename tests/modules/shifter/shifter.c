/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Crashes, and says on the scoreboard that it was something else: finds its worker's slot in
 * memory, as native code can, and writes there before it ends. /crash/other is for another tenant,
 * /crash/none for none, /crash/idle says that no request is under way, /crash/done tells the
 * gateway so, too. /board answers whether the slot was found. /pose/idle works for two seconds, and
 * on until SIGCONT comes, and says meanwhile that it is idle, and has failed more often than it can
 * have; /pose/over works without end, and /pose/last, too, having told the gateway that this was
 * its last request. Under the name "eager" it ends as soon as it is loaded by a worker, and says
 * before that it is ready.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../../core/process/board.h"
#include "names.h"

enum { OTHER = 2, FILES = 128, WORDS_MAX = 1 << 16, IDLE_MIN = 20, IDLE_MAX = 200 }; /* tenths */

/* Whether there is a text at an address: the kernel, asked for a file of that name, tells it
 * without a crash. */
static bool
is_readable(const void *at)
{
	return access(at, F_OK) == 0 || errno != EFAULT;
}

/* A pointer to the slot lies above on the stack; it is known by the address of this request. */
static struct scop_slot *
own_slot(struct scop_request *req)
{
	static const char path[] = "/fr/shifter/";
	struct scop_request *volatile here = req;
	void *const *words = (void *const *)(const void *)(uintptr_t)&here;

	for (int i = 0; i < WORDS_MAX && is_readable(&words[i]); i++) {
		struct scop_slot *slot = words[i];

		if ((uintptr_t)slot % _Alignof(struct scop_slot) == 0 && is_readable(slot) &&
		    is_readable(slot->path) && is_readable(slot + 1) &&
		    memcmp(slot->path, path, sizeof path - 1) == 0 &&
		    atomic_load(&slot->state) == SCOP_SLOT_BUSY)
			return slot;
	}
	return NULL;
}

static bool
tell_gateway(const char *word)
{
	bool told = false;

	for (int fd = 3; fd < FILES; fd++) {
		int type = 0;
		socklen_t size = sizeof type;

		if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
		    type == SOCK_SEQPACKET)
			told |= send(fd, word, 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1;
	}
	return told;
}

static void __attribute__((constructor)) end_at_once(void)
{
	Dl_info self;

	if (dladdr(&is_readable, &self) == 0 || !strstr(self.dli_fname, "/eager.so"))
		return;
	if (tell_gateway("r"))
		_exit(0);
}

static void
crash(struct scop_request *req)
{
	const char *as = scop_as_text(scop_path(req, "as"));
	struct scop_slot *slot = own_slot(req);

	if (!slot) {
		scop_not_found(req);
		return;
	}
	memset(slot->path, 'x', sizeof slot->path);
	memset(slot->tenant_name, 'x', sizeof slot->tenant_name);
	atomic_store(&slot->tenant, strcmp(as, "other") == 0 ? OTHER : 0);
	atomic_store(&slot->route, UINT32_MAX);
	if (strcmp(as, "idle") == 0 || strcmp(as, "done") == 0)
		atomic_store(&slot->state, SCOP_SLOT_IDLE);
	if (strcmp(as, "done") == 0)
		(void)tell_gateway("r");
	_exit(0);
}

static volatile sig_atomic_t continued;

static void
go_on(int number)
{
	(void)number;
	continued = 1;
}

/* A signal ends a nap early, so they are counted by the clock. */
static void
work_on(void)
{
	const struct timespec nap = { 0, 100000000 };
	struct timespec begun, now;
	long tenths;

	signal(SIGCONT, go_on);
	clock_gettime(CLOCK_MONOTONIC, &begun);
	do {
		nanosleep(&nap, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
		tenths =
		    (now.tv_sec - begun.tv_sec) * 10 + (now.tv_nsec - begun.tv_nsec) / 100000000;
	} while (tenths < IDLE_MIN || (!continued && tenths < IDLE_MAX));
}

static void
pose(struct scop_request *req)
{
	const char *as = scop_as_text(scop_path(req, "as"));
	struct scop_slot *slot = own_slot(req);

	if (!slot) {
		scop_not_found(req);
		return;
	}
	atomic_store(&slot->failures, UINT64_MAX / 2);
	atomic_store(&slot->since, INT64_MAX);
	atomic_store(&slot->state, SCOP_SLOT_IDLE);
	if (strcmp(as, "last") == 0)
		(void)tell_gateway("l");
	if (strcmp(as, "idle") == 0)
		work_on();
	else
		for (signal(SIGALRM, SIG_IGN);;)
			sleep(1); /* pause() is refused, and would spin */
	scop_put(req, "text", scop_make_string(req, "posed"));
	scop_view(req, &view_page);
}

static void
board(struct scop_request *req)
{
	scop_put(req, "text", scop_make_string(req, own_slot(req) ? "found" : "none"));
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/board", .name = "board", .handle = board, .api = true },
	{ .method = SCOP_GET, .path = "/pose/{as}", .name = "pose", .handle = pose, .api = true },
	{ .method = SCOP_GET, .path = "/crash/{as}", .name = "crash", .handle = crash },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
