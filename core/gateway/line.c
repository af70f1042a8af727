/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A worker's line to MariaDB. The gateway signs in with the module's account and prepares the
 * session; the worker speaks MariaDB's protocol with the gateway, which lets pass only:
 *
 *   - taking the role and database of the tenant whose request is under way,
 *   - beginning and ending a transaction, and whether it may write,
 *   - preparing a statement of the package or of the host, named by its key,
 *   - executing and closing what was prepared, once the role is the tenant's.
 *
 * Anything else, and anything outside of a request, closes the line. Answers pass unread. Source:
 * https://mariadb.com/kb/en/clientserver-protocol/.
 */
#include <errno.h>
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/gateway.h"

#include "base/log.h"
#include "data/db.h"

enum {
	IN_BYTES = 64 << 10,
	TEXT_MAX = 200,    /* bytes of a command that is read whole */
	HANDLES_MAX = 300, /* prepared at once: a worker keeps 256 */
	CLOSE_LENGTH = 5,
	PACKET_MAX = 0xffffff,
	HEAD = 4,
	COM_QUIT_BYTE = 0x01,
	COM_QUERY_BYTE = 0x03,
	COM_PING_BYTE = 0x0e,
	COM_PREPARE_BYTE = 0x16,
	COM_EXECUTE_BYTE = 0x17,
	COM_CLOSE_BYTE = 0x19,
	COM_RESET_BYTE = 0x1a,
	ANSWER_BYTES_MAX = 1 << 30, /* of one request */
};

/* Bytes that one side has not taken yet. */
struct queue {
	char *bytes;
	size_t from, to, size;
};

struct gateway_line {
	int client;
	struct scop_db *db;
	int server;

	unsigned char in[IN_BYTES]; /* from the worker, not checked yet */
	size_t in_length;
	size_t passing; /* bytes of a checked packet that are still to come */
	bool continues; /* and after it, a packet that belongs to it */
	bool greeted;   /* the worker has answered the greeting */

	uint32_t role; /* the tenant whose role is taken; 0: none */
	bool in_transaction;
	uint32_t prepared;             /* the number of the last one */
	uint32_t handles[HANDLES_MAX]; /* the numbers of those that are open */
	unsigned handle_count;
	uint64_t answered; /* bytes in this request */
	struct queue to_server, to_client;
};

/* ---- bytes on their way ---- */

static void
queue_add(struct queue *queue, const void *bytes, size_t length)
{
	if (queue->from == queue->to)
		queue->from = queue->to = 0;
	if (queue->to + length > queue->size) {
		queue->size = queue->to + length + IN_BYTES;
		queue->bytes = realloc(queue->bytes, queue->size);
		if (!queue->bytes)
			abort();
	}
	memcpy(queue->bytes + queue->to, bytes, length);
	queue->to += length;
}

/* Writes as much as the socket takes; false if the other side is gone. */
static bool
queue_send(struct queue *queue, int fd)
{
	while (queue->from < queue->to) {
		const ssize_t sent = send(fd, queue->bytes + queue->from, queue->to - queue->from,
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN;
		queue->from += (size_t)sent;
	}
	return true;
}

static bool
is_empty(const struct queue *queue)
{
	return queue->from == queue->to;
}

/* While one side has not taken what was sent, the other is not read. */
static void
watch_both(struct gateway *gateway, uint32_t slot)
{
	const struct gateway_line *line = gateway->workers[slot].line;
	const bool up = !is_empty(&line->to_server), down = !is_empty(&line->to_client);

	gateway_watch_again(gateway, line->client, GATEWAY_CLIENT, slot,
	    (up ? 0 : (uint32_t)EPOLLIN) | (down ? (uint32_t)EPOLLOUT : 0));
	gateway_watch_again(gateway, line->server, GATEWAY_SERVER, slot,
	    (down ? 0 : (uint32_t)EPOLLIN) | (up ? (uint32_t)EPOLLOUT : 0));
}

/* ---- the greeting ---- */

static void
add_number(struct queue *queue, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		queue_add(queue, &(char){ (char)(value >> (8 * i) & 0xff) }, 1);
}

/* Returns where the packet begins. */
static size_t
begin_packet(struct queue *queue)
{
	add_number(queue, 0, HEAD);
	return queue->to - HEAD;
}

static void
end_packet(struct queue *queue, size_t begin, unsigned number)
{
	const size_t length = queue->to - begin - HEAD;

	for (size_t i = 0; i < 3; i++)
		queue->bytes[begin + i] = (char)(length >> (8 * i) & 0xff);
	queue->bytes[begin + 3] = (char)number;
}

/* Greets the worker in MariaDB's name. It has nothing to prove: the kernel has said who it is. */
static void
greet(struct gateway_line *line)
{
	static const char zeroes[13];
	struct queue *out = &line->to_client;
	struct scop_db_wire wire;

	scop_db_wire(line->db, &wire);
	const unsigned long able = wire.server & wire.client & ~(unsigned long)CLIENT_MYSQL;
	const size_t begin = begin_packet(out);
	add_number(out, 10, 1);
	queue_add(out, "5.5.5-", 6);
	queue_add(out, wire.version, strlen(wire.version) + 1);
	add_number(out, wire.thread, 4);
	queue_add(out, zeroes, 9); /* the challenge */
	add_number(out, able & 0xffff, 2);
	add_number(out, wire.charset, 1);
	add_number(out, SERVER_STATUS_AUTOCOMMIT, 2);
	add_number(out, able >> 16 & 0xffff, 2);
	add_number(out, 21, 1);
	queue_add(out, zeroes, 6);
	add_number(out, wire.extended, 4);
	queue_add(out, zeroes, 13); /* the rest of the challenge */
	queue_add(out, "mysql_native_password", sizeof "mysql_native_password");
	end_packet(out, begin, 0);
}

/* MariaDB cannot be reached: an error in place of the greeting. */
static void
greet_with_error(struct gateway_line *line)
{
	struct queue *out = &line->to_client;
	const char *text = scop_db_error(line->db);
	const size_t begin = begin_packet(out);

	add_number(out, 0xff, 1);
	add_number(out, scop_db_errno(line->db), 2);
	queue_add(out, text, strnlen(text, TEXT_MAX));
	end_packet(out, begin, 0);
}

static void
take_greeting(struct gateway_line *line)
{
	static const unsigned char ok[] = { 7, 0, 0, 2, 0, 0, 0, SERVER_STATUS_AUTOCOMMIT, 0, 0,
		0 };

	line->greeted = true;
	queue_add(&line->to_client, ok, sizeof ok);
}

/* ---- what may pass ---- */

static void
pass(struct gateway_line *line, const void *bytes, size_t length)
{
	queue_add(&line->to_server, bytes, length);
}

/* "SET ROLE t42_shop" of the request's tenant, and no other. */
static bool
takes_role(struct gateway *gateway, struct gateway_worker *worker, const char *text)
{
	char wanted[TEXT_MAX];

	if (!gateway_find_tenant(gateway, worker))
		return false;
	snprintf(wanted, sizeof wanted, "SET ROLE t%u_%s", worker->tenant,
	    gateway->settings.module);
	if (strcmp(text, wanted) != 0)
		return false;
	worker->line->role = worker->tenant;
	return true;
}

/* The database in which the request began, or the one that has replaced it since. */
static bool
uses_database(const struct gateway *gateway, const struct gateway_worker *worker, const char *text)
{
	struct scop_directory_entry entry;
	char wanted[TEXT_MAX];

	snprintf(wanted, sizeof wanted, "USE `%s`", worker->database);
	if (worker->database[0] && strcmp(text, wanted) == 0)
		return true;
	if (!gateway->directory ||
	    !scop_directory_find_tenant(gateway->directory, worker->tenant,
		gateway->settings.module, &entry))
		return false;
	snprintf(wanted, sizeof wanted, "USE `%s`", entry.subscription.database);
	return strcmp(text, wanted) == 0;
}

static bool
query_passes(struct gateway *gateway, struct gateway_worker *worker, const char *text)
{
	static const char *const plain[] = { "SET SESSION tx_read_only=0",
		"SET SESSION tx_read_only=1", "START TRANSACTION", "COMMIT", "ROLLBACK" };

	if (strncmp(text, "SET ROLE ", 9) == 0)
		return takes_role(gateway, worker, text);
	if (strncmp(text, "USE ", 4) == 0)
		return uses_database(gateway, worker, text);
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		if (strcmp(text, plain[i]) != 0)
			continue;
		if (i >= 2)
			worker->line->in_transaction = i == 2;
		return true;
	}
	return false;
}

/* Replaces a statement's key by its text, in which `socle` stands for the tenant's. */
static bool
prepare_passes(struct gateway_worker *worker, const char *key)
{
	struct gateway_line *line = worker->line;
	const char *sql = gateway_statement(key);
	char socle[16];

	if (!sql || line->role == 0 || line->role != worker->tenant ||
	    line->handle_count == HANDLES_MAX)
		return false;
	line->handles[line->handle_count++] = ++line->prepared;
	const size_t begin = begin_packet(&line->to_server);
	const int length = snprintf(socle, sizeof socle, "t%u", worker->tenant);
	add_number(&line->to_server, COM_PREPARE_BYTE, 1);
	for (const char *part = sql;;) {
		const size_t plain = strcspn(part, SCOP_SOCLE_MARK);

		queue_add(&line->to_server, part, plain);
		if (!part[plain])
			break;
		queue_add(&line->to_server, socle, (size_t)length);
		part += plain + 1;
	}
	end_packet(&line->to_server, begin, 0);
	return true;
}

/* Only what was open makes room for another. */
static void
close_handle(struct gateway_line *line, uint32_t number)
{
	for (unsigned i = 0; i < line->handle_count; i++) {
		if (line->handles[i] != number)
			continue;
		line->handles[i] = line->handles[--line->handle_count];
		return;
	}
}

static void
close_passes(struct gateway_line *line, const unsigned char *packet)
{
	const unsigned char *number = packet + HEAD + 1;

	close_handle(line,
	    number[0] | (uint32_t)number[1] << 8 | (uint32_t)number[2] << 16 |
		(uint32_t)number[3] << 24);
	pass(line, packet, HEAD + CLOSE_LENGTH);
}

/* A command that is checked as a whole. */
static bool
text_passes(struct gateway *gateway, struct gateway_worker *worker, const unsigned char *packet,
    size_t length)
{
	char text[TEXT_MAX];

	memcpy(text, packet + HEAD + 1, length - 1);
	text[length - 1] = '\0';
	if (strlen(text) != length - 1)
		return false;
	if (packet[HEAD] == COM_PREPARE_BYTE)
		return prepare_passes(worker, text);
	if (!query_passes(gateway, worker, text))
		return false;
	pass(worker->line, packet, HEAD + length);
	return true;
}

/* Whether a command passes by its first byte, whatever its content. */
static bool
passes(const struct gateway_worker *worker, unsigned char command)
{
	const struct gateway_line *line = worker->line;

	switch (command) {
	case COM_EXECUTE_BYTE:
		return worker->busy && line->role != 0 && line->role == worker->tenant;
	case COM_RESET_BYTE:
	case COM_PING_BYTE:
	case COM_QUIT_BYTE:
		return true;
	default:
		return false;
	}
}

static void
refuse(const struct gateway *gateway, const unsigned char *packet, size_t length)
{
	scop_log_line(SCOP_LOG_ERROR,
	    "a worker of module '%s' sent MariaDB a command that it may not send (%#x, %zu bytes); "
	    "its connection is closed",
	    gateway->settings.module, packet[HEAD], length);
}

/* Checks one packet at the beginning of what has arrived. Returns the bytes used; 0 if more must
 * arrive first; -1 if it may not pass. */
static ssize_t
check_packet(struct gateway *gateway, struct gateway_worker *worker, const unsigned char *packet,
    size_t there)
{
	struct gateway_line *line = worker->line;

	if (there < HEAD + 1)
		return 0;
	const size_t length = packet[0] | (size_t)packet[1] << 8 | (size_t)packet[2] << 16;
	const bool whole = there >= HEAD + length;

	if (!line->greeted) {
		if (length > IN_BYTES / 2)
			return -1;
		if (!whole)
			return 0;
		take_greeting(line);
		return (ssize_t)(HEAD + length);
	}
	if (!line->continues &&
	    (packet[HEAD] == COM_QUERY_BYTE || packet[HEAD] == COM_PREPARE_BYTE)) {
		if (length > TEXT_MAX || length == 0 || !worker->busy)
			return -1;
		if (!whole)
			return 0;
		return text_passes(gateway, worker, packet, length) ? (ssize_t)(HEAD + length) : -1;
	}
	if (!line->continues && packet[HEAD] == COM_CLOSE_BYTE) {
		if (length != CLOSE_LENGTH)
			return -1;
		if (!whole)
			return 0;
		close_passes(line, packet);
		return (ssize_t)(HEAD + length);
	}
	if (!line->continues && (length == 0 || !passes(worker, packet[HEAD])))
		return -1;
	line->continues = length == PACKET_MAX;
	line->passing = HEAD + length;
	return -2;
}

/* Takes what has arrived from the worker; false if it may not pass. */
static bool
take_in(struct gateway *gateway, struct gateway_worker *worker)
{
	struct gateway_line *line = worker->line;
	size_t at = 0;

	while (at < line->in_length) {
		const size_t there = line->in_length - at;

		if (line->passing > 0) {
			const size_t now = there < line->passing ? there : line->passing;

			pass(line, line->in + at, now);
			line->passing -= now;
			at += now;
			continue;
		}
		const ssize_t used = check_packet(gateway, worker, line->in + at, there);
		if (used == -1) {
			refuse(gateway, line->in + at, there);
			return false;
		}
		if (used == 0)
			break;
		if (used > 0)
			at += (size_t)used;
	}
	memmove(line->in, line->in + at, line->in_length - at);
	line->in_length -= at;
	return true;
}

/* ---- both directions ---- */

static bool
from_worker(struct gateway *gateway, struct gateway_worker *worker)
{
	struct gateway_line *line = worker->line;
	const ssize_t got = recv(line->client, line->in + line->in_length,
	    sizeof line->in - line->in_length, MSG_DONTWAIT);

	if (got <= 0)
		return got < 0 && (errno == EAGAIN || errno == EINTR);
	line->in_length += (size_t)got;
	return take_in(gateway, worker) && queue_send(&line->to_server, line->server) &&
	    queue_send(&line->to_client, line->client);
}

static bool
from_mariadb(struct gateway_worker *worker)
{
	static char bytes[IN_BYTES];
	struct gateway_line *line = worker->line;
	const ssize_t got = recv(line->server, bytes, sizeof bytes, MSG_DONTWAIT);

	if (got <= 0)
		return got < 0 && (errno == EAGAIN || errno == EINTR);
	line->answered += (uint64_t)got;
	if (line->answered > ANSWER_BYTES_MAX)
		return false;
	ssize_t sent = 0;
	if (is_empty(&line->to_client)) {
		sent = send(line->client, bytes, (size_t)got, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (sent < 0)
			sent = 0;
	}
	if (sent < got)
		queue_add(&line->to_client, bytes + sent, (size_t)(got - sent));
	return true;
}

void
gateway_line_readable(struct gateway *gateway, uint32_t slot, bool from_server, uint32_t events)
{
	struct gateway_worker *worker = &gateway->workers[slot];
	struct gateway_line *line = worker->line;

	if (!line)
		return;
	const bool was_waiting = !is_empty(&line->to_server) || !is_empty(&line->to_client);
	bool ok = true;

	if (events & EPOLLOUT)
		ok = queue_send(from_server ? &line->to_server : &line->to_client,
		    from_server ? line->server : line->client);
	if (ok && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		ok = from_server ? from_mariadb(worker) : from_worker(gateway, worker);
	if (!ok) {
		gateway_line_close(gateway, slot);
		return;
	}
	const bool is_waiting = !is_empty(&line->to_server) || !is_empty(&line->to_client);
	if (was_waiting || is_waiting)
		watch_both(gateway, slot);
}

/* ---- begin and end ---- */

/* A connection that nobody uses yet, made while the first worker still starts. */
static struct scop_db *spare;

static struct scop_db *
new_connection(const struct gateway *gateway)
{
	const struct scop_db_account account = { .socket = gateway->settings.db_socket,
		.user = gateway->settings.db_user,
		.password = gateway->password,
		.statement_seconds = (unsigned)gateway->settings.statement_seconds,
		.rows_max = SCOP_ROWS_MAX };

	return scop_db_new(&account);
}

void
gateway_line_prepare(const struct gateway *gateway)
{
	spare = new_connection(gateway);
	if (scop_db_connect(spare) != SCOP_DB_OK)
		scop_log_line(SCOP_LOG_DEBUG, "no database yet: %s", scop_db_error(spare));
}

static struct gateway_line *
make_line(const struct gateway *gateway, int client)
{
	struct gateway_line *line = calloc(1, sizeof *line);

	if (!line)
		abort();
	line->client = client;
	line->server = -1;
	line->db = spare ? spare : new_connection(gateway);
	spare = NULL;
	return line;
}

static void
free_line(struct gateway_line *line)
{
	close(line->client);
	scop_db_free(line->db);
	free(line->to_server.bytes);
	free(line->to_client.bytes);
	free(line);
}

static void
open_line(struct gateway *gateway, uint32_t slot, int client)
{
	struct scop_db_wire wire;

	gateway_line_close(gateway, slot);
	struct gateway_line *line = make_line(gateway, client);
	if (scop_db_connect(line->db) != SCOP_DB_OK) {
		greet_with_error(line);
		(void)queue_send(&line->to_client, client);
		free_line(line);
		return;
	}
	scop_db_wire(line->db, &wire);
	line->server = wire.fd;
	line->prepared = scop_db_prepared(line->db);
	gateway->workers[slot].line = line;
	greet(line);
	(void)queue_send(&line->to_client, client);
	gateway_watch(gateway, client, GATEWAY_CLIENT, slot, EPOLLIN);
	gateway_watch(gateway, line->server, GATEWAY_SERVER, slot, EPOLLIN);
}

static uint32_t
slot_of(const struct gateway *gateway, pid_t pid)
{
	uint32_t slot = 0;

	while (slot < gateway->slots && gateway->workers[slot].pid != pid)
		slot++;
	return slot;
}

void
gateway_accept_lines(struct gateway *gateway)
{
	struct ucred peer;
	socklen_t size = sizeof peer;
	const int client = accept4(gateway->settings.lines, NULL, NULL, SOCK_CLOEXEC);

	if (client < 0)
		return;
	const uint32_t slot = getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0
	    ? slot_of(gateway, peer.pid)
	    : gateway->slots;
	if (slot < gateway->slots)
		open_line(gateway, slot, client);
	else
		close(client);
}

void
gateway_line_close(struct gateway *gateway, uint32_t slot)
{
	struct gateway_line *line = gateway->workers[slot].line;

	gateway->workers[slot].line = NULL;
	if (line)
		free_line(line);
}

void
gateway_line_begin(struct gateway *gateway, uint32_t slot)
{
	struct gateway_line *line = gateway->workers[slot].line;

	if (line)
		line->answered = 0;
}

void
gateway_line_end(struct gateway *gateway, uint32_t slot)
{
	const struct gateway_line *line = gateway->workers[slot].line;

	if (line && line->in_transaction)
		gateway_line_close(gateway, slot);
}
