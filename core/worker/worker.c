/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-worker: serves one pool, single-threaded, one request at a time.
 *
 * Started by the supervisor with its settings as `name=value` arguments and descriptors: the
 * channel to its pool's gateway, whose end means "finish and go", the directory and the scoreboard.
 * Opens the files that it needs, enters the sandbox, loads its module, and serves: visitors, or
 * with `jobs=1` the dispatcher. With `import=...` it reads one import from standard input instead.
 */
#include <execinfo.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/worker.h"

#include "base/log.h"
#include "base/said.h"
#include "data/db.h"
#include "package/sandbox.h"
#include "process/channel.h"
#include "web/traces.h"
#include "worker/import.h"

enum { RUSAGE_EVERY = 4, DESCRIPTORS_FREE = 32 /* what a request may need at once */ };

void
scop_worker_give_up(const struct scop_worker *worker, const char *said)
{
	char text[SCOP_SAID_MAX];

	scop_said_show(said, NULL, text, sizeof text);
	scop_log_line(SCOP_LOG_ERROR, "cannot start: %s", text);
	if (worker->slot)
		snprintf(worker->slot->reason, sizeof worker->slot->reason, "%s", said);
	_exit(SCOP_WORKER_CANNOT_START);
}

static void *
map(const struct scop_worker *worker, int fd, size_t size, int protection)
{
	void *memory = mmap(NULL, size, protection, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		scop_worker_give_up(worker, "the shared memory cannot be mapped");
	close(fd);
	return memory;
}

/* Whether few descriptors are left, as only a module brings about that does not close what it
 * opens. `fd` was the request's own, and free before; the next that is free tells how many are
 * open. -1: there was none for the request. */
static bool
has_few_descriptors(int fd)
{
	const int next = fd >= 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, fd + 1) : -1;

	if (next >= 0)
		close(next);
	if (next >= 0 && next < SCOP_SANDBOX_FILES - DESCRIPTORS_FREE)
		return false;
	scop_log_line(SCOP_LOG_WARNING, "replaced: fewer than %d of its %d descriptors are left",
	    DESCRIPTORS_FREE, SCOP_SANDBOX_FILES);
	return true;
}

static bool
worn_out(const struct scop_worker *worker, uint64_t served, int fd)
{
	const long resident_max = (long)worker->settings.resident * 1024; /* kilobytes */
	struct rusage usage;

	if (served >= (uint64_t)worker->settings.requests)
		return true;
	if ((fd < 0 || served % RUSAGE_EVERY == 0) && has_few_descriptors(fd))
		return true;
	if (served % RUSAGE_EVERY != 0)
		return false;
	getrusage(RUSAGE_SELF, &usage);
	if (usage.ru_maxrss <= resident_max)
		return false;
	scop_log_line(SCOP_LOG_WARNING, "replaced: uses %ld kB, more than %ld", usage.ru_maxrss,
	    resident_max);
	return true;
}

static void
say(const struct scop_worker *worker, char what)
{
	if (!scop_channel_send(worker->settings.channel, &what, 1, -1))
		_exit(1);
}

/* Serves the connections that the gateway sends, until its end of the channel closes. libfcgi takes
 * a connection that it finds in the request for one that its server kept open. */
static void
serve(struct scop_worker *worker)
{
	struct scop_channel_request request;
	FCGX_Request fcgi;
	uint64_t served = 0;
	int fd;

	FCGX_Init();
	FCGX_InitRequest(&fcgi, -1, FCGI_FAIL_ACCEPT_ON_INTR);
	atomic_store(&worker->slot->state, SCOP_SLOT_IDLE);
	say(worker, SCOP_CHANNEL_READY);
	while (scop_channel_receive(worker->settings.channel, &request, sizeof request, true, &fd) >
	    0) {
		bool counts = false;

		fcgi.ipcFd = fd;
		fcgi.keepConnection = 1;
		if (fd >= 0 && FCGX_Accept_r(&fcgi) == 0) {
			counts = scop_worker_serve_one(worker, &fcgi);
			served++;
		}
		/* the gateway closes the channel then: this was no crash */
		if (worn_out(worker, served, fd))
			say(worker, SCOP_CHANNEL_LAST);
		else
			say(worker, counts ? SCOP_CHANNEL_READY : SCOP_CHANNEL_UNTRIED);
	}
}

static void
start_serving(struct scop_worker *worker)
{
	worker->directory = map(worker, worker->settings.directory,
	    sizeof(struct scop_directory_shared), PROT_READ);
	worker->board =
	    map(worker, worker->settings.board, sizeof(struct scop_board), PROT_READ | PROT_WRITE);
	if (worker->settings.traces)
		worker->traces = map(worker, worker->settings.traces, sizeof *worker->traces,
		    PROT_READ | PROT_WRITE);
	worker->slot = &worker->board->slots[worker->settings.slot];
	scop_worker_watch_time(worker);
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "200", 1);
}

/* A full channel is one that has been told enough. */
static void
tell_services(void *context, bool work, bool mail)
{
	const int channel = ((struct scop_worker *)context)->settings.channel;

	if (work)
		(void)scop_channel_send(channel, &(char){ SCOP_CHANNEL_DISPATCHER }, 1, -1);
	if (mail)
		(void)scop_channel_send(channel, &(char){ SCOP_CHANNEL_MAILER }, 1, -1);
}

static void
take_settings(struct scop_worker *worker, int argc, char **argv)
{
	const struct scop_worker_settings *settings = &worker->settings;

	scop_settings_read(&worker->settings, argc, argv);
	worker->app.module_name = settings->module;
	worker->app.body_max = (uint64_t)settings->body_max;
	worker->app.tell = tell_services;
	worker->app.tell_context = worker;
	worker->app.gate_fd = settings->gate;
	worker->app.port = settings->port;
	worker->app.https = settings->https;
	worker->app.development = settings->development;
	worker->app.arena = scop_arena_new();
	worker->arena = scop_arena_new();
}

static void
open_log(const struct scop_worker *worker)
{
	static char who[64];

	snprintf(who, sizeof who, "worker %s", worker->settings.module);
	scop_log_open(who, worker->settings.development ? SCOP_LOG_DEBUG : SCOP_LOG_INFO);
	if (!worker->settings.relay)
		return;
	scop_log_relay();
	setvbuf(stdout, NULL, _IOLBF, 0); /* a pipe, which the supervisor reads by line */
}

static void
ignore_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_IGN); /* otherwise libfcgi uses it, and never accepts again */
	signal(SIGUSR1, SIG_IGN);
	/* Ctrl-C reaches the whole process group; the supervisor decides when workers end */
	signal(SIGINT, SIG_IGN);
}

int
main(int argc, char **argv)
{
	struct scop_worker worker = { .slot = NULL };
	void *frames[4];

	take_settings(&worker, argc, argv);
	open_log(&worker);
	ignore_signals();
	umask(077);
	if (sodium_init() < 0)
		scop_worker_give_up(&worker, "no randomness");
	srandom((unsigned)getpid());

	const bool imports = worker.settings.import[0];
	if (!imports)
		start_serving(&worker);
	/* while its gateway connects to MariaDB: */
	scop_db_load_library();
	scop_worker_open_way_out(&worker);
	scop_worker_open_formats(&worker);
	backtrace(frames, 4); /* its first call loads a library */
	scop_worker_lock_in(&worker);
	scop_worker_connect(&worker);
	scop_worker_load(&worker);
	if (imports)
		return scop_import_run(&worker.app, worker.settings.import, worker.settings.site);
	scop_worker_watch_crashes(&worker);
	scop_worker_watch_statements(&worker);
	serve(&worker);
	return 0;
}
