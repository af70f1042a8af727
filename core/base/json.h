/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON to values and back, by jansson. Money is {"cents":..,"currency":".."}, a time is RFC 3339
 * text in UTC. */
#ifndef SCOP_BASE_JSON_H
#define SCOP_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct scop_arena;
struct scop_buffer;
struct scop_value;

/* NULL, with the place in `err`, for what is not JSON, not UTF-8 or deeper than jansson's own
 * limit. */
const struct scop_value *scop_json_parse(struct scop_arena *arena, const char *text, size_t length,
    struct scop_error *err);

void scop_json_print(struct scop_buffer *out, const struct scop_value *value);

#endif
