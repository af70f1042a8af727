/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mails. The host renders a mail from a view, in the request's language, and its mailer sends it
 * after the commit; while the mail server is unreachable, the mail stays queued. The view fills the
 * frame `mail`:
 *
 *     {{<mail}}
 *     {{$subject}}{{#_}}Your order {{number}}{{/_}}{{/subject}}
 *     {{$main}}<p>...</p>{{/main}}
 *     {{/mail}}
 *
 * The host derives the plain-text part from it, keeping headings, paragraphs, lists, tables and
 * links.
 */
#ifndef SCOPITON_MAIL_H
#define SCOPITON_MAIL_H

#include <stdbool.h>

#include "scopiton/value.h"

struct scop_request;
struct scop_view;

/* One mail. The host sets the sender: the tenant's name, and an address of the host or one that an
 * operator has set for the tenant. */
struct scop_mail {
	const struct scop_view *view;      /* rendered with the model as it is at the call */
	const struct scop_value *to;       /* an address, as SCOP_FIELD_EMAIL accepts it */
	const struct scop_value *to_name;  /* NULL: none */
	const struct scop_value *reply_to; /* an address; NULL: none */
	const char *language;              /* the recipient's, such as "nl"; NULL: the request's */
	bool secret; /* holds a token or access link: only the recipient may read it */
};

/* Queues the mail, to be sent after the commit; `mail` need not outlive the call. Allowed only in a
 * POST or a job. Elsewhere the request fails, as it does for an invalid address, a view without a
 * subject, or a mail that is too large. A later refusal by the mail server fails nothing: the
 * portal shows it. */
void scop_mail(struct scop_request *req, const struct scop_mail *mail);

/* Attaches a file to the last mail of this request; at most 10 MB each, and 20 with 25 MB
 * together per mail. `name` is the file name that the recipient sees, `type` a media type such as
 * "application/pdf", `bytes` a string. Without a previous mail, beyond these limits, or with a name
 * or type that no header can have, the request fails. */
void scop_attach(struct scop_request *req, const char *name, const char *type,
    const struct scop_value *bytes);

#endif
