/* SPDX-License-Identifier: EUPL-1.2 */
/* The part of the model that all pages have. */
#ifndef SCOP_WEB_PAGE_H
#define SCOP_WEB_PAGE_H

#include "web/request.h"

/* Adds the model that all pages have, and renders the view. A link with a missing part is left out
 * and logged. */
bool scop_page_render(struct scop_request *req, const char *view, struct scop_buffer *out,
    struct scop_error *err);

/* The same for output that cannot be drawn again, such as a mail: a link with a missing part is an
 * error. */
bool scop_page_render_whole(struct scop_request *req, const char *view, struct scop_buffer *out,
    struct scop_error *err);

/* The tenant's other modules that visitors can open: a list of maps with "title" and "url". */
const struct scop_value *scop_page_modules(struct scop_request *req);

#endif
