/* SPDX-License-Identifier: EUPL-1.2 */
/* How a worker watches itself: time limit, crashes, statements. */
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "worker/worker.h"

#include "base/log.h"
#include "data/db.h"
#include "package/loader.h"
#include "web/trace.h"
#include "worker/crash.h"

enum { WATCH_SECONDS = 5, GRACE_SECONDS = 5 };

/* ---- time ---- */

static struct scop_slot *own_slot;
static int64_t own_limit; /* microseconds of one request */

/* Now and then: a request far over its hard limit ends us, should the supervisor that would do so
 * be gone. */
static void
on_alarm(int signal)
{
	(void)signal;
	if (atomic_load(&own_slot->state) == SCOP_SLOT_BUSY &&
	    scop_board_clock() - atomic_load(&own_slot->since) > own_limit)
		_exit(1);
}

void
scop_worker_watch_time(const struct scop_worker *worker)
{
	const struct itimerval every = { { WATCH_SECONDS, 0 }, { WATCH_SECONDS, 0 } };
	const struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };

	own_slot = worker->slot;
	own_limit = (worker->settings.hard / 1000 + GRACE_SECONDS) * 1000000;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

/* ---- crashes ---- */

void
scop_worker_watch_crashes(const struct scop_worker *worker)
{
#if defined(__SANITIZE_ADDRESS__)
	(void)worker; /* the sanitizer has its own handlers, which report more */
#else
	scop_crash_watch(&(struct scop_crash_watch){ .crash = &worker->slot->crash,
	    .module = worker->app.module,
	    .channel = worker->settings.channel,
	    .wait = worker->app.development && !worker->settings.jobs });
#endif
}

/* ---- statements ---- */

static const char *
route_words(const struct scop_worker *worker)
{
	const uint32_t index = atomic_load(&worker->slot->route);

	if (worker->settings.jobs || index == UINT16_MAX)
		return worker->slot->path;
	const struct scop_route *route = &worker->app.module->routes[index];
	return route->name ? route->name : route->path;
}

static void
on_statement(void *context, const struct scop_db_ran *ran)
{
	struct scop_worker *worker = context;
	const int64_t milliseconds = ran->microseconds / 1000;

	if (worker->app.trace)
		scop_trace_statement(worker->app.trace, ran);
	if (milliseconds < worker->slow_milliseconds)
		return;
	if (scop_board_slow(worker->board, ran->statement->name, route_words(worker),
		worker->slot->tenant_name, (uint32_t)milliseconds, (uint32_t)ran->rows))
		scop_log_line(SCOP_LOG_WARNING,
		    "slow statement '%s' of module %s: %lld ms, %zu rows%s, route %s",
		    ran->statement->name, worker->app.module_name, (long long)milliseconds,
		    ran->rows, ran->failed ? ", and it failed" : "", route_words(worker));
}

/* For traces: the routes' functions by name. */
static const char *const *
handlers(const struct scop_worker *worker)
{
	const struct scop_route *routes = worker->app.module->routes;
	size_t count = 0;

	while (routes && routes[count].path)
		count++;
	const char **names = scop_arena_alloc(worker->app.arena, (count + 1) * sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = scop_loader_function(worker->app.arena, worker->settings.file,
		    (const void *)(uintptr_t)routes[i].handle);
	return names;
}

void
scop_worker_watch_statements(struct scop_worker *worker)
{
	static struct scop_trace trace;

	if (worker->app.development && (!worker->settings.jobs || worker->traces)) {
		trace.panel = worker->settings.trace;
		trace.handlers = worker->settings.jobs ? NULL : handlers(worker);
		trace.kept = worker->traces;
		worker->app.trace = &trace;
	}
	worker->slow_milliseconds = worker->settings.slow_statement;
	scop_db_watch(worker->app.db, on_statement, worker);
}
