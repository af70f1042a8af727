/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mails. One is written from a view, in the request's language, and sent after the commit by the
 * host's mailer; where the mail server is away it waits. The view stands in the frame `mail`:
 *
 *     {{<mail}}
 *     {{$subject}}{{#_}}Your order {{number}}{{/_}}{{/subject}}
 *     {{$main}}<p>...</p>{{/main}}
 *     {{/mail}}
 *
 * The text for programs that show no HTML is made of it: headings, paragraphs, lists, tables and
 * links are kept.
 */
#ifndef SCOPITON_MAIL_H
#define SCOPITON_MAIL_H

#include <stdbool.h>

#include "scopiton/value.h"

struct scop_request;
struct scop_view;

struct scop_mail {
	const struct scop_view *view;      /* written with the model as it stands */
	const struct scop_value *to;       /* an address, as SCOP_FIELD_EMAIL takes it */
	const struct scop_value *to_name;  /* NULL: none */
	const struct scop_value *reply_to; /* an address; NULL: none */
	const char *language;              /* of who gets it, such as "nl"; NULL: the request's */
	bool secret; /* holds what opens a door: nobody but the recipient may read it */
};

/* Sends it after the commit. Only in a POST or a job. An address that is none fails the request. */
void scop_mail(struct scop_request *req, const struct scop_mail *mail);

/* Attaches a file to the mail before; at most 10 MB, and 20 to a mail. `name` as the recipient's
 * program shows it. */
void scop_attach(struct scop_request *req, const char *name, const char *type,
    const struct scop_value *bytes);

#endif
