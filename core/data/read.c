/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Batched reads. A round trip costs as much as a small request, so the role switch and all reads
 * are written to the socket at once, and MariaDB answers them in order. The client library prepares
 * the handles; this file writes the execution packets, and reads the answers with the library's own
 * packet reader, so that the protocol stays in step. Sources:
 * https://mariadb.com/kb/en/com_stmt_execute/ and .../result-set-packets/.
 */
#include "data/db_private.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/value.h"

enum {
	COM_QUERY_BYTE = 0x03,
	COM_EXECUTE_BYTE = 0x17,
	DEFINITION_TAIL = 12,
	TRIP_MAX = 16, /* reads */
	/* A socket accepts this much without a reader at its other end: MariaDB writes the rows of
	 * one read before it reads the next. */
	TRIP_BYTES = 64 << 10,
	SEND_MILLISECONDS = 30000
};

static void
add_integer(struct scop_buffer *out, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		scop_buffer_char(out, (char)(value >> (8 * i) & 0xff));
}

static void
add_length(struct scop_buffer *out, size_t length)
{
	if (length < 0xfb) {
		add_integer(out, length, 1);
	} else if (length <= 0xffff) {
		add_integer(out, 0xfc, 1);
		add_integer(out, length, 2);
	} else {
		add_integer(out, 0xfd, 1);
		add_integer(out, length, 3);
	}
}

static void
add_query(struct scop_buffer *out, const char *sql)
{
	add_integer(out, strlen(sql) + 1, 4); /* three bytes of length, and sequence number 0 */
	scop_buffer_char(out, COM_QUERY_BYTE);
	scop_buffer_text(out, sql);
}

static bool
is_integer(const struct scop_value *arg)
{
	const enum scop_type type = scop_type(arg);

	return type == SCOP_BOOL || type == SCOP_INT || type == SCOP_MONEY;
}

static void
add_args(struct scop_buffer *out, struct scop_arena *arena, const struct scop_query *query)
{
	const unsigned count = query->statement->args;
	const char *texts[SCOP_ARGS_MAX];
	size_t lengths[SCOP_ARGS_MAX];
	unsigned char nulls[(SCOP_ARGS_MAX + 7) / 8] = { 0 };

	for (unsigned i = 0; i < count; i++) {
		texts[i] = scop_arg_text(arena, query->args[i], &lengths[i]);
		if (!texts[i] && !is_integer(query->args[i]))
			nulls[i / 8] |= (unsigned char)(1u << (i % 8));
	}
	scop_buffer_add(out, nulls, (count + 7) / 8);
	scop_buffer_char(out, 1); /* the types follow */
	for (unsigned i = 0; i < count; i++)
		add_integer(out,
		    is_integer(query->args[i]) ? MYSQL_TYPE_LONGLONG : MYSQL_TYPE_STRING, 2);
	for (unsigned i = 0; i < count; i++) {
		if (is_integer(query->args[i])) {
			add_integer(out, (uint64_t)query->args[i]->integer, 8);
		} else if (texts[i]) {
			add_length(out, lengths[i]);
			scop_buffer_add(out, texts[i], lengths[i]);
		}
	}
}

static void
add_execute(struct scop_buffer *out, struct scop_arena *arena, unsigned long id,
    const struct scop_query *query)
{
	const size_t start = out->length;

	add_integer(out, 0, 4);
	scop_buffer_char(out, COM_EXECUTE_BYTE);
	add_integer(out, id, 4);
	scop_buffer_char(out, 0); /* no cursor */
	add_integer(out, 1, 4);   /* once */
	if (query->statement->args > 0)
		add_args(out, arena, query);

	const size_t length = out->length - start - 4;
	for (size_t i = 0; i < 3; i++)
		out->data[start + i] = (char)(length >> (8 * i) & 0xff);
}

static bool
wait_for_room(int fd)
{
	struct pollfd polled = { fd, POLLOUT, 0 };
	int got;

	while ((got = poll(&polled, 1, SEND_MILLISECONDS)) < 0 && errno == EINTR)
		continue;
	return got > 0;
}

static enum scop_db_status
send_all(struct scop_db *db, const struct scop_buffer *out)
{
	const int fd = mysql_get_socket(db->mysql);

	for (size_t sent = 0; sent < out->length;) {
		const ssize_t wrote =
		    send(fd, out->data + sent, out->length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (wrote < 0 && (errno == EINTR || (errno == EAGAIN && wait_for_room(fd))))
			continue;
		if (wrote <= 0)
			return scop_db_fail(db, SCOP_DB_LOST,
			    "2013: the connection was lost while sending");
		sent += (size_t)wrote;
	}
	return SCOP_DB_OK;
}

/* Reads one packet; NULL for an error from MariaDB, or a lost connection. */
static unsigned char *
next_packet(struct scop_db *db, unsigned long *ret_length)
{
	*ret_length = mysql_net_read_packet(db->mysql);
	return *ret_length == packet_error ? NULL : db->mysql->net.read_pos;
}

static bool
is_end(const unsigned char *packet, unsigned long length)
{
	return packet[0] == 0xfe && length < 9;
}

static void
skip_text(unsigned char **at)
{
	const unsigned long length = mysql_net_field_length(at);

	*at += length;
}

/* Reads from a column's definition only what a shape needs. The name is the fifth string; the part
 * after it depends on the client's support of extended types, but the last twelve bytes are always
 * the same. */
static bool
read_definition(struct scop_arena *arena, unsigned char *at, unsigned long size, MYSQL_FIELD *field)
{
	const unsigned char *tail = at + size - DEFINITION_TAIL;

	if (size < DEFINITION_TAIL + 8)
		return false;
	for (int i = 0; i < 4; i++)
		skip_text(&at); /* catalogue, database, table, its own name */
	const unsigned long length = mysql_net_field_length(&at);
	field->name = scop_arena_bytes(arena, at, length);
	field->charsetnr = (unsigned)(tail[0] | tail[1] << 8);
	field->length = (unsigned long)tail[2] | (unsigned long)tail[3] << 8 |
	    (unsigned long)tail[4] << 16 | (unsigned long)tail[5] << 24;
	field->type = (enum enum_field_types)tail[6];
	field->flags = (unsigned)(tail[7] | tail[8] << 8);
	field->decimals = tail[9];
	return true;
}

static bool
read_definitions(struct scop_db *db, struct scop_arena *arena, struct handle *handle,
    unsigned columns)
{
	MYSQL_FIELD *fields = scop_arena_alloc(arena, (columns + 1) * sizeof *fields);
	unsigned long length;

	for (unsigned i = 0; i < columns; i++) {
		unsigned char *packet = next_packet(db, &length);

		if (!packet || !read_definition(arena, packet, length, &fields[i]))
			return false;
	}
	handle->shape = scop_shape(fields, columns);
	return true;
}

/* Reads MariaDB's answer to one execution. */
static enum scop_db_status
read_rows(struct scop_db *db, struct scop_arena *arena, struct handle *handle,
    const struct scop_value **ret_rows)
{
	const struct scop_statement *statement = handle->statement;
	struct scop_list_maker rows;
	unsigned long length;
	bool ok = true;

	db->mysql->net.pkt_nr = 1;
	unsigned char *packet = next_packet(db, &length);
	if (!packet)
		return scop_db_note(db, NULL, statement);

	unsigned char *at = packet;
	const unsigned columns = (unsigned)mysql_net_field_length(&at);
	/* else the shape is the one from preparing */
	const bool definitions = at >= packet + length || *at == 1;
	if (definitions && !read_definitions(db, arena, handle, columns))
		return scop_db_note(db, NULL, statement);
	packet = next_packet(db, &length); /* the end of the definitions */

	scop_list_init(&rows, arena);
	while (packet && (packet = next_packet(db, &length)) && !is_end(packet, length)) {
		struct scop_value row;

		if (!ok || scop_db_too_many(db, statement, rows.length + 1)) {
			ok = false; /* read the rest to find the next answer */
			continue;
		}
		ok = scop_row_decode(db, arena, handle->shape, packet, length, &row);
		if (ok)
			scop_list_add(&rows, &row);
		else
			scop_db_refuse(db, statement, "a column has a type that is not supported");
	}
	if (!packet)
		return scop_db_note(db, NULL, statement);
	*ret_rows = scop_list_value(&rows);
	return ok ? SCOP_DB_OK : SCOP_DB_FAILED;
}

/* Reads MariaDB's answer to a command that returns no rows. */
static enum scop_db_status
read_ok(struct scop_db *db)
{
	unsigned long length;

	db->mysql->net.pkt_nr = 1;
	return next_packet(db, &length) ? SCOP_DB_OK : scop_db_note(db, NULL, NULL);
}

/* Reads all outstanding answers, so that the next statement gets its own. */
static enum scop_db_status
read_answers(struct scop_db *db, struct scop_arena *arena, size_t texts,
    struct handle *const *handles, size_t count, const struct scop_value **ret_rows, int64_t since)
{
	enum scop_db_status first = SCOP_DB_OK;
	char error[sizeof db->error] = "";

	for (size_t i = 0; i < texts + count && first != SCOP_DB_LOST; i++) {
		const enum scop_db_status status = i < texts
		    ? read_ok(db)
		    : read_rows(db, arena, handles[i - texts], &ret_rows[i - texts]);

		if (i >= texts) {
			const size_t at = i - texts;

			scop_db_tell(db, handles[at]->statement, since,
			    status == SCOP_DB_OK ? scop_count(ret_rows[at]) : 0, at == 0, status);
			since = scop_db_clock(db);
		}
		if (status == SCOP_DB_LOST || (status != SCOP_DB_OK && first == SCOP_DB_OK)) {
			first = status;
			memcpy(error, db->error, sizeof error);
		}
		if (status != SCOP_DB_OK && i < texts) {
			scop_db_close(db); /* role and database may be inconsistent now */
			return first == SCOP_DB_FAILED ? scop_db_fail(db, SCOP_DB_FAILED, error)
						       : first;
		}
	}
	if (first != SCOP_DB_OK)
		memcpy(db->error, error, sizeof error);
	return first;
}

/* The handles of all statements; false if one has to be prepared first. It is then executed the
 * ordinary way, once per statement and worker. */
static bool
find_handles(struct scop_db *db, const struct scop_query *queries, size_t count,
    struct handle **ret_handles)
{
	for (size_t i = 0; i < count; i++)
		if (!(ret_handles[i] = scop_db_cached(db, queries[i].statement)))
			return false;
	return !mysql_get_ssl_cipher(db->mysql);
}

/* Runs at most TRIP_MAX reads. Arguments that do not fit a batch are executed the ordinary way too.
 */
static enum scop_db_status
read_trip(struct scop_db *db, struct scop_arena *arena, const struct scop_query *queries,
    size_t count, const struct scop_value **ret_rows)
{
	struct handle *handles[TRIP_MAX];
	const char *texts[3];
	struct scop_buffer out;

	if (scop_db_connect(db) != SCOP_DB_OK)
		return SCOP_DB_LOST;
	if (!find_handles(db, queries, count, handles))
		return scop_db_read_plain(db, arena, queries, count, ret_rows);

	const size_t text_count = scop_db_place_texts(db, arena, texts);
	scop_buffer_init(&out, arena);
	for (size_t i = 0; i < text_count; i++)
		add_query(&out, texts[i]);
	for (size_t i = 0; i < count; i++) {
		add_execute(&out, arena, handles[i]->stmt->stmt_id, &queries[i]);
		if (out.length > TRIP_BYTES)
			return scop_db_read_plain(db, arena, queries, count, ret_rows);
	}

	const int64_t since = scop_db_clock(db);
	enum scop_db_status status = send_all(db, &out);
	if (status == SCOP_DB_OK)
		status = read_answers(db, arena, text_count, handles, count, ret_rows, since);
	if (db->mysql) {
		db->now = db->wanted;
		db->placed = true;
	}
	if (status != SCOP_DB_FAILED || !scop_db_view_was_replaced(db))
		return status;
	for (size_t i = 0; i < count; i++)
		scop_db_forget(db, queries[i].statement);
	return scop_db_read_plain(db, arena, queries, count, ret_rows);
}

enum scop_db_status
scop_db_read(struct scop_db *db, struct scop_arena *arena, const struct scop_query *queries,
    size_t count, const struct scop_value **ret_rows)
{
	enum scop_db_status status = SCOP_DB_OK;

	for (size_t done = 0; status == SCOP_DB_OK && done < count; done += TRIP_MAX)
		status = read_trip(db, arena, queries + done,
		    count - done < TRIP_MAX ? count - done : TRIP_MAX, ret_rows + done);
	return status;
}
