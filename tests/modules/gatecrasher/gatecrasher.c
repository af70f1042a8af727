/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Speaks MariaDB's protocol by itself, as native code can: finds the worker's connection among its
 * descriptors, and sends what no statement of the package says. /raw/{what} answers "closed" if the
 * connection was closed in return, and else the first byte of the answer. /connect answers the
 * number of the error. /prepare prepares the package's statement again and again, and closes each,
 * none, or others that there are not. /descriptors does what it can to everything else that the
 * worker has open, and keeps it so for a while.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "names.h"

enum {
	FILES = 128,
	ANSWER_MILLISECONDS = 2000,
	PACKET_MAX = 300,
	LOCKED_BYTES = 18,
	WAKE_UPS = 300,
	HELD_SECONDS = 5,
	KEY_LENGTH = 32,
	HEAD_BYTES = 9,
	PREPARED = 1000,
	QUIET_MILLISECONDS = 20
};

/* Commands of the protocol; the text follows the first byte. */
static const struct {
	const char *what;
	unsigned char command;
	const char *text;
} attacks[] = {
	{ "select", 0x03, "SELECT text FROM note" },
	{ "lock", 0x03, "SELECT GET_LOCK('scopiton_installer', 1)" },
	{ "xa", 0x03, "XA START 'stays'" },
	{ "set", 0x03, "SET max_statement_time=0" },
	{ "role", 0x03, "SET ROLE t2_gatecrasher" },
	{ "all-roles", 0x03, "SET ROLE NONE" },
	{ "use", 0x03, "USE `t2_gatecrasher`" },
	{ "longer", 0x03, "SET ROLE t1_gatecrasher; SELECT 1" },
	{ "password", 0x03, "SET PASSWORD = PASSWORD('mine')" },
	{ "prepare", 0x16, "SELECT text FROM note" },
	{ "database", 0x02, "t2_gatecrasher" },
	{ "user", 0x11, "root" },
	{ "multiple", 0x1b, "\x01" },
	{ "kill", 0x0c, "\x01" },
	{ "shutdown", 0x08, "" },
	{ "reset", 0x1f, "" },
	{ "allowed", 0x03, "ROLLBACK" },
};

/* The worker's connection for statements; -1: it has none. */
static int
own_line(void)
{
	for (int fd = 3; fd < FILES; fd++) {
		struct sockaddr_un address = { .sun_family = AF_UNSPEC };
		socklen_t size = sizeof address;

		if (getpeername(fd, (struct sockaddr *)&address, &size) == 0 &&
		    address.sun_family == AF_UNIX && strstr(address.sun_path, "/lines"))
			return fd;
	}
	return -1;
}

static void
say(struct scop_request *req, const char *text)
{
	scop_put(req, "text", scop_make_string(req, text));
	scop_view(req, &view_page);
}

/* Sends a packet; "closed", or the first byte of the answer. */
static const char *
exchange(struct scop_request *req, const void *packet, size_t length)
{
	unsigned char answer[PACKET_MAX];
	struct pollfd polled = { own_line(), POLLIN, 0 };

	if (send(polled.fd, packet, length, MSG_NOSIGNAL) < 0)
		return "not sent";
	if (poll(&polled, 1, ANSWER_MILLISECONDS) <= 0)
		return "no answer";
	const ssize_t got = recv(polled.fd, answer, sizeof answer, 0);
	return got <= 4 ? "closed" : scop_as_text(scop_make_text(req, "%u", answer[4]));
}

static const char *
attack(struct scop_request *req, unsigned char command, const char *text)
{
	unsigned char packet[PACKET_MAX] = { 0 };
	const size_t length = strlen(text) + 1;

	packet[0] = (unsigned char)length;
	packet[4] = command;
	memcpy(packet + 5, text, length - 1);
	return exchange(req, packet, length + 4);
}

static void
raw(struct scop_request *req)
{
	const char *what = scop_as_text(scop_path(req, "what"));
	const char *answer = "unknown";

	scop_row(req, own_note()); /* the connection is there, and has its role */
	for (size_t i = 0; i < sizeof attacks / sizeof attacks[0]; i++)
		if (strcmp(attacks[i].what, what) == 0)
			answer = attack(req, attacks[i].command, attacks[i].text);
	say(req, answer);
}

/* Leaves a transaction open. */
static void
leave_open(struct scop_request *req)
{
	scop_row(req, own_note());
	say(req, attack(req, 0x03, "START TRANSACTION"));
}

/* Executes statement 1 of the connection, which an earlier request has prepared, without taking
 * this request's role. */
static void
execute(struct scop_request *req)
{
	static const unsigned char packet[] = { 10, 0, 0, 0, 0x17, 1, 0, 0, 0, 0, 1, 0, 0, 0 };

	say(req, own_line() < 0 ? "no line" : exchange(req, packet, sizeof packet));
}

static void
own(struct scop_request *req)
{
	say(req, scop_text(scop_row(req, own_note()), "text"));
}

/* A second connection to the own gateway, or one to another's. */
static void
connect_again(struct scop_request *req)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char byte;

	snprintf(address.sun_path, sizeof address.sun_path, "%s",
	    scop_as_text(scop_field(req, "path")));
	if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		say(req, scop_as_text(scop_make_text(req, "%d", errno)));
	else
		say(req, recv(fd, &byte, 1, 0) > 0 ? "greeted" : "closed");
	close(fd);
}

/* Reads what has arrived, until nothing more does; false if the connection has ended. The number of
 * a statement that was prepared stands in the first bytes. */
static bool
read_all(int fd, unsigned char ret_first[HEAD_BYTES])
{
	unsigned char bytes[PACKET_MAX];
	struct pollfd polled = { fd, POLLIN, 0 };
	bool is_first = true;

	while (poll(&polled, 1, is_first ? ANSWER_MILLISECONDS : QUIET_MILLISECONDS) > 0) {
		const ssize_t got = recv(fd, bytes, sizeof bytes, 0);

		if (got <= 0)
			return false;
		if (is_first)
			memcpy(ret_first, bytes, HEAD_BYTES);
		is_first = false;
	}
	return true;
}

/* "open", or "closed" if the gateway has ended the connection. */
static void
prepare_many(struct scop_request *req)
{
	const char *how = scop_as_text(scop_field(req, "close"));
	unsigned char prepare[5 + KEY_LENGTH] = { 1 + KEY_LENGTH, 0, 0, 0, 0x16 },
				  close_it[9] = { 5, 0, 0, 0, 0x19 }, first[HEAD_BYTES] = { 0 };
	uint32_t number;
	bool open;

	scop_row(req, own_note()); /* the connection is there, and has its role */
	const int fd = own_line();
	memcpy(prepare + 5, scop_as_text(scop_field(req, "key")), KEY_LENGTH);
	open = send(fd, prepare, sizeof prepare, MSG_NOSIGNAL) > 0 && read_all(fd, first);
	memcpy(&number, first + 5, sizeof number);
	for (int i = 1; open && i <= PREPARED; i++) {
		const uint32_t closed = strcmp(how, "others") == 0 ? 4000000000u : number++;

		memcpy(close_it + 5, &closed, sizeof closed);
		open = send(fd, prepare, sizeof prepare, MSG_NOSIGNAL) > 0 &&
		    (strcmp(how, "none") == 0 ||
			send(fd, close_it, sizeof close_it, MSG_NOSIGNAL) > 0) &&
		    (i % 50 != 0 || read_all(fd, first));
	}
	say(req, open ? "open" : "closed");
}

/* The connection on which this request is answered. */
static bool
is_request(int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNSPEC };
	socklen_t size = sizeof address;

	return getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
	    address.sun_family == AF_UNIX && strstr(address.sun_path, "/sock");
}

/* Makes each descriptor wait, locks each file's beginning, and asks for wake-ups without end. */
static void
descriptors(struct scop_request *req)
{
	const struct timespec while_others_try = { HELD_SECONDS, 0 };
	int waiting = 0, locked = 0;

	for (int fd = 3; fd < FILES; fd++) {
		struct flock lock = { .l_type = F_WRLCK,
			.l_whence = SEEK_SET,
			.l_len = LOCKED_BYTES };
		struct stat status;

		if (fstat(fd, &status) != 0 || is_request(fd))
			continue;
		waiting += fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) == 0;
		locked += S_ISREG(status.st_mode) && fcntl(fd, F_SETLK, &lock) == 0;
		for (int i = 0; i < WAKE_UPS; i++)
			(void)send(fd, "sdm" + i % 3, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
		waiting += write(fd, "12345678", 8) == 8;
	}
	nanosleep(&while_others_try, NULL);
	say(req, scop_as_text(scop_make_text(req, "%d waiting, %d locked", waiting, locked)));
}

static const struct scop_field prepare_fields[] = {
	{ .name = "key", .type = SCOP_FIELD_TEXT, .min = KEY_LENGTH, .max = KEY_LENGTH },
	{ .name = "close", .type = SCOP_FIELD_TEXT, .max = 10 },
	{ 0 },
};

static const struct scop_field address_fields[] = {
	{ .name = "path", .type = SCOP_FIELD_TEXT, .max = 107 },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/raw/{what}", .name = "raw", .handle = raw, .api = true },
	{ .method = SCOP_GET, .path = "/open", .name = "open", .handle = leave_open, .api = true },
	{ .method = SCOP_GET,
	    .path = "/execute",
	    .name = "execute",
	    .handle = execute,
	    .api = true },
	{ .method = SCOP_GET, .path = "/own", .name = "own", .handle = own, .api = true },
	{ .method = SCOP_GET,
	    .path = "/descriptors",
	    .name = "descriptors",
	    .handle = descriptors,
	    .api = true },
	{ .method = SCOP_GET,
	    .path = "/prepare",
	    .name = "prepare",
	    .fields = prepare_fields,
	    .handle = prepare_many,
	    .api = true },
	{ .method = SCOP_GET,
	    .path = "/connect",
	    .name = "connect",
	    .fields = address_fields,
	    .handle = connect_again,
	    .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
