/* SPDX-License-Identifier: EUPL-1.2 */
/* The model that every page has. */
#ifndef SCOP_WEB_PAGE_H
#define SCOP_WEB_PAGE_H

#include "web/request.h"

/* The model that every page has, and the view written with it. A link that lacks a part is left out
 * and logged. */
bool scop_page_render(struct scop_request *req, const char *view, struct scop_buffer *out,
    struct scop_error *err);

/* The same for output that cannot be drawn again, such as a mail: a link that lacks a part is a
 * failure. */
bool scop_page_render_whole(struct scop_request *req, const char *view, struct scop_buffer *out,
    struct scop_error *err);

#endif
