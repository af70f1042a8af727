/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks of queued mails: see check.h. */
#include "mail/check.h"

#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "base/value.h"
#include "web/field.h"

/* The text has one line: no control character, and no byte of 0, which would end it early. */
static bool
one_line(const struct scop_value *text)
{
	for (size_t i = 0; i < text->length; i++)
		if ((unsigned char)text->string[i] < 0x20 || text->string[i] == 0x7f)
			return false;
	return true;
}

static bool
is_address(const struct scop_value *text)
{
	return one_line(text) && scop_field_is_mail(text->string);
}

static size_t
token(const char *text)
{
	size_t length = 0;

	while (isalnum((unsigned char)text[length]) ||
	    (text[length] && strchr("!#$&^_.+-", text[length])))
		length++;
	return length;
}

/* "type/subtype" (RFC 6838, section 4.2), with "; name=value" after it or not. */
static bool
is_media_type(const char *text)
{
	const size_t type = token(text), subtype = text[type] == '/' ? token(text + type + 1) : 0;

	if (type == 0 || subtype == 0)
		return false;
	text += type + 1 + subtype;
	while (*text == ';') {
		text += 1 + strspn(text + 1, " ");
		const size_t name = token(text),
			     value = text[name] == '=' ? token(text + name + 1) : 0;

		if (name == 0 || value == 0)
			return false;
		text += name + 1 + value;
	}
	return *text == '\0';
}

const char *
scop_mail_flaw(const struct scop_value *mail)
{
	const struct scop_value *reply_to = scop_get(mail, "reply_to"),
				*subject = scop_get(mail, "subject");

	if (!is_address(scop_get(mail, "recipient")))
		return "the recipient is not one address";
	if (reply_to->length > 0 && !is_address(reply_to))
		return "the reply address is not one address";
	if (!one_line(scop_get(mail, "recipient_name")) || !one_line(scop_get(mail, "sender_name")))
		return "a name has control characters";
	if (subject->length == 0 || !one_line(subject) ||
	    scop_utf8_count(subject->string) > SCOP_MAIL_SUBJECT_MAX)
		return "the subject is empty, or too long, or has control characters";
	if (scop_int(mail, "size") > SCOP_MAIL_HTML_MAX)
		return "the body is too large";
	return NULL;
}

const char *
scop_mail_size_flaw(const struct scop_value *sizes)
{
	if (scop_int(sizes, "count") > SCOP_MAIL_ATTACHMENTS_MAX)
		return "the mail has too many attachments";
	if (scop_int(sizes, "largest") > SCOP_MAIL_ATTACHMENT_MAX ||
	    scop_int(sizes, "together") > SCOP_MAIL_TOGETHER_MAX)
		return "the attachments are too large";
	return NULL;
}

const char *
scop_mail_attachment_flaw(const struct scop_value *attachment)
{
	const struct scop_value *name = scop_get(attachment, "name"),
				*type = scop_get(attachment, "type");

	if (name->length == 0 || !one_line(name))
		return "the name of an attachment is empty or has control characters";
	if (!one_line(type) || !is_media_type(type->string))
		return "the type of an attachment is not a media type";
	return NULL;
}
