/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Messages in parts: a format, which is the key of its translations, and arguments, so that a
 * message can be shown later in the reader's language without parsing a sentence.
 *
 *     STX format (US argument)* ETX
 *
 * An argument may hold a message, and text may stand between messages: "STX a ETX; STX b ETX". Text
 * without such signs is a message by itself: a format without arguments, or a name.
 */
#ifndef SCOP_BASE_SAID_H
#define SCOP_BASE_SAID_H

#include <stdarg.h>
#include <stddef.h>

enum { SCOP_SAID_MAX = 1500 };

/* Begins the format of a message that only operators may read: one with SQL or MariaDB's words. It
 * is dropped when the message is shown. */
#define SCOP_SAID_TECHNICAL "\x01"

/* Writes the message into `ret_said`, at most `size` bytes with the NUL; a longer one is cut off.
 * Supports %s, %c, %d, %u, %x with h, l, ll and z, width and precision. scop_said_show() drops the
 * control characters of this format where they are not part of a message. */
void scop_said_write(char *ret_said, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void scop_said_write_list(char *ret_said, size_t size, const char *format, va_list args);

/* Translates a format; if `say` returns NULL, the format itself (English) is used. */
struct scop_said_language {
	const char *(*say)(void *context, const char *format);
	void *context;
};

/* Writes the readable text into `ret_text`, at most `size` bytes with the NUL, without splitting a
 * UTF-8 character. A translation may reorder arguments: "%2$s". Accepts any bytes. */
void scop_said_show(const char *said, const struct scop_said_language *language, char *ret_text,
    size_t size);

#endif
