/* SPDX-License-Identifier: EUPL-1.2 */
/* Fields: what a route accepts, checked. */
#ifndef SCOP_WEB_FIELD_H
#define SCOP_WEB_FIELD_H

#include "web/request.h"

/* Checks the pairs against the route's fields; what is wrong becomes an error of the request. */
void scop_fields_check(struct scop_request *req, const struct scop_field *fields);

/* Whether one mail can be sent to the address. */
bool scop_field_is_mail(const char *text);

#endif
