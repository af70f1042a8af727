/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * JSON (RFC 8259), read into values and written from them. Numbers keep every digit: 12.50 is a
 * number with two decimal places, and never a binary fraction.
 */
#ifndef SCOPITON_JSON_H
#define SCOPITON_JSON_H

#include <stddef.h>

#include "scopiton/format.h"

/* Reads `size` bytes of UTF-8, with or without a byte order mark; other encodings go through
 * scop_decode first. Objects are maps, arrays are lists. An integer that 64 bits hold is an
 * integer, a number of up to 18 digits is a number; one with more is a string of its text. Refused
 * are a member that an object has twice, the character NUL, lists and objects that nest more than
 * 100 deep, and more than 1,000,000 values. NULL with `*ret_error`. */
const struct scop_value *scop_json_read(struct scop_request *req, const char *data, size_t size,
    struct scop_file_error *ret_error);

/* Writes a value as JSON without spaces, and returns the string. Members are in the order of the
 * map. A time is RFC 3339 in UTC, a date "2026-11-22", a time of day "14:30:00", and money
 * {"cents":1250,"currency":"EUR"}: make a string with scop_plain where the other side expects an
 * amount in one. A string that is not UTF-8 fails the request: write bytes with scop_base64. */
const struct scop_value *scop_json_write(struct scop_request *req, const struct scop_value *value);

#endif
