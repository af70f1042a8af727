/* SPDX-License-Identifier: EUPL-1.2 */
/* UTF-8 (RFC 3629). Modules have scop_utf8_fit and scop_utf8_first of scopiton/value.h, for
 * truncating a text without splitting a character. */
#ifndef SCOP_BASE_UTF8_H
#define SCOP_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "scopiton/value.h"

/* Whether `text` is well-formed UTF-8 (RFC 3629) without NUL. */
bool scop_utf8_valid(const char *text, size_t length);

/* The length, 1 to 4 bytes, of the well-formed character at the start of `text`; 0 if its `left`
 * bytes begin with none, or with NUL. */
size_t scop_utf8_step(const char *text, size_t left);

/* The number of characters (code points) in a valid UTF-8 text. */
size_t scop_utf8_count(const char *text);

/* Drops the bytes of `text` that are not part of a well-formed sequence, such as a character that
 * "%.40s" has split. */
void scop_utf8_repair(char *text);

/* Writes a Unicode character as 1 to 4 bytes; returns how many. */
size_t scop_utf8_put(char *out, unsigned letter);

#endif
