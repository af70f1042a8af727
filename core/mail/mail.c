/* SPDX-License-Identifier: EUPL-1.2 */
/* Queues a mail in the request's transaction: see scopiton/mail.h. The mailer sends it
 * (core/mailer/mailer.c). */
#include <string.h>

#include "base/buffer.h"
#include "data/statements.h"
#include "mail/check.h"
#include "web/field.h"
#include "web/page.h"
#include "web/request.h"

SCOP_HOST_STATEMENT(put_mail, "mail_put",
    "INSERT INTO queue.mail (recipient, recipient_name, sender_name, "
    "reply_to, subject, html, secret) VALUES (?, ?, ?, ?, ?, ?, ?)",
    7, 1);
SCOP_HOST_STATEMENT(put_attachment, "attachment_put",
    "INSERT INTO queue.attachment (mail, name, type, bytes) "
    "VALUES (?, ?, ?, ?)",
    4, 1);

/* The unescaped text between <title> and </title>. */
static const char *
title_of(struct scop_request *req, const char *html)
{
	static const struct {
		const char *escaped, *plain;
	} entities[] = { { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" },
		{ "&#39;", "'" } };
	const char *start = strstr(html, "<title>"),
		   *end = start ? strstr(start, "</title>") : NULL;
	struct scop_buffer out;

	scop_buffer_init(&out, req->arena);
	for (const char *at = start ? start + strlen("<title>") : NULL; at && at < end;) {
		size_t i = 0;

		while (i < 5 && strncmp(at, entities[i].escaped, strlen(entities[i].escaped)) != 0)
			i++;
		if (i < 5) {
			scop_buffer_text(&out, entities[i].plain);
			at += strlen(entities[i].escaped);
		} else {
			/* a subject has one line */
			scop_buffer_char(&out, (unsigned char)*at < 0x20 ? ' ' : *at);
			at++;
		}
	}
	return scop_buffer_str(&out);
}

static bool
sound_address(const struct scop_value *address)
{
	return scop_field_is_mail(scop_as_text(address)) &&
	    strlen(scop_as_text(address)) == address->length;
}

/* Truncates a long subject with an ellipsis: names in it may be long. */
static const char *
shortened(struct scop_request *req, const char *subject)
{
	if (scop_utf8_count(subject) <= SCOP_MAIL_SUBJECT_MAX)
		return subject;
	return scop_arena_printf(req->arena, "%.*s…",
	    (int)scop_utf8_first(subject, SCOP_MAIL_SUBJECT_MAX - 1), subject);
}

/* A name with spaces for its control characters, which a header cannot have. */
static const struct scop_value *
one_line(struct scop_request *req, const char *name)
{
	char *line = scop_arena_text(req->arena, name);

	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	return scop_value_text(req->arena, line);
}

void
scop_mail(struct scop_request *req, const struct scop_mail *mail)
{
	struct scop_error err;
	struct scop_buffer html;

	if (req->failed)
		return;
	scop_buffer_init(&html, req->arena);
	if (!sound_address(mail->to) || (mail->reply_to && !sound_address(mail->reply_to))) {
		scop_request_fail(req, SCOP_DB_FAILED,
		    "the recipient or the reply address of a mail is not an address");
		return;
	}
	const enum scop_language own = req->locale.language;
	if (mail->language)
		scop_language_parse(mail->language, strlen(mail->language), &req->locale.language);
	const bool written = scop_page_render_whole(req, mail->view->name, &html, &err);
	req->locale.language = own;
	if (!written) {
		scop_request_fail(req, SCOP_DB_FAILED, err.text);
		return;
	}
	const char *subject = shortened(req, title_of(req, scop_buffer_str(&html)));
	if (!subject[0] || html.length > SCOP_MAIL_HTML_MAX) {
		scop_request_fail(req, SCOP_DB_FAILED,
		    scop_arena_printf(req->arena, "mail '%s' has no subject, or more than %d bytes",
			mail->view->name, SCOP_MAIL_HTML_MAX));
		return;
	}
	scop_write(req,
	    (struct scop_query){ &put_mail,
		{ mail->to, one_line(req, mail->to_name ? scop_as_text(mail->to_name) : ""),
		    one_line(req, req->site.title),
		    mail->reply_to ? mail->reply_to : scop_value_text(req->arena, ""),
		    scop_value_text(req->arena, subject),
		    scop_value_bytes(req->arena, html.data, html.length),
		    scop_value_int(req->arena, mail->secret) } });
	req->mail = scop_inserted(req);
	req->attached = 0;
	req->attached_bytes = 0;
	req->mailed = true;
}

/* Why the file cannot be attached to the last mail; NULL: it can. */
static const char *
attachment_flaw(struct scop_request *req, const char *name, const char *type,
    const struct scop_value *bytes)
{
	struct scop_map_maker file;

	if (req->mail == 0 || scop_type(bytes) != SCOP_STRING ||
	    bytes->length > SCOP_MAIL_ATTACHMENT_MAX ||
	    ++req->attached > SCOP_MAIL_ATTACHMENTS_MAX ||
	    (req->attached_bytes += bytes->length) > SCOP_MAIL_TOGETHER_MAX)
		return "an attachment needs a mail before it, which has at most 20 of at most 10 "
		       "MB each, and 25 MB together";
	scop_map_init(&file, req->arena);
	scop_map_put_text(&file, "name", name);
	scop_map_put_text(&file, "type", type);
	return scop_mail_attachment_flaw(scop_map_value(&file));
}

void
scop_attach(struct scop_request *req, const char *name, const char *type,
    const struct scop_value *bytes)
{
	if (req->failed)
		return;
	const char *flaw = attachment_flaw(req, name, type, bytes);
	if (flaw) {
		scop_request_fail(req, SCOP_DB_FAILED, flaw);
		return;
	}
	scop_write(req,
	    (struct scop_query){ &put_attachment,
		{ scop_value_int(req->arena, req->mail), scop_value_text(req->arena, name),
		    scop_value_text(req->arena, type), bytes } });
}
