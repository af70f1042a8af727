/* SPDX-License-Identifier: EUPL-1.2 */
/* The message of a POST that the page after the redirect shows once: see scop_flash. */
#ifndef SCOP_WEB_FLASH_H
#define SCOP_WEB_FLASH_H

#include "web/request.h"

/* The message in the request's cookie, for the page being rendered; the answer clears the cookie,
 * and the page is private to this visitor. NULL if there is none, or its MAC is invalid. */
const char *scop_flash_take(struct scop_request *req);

#endif
