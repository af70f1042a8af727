/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the mailbox for bounces: mail/bounce.h says which messages are recognised. */
#ifndef SCOP_MAILER_BOUNCES_H
#define SCOP_MAILER_BOUNCES_H

#include "mail/post.h"

/* Reads new mails in the Maildir `folder`, records bounced mails as refused, and marks the bounces
 * as read; leaves any other mail there for people, marked as seen. A bounce that cannot be recorded
 * now is retried. */
enum scop_db_status scop_bounces_read(struct scop_post *post, const char *folder,
    const char *domain);

#endif
