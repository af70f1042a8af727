/* SPDX-License-Identifier: EUPL-1.2 */
/* The signed-in member, and the member's permissions. */
#ifndef SCOP_WEB_SESSION_H
#define SCOP_WEB_SESSION_H

#include "web/request.h"

/* Takes the signed-in member and the menu from the parameter SESSION. */
void scop_session_load(struct scop_request *req);
bool scop_session_may(const struct scop_request *req, const char *permission);

#endif
