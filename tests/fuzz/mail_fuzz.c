/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of mails, which native code of a module may have written: the mailer's check, and what is
 * made of a mail that passes it. The first byte separates the columns from one another. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/value.h"
#include "mail/check.h"
#include "mail/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const columns[] = { "recipient", "recipient_name", "sender_name", "reply_to",
	"subject", "name", "type", "html" };

enum { COLUMNS = sizeof columns / sizeof columns[0] };

static const struct scop_value *
row(struct scop_arena *arena, const char *bytes, size_t size)
{
	struct scop_map_maker made;
	const char separator = size > 0 ? *bytes++ : 0;
	size_t left = size > 0 ? size - 1 : 0;

	scop_map_init(&made, arena);
	for (size_t i = 0; i < COLUMNS; i++) {
		const char *end = i + 1 < COLUMNS ? memchr(bytes, separator, left) : NULL;
		const size_t length = end ? (size_t)(end - bytes) : left;

		scop_map_put(&made, columns[i],
		    scop_value_bytes(arena, scop_arena_bytes(arena, bytes, length), length));
		bytes += length + (end != NULL);
		left -= length + (end != NULL);
	}
	return scop_map_value(&made);
}

/* No header has a line of its own making: RFC 5322 folds by a line's end and a blank. */
static void
check_header(const struct scop_buffer *out)
{
	for (size_t i = 0; i < out->length; i++) {
		const unsigned char c = (unsigned char)out->data[i];

		assert(c == '\r' || c == '\n' || (c >= 0x20 && c < 0x7f));
		if (c == '\n')
			assert(i + 1 < out->length && out->data[i + 1] == ' ');
	}
}

static void
check_mail(struct scop_arena *arena, const struct scop_value *mail)
{
	static const char *const words[] = { "recipient_name", "sender_name", "subject" };
	struct scop_buffer out;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		scop_buffer_init(&out, arena);
		scop_message_words(&out, scop_text(mail, words[i]));
		check_header(&out);
	}
	scop_buffer_init(&out, arena);
	scop_message_address(&out, scop_text(mail, "recipient_name"), scop_text(mail, "recipient"));
	check_header(&out);
	assert(!strpbrk(scop_text(mail, "recipient"), "\r\n<>, "));
	assert(!strpbrk(scop_text(mail, "reply_to"), "\r\n<>, "));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scop_arena *arena = scop_arena_new();
	const struct scop_value *mail = row(arena, (const char *)data, size);
	const struct scop_value *html = scop_get(mail, "html");
	struct scop_buffer text;

	if (!scop_mail_flaw(mail))
		check_mail(arena, mail);
	if (!scop_mail_attachment_flaw(mail))
		assert(!strpbrk(scop_text(mail, "name"), "\r\n") &&
		    !strpbrk(scop_text(mail, "type"), "\r\n"));
	scop_buffer_init(&text, arena);
	scop_message_text(&text, html->string, html->length);
	scop_arena_free(arena);
	return 0;
}
