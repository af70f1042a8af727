/* SPDX-License-Identifier: EUPL-1.2 */
/* The mailbox that mails come back to: see jobs/bounce.h for what is looked for. */
#ifndef SCOP_MAILER_BOUNCES_H
#define SCOP_MAILER_BOUNCES_H

#include "mail/post.h"

/* Reads what is new in the Maildir `folder`, notes as refused what came back, and marks it as read;
 * any other mail is left there for people, as one that was seen. What cannot be noted now is looked
 * at again. */
enum scop_db_status scop_bounces_read(struct scop_post *post, const char *folder,
    const char *domain);

#endif
