/* SPDX-License-Identifier: EUPL-1.2 */
/* Mails in the queue: see post.h. Each statement precedes its first use. */
#include "mail/post.h"

#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/value.h"
#include "mail/check.h"

enum { WINDOW = 64 };

#define TENANT_OF(role) "CAST(SUBSTRING(SUBSTRING_INDEX(" role ", '_', 1), 2) AS UNSIGNED)"
#define MODULE_OF(role) "SUBSTRING(" role ", LOCATE('_', " role ") + 1)"
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

/* Whether it may go before its tenant's pace: a link to sign in, from the portal. Any module may
 * set `secret`, which hides a mail's text, and would have its mails go first by it. */
#define WAY_IN(m) "(" m ".secret = 1 AND " MODULE_OF(m ".role") " = 'portal')"
#define CANDIDATE(m) m ".id, " TENANT_OF(m ".role") " AS tenant, " WAY_IN(m) " AS way_in"
static const struct scop_statement due = { "due",
	"SELECT " CANDIDATE(
	    "m") " FROM mail m FORCE INDEX (due) WHERE m.state = 'waiting' AND m.run_at <= "
		 "UTC_TIMESTAMP(3) ORDER BY m.run_at, m.id LIMIT ?",
	1, 0 };
/* The oldest of each module and tenant that may send; it costs one step in the index for each, and
 * none for how many mails wait. */
static const struct scop_statement heads = { "heads",
	"SELECT " CANDIDATE(
	    "m") " FROM (SELECT h.first, (SELECT o.id FROM mail o WHERE o.state = 'waiting' AND "
		 "o.secret = h.secret AND o.role = h.role ORDER BY o.run_at, o.id LIMIT 1) AS id "
		 "FROM (SELECT secret, role, MIN(run_at) AS first FROM mail FORCE INDEX (shares) "
		 "WHERE state = 'waiting' GROUP BY secret, role) h WHERE h.first <= "
		 "UTC_TIMESTAMP(3) AND FIND_IN_SET(" TENANT_OF("h.role") ", ?) = 0 AND (" WAY_IN(
		     "h") " OR FIND_IN_SET(" TENANT_OF("h.role") ", ?) = 0) ORDER BY h.first LIMIT "
								 "?) f JOIN mail m ON m.id = f.id "
								 "ORDER BY f.first",
	3, 0 };
/* A body that is too large is not read. */
static const struct scop_statement whole = { "whole",
	"SELECT m.id, " TENANT_OF(
	    "m.role") " AS tenant, m.recipient, m.recipient_name, m.sender_name, "
		      "COALESCE((SELECT s.address FROM sender s WHERE s.tenant = " TENANT_OF(
			  "m.role") "), '') AS sender, m.reply_to, m.subject, LENGTH(m.html) AS "
				    "size, IF(LENGTH(m.html) <= ?, m.html, '') AS html, m.tries, "
				    "CAST(UNIX_TIMESTAMP(m.created) * 1000000 AS SIGNED) AS "
				    "created_us FROM " BATCH "WHERE m.state = 'waiting' AND "
				    "m.run_at <= UTC_TIMESTAMP(3) ORDER BY m.run_at, m.id FOR "
				    "UPDATE",
	2, 0 };
static const struct scop_statement lease = { "lease",
	"UPDATE " BATCH "SET m.run_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND, "
	"m.tries = m.tries + 1",
	2, 1 };

/* Adds the candidates that the caller takes to `ids`; returns how many there are then. */
static unsigned
choose(const struct scop_value *rows, const struct scop_post_wish *wish,
    int64_t ids[SCOP_POST_BATCH], unsigned count)
{
	for (size_t i = 0; i < scop_count(rows) && count < wish->limit && count < SCOP_POST_BATCH;
	     i++) {
		const struct scop_value *row = scop_at(rows, i);
		const int64_t id = scop_int(row, "id");
		bool known = false;

		for (unsigned j = 0; j < count; j++)
			known |= ids[j] == id;
		if (!known &&
		    wish->may(wish->context, scop_int(row, "tenant"), scop_int(row, "way_in") != 0))
			ids[count++] = id;
	}
	return count;
}

/* Finds mails to send: among the oldest that are due, and, if more than those are due, among the
 * oldest of each tenant and module, for which many of another may be in the way. */
static enum scop_db_status
find(struct scop_post *post, const struct scop_post_wish *wish, int64_t ids[SCOP_POST_BATCH],
    unsigned *ret_count)
{
	const struct scop_value *rows = NULL;
	enum scop_db_status status =
	    read(post, (struct scop_query){ &due, { integer(post, WINDOW) } }, &rows);

	*ret_count = 0;
	if (status == SCOP_DB_OK && scop_count(rows) == WINDOW) {
		const struct scop_query query = { &heads,
			{ scop_value_text(post->arena, wish->full),
			    scop_value_text(post->arena, wish->paced), integer(post, WINDOW) } };
		const struct scop_value *first = NULL;

		status = read(post, query, &first);
		*ret_count = choose(first, wish, ids, *ret_count);
	}
	if (status == SCOP_DB_OK)
		*ret_count = choose(rows, wish, ids, *ret_count);
	return status;
}

static const struct scop_value *
array_of(struct scop_post *post, const int64_t *ids, unsigned count)
{
	struct scop_buffer out;

	scop_buffer_init(&out, post->arena);
	for (unsigned i = 0; i < count; i++)
		scop_buffer_printf(&out, "%c%lld", i == 0 ? '[' : ',', (long long)ids[i]);
	scop_buffer_char(&out, ']');
	return scop_value_bytes(post->arena, out.data, out.length);
}

/* Reads and leases those of the mails that are still due: another mailer may have taken some.
 * Those with a flaw, which are not sent, get no lease. */
static enum scop_db_status
take_all(struct scop_post *post, const int64_t *ids, unsigned count, unsigned seconds,
    const struct scop_value **ret_mails)
{
	const struct scop_query query = { &whole,
		{ integer(post, SCOP_MAIL_HTML_MAX), array_of(post, ids, count) } };
	int64_t taken[SCOP_POST_BATCH];
	unsigned taken_count = 0;
	const enum scop_db_status status = read(post, query, ret_mails);

	if (status != SCOP_DB_OK || scop_count(*ret_mails) == 0)
		return status;
	for (size_t i = 0; i < scop_count(*ret_mails) && taken_count < SCOP_POST_BATCH; i++)
		if (!scop_mail_flaw(scop_at(*ret_mails, i)))
			taken[taken_count++] = scop_int(scop_at(*ret_mails, i), "id");
	if (taken_count == 0)
		return status;
	return write(post,
	    (struct scop_query){ &lease,
		{ array_of(post, taken, taken_count), integer(post, seconds) } });
}

enum scop_db_status
scop_post_take(struct scop_post *post, const struct scop_post_wish *wish,
    const struct scop_value **ret_mails)
{
	int64_t ids[SCOP_POST_BATCH];
	unsigned count = 0;

	*ret_mails = NULL;
	enum scop_db_status status = find(post, wish, ids, &count);
	if (status != SCOP_DB_OK || count == 0)
		return status;
	enter(post);
	status = scop_db_begin(post->db);
	if (status == SCOP_DB_OK)
		status = take_all(post, ids, count, wish->lease_seconds, ret_mails);
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
/* One more than a mail may have, so that a count of thousands costs no more. */
static const struct scop_statement sizes = { "sizes",
	"SELECT COUNT(*) AS count, COALESCE(MAX(f.size), 0) AS largest, "
	"CAST(COALESCE(SUM(f.size), 0) AS SIGNED) AS together FROM (SELECT LENGTH(a.bytes) AS size "
	"FROM attachment a JOIN mail m ON m.id = a.mail AND m.role = a.role WHERE a.mail = ? ORDER "
	"BY a.id LIMIT 21) f",
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
scop_post_sizes(struct scop_post *post, int64_t mail, const struct scop_value **ret_sizes)
{
	const struct scop_value *rows = NULL;
	const enum scop_db_status status =
	    read(post, (struct scop_query){ &sizes, { integer(post, mail) } }, &rows);

	*ret_sizes = status == SCOP_DB_OK ? scop_at(rows, 0) : NULL;
	return status;
}

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
