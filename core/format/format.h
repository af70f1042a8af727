/* SPDX-License-Identifier: EUPL-1.2 */
/* How the readers of formats set an error: see scopiton/format.h. */
#ifndef SCOP_FORMAT_FORMAT_H
#define SCOP_FORMAT_FORMAT_H

#include <stdarg.h>

#include "scopiton/format.h"

/* Sets the error, unless it is NULL. `text` is in SCOP_TEXT(); `name` is one of its {{names}}, or
 * NULL, and `value` what replaces it, which is copied, as far as it is UTF-8, into the request's
 * memory. Returns NULL, so that a reader can `return scop_format_fail(...)`. */
void *scop_format_fail(struct scop_request *req, struct scop_file_error *error, unsigned line,
    const char *text, const char *name, const char *value);

/* Clears the error, unless it is NULL. */
void scop_format_ok(struct scop_file_error *error);

#endif
