/* SPDX-License-Identifier: EUPL-1.2 */
/* Fields: checks the input that a route accepts. */
#ifndef SCOP_WEB_FIELD_H
#define SCOP_WEB_FIELD_H

#include "web/request.h"

/* Checks the pairs against the route's fields; a mistake becomes an error of the request. */
void scop_fields_check(struct scop_request *req, const struct scop_field *fields);

/* Whether a button was pressed that only asks for the form again: `_redraw`, which shows it in the
 * language of its address, or `_line`, which adds, removes or moves a row. */
bool scop_fields_only_redraw(const struct scop_request *req);

/* Says of a row that could not be added why. */
void scop_fields_full(struct scop_request *req);

/* Whether one mail can be sent to the address. */
bool scop_field_is_mail(const char *text);

#endif
