/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mails. The host renders one from a view, in the request's language, and its mailer sends it after
 * the commit; while the mail server is unreachable, the mail waits. The view stands in the frame
 * `mail`:
 *
 *     {{<mail}}
 *     {{$subject}}{{#_}}Your order {{number}}{{/_}}{{/subject}}
 *     {{$main}}<p>...</p>{{/main}}
 *     {{/mail}}
 *
 * The host makes the plain-text part from it, keeping headings, paragraphs, lists, tables and
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
	const struct scop_view *view;      /* written with the model as it stands */
	const struct scop_value *to;       /* an address, as SCOP_FIELD_EMAIL takes it */
	const struct scop_value *to_name;  /* NULL: none */
	const struct scop_value *reply_to; /* an address; NULL: none */
	const char *language;              /* the recipient's, such as "nl"; NULL: the request's */
	bool secret; /* holds a token or access link: only the recipient may read it */
};

/* Sends it after the commit; `mail` may go afterwards. Only in a POST or a job, else the request
 * fails, as it does for an invalid address, a view without a subject, or more than the host takes
 * of one mail. A server that refuses the mail later fails nothing: the portal shows it. */
void scop_mail(struct scop_request *req, const struct scop_mail *mail);

/* Attaches a file to the mail before; at most 10 MB, and 20 to a mail. `name` as the recipient's
 * program shows it, `type` a media type such as "application/pdf", `bytes` a string. Without a mail
 * before it, or beyond these limits, the request fails. */
void scop_attach(struct scop_request *req, const char *name, const char *type,
    const struct scop_value *bytes);

#endif
