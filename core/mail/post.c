/* SPDX-License-Identifier: EUPL-1.2 */
/* Mails in the queue: see post.h. Each statement precedes its first use. */
#include "mail/post.h"

#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/value.h"

#define TENANT_OF(role) "CAST(SUBSTRING(SUBSTRING_INDEX(" role ", '_', 1), 2) AS UNSIGNED)"
#define BATCH \
	"JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) b STRAIGHT_JOIN mail m ON " \
	"m.id = b.id "

static void
enter(struct scop_post *post)
{
	scop_db_enter(post->db, "", "queue", "queue", 0, true);
}

static enum scop_db_status
write(struct scop_post *post, const struct scop_query query)
{
	uint64_t touched;

	enter(post);
	return scop_db_write(post->db, post->arena, &query, &touched);
}

static enum scop_db_status
read(struct scop_post *post, const struct scop_query query, const struct scop_value **ret_rows)
{
	enter(post);
	return scop_db_read(post->db, post->arena, &query, 1, ret_rows);
}

static const struct scop_value *
integer(struct scop_post *post, int64_t value)
{
	return scop_value_int(post->arena, value);
}

static const struct scop_statement due = { "due",
	"SELECT m.id, " TENANT_OF(
	    "m.role") " AS tenant, m.recipient, m.recipient_name, "
		      "m.sender_name, COALESCE((SELECT s.address FROM sender s WHERE s.tenant "
		      "= " TENANT_OF(
			  "m.role") "), '') AS sender, m.reply_to, m.subject, m.html, m.tries, "
				    "CAST(UNIX_TIMESTAMP(m.created) * 1000000 AS SIGNED) AS "
				    "created_us FROM mail m WHERE m.state = 'waiting' AND m.run_at "
				    "<= "
				    "UTC_TIMESTAMP(3) AND (m.secret = 1 OR FIND_IN_SET(" TENANT_OF(
					"m.role") ", ?) = 0) ORDER BY m.run_at, m.id LIMIT ? FOR "
						  "UPDATE "
						  "SKIP LOCKED",
	2, 0 };
static const struct scop_statement lease = { "lease",
	"UPDATE " BATCH "SET m.run_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND, "
	"m.tries = m.tries + 1",
	2, 1 };

static enum scop_db_status
lease_all(struct scop_post *post, const struct scop_value *mails, unsigned seconds)
{
	struct scop_buffer ids;

	scop_buffer_init(&ids, post->arena);
	for (size_t i = 0; i < scop_count(mails); i++)
		scop_buffer_printf(&ids, "%c%lld", i == 0 ? '[' : ',',
		    (long long)scop_int(scop_at(mails, i), "id"));
	scop_buffer_char(&ids, ']');
	return write(post,
	    (struct scop_query){ &lease,
		{ scop_value_bytes(post->arena, ids.data, ids.length), integer(post, seconds) } });
}

enum scop_db_status
scop_post_take(struct scop_post *post, const char *left_out, unsigned limit, unsigned lease_seconds,
    const struct scop_value **ret_mails)
{
	const struct scop_query query = { &due,
		{ scop_value_text(post->arena, left_out),
		    integer(post, limit < SCOP_POST_BATCH ? limit : SCOP_POST_BATCH) } };

	*ret_mails = NULL;
	enter(post);
	enum scop_db_status status = scop_db_begin(post->db);
	if (status == SCOP_DB_OK)
		status = read(post, query, ret_mails);
	if (status == SCOP_DB_OK && scop_count(*ret_mails) > 0)
		status = lease_all(post, *ret_mails, lease_seconds);
	if (status == SCOP_DB_OK)
		status = scop_db_commit(post->db);
	if (status != SCOP_DB_OK)
		scop_db_rollback(post->db);
	return status;
}

/* A role can attach files only to its own mails: both rows carry its stamp. */
static const struct scop_statement attachments = { "attachments",
	"SELECT a.name, a.type, a.bytes FROM attachment a JOIN mail m ON "
	"m.id = a.mail AND m.role = a.role WHERE a.mail = ? ORDER BY a.id LIMIT 20",
	1, 0 };
static const struct scop_statement end = { "end",
	"UPDATE mail SET state = ?, answer = LEFT(?, 300), ended = UTC_TIMESTAMP(3), "
	"html = IF(secret, '', html) WHERE id = ?",
	3, 1 };
static const struct scop_statement forget_files = { "forget_files",
	"DELETE FROM attachment WHERE mail = ?", 1, 1 };
static const struct scop_statement came_back = { "came_back",
	"UPDATE mail SET state = 'refused', answer = LEFT(?, 300) WHERE id = ? AND "
	"CAST(UNIX_TIMESTAMP(created) * 1000000 AS SIGNED) = ? AND state = 'sent'",
	3, 1 };
static const struct scop_statement state_of = { "state_of",
	"SELECT state FROM mail WHERE id = ? AND CAST(UNIX_TIMESTAMP(created) * 1000000 AS SIGNED) "
	"= ?",
	2, 0 };
static const struct scop_statement again = { "again",
	"UPDATE mail SET run_at = UTC_TIMESTAMP(3) + INTERVAL ? * 1000 MICROSECOND, "
	"answer = LEFT(?, 300) WHERE id = ?",
	3, 1 };
static const struct scop_statement next = { "next",
	"SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), run_at) DIV 1000 AS "
	"milliseconds FROM mail WHERE state = 'waiting' ORDER BY run_at, id LIMIT 1",
	0, 0 };
enum scop_db_status
scop_post_attachments(struct scop_post *post, int64_t mail,
    const struct scop_value **ret_attachments)
{
	return read(post, (struct scop_query){ &attachments, { integer(post, mail) } },
	    ret_attachments);
}

enum scop_db_status
scop_post_end(struct scop_post *post, int64_t mail, bool sent, const char *answer)
{
	const enum scop_db_status status = write(post,
	    (struct scop_query){ &end,
		{ scop_value_text(post->arena, sent ? "sent" : "refused"),
		    scop_value_text(post->arena, answer), integer(post, mail) } });

	return status == SCOP_DB_OK
	    ? write(post, (struct scop_query){ &forget_files, { integer(post, mail) } })
	    : status;
}

enum scop_db_status
scop_post_came_back(struct scop_post *post, int64_t mail, int64_t created, const char *answer,
    enum scop_post_return *ret_return)
{
	const struct scop_query query = { &came_back,
		{ scop_value_text(post->arena, answer), integer(post, mail),
		    integer(post, created) } };
	const struct scop_value *rows = NULL;
	uint64_t touched = 0;

	enter(post);
	enum scop_db_status status = scop_db_write(post->db, post->arena, &query, &touched);
	if (status == SCOP_DB_OK && touched == 0)
		status = read(post,
		    (struct scop_query){ &state_of,
			{ integer(post, mail), integer(post, created) } },
		    &rows);
	*ret_return = touched > 0                                          ? SCOP_POST_NOTED
	    : scop_count(rows) == 0                                        ? SCOP_POST_UNKNOWN
	    : strcmp(scop_text(scop_at(rows, 0), "state"), "waiting") == 0 ? SCOP_POST_EARLY
									   : SCOP_POST_NOTED_BEFORE;
	return status;
}

enum scop_db_status
scop_post_again(struct scop_post *post, int64_t mail, int64_t milliseconds, const char *answer)
{
	return write(post,
	    (struct scop_query){ &again,
		{ integer(post, milliseconds), scop_value_text(post->arena, answer),
		    integer(post, mail) } });
}

enum scop_db_status
scop_post_next(struct scop_post *post, int64_t *ret_milliseconds)
{
	const struct scop_value *rows;
	const enum scop_db_status status =
	    read(post, (struct scop_query){ &next, { NULL } }, &rows);

	*ret_milliseconds = status == SCOP_DB_OK && scop_count(rows) > 0
	    ? scop_int(scop_at(rows, 0), "milliseconds")
	    : INT64_MAX;
	return status;
}
