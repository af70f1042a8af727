/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-broker: the modules' only way to the network. A SOCKS5 proxy (RFC 1928, 1929) on a unix
 * socket, for job workers only: it resolves the name itself, so that the answer cannot change
 * between check and use, and allows only the hosts that the module's manifest names.
 *
 * The client sends its package's hash as the user name; the file var/out/<hash>, which the
 * installer wrote, contains the user id that the module runs under, which is compared with the
 * peer's user id from the kernel. Private addresses are refused, except for the hosts in
 * `private_hosts`. Each connection has a thread: connections are few, and this keeps the code
 * simple.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "broker/address.h"
#include "broker/socks.h"
#include "process/service.h"

enum {
	CLIENTS_MAX = 200,
	SHARE_MAX = 50,            /* connections of one module's user id */
	HELLO_MILLISECONDS = 5000, /* for all that a client says before its call */
	CONNECT_MILLISECONDS = 10000,
	IDLE_MILLISECONDS = 300000,
	BLOCK = 32 << 10,
	HASH_LENGTH = 32,
	CALLS_MAX = 64 << 10, /* more than 100 of the longest host names */
	STACK = 256 << 10,
};

static struct scop_service service;
static struct {
	pthread_mutex_t lock;
	unsigned count;
	uid_t uids[CLIENTS_MAX]; /* of whom they are */
} clients = { .lock = PTHREAD_MUTEX_INITIALIZER };

struct client {
	int fd, out;
	uid_t uid;
	int64_t hello_until;
	char module[40];
	struct scop_socks_target target;
	char calls[CALLS_MAX];
};

static bool
wait_for(int fd, short events, int milliseconds)
{
	struct pollfd polled = { fd, events, 0 };
	int got;

	while ((got = poll(&polled, 1, milliseconds)) < 0 && errno == EINTR)
		continue;
	return got > 0;
}

static bool
take(void *context, unsigned char *bytes, size_t size)
{
	const struct client *client = context;

	for (size_t got = 0; got < size;) {
		const int64_t left = client->hello_until - scop_service_now();
		const ssize_t step = left > 0 && wait_for(client->fd, POLLIN, (int)left)
		    ? recv(client->fd, bytes + got, size - got, 0)
		    : -1;

		if (step <= 0)
			return false;
		got += (size_t)step;
	}
	return true;
}

static bool
put(int fd, const unsigned char *bytes, size_t size)
{
	for (size_t sent = 0; sent < size;) {
		const ssize_t step = send(fd, bytes + sent, size - sent, MSG_NOSIGNAL);

		if (step < 0 && (errno == EAGAIN || errno == EINTR) &&
		    wait_for(fd, POLLOUT, IDLE_MILLISECONDS))
			continue;
		if (step <= 0)
			return false;
		sent += (size_t)step;
	}
	return true;
}

static bool
answer(const struct client *client, enum scop_socks_reply reply)
{
	return put(client->fd,
	    (const unsigned char[]){ 5, (unsigned char)reply, 0, 1, 0, 0, 0, 0, 0, 0 }, 10);
}

/* ---- the client ---- */

static bool
is_hash(const char *text)
{
	return strlen(text) == HASH_LENGTH && strspn(text, "0123456789abcdef") == HASH_LENGTH;
}

/* The file's first line is "module uid", with 0 if all modules share a user id; then come the
 * allowed hosts.
 */
static bool
identify(struct client *client, const char *hash)
{
	char path[SCOP_CONFIG_TEXT + 60];
	unsigned uid;
	int taken = 0;

	snprintf(path, sizeof path, "%s/out/%s", service.config.var, hash);
	FILE *file = fopen(path, "re");
	const size_t got = file ? fread(client->calls, 1, sizeof client->calls - 1, file) : 0;
	if (file)
		fclose(file);
	client->calls[got] = '\0';
	if (sscanf(client->calls, "%39s %u\n%n", client->module, &uid, &taken) != 2 || taken == 0)
		return false;
	memmove(client->calls, client->calls + taken, strlen(client->calls + taken) + 1);
	return uid == 0 || client->uid == uid;
}

static bool
greet(struct client *client, const struct scop_socks_source *source)
{
	char hash[SCOP_SOCKS_TEXT];

	if (!scop_socks_methods(source) || !put(client->fd, (const unsigned char[]){ 5, 2 }, 2) ||
	    !scop_socks_user(source, hash))
		return false;
	const bool known = is_hash(hash) && identify(client, hash);
	if (!known)
		scop_log_line(SCOP_LOG_WARNING,
		    "refused: the client is not a module that may make calls");
	return put(client->fd, (const unsigned char[]){ 1, !known }, 2) && known;
}

/* ---- the target ---- */

/* "localhost 10.0.0.7:8443": hosts at private addresses that the operator allows. */
static bool
may_be_near(const struct client *client)
{
	char both[300];
	const char *list = service.config.private_hosts;

	snprintf(both, sizeof both, "%s:%u", client->target.host, client->target.port);
	while (*list) {
		const size_t length = strcspn(list, " ");

		if ((length == strlen(client->target.host) &&
			strncasecmp(list, client->target.host, length) == 0) ||
		    (length == strlen(both) && strncasecmp(list, both, length) == 0))
			return true;
		list += length + strspn(list + length, " ");
	}
	return false;
}

static int
connect_to(const struct addrinfo *to, enum scop_socks_reply *ret_reply)
{
	const int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error = 0;
	socklen_t size = sizeof error;

	*ret_reply = SCOP_SOCKS_UNREACHABLE;
	if (fd < 0)
		return -1;
	if (connect(fd, to->ai_addr, to->ai_addrlen) != 0 &&
	    (errno != EINPROGRESS || !wait_for(fd, POLLOUT, CONNECT_MILLISECONDS) ||
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)) {
		*ret_reply = error == ECONNREFUSED ? SCOP_SOCKS_REFUSED : SCOP_SOCKS_UNREACHABLE;
		close(fd);
		return -1;
	}
	*ret_reply = SCOP_SOCKS_DONE;
	return fd;
}

static enum scop_socks_reply
reach(struct client *client)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	const bool near = may_be_near(client);
	enum scop_socks_reply reply = SCOP_SOCKS_UNREACHABLE;
	struct addrinfo *found;
	char port[8];

	if (!scop_address_is_named(client->calls, client->target.host, client->target.port)) {
		scop_log_line(SCOP_LOG_WARNING,
		    "refused: %s may not call %s:%u, which its manifest does not name",
		    client->module, client->target.host, client->target.port);
		return SCOP_SOCKS_FORBIDDEN;
	}
	snprintf(port, sizeof port, "%u", client->target.port);
	if (getaddrinfo(client->target.host, port, &hints, &found) != 0)
		return SCOP_SOCKS_UNREACHABLE;
	for (const struct addrinfo *one = found; one && client->out < 0; one = one->ai_next) {
		if (near || scop_address_is_public(one->ai_addr)) {
			client->out = connect_to(one, &reply);
		} else {
			scop_log_line(SCOP_LOG_WARNING,
			    "refused: %s called %s:%u, which is a private address", client->module,
			    client->target.host, client->target.port);
			reply = SCOP_SOCKS_FORBIDDEN;
		}
	}
	freeaddrinfo(found);
	return reply;
}

/* ---- relaying ---- */

/* Relays until both sides have closed, or nothing has arrived for a long time. */
static void
relay(const struct client *client)
{
	const int ends[2] = { client->fd, client->out };
	bool open[2] = { true, true };
	unsigned char *block = malloc(BLOCK);

	while (block && (open[0] || open[1])) {
		struct pollfd polled[2] = { { open[0] ? ends[0] : -1, POLLIN, 0 },
			{ open[1] ? ends[1] : -1, POLLIN, 0 } };

		if (poll(polled, 2, IDLE_MILLISECONDS) <= 0)
			break;
		for (int i = 0; i < 2; i++) {
			if (!open[i] || !polled[i].revents)
				continue;
			const ssize_t got = recv(ends[i], block, BLOCK, 0);

			if (got < 0 && (errno == EAGAIN || errno == EINTR))
				continue;
			if (got > 0 && put(ends[!i], block, (size_t)got))
				continue;
			if (got != 0) {
				free(block);
				return;
			}
			open[i] = false;
			shutdown(ends[!i], SHUT_WR);
		}
	}
	free(block);
}

/* ---- places ---- */

/* Takes one of the places; false if there is none, or if whoever connects has its share. Modules
 * that run under the broker's own user id cannot be told apart, and have no shares. */
static bool
take_place(uid_t uid)
{
	unsigned same = 0;

	pthread_mutex_lock(&clients.lock);
	for (unsigned i = 0; i < clients.count; i++)
		same += clients.uids[i] == uid;
	const bool free = clients.count < CLIENTS_MAX && (uid == geteuid() || same < SHARE_MAX);
	if (free)
		clients.uids[clients.count++] = uid;
	pthread_mutex_unlock(&clients.lock);
	if (!free)
		scop_log_line(SCOP_LOG_WARNING,
		    "refused: %u connections of user %u are open, and %u in all", same,
		    (unsigned)uid, clients.count);
	return free;
}

static void
leave_place(uid_t uid)
{
	unsigned i = 0;

	pthread_mutex_lock(&clients.lock);
	while (clients.uids[i] != uid)
		i++;
	clients.uids[i] = clients.uids[--clients.count];
	pthread_mutex_unlock(&clients.lock);
}

static void
end(struct client *client)
{
	if (client->out >= 0)
		close(client->out);
	close(client->fd);
	leave_place(client->uid);
	free(client);
}

static void *
serve(void *context)
{
	struct client *client = context;
	const struct scop_socks_source source = { take, client };

	if (greet(client, &source)) {
		enum scop_socks_reply reply = scop_socks_request(&source, &client->target);

		if (reply == SCOP_SOCKS_DONE)
			reply = reach(client);
		if (answer(client, reply) && reply == SCOP_SOCKS_DONE)
			relay(client);
	}
	end(client);
	return NULL;
}

static void
accept_one(const pthread_attr_t *attributes)
{
	const int fd = accept4(service.wake_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred peer;
	socklen_t size = sizeof peer;
	pthread_t thread;

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || !take_place(peer.uid)) {
		close(fd);
		return;
	}
	struct client *client = calloc(1, sizeof *client);
	if (!client)
		abort();
	*client = (struct client){ .fd = fd,
		.out = -1,
		.uid = peer.uid,
		.hello_until = scop_service_now() + HELLO_MILLISECONDS };
	if (pthread_create(&thread, attributes, serve, client) != 0)
		end(client);
}

int
main(int argc, char **argv)
{
	pthread_attr_t attributes;

	scop_service_start(&service, "broker", false, argc, argv);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK);
	while (!scop_service_orphaned()) {
		struct pollfd polled[2] = { { service.wake_fd, POLLIN, 0 },
			{ service.signal_fd, POLLIN, 0 } };

		poll(polled, 2, 1000);
		if (scop_service_told_to_stop(&service))
			break;
		if (polled[0].revents & POLLIN)
			accept_one(&attributes);
	}
	return 0;
}
