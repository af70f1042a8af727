/* SPDX-License-Identifier: EUPL-1.2 */
/* The message of a POST that the page after its redirect shows once: see scop_flash. */
#ifndef SCOP_WEB_FLASH_H
#define SCOP_WEB_FLASH_H

#include "web/request.h"

/* The message that the request's cookie carries, for a page that is drawn now; the cookie is
 * cleared with the answer, and the page is this visitor's alone. NULL: none, or none of ours. */
const char *scop_flash_take(struct scop_request *req);

#endif
