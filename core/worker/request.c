/* SPDX-License-Identifier: EUPL-1.2 */
/* One request of a worker: its tenant, its entry in the scoreboard, and its answer. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "worker/worker.h"

#include "base/buffer.h"
#include "process/channel.h"
#include "queue/work.h"
#include "web/resolve.h"
#include "web/serve.h"

enum {
	FROZEN_SECONDS_MAX = 10,
	FROZEN_LOOK_MICROSECONDS = 2000,
	CHANGE_MICROSECONDS_MAX = 1000000,
	CHANGE_LOOK_MICROSECONDS = 300
};

/* As FCGX_GetParam, which compares each with all of them: a request asks for two dozen. */
static const char *
fcgi_param(void *context, const char *name)
{
	const size_t length = strlen(name);

	for (char **at = ((FCGX_Request *)context)->envp; at && *at; at++)
		if (**at == *name && strncmp(*at, name, length) == 0 && (*at)[length] == '=')
			return *at + length + 1;
	return NULL;
}

struct exchange_context {
	FCGX_Request *fcgi;
	struct scop_worker *worker;
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
	struct scop_worker *worker = ((struct exchange_context *)context)->worker;

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

static void
slot_busy(struct scop_worker *worker, FCGX_Request *fcgi)
{
	struct scop_slot *slot = worker->slot;

	snprintf(slot->path, sizeof slot->path, "%s",
	    text(fcgi_param(fcgi, worker->settings.jobs ? "JOB" : "DOCUMENT_URI")));
	slot->tenant_name[0] = '\0';
	atomic_store(&slot->tenant, 0);
	atomic_store(&slot->route, UINT16_MAX);
	atomic_store(&slot->since, scop_board_clock());
	atomic_store(&slot->state, SCOP_SLOT_BUSY);
}

/* Whether the request says something about the module: its handler ran. */
static bool
slot_done(struct scop_worker *worker, int status)
{
	struct scop_slot *slot = worker->slot;
	const bool counts = status != 509 && status != 503;

	if (status >= 500 && status != 509)
		atomic_fetch_add(&slot->failures, 1);
	if (atomic_load(&slot->tenant) != 0 && counts)
		scop_board_note(worker->board, slot->tenant, slot->route, false);
	atomic_store(&slot->state, SCOP_SLOT_IDLE);
	return counts;
}

/* Wakes the supervisor if no sibling is idle for the next request. */
static void
call_for_help(struct scop_worker *worker)
{
	if (!atomic_load(&worker->board->hungry))
		return;
	for (size_t i = 0; i < SCOP_SLOTS; i++)
		if (atomic_load(&worker->board->slots[i].state) == SCOP_SLOT_IDLE)
			return;
	(void)scop_channel_send(worker->settings.channel, &(char){ SCOP_CHANNEL_SUPERVISOR }, 1,
	    -1);
}

/* The state of the module for a request's tenant. */
enum site_state { SITE_FOUND, SITE_NONE, SITE_MOVED, SITE_FROZEN };

/* A request's tenant, by host name or, if that is NULL, by number, whether it only reads, and the
 * epoch for which its sender was recognised (0: nobody was). */
struct asked {
	const char *host;
	uint32_t tenant;
	bool reads;
	uint64_t epoch;
};

/* Looks up the tenant's subscription to this module; false if there is none, or it is disabled.
 * Routes change just before the directory does, so a request on a new route waits for it. */
static bool
find_entry(struct scop_worker *worker, const struct asked *asked, int64_t until)
{
	struct scop_directory_entry *entry = &worker->entry;

	for (;;) {
		const uint64_t generation = atomic_load(&worker->directory->generation);
		const bool known = asked->host ? scop_directory_find(worker->directory, asked->host,
						     worker->app.module_name, entry)
					       : scop_directory_find_tenant(worker->directory,
						     asked->tenant, worker->app.module_name, entry);
		const bool serves = known && entry->subscription.state != SCOP_STATE_OFF;

		if ((serves && strcmp(entry->hash, worker->settings.hash) == 0 &&
			entry->subscription.epoch >= asked->epoch) ||
		    scop_board_clock() >= until ||
		    (!atomic_load(&worker->directory->changing) &&
			atomic_load(&worker->directory->generation) == generation))
			return serves;
		usleep(CHANGE_LOOK_MICROSECONDS);
	}
}

/* "t42", and with a module's name "t42_shop". */
static const char *
name_of(const struct scop_worker *worker, const char *between, const char *module)
{
	struct scop_buffer name;

	scop_buffer_init(&name, worker->arena);
	scop_buffer_char(&name, 't');
	scop_buffer_digits(&name, worker->entry.tenant.id, 1);
	scop_buffer_text(&name, between);
	scop_buffer_text(&name, module);
	return scop_buffer_str(&name);
}

static void
describe_site(const struct scop_worker *worker, bool frozen, struct scop_site *ret_site)
{
	const struct scop_directory_entry *entry = &worker->entry;

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
		.role = name_of(worker, "_", worker->app.module_name),
		.socle = name_of(worker, "", ""),
		.frozen = frozen,
		.directory = worker->directory };
}

/* The tenant's use of this module. Writes wait while tables are rebuilt. */
static enum site_state
find_site(struct scop_worker *worker, const struct asked *asked, struct scop_site *ret_site)
{
	const int64_t until_changed = scop_board_clock() + CHANGE_MICROSECONDS_MAX,
		      until = scop_board_clock() + FROZEN_SECONDS_MAX * 1000000LL;
	bool frozen, told = false;

	for (;;) {
		if (!find_entry(worker, asked, until_changed))
			return SITE_NONE;
		frozen = worker->entry.subscription.state == SCOP_STATE_FROZEN && !asked->reads;
		if (!frozen || worker->settings.jobs || scop_board_clock() > until)
			break;
		/* A copy of tables waits for requests that began before it, but not for those that
		 * wait for the copy. */
		if (!told)
			told = scop_channel_send(worker->settings.channel,
			    &(char){ SCOP_CHANNEL_WAITING }, 1, -1);
		usleep(FROZEN_LOOK_MICROSECONDS);
	}
	if (strcmp(worker->entry.hash, worker->settings.hash) != 0 ||
	    (asked->epoch && asked->epoch != worker->entry.subscription.epoch))
		return SITE_MOVED;
	describe_site(worker, frozen, ret_site);
	return frozen ? SITE_FROZEN : SITE_FOUND;
}

/* libfcgi waits until nginx has closed its end, so that unread bytes of a body do not turn the
 * answer into an error. If the input was read to its end there are none, and the next request need
 * not wait for nginx. */
static void
hang_up(FCGX_Request *fcgi, bool reads)
{
	if (reads && FCGX_GetChar(fcgi->in) == EOF)
		FCGX_Detach(fcgi);
	fcgi->keepConnection = 0; /* nginx asks to keep it, and closes it at the answer's end */
	FCGX_Finish_r(fcgi);
}

/* Answers a visitor; the HTTP status. */
static int
answer_visitor(struct scop_worker *worker, enum site_state state, const struct scop_site *site,
    const struct scop_exchange *exchange, FCGX_Stream *out)
{
	if (state != SITE_MOVED)
		return scop_serve(&worker->app, worker->arena, state == SITE_NONE ? NULL : site,
		    exchange);
	FCGX_PutS("Status: 509 Moved\r\nContent-Length: 0\r\n\r\n", out);
	return 509;
}

/* Runs a job, or tells the dispatcher to send it again later. */
static int
answer_dispatcher(struct scop_worker *worker, enum site_state state, const struct scop_site *site,
    const struct scop_exchange *exchange, FCGX_Stream *out)
{
	if (state != SITE_FOUND) {
		FCGX_PutS("moved\n", out);
		return 509;
	}
	scop_serve_job(&worker->app, worker->arena, site, exchange);
	return 200;
}

static void
read_asked(const struct scop_worker *worker, FCGX_Request *fcgi, struct asked *ret_asked)
{
	struct scop_session_place place;
	const char *what;
	int64_t until;

	*ret_asked = (struct asked){ 0 };
	if (worker->settings.jobs) {
		ret_asked->tenant = (uint32_t)strtoul(text(fcgi_param(fcgi, "TENANT")), NULL, 10);
		return;
	}
	const char *method = text(fcgi_param(fcgi, "REQUEST_METHOD"));

	ret_asked->host = text(fcgi_param(fcgi, "HOST"));
	ret_asked->reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
	if (scop_session_head(text(fcgi_param(fcgi, "SESSION")), &place, &until, &what))
		ret_asked->epoch = place.epoch;
}

bool
scop_worker_serve_one(struct scop_worker *worker, FCGX_Request *fcgi)
{
	struct exchange_context context = { fcgi, worker };
	const struct scop_exchange exchange = { param, read_bytes, write_bytes, &context, flush,
		gone, route_known, NULL };
	struct scop_site site;
	struct asked asked;

	slot_busy(worker, fcgi);
	call_for_help(worker);
	read_asked(worker, fcgi, &asked);
	const enum site_state state = find_site(worker, &asked, &site);
	if (state == SITE_FOUND || (state == SITE_FROZEN && !worker->settings.jobs)) {
		snprintf(worker->slot->tenant_name, sizeof worker->slot->tenant_name, "%s",
		    site.tenant_name);
		atomic_store(&worker->slot->tenant, site.tenant);
	}
	const int status = worker->settings.jobs
	    ? answer_dispatcher(worker, state, &site, &exchange, fcgi->out)
	    : answer_visitor(worker, state, &site, &exchange, fcgi->out);
	hang_up(fcgi, asked.reads);
	scop_arena_reset(worker->arena);
	return slot_done(worker, status);
}
