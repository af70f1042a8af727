/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-gateway: stands between one pool's workers and everybody else.
 *
 * It accepts the pool's requests and gives each to an idle worker (door.c), so it knows which
 * tenant each worker serves; and it holds the module's account at MariaDB, and lets a worker run
 * the package's own statements for that tenant alone (line.c, statements.c). Workers run a module's
 * native code; the gateway runs none.
 *
 * Started by the supervisor with its settings as `name=value` arguments, before the pool's first
 * worker; ends when the supervisor closes its end of the control socket and all workers have ended.
 */
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "gateway/gateway.h"

#include "base/log.h"
#include "data/db.h"

enum { EVENTS = 64, TICK_MILLISECONDS = 250, WAKE_REST = 1000 /* microseconds */ };

static void __attribute__((noreturn)) give_up(const char *text)
{
	scop_log_line(SCOP_LOG_ERROR, "cannot start: %s", text);
	exit(1);
}

void
gateway_watch(struct gateway *gateway, int fd, enum gateway_kind kind, uint32_t number,
    uint32_t events)
{
	struct epoll_event event = { events, { .u64 = (uint64_t)kind << 32 | number } };

	if (epoll_ctl(gateway->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
		scop_log_line(SCOP_LOG_ERROR, "a descriptor cannot be watched: %s",
		    strerror(errno));
}

void
gateway_watch_again(struct gateway *gateway, int fd, enum gateway_kind kind, uint32_t number,
    uint32_t events)
{
	struct epoll_event event = { events, { .u64 = (uint64_t)kind << 32 | number } };

	(void)epoll_ctl(gateway->epoll_fd, EPOLL_CTL_MOD, fd, &event);
}

/* ---- workers ---- */

static void
forget_worker(struct gateway *gateway, uint32_t slot)
{
	struct gateway_worker *worker = &gateway->workers[slot];

	gateway_line_close(gateway, slot);
	close(worker->channel);
	*worker = (struct gateway_worker){ .channel = -1 };
}

static void
add_worker(struct gateway *gateway, const struct scop_gateway_order *order, int channel)
{
	struct gateway_worker *worker = &gateway->workers[order->slot];

	if (worker->pid)
		forget_worker(gateway, order->slot);
	*worker = (struct gateway_worker){ .pid = order->pid, .channel = channel };
	if (gateway->settings.site[0]) /* an import: its tenant is known beforehand */
		worker->busy = sscanf(gateway->settings.site, "%u %64s", &worker->tenant,
				   worker->database) == 2;
	if (order->slot >= gateway->slots)
		gateway->slots = order->slot + 1;
	gateway_watch(gateway, channel, GATEWAY_CHANNEL, order->slot, EPOLLIN);
	if (!scop_channel_send(channel, &gateway->greeting, sizeof gateway->greeting, -1))
		forget_worker(gateway, order->slot);
}

/* Whether a connection that was accepted would be lost with this worker, for there is no other. */
static bool
is_needed(const struct gateway *gateway, const struct gateway_worker *worker)
{
	for (uint32_t i = 0; i < gateway->slots; i++) {
		const struct gateway_worker *other = &gateway->workers[i];

		if (other != worker && other->pid && !other->retired)
			return false;
	}
	return gateway_has_accepted();
}

/* A worker without a request ends at once, as its channel does; another when that has ended. */
static void
retire(struct gateway *gateway, uint32_t slot)
{
	struct gateway_worker *worker = &gateway->workers[slot];

	worker->retired = true;
	if (!worker->busy && !is_needed(gateway, worker))
		forget_worker(gateway, slot);
}

/* Ends those that were kept for a connection which somebody has by now. */
static void
retire_kept(struct gateway *gateway)
{
	for (uint32_t slot = 0; slot < gateway->slots; slot++)
		if (gateway->workers[slot].pid && gateway->workers[slot].retired)
			retire(gateway, slot);
}

/* The ledger says so before the worker hears anything from here. An entry stays as it is when a
 * worker ends by itself, for the supervisor judges that. */
static void
note_end(struct gateway *gateway, const struct gateway_worker *worker, char said)
{
	struct scop_ledger_entry *entry = gateway_entry(gateway, worker);
	const int64_t now = scop_board_clock();

	if (worker->busy)
		scop_ledger_time(gateway->ledger, now - worker->since);
	if (worker->busy && worker->tenant != 0 && said != SCOP_CHANNEL_UNTRIED)
		scop_ledger_note(gateway->ledger, worker->tenant, false);
	if (!entry)
		return;
	if (said == SCOP_CHANNEL_LAST)
		atomic_store(&entry->last, worker->busy);
	else
		atomic_store(&entry->ready, true);
	atomic_store(&entry->busy, false);
	atomic_store(&entry->since, now);
}

/* A worker that waits for the supervisor to see that all others have ended is none of them. One
 * that says so and works on writes into its own module's tables while these are copied. */
static void
note_waiting(struct gateway *gateway, const struct gateway_worker *worker)
{
	struct scop_ledger_entry *entry = gateway_entry(gateway, worker);

	if (entry && worker->busy)
		atomic_store(&entry->since, scop_board_clock());
}

static void
end_of_request(struct gateway *gateway, uint32_t slot, char said)
{
	struct gateway_worker *worker = &gateway->workers[slot];

	note_end(gateway, worker, said);
	gateway_line_end(gateway, slot);
	worker->busy = false;
	if (said == SCOP_CHANNEL_LAST || (worker->retired && !is_needed(gateway, worker)))
		forget_worker(gateway, slot);
	else
		worker->idle = true;
}

/* ---- waking others ---- */

static const char wakes[GATEWAY_WAKES] = { SCOP_CHANNEL_SUPERVISOR, SCOP_CHANNEL_DISPATCHER,
	SCOP_CHANNEL_MAILER };

static bool
any_told(const struct gateway *gateway)
{
	return gateway->told[0] || gateway->told[1] || gateway->told[2];
}

/* Wakes them at most once a millisecond, however often workers ask. */
static void
wake_others(struct gateway *gateway)
{
	const int fds[GATEWAY_WAKES] = { gateway->settings.wake, gateway->settings.work,
		gateway->settings.mail };

	if (!any_told(gateway))
		return;
	const int64_t now = scop_board_clock();
	if (now - gateway->woken_at < WAKE_REST)
		return;
	for (int i = 0; i < GATEWAY_WAKES; i++) {
		if (!gateway->told[i])
			continue;
		if (fds[i] && write(fds[i], &(uint64_t){ 1 }, sizeof(uint64_t)) < 0)
			scop_log_line(SCOP_LOG_DEBUG, "it is awake already");
		gateway->told[i] = false;
		gateway->woken_at = now;
	}
}

static const char ends[] = { SCOP_CHANNEL_READY, SCOP_CHANNEL_UNTRIED, SCOP_CHANNEL_LAST };

static void
take_channel(struct gateway *gateway, uint32_t slot)
{
	char said;

	if (!gateway->workers[slot].pid)
		return;
	const ssize_t got =
	    scop_channel_receive(gateway->workers[slot].channel, &said, 1, false, NULL);
	const char *wake = got == 1 ? memchr(wakes, said, sizeof wakes) : NULL;
	if (wake)
		gateway->told[wake - wakes] = true;
	else if (got == 1 && memchr(ends, said, sizeof ends))
		end_of_request(gateway, slot, said);
	else if (got == 1 && said == SCOP_CHANNEL_WAITING)
		note_waiting(gateway, &gateway->workers[slot]);
	else if (got >= 0 || errno != EAGAIN)
		forget_worker(gateway, slot);
}

/* ---- the supervisor ---- */

/* A pool that the supervisor closes for good has its socket shut down first: what is queued there
 * would be lost, so it is served. Else another gateway accepts it. */
static void
end(struct gateway *gateway)
{
	struct pollfd polled = { gateway->settings.listen, POLLRDHUP, 0 };

	gateway->ending = true;
	gateway->emptying = gateway->settings.listen && poll(&polled, 1, 0) > 0 &&
	    (polled.revents & POLLRDHUP) != 0;
	gateway->queued |= gateway->emptying;
	close(gateway->settings.control);
	gateway->settings.control = -1;
}

static void
retire_all(struct gateway *gateway)
{
	for (uint32_t slot = 0; slot < gateway->slots; slot++)
		if (gateway->workers[slot].pid)
			retire(gateway, slot);
}

static void
take_orders(struct gateway *gateway)
{
	struct scop_gateway_order order;
	ssize_t got = 0;
	int channel;

	while (gateway->settings.control >= 0 &&
	    (got = scop_channel_receive(gateway->settings.control, &order, sizeof order, false,
		 &channel)) > 0) {
		if (order.slot >= SCOP_SLOTS)
			continue;
		if (order.verb == SCOP_GATEWAY_ADD && channel >= 0)
			add_worker(gateway, &order, channel);
		else if (order.verb == SCOP_GATEWAY_RETIRE &&
		    gateway->workers[order.slot].pid == order.pid)
			retire(gateway, order.slot);
	}
	if (gateway->settings.control >= 0 && (got == 0 || errno != EAGAIN))
		end(gateway);
}

/* Tells the supervisor by the gateway's own clock, which no module can set. */
static void
check_times(struct gateway *gateway)
{
	const int64_t now = scop_board_clock();

	for (uint32_t slot = 0; slot < gateway->slots; slot++) {
		struct gateway_worker *worker = &gateway->workers[slot];
		const struct scop_gateway_notice notice = { slot, worker->pid };

		if (!worker->busy || worker->told || !gateway->settings.hard ||
		    now - worker->since < gateway->settings.hard * 1000)
			continue;
		worker->told =
		    scop_channel_send(gateway->settings.control, &notice, sizeof notice, -1);
	}
}

static bool
any(const struct gateway *gateway, bool busy)
{
	for (uint32_t slot = 0; slot < gateway->slots; slot++)
		if (gateway->workers[slot].pid && (!busy || gateway->workers[slot].busy))
			return true;
	return false;
}

/* ---- the loop ---- */

static void
serve(struct gateway *gateway, uint64_t data, uint32_t events)
{
	const uint32_t number = (uint32_t)data;

	switch ((enum gateway_kind)(data >> 32)) {
	case GATEWAY_CONTROL:
		take_orders(gateway);
		break;
	case GATEWAY_LISTEN:
		gateway->queued = true; /* accepted below, once a worker is idle */
		break;
	case GATEWAY_LINES:
		take_orders(gateway); /* the worker may be new */
		gateway_accept_lines(gateway);
		break;
	case GATEWAY_CHANNEL:
		take_channel(gateway, number);
		break;
	case GATEWAY_DOOR:
		gateway_door(gateway, (int)number);
		break;
	case GATEWAY_CLIENT:
	case GATEWAY_SERVER:
		gateway_line_readable(gateway, number,
		    (enum gateway_kind)(data >> 32) == GATEWAY_SERVER, events);
		break;
	}
}

static void
run(struct gateway *gateway)
{
	struct epoll_event events[EVENTS];

	while (!gateway->ending || any(gateway, false)) {
		const int count = epoll_wait(gateway->epoll_fd, events, EVENTS,
		    any_told(gateway)                           ? 1
			: any(gateway, true) || gateway->queued ? TICK_MILLISECONDS
								: -1);

		for (int i = 0; i < count; i++)
			serve(gateway, events[i].data.u64, events[i].events);
		if (gateway_accept(gateway) && gateway->ending)
			retire_all(gateway);
		retire_kept(gateway);
		wake_others(gateway);
		check_times(gateway);
	}
}

/* ---- the start ---- */

/* The secret's two lines: the account's password and the form key, in hexadecimal. */
static void
read_secret(struct gateway *gateway)
{
	char key[100] = "";
	FILE *file = fopen(gateway->settings.secret, "re");

	if (!file || fscanf(file, "%99s %99s", gateway->password, key) != 2)
		give_up("the module's secret cannot be read");
	fclose(file);
	if (sodium_hex2bin(gateway->greeting.key, sizeof gateway->greeting.key, key, strlen(key),
		NULL, NULL, NULL) != 0)
		give_up("the module's secret is damaged");
}

static void
give_up_rights(uid_t uid)
{
	if (uid != 0 &&
	    (setgroups(0, NULL) != 0 || setresgid(uid, uid, uid) != 0 ||
		setresuid(uid, uid, uid) != 0))
		give_up("it cannot become its own user");
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static void
ignore_signals(void)
{
	static const int ignored[] = { SIGPIPE, SIGTERM, SIGINT, SIGHUP };

	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
}

static struct scop_ledger *
map_ledger(int fd)
{
	return mmap(NULL, sizeof(struct scop_ledger), PROT_READ | PROT_WRITE,
	    fd ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, fd ? fd : -1, 0);
}

int
main(int argc, char **argv)
{
	static struct gateway gateway;
	static char who[64];
	struct scop_worker_settings *settings = &gateway.settings;

	scop_settings_read(settings, argc, argv);
	snprintf(who, sizeof who, "gateway %s", settings->module);
	scop_log_open(who, SCOP_LOG_INFO);
	ignore_signals();
	if (sodium_init() < 0)
		give_up("no randomness");
	scop_db_load_library();
	read_secret(&gateway);
	if (!gateway_statements_read(settings->statements))
		give_up("the package's statements cannot be read");
	void *directory = settings->directory
	    ? mmap(NULL, sizeof *gateway.directory, PROT_READ, MAP_SHARED, settings->directory, 0)
	    : NULL;
	gateway.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	gateway.ledger = map_ledger(settings->ledger);
	if (directory == MAP_FAILED || gateway.ledger == MAP_FAILED || gateway.epoll_fd < 0)
		give_up("no shared memory");
	gateway.directory = directory;
	give_up_rights((uid_t)settings->uid);
	for (uint32_t slot = 0; slot < SCOP_SLOTS; slot++)
		gateway.workers[slot].channel = -1;
	gateway_watch(&gateway, settings->control, GATEWAY_CONTROL, 0, EPOLLIN);
	gateway_watch(&gateway, settings->lines, GATEWAY_LINES, 0, EPOLLIN);
	if (settings->listen)
		gateway_watch(&gateway, settings->listen, GATEWAY_LISTEN, 0, GATEWAY_LISTEN_EVENTS);
	gateway_line_prepare(&gateway);
	run(&gateway);
	return 0;
}
