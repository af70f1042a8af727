/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Checks a queued mail before it is sent. The library checks what a module sends, but that runs in
 * the module's process, and a module's role may insert any row; so the mailer, which trusts no
 * worker, checks each row again.
 */
#ifndef SCOP_MAIL_CHECK_H
#define SCOP_MAIL_CHECK_H

#include <stdint.h>

struct scop_value;

enum {
	SCOP_MAIL_SUBJECT_MAX = 200, /* characters */
	SCOP_MAIL_HTML_MAX = 1 << 20,
	SCOP_MAIL_ATTACHMENT_MAX = 10 << 20,
	SCOP_MAIL_ATTACHMENTS_MAX = 20,
	SCOP_MAIL_TOGETHER_MAX = 25 << 20, /* bytes of all attachments of a mail */
};

/* Why a mail of the queue (mail/post.h) cannot be sent; NULL: it can. */
const char *scop_mail_flaw(const struct scop_value *mail);

/* The same for its attachments' number and sizes, before they are read: a map `count`, `largest`,
 * `together`. */
const char *scop_mail_size_flaw(const struct scop_value *sizes);

/* The same for one attachment. */
const char *scop_mail_attachment_flaw(const struct scop_value *attachment);

#endif
