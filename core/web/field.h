/* SPDX-License-Identifier: EUPL-1.2 */
/* Fields: validates the input that a route accepts. */
#ifndef SCOP_WEB_FIELD_H
#define SCOP_WEB_FIELD_H

#include "web/request.h"

/* Validates the pairs against the route's fields; a mistake becomes an error of the request. */
void scop_fields_check(struct scop_request *req, const struct scop_field *fields);

/* Whether the button pressed only redraws the form: `_redraw`, which shows it in the language of
 * its address, or `_line`, which adds, removes or moves a row. */
bool scop_fields_only_redraw(const struct scop_request *req);

/* Rejects the field with the reason why a row could not be added. */
void scop_fields_full(struct scop_request *req);

/* Whether `address` is one e-mail address that mail can be sent to. */
bool scop_field_is_mail(const char *text);

#endif
