/* SPDX-License-Identifier: EUPL-1.2 */
/* Names and values of a query, a form or a cookie. */
#ifndef SCOP_WEB_FORM_H
#define SCOP_WEB_FORM_H

#include "web/request.h"

/* Adds the pairs of "a=b&c=d". False, with a message, for malformed input or input beyond the
 * limits. */
bool scop_form_urlencoded(struct scop_pairs *pairs, struct scop_arena *arena, const char *text,
    size_t length, struct scop_error *err);

/* Adds the parts of a multipart/form-data body (RFC 7578), which must live as long as the pairs. */
bool scop_form_multipart(struct scop_pairs *pairs, struct scop_arena *arena,
    const char *content_type, const char *body, size_t length, struct scop_error *err);

/* Adds the pairs of a program's JSON object: {"name": "Zoe", "ids": [1, 2], "lines": [{"count":
 * 2}]} is name=Zoe, ids=1, ids=2, lines.0.count=2. Money is as in JSON answers, {"cents": 1250,
 * "currency": "EUR"}, and must be in `currency`, or is written "12.50". null and false mean an
 * empty field. */
bool scop_form_json(struct scop_pairs *pairs, struct scop_arena *arena, const char *text,
    size_t length, const char *currency, struct scop_error *err);

/* The value of the cookie `name`; NULL for none. */
const char *scop_cookie_find(struct scop_arena *arena, const char *header, const char *name);

#endif
