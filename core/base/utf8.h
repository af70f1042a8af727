/* SPDX-License-Identifier: EUPL-1.2 */
/* UTF-8 (RFC 3629). Modules have scop_utf8_fit and scop_utf8_first of scopiton/value.h, for cutting
 * a text between two letters. */
#ifndef SCOP_BASE_UTF8_H
#define SCOP_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "scopiton/value.h"

/* Whether `text` is well-formed UTF-8 (RFC 3629) without NUL. */
bool scop_utf8_valid(const char *text, size_t length);

/* The bytes of the well-formed letter that `text` begins with, 1 to 4; 0 where `left` bytes of it
 * begin with none, or with NUL. */
size_t scop_utf8_step(const char *text, size_t left);

/* How many characters (code points) a valid UTF-8 text has. */
size_t scop_utf8_count(const char *text);

/* Drops the bytes of `text` that are not part of a well-formed sequence, such as a letter that
 * "%.40s" has cut in two. */
void scop_utf8_repair(char *text);

/* Writes a letter of Unicode, 1 to 4 bytes; gives how many. */
size_t scop_utf8_put(char *out, unsigned letter);

#endif
