/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-worker: serves one pool, single-threaded, one request at a time.
 *
 * Started by the supervisor with its settings as `name=value` arguments and four descriptors: the
 * listening socket, the pipe whose end means "finish and go", the directory and the scoreboard.
 * Opens the files that it needs, enters the sandbox, loads its module, and serves: visitors, or
 * with `jobs=1` the dispatcher. With `import=...` it reads one import from standard input instead.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <mysql.h>
#include <nss.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/said.h"
#include "data/db.h"
#include "data/directory.h"
#include "process/board.h"
#include "worker/crash.h"
#include "worker/import.h"
#include "http/out.h"
#include "package/sandbox.h"
#include "package/loader.h"
#include "queue/work.h"
#include "web/serve.h"
#include "web/trace.h"
#include "web/traces.h"

enum {
	FROZEN_SECONDS_MAX = 10,
	FROZEN_LOOK_MICROSECONDS = 2000,
	CHANGE_MICROSECONDS_MAX = 1000000,
	CHANGE_LOOK_MICROSECONDS = 300,
	RUSAGE_EVERY = 4,
	WATCH_SECONDS = 5,
	LOOK_MILLISECONDS = 1000
};

struct worker {
	int argc;
	char **argv;
	struct scop_app app;
	struct scop_board *board;
	struct scop_slot *slot;
	const struct scop_directory_shared *directory;
	const char *hash; /* of the package that we are */
	int listen_fd, stop_fd, wake_fd, wait_fd;
	uint64_t requests_max;
	long resident_max; /* kilobytes */
	int64_t slow_milliseconds;
	bool jobs;
	struct scop_traces *traces; /* shared with all workers, for authors; NULL: none are kept */
	unsigned hard_seconds; /* after which a request ends us, should the supervisor be gone */
	struct scop_directory_entry entry;
	struct scop_arena *arena;
};

static const char *
setting(const struct worker *worker, const char *name)
{
	const size_t length = strlen(name);

	for (int i = 1; i < worker->argc; i++)
		if (strncmp(worker->argv[i], name, length) == 0 && worker->argv[i][length] == '=')
			return worker->argv[i] + length + 1;
	return "";
}

static long long
number(const struct worker *worker, const char *name)
{
	return atoll(setting(worker, name));
}

static struct scop_slot *own_slot;
static int64_t own_limit; /* microseconds of one request */

/* `said` is a message as base/said.h has it. */
static void __attribute__((noreturn)) give_up(const char *said)
{
	char text[SCOP_SAID_MAX];

	scop_said_show(said, NULL, text, sizeof text);
	scop_log_line(SCOP_LOG_ERROR, "cannot start: %s", text);
	if (own_slot)
		snprintf(own_slot->reason, sizeof own_slot->reason, "%s", said);
	_exit(SCOP_WORKER_CANNOT_START);
}

/* The secret's two lines: the account's password and the form key, in hexadecimal. */
static void
read_secret(struct worker *worker, struct scop_db_account *account)
{
	static char password[100];
	char key[100] = "";
	FILE *file = fopen(setting(worker, "secret"), "r");

	if (!file || fscanf(file, "%99s %99s", password, key) != 2)
		give_up("the module's secret cannot be read");
	fclose(file);
	if (sodium_hex2bin(worker->app.key, SCOP_KEY_BYTES, key, strlen(key), NULL, NULL, NULL) !=
	    0)
		give_up("the module's secret is damaged");
	account->password = password;
}

/* As <mysql/client_plugin.h> declares it, which Debian 12 ships without a header that it includes
 * (ma_compress.h). */
struct st_mysql_client_plugin *mysql_client_find_plugin(MYSQL *mysql, const char *name, int type);
enum { CLIENT_AUTHENTICATION = 2 };

/* MariaDB's authentication plugin is a library of its own: load it while files can still be read,
 * whether or not MariaDB is up. */
static void
load_authentication(void)
{
	MYSQL *mysql = mysql_init(NULL);

	if (!mysql || !mysql_client_find_plugin(mysql, "client_ed25519", CLIENT_AUTHENTICATION))
		give_up("MariaDB's client_ed25519 cannot be loaded");
	mysql_close(mysql);
}

static void
prepare_database(struct worker *worker)
{
	struct scop_db_account account = { .socket = setting(worker, "db_socket"),
		.user = setting(worker, "db_user"),
		.statement_seconds = (unsigned)number(worker, "statement_seconds"),
		.rows_max = SCOP_ROWS_MAX };

	read_secret(worker, &account);
	/* else the library looks for a dozen files that nobody has */
	__nss_configure_lookup("services", "files");
	mysql_library_init(0, NULL, NULL);
	load_authentication();
	worker->app.db = scop_db_new(&account);
	/* MariaDB may be away for a while; requests try again */
	if (scop_db_connect(worker->app.db) != SCOP_DB_OK)
		scop_log_line(SCOP_LOG_WARNING, "no database yet: %s",
		    scop_db_error(worker->app.db));
}

/* In job workers of a module that calls other systems, loads the libraries for it while files can
 * still be read. */
static void
open_way_out(struct worker *worker)
{
	const struct scop_out_settings settings = { setting(worker, "out"), worker->hash,
		setting(worker, "ca_file") };
	char error[300];

	if (!worker->jobs || access(setting(worker, "calls"), R_OK) != 0)
		return;
	void *library = dlopen("libscopiton-work.so.1", RTLD_NOW | RTLD_LOCAL);
	worker->app.out = library ? dlsym(library, "scop_out") : NULL;
	if (!worker->app.out)
		give_up(dlerror());
	if (!worker->app.out->prepare(&settings, error, sizeof error))
		give_up(error);
}

static void *
map(int fd, size_t size, int protection)
{
	void *memory = mmap(NULL, size, protection, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		give_up("the shared memory cannot be mapped");
	close(fd);
	return memory;
}

static void
lock_in(struct worker *worker)
{
	struct scop_error err;
	const struct scop_sandbox sandbox = { .module_file = setting(worker, "file"),
		.uid = (uid_t)number(worker, "uid"),
		.gid = (gid_t)number(worker, "uid"),
		.memory = (uint64_t)number(worker, "memory") << 20,
		.landlock_abi = (int)number(worker, "landlock_abi") };

	if (number(worker, "sandbox") && !scop_sandbox_enter(&sandbox, &err))
		give_up(err.said);
}

static void
load(struct worker *worker)
{
	struct scop_error err;

	worker->app.module = scop_loader_load(setting(worker, "file"), &err);
	if (!worker->app.module)
		give_up(err.said);
	if (number(worker, "sandbox") && !scop_sandbox_seal(&err))
		give_up(err.said);
}

/* ---- slow statements ---- */

static const char *
route_words(const struct worker *worker)
{
	const uint32_t index = atomic_load(&worker->slot->route);

	if (worker->jobs || index == UINT16_MAX)
		return worker->slot->path;
	const struct scop_route *route = &worker->app.module->routes[index];
	return route->name ? route->name : route->path;
}

static void
on_statement(void *context, const struct scop_db_ran *ran)
{
	struct worker *worker = context;
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
handlers(const struct worker *worker)
{
	const struct scop_route *routes = worker->app.module->routes;
	size_t count = 0;

	while (routes && routes[count].path)
		count++;
	const char **names = scop_arena_alloc(worker->app.arena, (count + 1) * sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = scop_loader_function(worker->app.arena, setting(worker, "file"),
		    (const void *)(uintptr_t)routes[i].handle);
	return names;
}

static void
watch_statements(struct worker *worker)
{
	static struct scop_trace trace;

	if (worker->app.development && (!worker->jobs || worker->traces)) {
		trace.panel = number(worker, "trace");
		trace.handlers = worker->jobs ? NULL : handlers(worker);
		trace.kept = worker->traces;
		worker->app.trace = &trace;
	}
	worker->slow_milliseconds = number(worker, "slow_statement");
	scop_db_watch(worker->app.db, on_statement, worker);
}

/* ---- one request ---- */

static const char *
fcgi_param(void *context, const char *name)
{
	return FCGX_GetParam(name, ((FCGX_Request *)context)->envp);
}

struct exchange_context {
	FCGX_Request *fcgi;
	struct worker *worker;
};

static const char *
param(void *context, const char *name)
{
	return fcgi_param(((struct exchange_context *)context)->fcgi, name);
}

static size_t
read_bytes(void *context, void *bytes, size_t size)
{
	const int got = FCGX_GetStr(bytes, size > 1 << 20 ? 1 << 20 : (int)size,
	    ((struct exchange_context *)context)->fcgi->in);

	return got > 0 ? (size_t)got : 0;
}

static void
write_bytes(void *context, const void *bytes, size_t size)
{
	FCGX_PutStr(bytes, (int)size, ((struct exchange_context *)context)->fcgi->out);
}

static void
flush(void *context)
{
	FCGX_FFlush(((struct exchange_context *)context)->fcgi->out);
}

/* The dispatcher hangs up to cancel a job. */
static bool
gone(void *context)
{
	struct pollfd polled = { ((struct exchange_context *)context)->fcgi->ipcFd, POLLRDHUP, 0 };

	return poll(&polled, 1, 0) > 0 && (polled.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

static bool
route_known(void *context, unsigned index)
{
	struct worker *worker = ((struct exchange_context *)context)->worker;

	if (!worker->slot)
		return true;
	atomic_store(&worker->slot->route, index);
	return !scop_board_route_out(worker->board, worker->entry.tenant.id, index);
}

static const char *
text(const char *value)
{
	return value ? value : "";
}

/* Marks the slot busy before it reads the directory, so that a switch of versions can wait for us.
 */
static void
slot_busy(struct worker *worker, FCGX_Request *fcgi)
{
	struct scop_slot *slot = worker->slot;

	snprintf(slot->request, sizeof slot->request, "%s",
	    text(fcgi_param(fcgi, worker->jobs ? "RUN" : "REQUEST_ID")));
	snprintf(slot->path, sizeof slot->path, "%s",
	    text(fcgi_param(fcgi, worker->jobs ? "JOB" : "DOCUMENT_URI")));
	slot->tenant_name[0] = '\0';
	atomic_store(&slot->tenant, 0);
	atomic_store(&slot->route, UINT16_MAX);
	atomic_store(&slot->since, scop_board_clock());
	atomic_store(&slot->state, SCOP_SLOT_BUSY);
}

static void
slot_done(struct worker *worker, int status)
{
	struct scop_slot *slot = worker->slot;
	const uint64_t took = (uint64_t)(scop_board_clock() - atomic_load(&slot->since));
	size_t bucket = 0;

	while (bucket < SCOP_BUCKETS - 1 && took > scop_board_bounds[bucket])
		bucket++;
	atomic_fetch_add(&slot->buckets[bucket], 1);
	atomic_fetch_add(&slot->microseconds, took);
	atomic_fetch_add(&slot->requests, 1);
	if (status >= 500 && status != 509)
		atomic_fetch_add(&slot->failures, 1);
	if (atomic_load(&slot->tenant) != 0 && status != 509 && status != 503)
		scop_board_note(worker->board, slot->tenant, slot->route, false);
	atomic_store(&slot->state, SCOP_SLOT_IDLE);
}

/* Wakes the supervisor when no sibling is left to take the next request. */
static void
call_for_help(struct worker *worker)
{
	if (!atomic_load(&worker->board->hungry))
		return;
	for (size_t i = 0; i < SCOP_SLOTS; i++)
		if (atomic_load(&worker->board->slots[i].state) == SCOP_SLOT_IDLE)
			return;
	if (write(worker->wake_fd, &(uint64_t){ 1 }, sizeof(uint64_t)) < 0)
		scop_log_line(SCOP_LOG_DEBUG, "the supervisor cannot be woken");
}

/* The tenant's use of this module, by host name or where that is NULL by number. Writes wait while
 * tables are rebuilt. */
static enum {
	SITE_FOUND,
	SITE_NONE,
	SITE_MOVED,
	SITE_FROZEN
} find_site(struct worker *worker, const char *host, uint32_t tenant, bool reads,
    struct scop_site *ret_site)
{
	struct scop_directory_entry *entry = &worker->entry;
	const int64_t until_changed = scop_board_clock() + CHANGE_MICROSECONDS_MAX,
		      until = scop_board_clock() + FROZEN_SECONDS_MAX * 1000000LL;
	bool frozen;

	for (;;) {
		const uint64_t generation = atomic_load(&worker->directory->generation);
		const bool known = host
		    ? scop_directory_find(worker->directory, host, worker->app.module_name, entry)
		    : scop_directory_find_tenant(worker->directory, tenant, worker->app.module_name,
			  entry);

		/* Routes change just before the directory does: a request on a new route waits for
		 * it. */
		if ((!known || entry->subscription.state == SCOP_STATE_OFF ||
			strcmp(entry->hash, worker->hash) != 0) &&
		    scop_board_clock() < until_changed &&
		    (atomic_load(&worker->directory->changing) ||
			atomic_load(&worker->directory->generation) != generation)) {
			usleep(CHANGE_LOOK_MICROSECONDS);
			continue;
		}
		if (!known || entry->subscription.state == SCOP_STATE_OFF)
			return SITE_NONE;
		frozen = entry->subscription.state == SCOP_STATE_FROZEN && !reads;
		if (!frozen || worker->jobs || scop_board_clock() > until)
			break;
		/* A copy waits for requests that were under way before it; one that waits for the
		 * copy is not. */
		atomic_store(&worker->slot->since, scop_board_clock());
		usleep(FROZEN_LOOK_MICROSECONDS);
	}
	if (strcmp(entry->hash, worker->hash) != 0)
		return SITE_MOVED;
	*ret_site = (struct scop_site){ .tenant = entry->tenant.id,
		.tenant_name = entry->tenant.name,
		.title = entry->tenant.title,
		.host = entry->tenant.host,
		.portal_host = entry->tenant.portal_host,
		.portal = entry->portal,
		.root = entry->subscription.root,
		.language = (enum scop_language)entry->tenant.language,
		.zone = entry->tenant.zone,
		.country = entry->tenant.country,
		.currency = entry->tenant.currency,
		.epoch = entry->subscription.epoch,
		.database = entry->subscription.database,
		.role = scop_arena_printf(worker->arena, "t%u_%s", entry->tenant.id,
		    worker->app.module_name),
		.socle = scop_arena_printf(worker->arena, "t%u", entry->tenant.id),
		.frozen = frozen };
	return frozen ? SITE_FROZEN : SITE_FOUND;
}

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

static void
watch_ourselves(const struct worker *worker)
{
	const struct itimerval every = { { WATCH_SECONDS, 0 }, { WATCH_SECONDS, 0 } };
	const struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };

	own_limit = ((int64_t)worker->hard_seconds) * 1000000;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
}

/* libfcgi waits until nginx has closed its end, lest bytes of a body that nobody has read turn the
 * answer into an error. Where the end of the input was read there are none, and the next request
 * need not wait for nginx. */
static void
hang_up(FCGX_Request *fcgi, bool reads)
{
	if (reads && FCGX_GetChar(fcgi->in) == EOF)
		FCGX_Detach(fcgi);
	FCGX_Finish_r(fcgi);
}

static void
serve_one(struct worker *worker, FCGX_Request *fcgi)
{
	struct exchange_context context = { fcgi, worker };
	const struct scop_exchange exchange = { param, read_bytes, write_bytes, &context, flush,
		gone, route_known, NULL };
	const char *host = worker->jobs ? NULL : text(fcgi_param(fcgi, "HOST"));
	const uint32_t tenant =
	    worker->jobs ? (uint32_t)strtoul(text(fcgi_param(fcgi, "TENANT")), NULL, 10) : 0;
	struct scop_site site;
	int status = 509;

	slot_busy(worker, fcgi);
	call_for_help(worker);
	const char *method = worker->jobs ? "" : text(fcgi_param(fcgi, "REQUEST_METHOD"));
	const bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

	switch (find_site(worker, host, tenant, reads, &site)) {
	case SITE_MOVED:
		FCGX_PutS(worker->jobs ? "moved\n"
				       : "Status: 509 Moved\r\nContent-Length: 0\r\n\r\n",
		    fcgi->out);
		break;
	case SITE_NONE:
		if (worker->jobs)
			FCGX_PutS("moved\n", fcgi->out);
		else
			status = scop_serve(&worker->app, worker->arena, NULL, &exchange);
		break;
	case SITE_FROZEN:
		if (worker->jobs) {
			FCGX_PutS("moved\n", fcgi->out);
			break;
		}
		__attribute__((fallthrough));
	case SITE_FOUND:
		snprintf(worker->slot->tenant_name, sizeof worker->slot->tenant_name, "%s",
		    site.tenant_name);
		atomic_store(&worker->slot->tenant, site.tenant);
		if (worker->jobs) {
			scop_serve_job(&worker->app, worker->arena, &site, &exchange);
			status = 200;
		} else {
			status = scop_serve(&worker->app, worker->arena, &site, &exchange);
		}
	}
	hang_up(fcgi, reads);
	scop_arena_reset(worker->arena);
	slot_done(worker, status);
}

static bool
worn_out(const struct worker *worker, uint64_t served)
{
	struct rusage usage;

	if (served >= worker->requests_max)
		return true;
	if (served % RUSAGE_EVERY != 0)
		return false;
	getrusage(RUSAGE_SELF, &usage);
	if (usage.ru_maxrss <= worker->resident_max)
		return false;
	scop_log_line(SCOP_LOG_WARNING, "replaced: uses %ld kB, more than %ld", usage.ru_maxrss,
	    worker->resident_max);
	return true;
}

static void
serve(struct worker *worker)
{
	FCGX_Request fcgi;
	uint64_t served = 0;

	FCGX_Init();
	FCGX_InitRequest(&fcgi, worker->listen_fd, FCGI_FAIL_ACCEPT_ON_INTR);
	atomic_store(&worker->slot->state, SCOP_SLOT_IDLE);
	while (!worn_out(worker, served)) {
		struct epoll_event event;

		/* The kernel wakes one of several idle workers for a request; the timeout covers
		 * its dying between wake-up and accept. */
		if (epoll_wait(worker->wait_fd, &event, 1, LOOK_MILLISECONDS) <= 0)
			continue;
		if (event.data.fd == worker->stop_fd) /* the supervisor closed it, or is gone */
			break;
		if (event.events & (uint32_t)~EPOLLIN) {
			scop_log_line(SCOP_LOG_ERROR,
			    "ends: the module has closed the pool's socket");
			break;
		}
		errno = 0;
		if (FCGX_Accept_r(&fcgi) < 0) {
			if (errno == 0 || errno == EAGAIN || errno == EINTR ||
			    errno == ECONNABORTED)
				continue; /* a sibling took it */
			scop_log_line(SCOP_LOG_ERROR, "ends: no request can be accepted: %s",
			    strerror(errno));
			break;
		}
		serve_one(worker, &fcgi);
		served++;
	}
}

static void
wait_for_both(struct worker *worker)
{
	struct epoll_event stop = { EPOLLIN, { .fd = worker->stop_fd } };
	struct epoll_event listen = { EPOLLIN | EPOLLEXCLUSIVE, { .fd = worker->listen_fd } };

	worker->wait_fd = epoll_create1(EPOLL_CLOEXEC);
	if (worker->wait_fd < 0 ||
	    epoll_ctl(worker->wait_fd, EPOLL_CTL_ADD, worker->stop_fd, &stop) != 0 ||
	    epoll_ctl(worker->wait_fd, EPOLL_CTL_ADD, worker->listen_fd, &listen) != 0)
		give_up("the pool's socket cannot be watched");
}

static void
start_serving(struct worker *worker)
{
	struct scop_directory_shared *directory =
	    map((int)number(worker, "directory"), sizeof(struct scop_directory_shared), PROT_READ);

	worker->directory = directory;
	worker->board =
	    map((int)number(worker, "board"), sizeof(struct scop_board), PROT_READ | PROT_WRITE);
	if (number(worker, "traces"))
		worker->traces = map((int)number(worker, "traces"), sizeof *worker->traces,
		    PROT_READ | PROT_WRITE);
	worker->slot = own_slot = &worker->board->slots[number(worker, "slot")];
	worker->hard_seconds = (unsigned)(number(worker, "hard") / 1000) + 5;
	watch_ourselves(worker);
	worker->listen_fd = (int)number(worker, "listen");
	worker->stop_fd = (int)number(worker, "stop");
	worker->wake_fd = (int)number(worker, "wake");
	wait_for_both(worker);
	worker->requests_max = (uint64_t)number(worker, "requests");
	worker->resident_max = (long)number(worker, "resident") * 1024;
	setenv("LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT", "200", 1);
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "200", 1);
}

static void
watch_crashes(const struct worker *worker)
{
#if defined(__SANITIZE_ADDRESS__)
	(void)worker; /* the sanitizer has handlers of its own, which say more */
#else
	scop_crash_watch(&(struct scop_crash_watch){ .crash = &worker->slot->crash,
	    .module = worker->app.module,
	    .wake_fd = worker->wake_fd,
	    .wait = worker->app.development && !worker->jobs });
#endif
}

int
main(int argc, char **argv)
{
	struct worker worker = { .argc = argc, .argv = argv };
	static char who[64];
	void *frames[4];

	snprintf(who, sizeof who, "worker %s", setting(&worker, "module"));
	scop_log_open(who, number(&worker, "development") ? SCOP_LOG_DEBUG : SCOP_LOG_INFO);
	if (number(&worker, "relay")) {
		scop_log_relay();
		setvbuf(stdout, NULL, _IOLBF, 0); /* a pipe, which the supervisor reads by line */
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_IGN); /* else libfcgi takes it over, and never accepts again */
	signal(SIGUSR1, SIG_IGN);
	/* Ctrl-C reaches the whole group; we end when the supervisor says so */
	signal(SIGINT, SIG_IGN);
	umask(077);
	if (sodium_init() < 0)
		give_up("no randomness");

	worker.hash = setting(&worker, "hash");
	worker.app.module_name = setting(&worker, "module");
	worker.app.body_max = (uint64_t)number(&worker, "body_max");
	worker.jobs = number(&worker, "jobs");
	worker.app.work_fd = (int)number(&worker, "work");
	worker.app.mail_fd = (int)number(&worker, "mail");
	worker.app.gate_fd = (int)number(&worker, "gate");
	worker.app.port = setting(&worker, "port");
	worker.app.https = number(&worker, "https");
	worker.app.development = number(&worker, "development");
	worker.app.arena = scop_arena_new();
	worker.arena = scop_arena_new();
	srandom((unsigned)getpid());

	const bool imports = setting(&worker, "import")[0];
	if (!imports)
		start_serving(&worker);
	prepare_database(&worker);
	open_way_out(&worker);
	backtrace(frames, 4); /* its first call loads a library */
	lock_in(&worker);
	load(&worker);
	if (imports)
		return scop_import_run(&worker.app, setting(&worker, "import"),
		    setting(&worker, "site"));
	watch_crashes(&worker);
	watch_statements(&worker);
	serve(&worker);
	return 0;
}
