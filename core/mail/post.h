/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mails in the queue: the mailer leases them and records the result. As in queue/queue.h, a lease
 * ends, so that the mails of a dead mailer are retried. If the server accepts a mail but the record
 * of it is lost, it is sent twice; SMTP cannot prevent that.
 */
#ifndef SCOP_MAIL_POST_H
#define SCOP_MAIL_POST_H

#include <stdbool.h>
#include <stdint.h>

#include "data/db.h"

struct scop_arena;
struct scop_value;

enum { SCOP_POST_BATCH = 16, SCOP_POST_TRIES = 15 };

struct scop_post {
	struct scop_db *db;
	struct scop_arena *arena; /* of one round; the caller resets it */
};

/* The mails that a caller wants. */
struct scop_post_wish {
	unsigned limit, lease_seconds;
	/* tenants ("3,17") that may send nothing now, and those that may send ways in only */
	const char *full, *paced;
	/* Whether one more of the tenant may be taken, which then counts. `way_in`: it is a link to
	 * sign in, which its tenant's pace does not hold up. */
	bool (*may)(void *context, int64_t tenant, bool way_in);
	void *context;
};

/* Leases due mails, oldest first; many of one tenant do not hide those of another. `ret_mails` is a
 * list of maps id, tenant, recipient, recipient_name, sender_name, sender ("": the host's),
 * reply_to, subject, size (of the body), html ("": too large), tries. What a module wrote is
 * unchecked; mails in which mail/check.h finds a flaw are among them without a lease. */
enum scop_db_status scop_post_take(struct scop_post *post, const struct scop_post_wish *wish,
    const struct scop_value **ret_mails);

/* Sums up a mail's attachments: a map count (at most 21), largest, together. */
enum scop_db_status scop_post_sizes(struct scop_post *post, int64_t mail,
    const struct scop_value **ret_sizes);

/* A mail's attachments: maps name, type, bytes. */
enum scop_db_status scop_post_attachments(struct scop_post *post, int64_t mail,
    const struct scop_value **ret_attachments);

/* Records it as sent, or refused for good; `answer` is the server's reply. */
enum scop_db_status scop_post_end(struct scop_post *post, int64_t mail, bool sent,
    const char *answer);

/* Records that a sent mail has bounced, as refused. There may be no mail of that number and time;
 * and if the bounce arrived before the mail was recorded as sent, the call must be repeated later.
 */
enum scop_post_return {
	SCOP_POST_UNKNOWN,
	SCOP_POST_EARLY,
	SCOP_POST_NOTED,
	SCOP_POST_NOTED_BEFORE
};
enum scop_db_status scop_post_came_back(struct scop_post *post, int64_t mail, int64_t created,
    const char *answer, enum scop_post_return *ret_return);

/* Schedules another try after `milliseconds`. */
enum scop_db_status scop_post_again(struct scop_post *post, int64_t mail, int64_t milliseconds,
    const char *answer);

/* Milliseconds until the next is due, INT64_MAX for none. */
enum scop_db_status scop_post_next(struct scop_post *post, int64_t *ret_milliseconds);

#endif
