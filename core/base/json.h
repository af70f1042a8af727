/* SPDX-License-Identifier: EUPL-1.2 */
/* Converts JSON to values and back, with jansson. Money is {"cents":..,"currency":".."}, a time an
 * RFC 3339 string in UTC. */
#ifndef SCOP_BASE_JSON_H
#define SCOP_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct scop_arena;
struct scop_buffer;
struct scop_value;

/* NULL, with the position in `err`, for invalid JSON, invalid UTF-8 or nesting beyond jansson's
 * limit. */
const struct scop_value *scop_json_parse(struct scop_arena *arena, const char *text, size_t length,
    struct scop_error *err);

void scop_json_print(struct scop_buffer *out, const struct scop_value *value);

#endif
