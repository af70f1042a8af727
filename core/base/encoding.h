/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Recognises and converts the encodings of scopiton/encoding.h. Their tables
 * are here, because glibc's iconv loads its converters from files, which a
 * worker in its sandbox cannot do.
 */
#ifndef SCOP_BASE_ENCODING_H
#define SCOP_BASE_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "scopiton/encoding.h"

/* How many bytes of UTF-8 one byte of a text in another encoding can take, at
 * most. */
enum { SCOP_ENCODING_GROWTH = 3 };

/* The encoding that a text most likely has; SCOP_ENCODING_GUESS with the offset
 * of the first byte that speaks against it, if it is no text, or damaged UTF-8.
 */
enum scop_encoding scop_encoding_guess(const char *data, size_t size, size_t *ret_wrong);

/* Writes the text as UTF-8, at most SCOP_ENCODING_GROWTH * size bytes, without
 * a byte order mark; returns the bytes written. UTF-8 is copied as it is,
 * well-formed or not; an odd last byte of UTF-16 is dropped. */
size_t scop_encoding_convert(enum scop_encoding encoding, const char *data, size_t size, char *out);

/* The offset of the first byte that is not well-formed UTF-8, or NUL; `size` if
 * there is none. */
size_t scop_encoding_wrong_utf8(const char *data, size_t size);

/* The Unicode character of a byte in an encoding of one byte each. */
unsigned scop_encoding_letter(enum scop_encoding encoding, unsigned char byte);

#endif
