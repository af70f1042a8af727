/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Where requests come in. The gateway accepts a connection only while a worker is idle, looks at
 * the first bytes without taking them, finds whose request it is, and gives the connection to the
 * worker that was used last. So the gateway knows by itself which tenant a worker serves.
 *
 * Source: https://fastcgi-archives.github.io/FastCGI_Specification.html, 3.3 and 3.4.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/gateway.h"

#include "base/log.h"

enum { LOOK_BYTES = 16384, RECORD_HEAD = 8, PARAMS = 4 };

/* A parameter that is looked for. */
struct wanted {
	const char *name;
	char value[SCOP_HOST_MAX + 1];
	bool found;
};

/* The pool's requests are found by host name, those of jobs by the tenant's number; the ledger has
 * their ids. */
struct look {
	struct wanted whose, id;
	bool complete; /* all parameters were there to be seen */
};

/* Reads the length of a name or value; false if it is not all there. */
static bool
take_length(const unsigned char **at, const unsigned char *end, size_t *ret_length)
{
	if (*at == end)
		return false;
	if (!(**at & 0x80)) {
		*ret_length = *(*at)++;
		return true;
	}
	if (end - *at < 4)
		return false;
	*ret_length = (size_t)((*at)[0] & 0x7f) << 24 | (size_t)(*at)[1] << 16 |
	    (size_t)(*at)[2] << 8 | (*at)[3];
	*at += 4;
	return true;
}

static void
compare(const unsigned char *at, size_t name, size_t value, struct wanted *wanted)
{
	if (wanted->found || name != strlen(wanted->name) || memcmp(at, wanted->name, name) != 0 ||
	    value >= sizeof wanted->value)
		return;
	memcpy(wanted->value, at + name, value);
	wanted->value[value] = '\0';
	wanted->found = true;
}

static bool
is_over(const struct look *look)
{
	return look->complete || (look->whose.found && look->id.found);
}

/* Looks through the pairs of one record; the last may go on in the next record, and is left out
 * then. nginx and the dispatcher send the wanted ones first. */
static void
look_at_pairs(const unsigned char *at, const unsigned char *end, struct look *look)
{
	size_t name, value;

	while (!is_over(look) && take_length(&at, end, &name) && take_length(&at, end, &value) &&
	    name <= (size_t)(end - at) && value <= (size_t)(end - at) - name) {
		compare(at, name, value, &look->whose);
		compare(at, name, value, &look->id);
		at += name + value;
	}
}

static void
look_at(const unsigned char *bytes, size_t length, struct look *look)
{
	for (size_t at = 0; at + RECORD_HEAD <= length && !is_over(look);) {
		const unsigned char *head = bytes + at;
		const size_t content = (size_t)head[4] << 8 | head[5];
		const size_t there =
		    content < length - at - RECORD_HEAD ? content : length - at - RECORD_HEAD;

		if (head[1] == PARAMS)
			look_at_pairs(head + RECORD_HEAD, head + RECORD_HEAD + there, look);
		look->complete = head[1] == PARAMS && content == 0;
		at += RECORD_HEAD + content + head[6];
	}
}

struct scop_ledger_entry *
gateway_entry(const struct gateway *gateway, const struct gateway_worker *worker)
{
	struct scop_ledger_entry *entry = &gateway->ledger->entries[worker - gateway->workers];

	return atomic_load(&entry->pid) == worker->pid ? entry : NULL;
}

static void
note_tenant(const struct gateway *gateway, const struct gateway_worker *worker, const char *name)
{
	struct scop_ledger_entry *entry = gateway_entry(gateway, worker);

	if (!entry)
		return;
	snprintf(entry->tenant_name, sizeof entry->tenant_name, "%s", name);
	atomic_store(&entry->tenant, worker->tenant);
}

/* Before the worker has it, for that may crash at once. */
static void
note_request(struct gateway *gateway, const struct gateway_worker *worker, const char *id)
{
	struct scop_ledger_entry *entry = gateway_entry(gateway, worker);

	atomic_fetch_add(&gateway->ledger->given, 1);
	if (!entry)
		return;
	entry->tenant_name[0] = '\0';
	atomic_store(&entry->tenant, worker->tenant);
	atomic_store(&entry->since, worker->since);
	snprintf(entry->request, sizeof entry->request, "%s", id);
	atomic_store(&entry->busy, true);
}

/* A route may be there a moment before the directory has the module, so a worker's first statement
 * looks again. */
bool
gateway_find_tenant(const struct gateway *gateway, struct gateway_worker *worker)
{
	const char *module = gateway->settings.module;
	struct scop_directory_entry entry;

	if (worker->database[0])
		return true;
	if (worker->host[0]
		? !scop_directory_find(gateway->directory, worker->host, module, &entry)
		: !scop_directory_find_tenant(gateway->directory, worker->tenant, module, &entry))
		return false;
	worker->tenant = entry.tenant.id;
	memcpy(worker->database, entry.subscription.database, sizeof worker->database);
	note_tenant(gateway, worker, entry.tenant.name);
	return true;
}

/* A worker that is told to end takes what has been accepted already, and no more. */
static struct gateway_worker *
idle_worker(struct gateway *gateway, bool for_new)
{
	struct gateway_worker *best = NULL;

	for (unsigned i = 0; i < gateway->slots; i++) {
		struct gateway_worker *worker = &gateway->workers[i];

		if (worker->pid && worker->idle && !(for_new && worker->retired) &&
		    (!best || worker->turn > best->turn))
			best = worker;
	}
	return best;
}

static void
begin(struct gateway *gateway, struct gateway_worker *worker, const struct look *look)
{
	worker->idle = false;
	worker->busy = true;
	worker->told = false;
	worker->since = scop_board_clock();
	worker->turn = ++gateway->turns;
	worker->database[0] = worker->host[0] = '\0';
	worker->tenant = 0;
	if (gateway->settings.jobs)
		worker->tenant = (uint32_t)strtoul(look->whose.value, NULL, 10);
	else
		memcpy(worker->host, look->whose.value, sizeof worker->host);
	note_request(gateway, worker, look->id.value);
	gateway_find_tenant(gateway, worker);
	gateway_line_begin(gateway, (uint32_t)(worker - gateway->workers));
}

/* Gives the connection to a worker. If that has just died, another one takes it. */
static bool
give(struct gateway *gateway, int fd, const struct look *look)
{
	static const struct scop_channel_request request = { SCOP_CHANNEL_REQUEST };
	struct gateway_worker *worker;

	while ((worker = idle_worker(gateway, false))) {
		begin(gateway, worker, look);
		if (scop_channel_send(worker->channel, &request, sizeof request, fd))
			return true;
		struct scop_ledger_entry *entry = gateway_entry(gateway, worker);
		if (entry)
			atomic_store(&entry->busy, false);
	}
	return false;
}

/* Looks at what has arrived; returns false while that is too little to tell. */
static bool
try_to_give(struct gateway *gateway, int fd)
{
	static unsigned char bytes[LOOK_BYTES];
	const bool jobs = gateway->settings.jobs;
	struct look look = { .whose.name = jobs ? "TENANT" : "HOST",
		.id.name = jobs ? "RUN" : "REQUEST_ID" };
	const ssize_t got = recv(fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got > 0)
		look_at(bytes, (size_t)got, &look);
	if (got > 0 && !is_over(&look) && got < LOOK_BYTES)
		return false;
	if (got <= 0 || !give(gateway, fd, &look))
		scop_log_line(SCOP_LOG_DEBUG, "a connection has ended before its request");
	close(fd);
	return true;
}

/* Connections whose request has arrived when no worker was idle any more. */
static int *parked;
static size_t parked_count;

/* Accepted, and their request has not arrived. */
static size_t at_door;

static void
park(int fd)
{
	if (parked_count % 16 == 0) {
		int *more = realloc(parked, (parked_count + 16) * sizeof *parked);

		if (!more)
			abort();
		parked = more;
	}
	parked[parked_count++] = fd;
}

static void
wait_at_door(struct gateway *gateway, int fd)
{
	at_door++;
	gateway_watch(gateway, fd, GATEWAY_DOOR, (uint32_t)fd, EPOLLIN | EPOLLRDHUP);
}

bool
gateway_has_accepted(void)
{
	return parked_count > 0 || at_door > 0;
}

/* Accepts one connection; false if there is none, or none can be accepted now. */
static bool
accept_next(struct gateway *gateway)
{
	const int fd = accept4(gateway->settings.listen, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0 && errno == EAGAIN) {
		gateway->queued = false;
		gateway_watch_again(gateway, gateway->settings.listen, GATEWAY_LISTEN, 0,
		    GATEWAY_LISTEN_EVENTS);
	}
	if (fd < 0)
		return false;
	if (!try_to_give(gateway, fd))
		wait_at_door(gateway, fd);
	return true;
}

/* While no worker is idle, requests queue at the socket, where the supervisor sees them and starts
 * workers. */
bool
gateway_accept(struct gateway *gateway)
{
	bool none_queued = !gateway->queued || (gateway->ending && !gateway->emptying);

	while (parked_count > 0 && idle_worker(gateway, false)) {
		const int fd = parked[--parked_count];

		if (!try_to_give(gateway, fd))
			wait_at_door(gateway, fd);
	}
	while (!none_queued && idle_worker(gateway, true))
		none_queued = !accept_next(gateway);
	return none_queued && parked_count == 0 && at_door == 0;
}

void
gateway_door(struct gateway *gateway, int fd)
{
	/* a descriptor that a worker gets must not be watched here any more */
	(void)epoll_ctl(gateway->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	at_door--;
	if (!idle_worker(gateway, false))
		park(fd);
	else if (!try_to_give(gateway, fd))
		wait_at_door(gateway, fd);
}
