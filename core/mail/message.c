/* SPDX-License-Identifier: EUPL-1.2 */
/* The parts of a mail: see message.h. */
#include "mail/message.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buffer.h"

/* An encoded word has 75 bytes: 12 of frame, and 60 of base64 for 45 bytes. */
enum { WORD_BYTES = 45, LINK_MAX = 2000 };

static bool
plain(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < 0x20 || *c > 0x7e || (c[0] == '=' && c[1] == '?'))
			return false;
	return true;
}

/* The number of bytes, of whole characters, that fit. */
static size_t
take_whole(const char *text)
{
	size_t length = strnlen(text, WORD_BYTES + 1);

	if (length > WORD_BYTES)
		for (length = WORD_BYTES;
		     length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80;)
			length--;
	return length > 0 ? length : WORD_BYTES; /* not UTF-8: split anywhere */
}

void
scop_message_words(struct scop_buffer *out, const char *text)
{
	char encoded[sodium_base64_ENCODED_LEN(WORD_BYTES, sodium_base64_VARIANT_ORIGINAL)],
	    clean[WORD_BYTES];

	if (plain(text)) {
		scop_buffer_text(out, text);
		return;
	}
	for (const char *separator = ""; *text; separator = " ") {
		const size_t length = take_whole(text);

		for (size_t i = 0; i < length; i++)
			clean[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i];
		sodium_bin2base64(encoded, sizeof encoded, (const unsigned char *)clean, length,
		    sodium_base64_VARIANT_ORIGINAL);
		scop_buffer_text(out, separator);
		scop_buffer_text(out, "=?UTF-8?B?");
		scop_buffer_text(out, encoded);
		scop_buffer_text(out, "?=");
		text += length;
	}
}

void
scop_message_address(struct scop_buffer *out, const char *name, const char *address)
{
	if (!name[0]) {
		scop_buffer_text(out, address);
		return;
	}
	if (plain(name)) {
		scop_buffer_char(out, '"');
		for (; *name; name++) {
			if (*name == '"' || *name == '\\')
				scop_buffer_char(out, '\\');
			scop_buffer_char(out, *name);
		}
		scop_buffer_char(out, '"');
	} else {
		scop_message_words(out, name);
	}
	scop_buffer_text(out, " <");
	scop_buffer_text(out, address);
	scop_buffer_char(out, '>');
}

/* ---- HTML to text ---- */

struct writer {
	struct scop_buffer *out;
	unsigned breaks;     /* line breaks to insert before the next word */
	bool space;          /* insert a space before it */
	bool begun;          /* a word has been written */
	const char *hidden;  /* the element whose content is skipped; NULL: none */
	char link[LINK_MAX]; /* the address of the open link */
};

/* The effect of an element on the text around it. */
static const struct effect {
	const char *name;
	unsigned breaks;
	const char *before;
	bool hides;
} effects[] = {
	{ "p", 2, "", false },
	{ "h1", 2, "", false },
	{ "h2", 2, "", false },
	{ "h3", 2, "", false },
	{ "div", 1, "", false },
	{ "table", 2, "", false },
	{ "tr", 1, "", false },
	{ "ul", 2, "", false },
	{ "ol", 2, "", false },
	{ "li", 1, "- ", false },
	{ "br", 1, "", false },
	{ "hr", 2, "", false },
	{ "td", 0, "  ", false },
	{ "th", 0, "  ", false },
	{ "head", 0, "", true },
	{ "style", 0, "", true },
	{ "script", 0, "", true },
	{ "title", 0, "", true },
};

static const struct effect *
effect_of(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++)
		if (strlen(effects[i].name) == length &&
		    strncasecmp(effects[i].name, name, length) == 0)
			return &effects[i];
	return NULL;
}

static void
add_word(struct writer *writer, const char *bytes, size_t length)
{
	if (writer->begun && writer->breaks > 0)
		scop_buffer_text(writer->out, writer->breaks > 1 ? "\n\n" : "\n");
	else if (writer->begun && writer->space)
		scop_buffer_char(writer->out, ' ');
	scop_buffer_add(writer->out, bytes, length);
	writer->breaks = 0;
	writer->space = false;
	writer->begun = true;
}

/* The value of an attribute within a tag; "" for none. */
static void
attribute(const char *tag, size_t length, const char *name, char *ret_value, size_t size)
{
	const char *found = memmem(tag, length, name, strlen(name)), *end = tag + length;

	ret_value[0] = '\0';
	if (!found || (found += strlen(name)) >= end || *found != '"')
		return;
	const char *close = memchr(found + 1, '"', (size_t)(end - found - 1));
	if (!close || (size_t)(close - found) > size)
		return;
	memcpy(ret_value, found + 1, (size_t)(close - found - 1));
	ret_value[close - found - 1] = '\0';
}

static void
take_tag(struct writer *writer, const char *tag, size_t length)
{
	const bool closing = length > 0 && tag[0] == '/';
	const char *name = tag + closing;
	const size_t name_length =
	    strcspn(name, " \t\r\n/>") < length ? strcspn(name, " \t\r\n/>") : length - closing;
	const struct effect *effect = effect_of(name, name_length);

	if (writer->hidden) {
		if (closing && effect && effect->name == writer->hidden)
			writer->hidden = NULL;
		return;
	}
	if (name_length == 1 && (*name == 'a' || *name == 'A')) {
		if (!closing) {
			attribute(tag, length, "href=", writer->link, sizeof writer->link);
		} else if (writer->link[0]) {
			writer->space = true;
			add_word(writer, writer->link, strlen(writer->link));
			writer->link[0] = '\0';
		}
		return;
	}
	if (!effect)
		return;
	if (effect->breaks > writer->breaks)
		writer->breaks = effect->breaks;
	if (effect->hides && !closing)
		writer->hidden = effect->name;
	else if (!closing && effect->before[0] == '-') {
		add_word(writer, effect->before, 1);
		writer->space = true;
	} else if (!closing && effect->before[0] && writer->begun && writer->breaks == 0) {
		scop_buffer_text(writer->out, effect->before);
		writer->space = false;
	}
}

/* Reads one character or entity; returns the number of bytes read. */
static size_t
take_character(struct writer *writer, const char *at, size_t left)
{
	static const struct {
		const char *entity, *text;
	} entities[] = { { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" },
		{ "&#39;", "'" }, { "&nbsp;", " " } };

	if (strchr(" \t\r\n", *at)) {
		writer->space = true;
		return 1;
	}
	for (size_t i = 0; *at == '&' && i < sizeof entities / sizeof entities[0]; i++) {
		const size_t length = strlen(entities[i].entity);

		if (length > left || strncmp(at, entities[i].entity, length) != 0)
			continue;
		add_word(writer, entities[i].text, 1);
		return length;
	}
	add_word(writer, at, 1);
	return 1;
}

void
scop_message_text(struct scop_buffer *out, const char *html, size_t length)
{
	struct writer writer = { .out = out };
	const char *const end = html + length;
	bool closed = true; /* a '>' may follow: else each '<' would be searched for to the end */

	for (const char *at = html; at < end;) {
		const char *close =
		    *at == '<' && closed ? memchr(at, '>', (size_t)(end - at)) : NULL;

		if (*at == '<' && !close)
			closed = false;
		if (close) {
			char *tag = scop_arena_bytes(out->arena, at + 1, (size_t)(close - at - 1));

			take_tag(&writer, tag, (size_t)(close - at - 1));
			at = close + 1;
		} else if (writer.hidden) {
			at++;
		} else {
			at += *at ? take_character(&writer, at, (size_t)(end - at)) : 1;
		}
	}
	scop_buffer_char(out, '\n');
}
