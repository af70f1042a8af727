/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages in parts: see said.h. No arena and no buffer: the supervisor has neither. */
#include "base/said.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define BEGIN '\x02'
#define NEXT '\x1f'
#define END '\x03'
#define TECHNICAL '\x01'

enum { ARGUMENTS_MAX = 9, DEPTH_MAX = 8 };

struct out {
	char *text;
	size_t size, used;
};

static void
add(struct out *out, const char *text, size_t length)
{
	const size_t room = out->size - 1 - out->used;

	if (length > room)
		length = room;
	memcpy(out->text + out->used, text, length);
	out->used += length;
	out->text[out->used] = '\0';
}

static void
add_char(struct out *out, char c)
{
	add(out, &c, 1);
}

/* ---- writing ---- */

static int64_t
take_signed(va_list *args, const char *length)
{
	if (length[0] == 'z')
		return va_arg(*args, ssize_t);
	if (length[0] == 'l')
		return length[1] == 'l' ? va_arg(*args, long long) : va_arg(*args, long);
	return va_arg(*args, int);
}

static uint64_t
take_unsigned(va_list *args, const char *length)
{
	if (length[0] == 'z')
		return va_arg(*args, size_t);
	if (length[0] == 'l')
		return length[1] == 'l' ? va_arg(*args, unsigned long long)
					: va_arg(*args, unsigned long);
	return va_arg(*args, unsigned);
}

static void
add_text(struct out *out, const char *text, int precision)
{
	add(out, text, precision < 0 ? strlen(text) : strnlen(text, (size_t)precision));
}

/* The digits after `at`, or the next argument for "*"; `*at` moves past them. -1: none. */
static int
take_width(const char **at, va_list *args)
{
	int width = -1;

	if (**at == '*') {
		(*at)++;
		return va_arg(*args, int);
	}
	for (; **at >= '0' && **at <= '9'; (*at)++)
		width = (width < 0 ? 0 : width) * 10 + (**at - '0');
	return width;
}

/* Adds the argument of the conversion that follows the '%' at `at`; returns the end of the
 * conversion.
 */
static const char *
add_argument(struct out *out, const char *at, va_list *args)
{
	const bool zeros = *at == '0';
	const int width = take_width(&at, args);
	int precision = -1;
	char number[32];

	if (*at == '.') {
		at++;
		precision = take_width(&at, args);
	}
	const char *length = at;
	at += strspn(at, "hlz");
	switch (*at) {
	case 's':
		add_text(out, va_arg(*args, const char *), precision);
		break;
	case 'c':
		add_char(out, (char)va_arg(*args, int));
		break;
	case 'd':
		snprintf(number, sizeof number, zeros ? "%0*lld" : "%*lld", width < 0 ? 0 : width,
		    (long long)take_signed(args, length));
		add(out, number, strlen(number));
		break;
	case 'x':
		snprintf(number, sizeof number, zeros ? "%0*llx" : "%*llx", width < 0 ? 0 : width,
		    (unsigned long long)take_unsigned(args, length));
		add(out, number, strlen(number));
		break;
	default: /* 'u' */
		snprintf(number, sizeof number, zeros ? "%0*llu" : "%*llu", width < 0 ? 0 : width,
		    (unsigned long long)take_unsigned(args, length));
		add(out, number, strlen(number));
	}
	return *at ? at + 1 : at;
}

void
scop_said_write_list(char *ret_said, size_t size, const char *format, va_list args)
{
	struct out out = { ret_said, size, 0 };
	va_list rest;

	va_copy(rest, args);
	add_char(&out, BEGIN);
	add(&out, format, strlen(format));
	for (const char *at = format; (at = strchr(at, '%'));) {
		if (at[1] == '%') {
			at += 2;
			continue;
		}
		add_char(&out, NEXT);
		at = add_argument(&out, at + 1, &rest);
	}
	add_char(&out, END);
	va_end(rest);
	scop_utf8_repair(ret_said);
}

void
scop_said_write(char *ret_said, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	scop_said_write_list(ret_said, size, format, args);
	va_end(args);
}

/* ---- showing ---- */

struct span {
	const char *at;
	size_t length;
};

/* The end of the message that begins at `text`: its END, or `end` if the END was cut off. */
static const char *
end_of(const char *text, const char *end)
{
	unsigned depth = 0;

	for (; text < end; text++) {
		depth += *text == BEGIN;
		if (*text == END && --depth == 0)
			return text;
	}
	return end;
}

/* The parts of a message between its separators; nested messages are left whole. */
static size_t
split(struct span message, struct span parts[ARGUMENTS_MAX + 1])
{
	const char *at = message.at, *end = message.at + message.length;
	size_t count = 0;

	parts[0] = (struct span){ at, 0 };
	for (; at < end; at++) {
		if (*at == BEGIN)
			at = end_of(at, end);
		else if (*at == NEXT && count < ARGUMENTS_MAX)
			parts[++count] = (struct span){ at + 1, 0 };
		if (at >= end)
			break;
		parts[count].length = (size_t)(at + 1 - parts[count].at);
		if (*at == NEXT)
			parts[count].length = 0;
	}
	return count + 1;
}

static void show(struct out *out, struct span said, const struct scop_said_language *language,
    unsigned depth);

/* The end of the conversion whose '%' precedes `at`, and its position among the arguments, from 0,
 * or -1. */
static const char *
skip_conversion(const char *at, int *ret_place)
{
	*ret_place = at[0] >= '1' && at[0] <= '9' && at[1] == '$' ? at[0] - '1' : -1;
	at += strspn(at, "0123456789$.*hlz");
	return *at ? at + 1 : at;
}

static void
fill(struct out *out, const char *format, const struct span *arguments, size_t count,
    const struct scop_said_language *language, unsigned depth)
{
	size_t next = 0;

	while (*format) {
		const size_t fixed = strcspn(format, "%");
		int place;

		add(out, format, fixed);
		format += fixed;
		if (!*format)
			return;
		if (format[1] == '%') {
			add_char(out, '%');
			format += 2;
			continue;
		}
		format = skip_conversion(format + 1, &place);
		const size_t which = place >= 0 ? (size_t)place : next++;
		if (which < count)
			show(out, arguments[which], language, depth + 1);
	}
}

static void
show_message(struct out *out, struct span message, const struct scop_said_language *language,
    unsigned depth)
{
	struct span parts[ARGUMENTS_MAX + 1];
	const size_t count = split(message, parts);
	char format[SCOP_SAID_MAX];

	if (parts[0].length >= sizeof format)
		return;
	if (parts[0].length > 0 && *parts[0].at == TECHNICAL)
		parts[0] = (struct span){ parts[0].at + 1, parts[0].length - 1 };
	memcpy(format, parts[0].at, parts[0].length);
	format[parts[0].length] = '\0';
	fill(out, language->say ? language->say(language->context, format) : format, parts + 1,
	    count - 1, language, depth);
}

/* An argument of several words that is not a message may be a format; a single word is a name. */
static bool
show_words(struct out *out, struct span said, const struct scop_said_language *language)
{
	char words[SCOP_SAID_MAX];

	if (!language->say || said.length >= sizeof words || !memchr(said.at, ' ', said.length) ||
	    memchr(said.at, BEGIN, said.length))
		return false;
	memcpy(words, said.at, said.length);
	words[said.length] = '\0';
	const char *translated = language->say(language->context, words);
	add(out, translated, strlen(translated));
	return true;
}

/* Text with messages in it. */
static void
show(struct out *out, struct span said, const struct scop_said_language *language, unsigned depth)
{
	const char *at = said.at, *end = said.at + said.length;

	if (depth > 0 && show_words(out, said, language))
		return;
	for (; at < end; at++) {
		if (*at == BEGIN && depth < DEPTH_MAX) {
			const char *close = end_of(at, end);

			show_message(out, (struct span){ at + 1, (size_t)(close - at - 1) },
			    language, depth);
			at = close;
		} else if (*at != BEGIN && *at != NEXT && *at != END && *at != TECHNICAL) {
			add_char(out, *at);
		}
	}
}

/* A format without arguments, or a name: shown as it is. */
static void
add_plain(struct out *out, const char *text, const struct scop_said_language *language)
{
	if (text[0] && language->say)
		text = language->say(language->context, text);
	add(out, text, strlen(text));
}

void
scop_said_show(const char *said, const struct scop_said_language *language, char *ret_text,
    size_t size)
{
	static const struct scop_said_language english = { NULL, NULL };
	struct out out = { ret_text, size, 0 };
	const struct span whole = { said, strlen(said) };

	if (!language)
		language = &english;
	ret_text[0] = '\0';
	if (strchr(said, BEGIN))
		show(&out, whole, language, 0);
	else
		add_plain(&out, said, language);
	scop_utf8_repair(ret_text);
}
