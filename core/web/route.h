/* SPDX-License-Identifier: EUPL-1.2 */
/* Routes: finding one by address, and building its address. */
#ifndef SCOP_WEB_ROUTE_H
#define SCOP_WEB_ROUTE_H

#include "view/template.h"
#include "web/request.h"

/* Whether the host name is below .localhost. */
bool scop_route_is_local(const char *host);

/* Finds the route for the method and inner path; `ret_other_method` is set if the path exists with
 * another method. A GET whose path is exactly that of a POST does not find a later route with a
 * {part} in its place. */
const struct scop_route *scop_route_find(struct scop_request *req, bool *ret_other_method);

/* Appends the address of the route `name`; nothing if there is no such route, or if a part is
 * missing, whose name is then `*ret_part`. */
enum scop_link scop_route_link(const struct scop_request *req, const char *name,
    const struct scop_value *(*find)(const void *, const char *), const void *scope,
    struct scop_buffer *out, const char **ret_part);

/* Appends the internal address at which nginx requests the stored route `name`; as above. */
enum scop_link scop_route_stored(const struct scop_request *req, const char *name,
    const struct scop_value *(*find)(const void *, const char *), const void *scope,
    struct scop_buffer *out, const char **ret_part);

/* Appends the address of the current page in `language`, with the set fields of its route as the
 * query; for a form that is drawn again, the address of the form's page. */
void scop_route_translated(const struct scop_request *req, enum scop_language language,
    struct scop_buffer *out);

/* Appends the address of the page to which an address of POSTs alone belongs: the one that its form
 * is drawn on, else the nearest above it. False if there is none. */
bool scop_route_page(struct scop_request *req, struct scop_buffer *out);

/* The methods that the path has, such as "GET, HEAD, POST". */
const char *scop_route_methods(struct scop_request *req);

/* Appends a path, percent-encoded where needed; slashes are kept. */
const char *scop_route_escape(struct scop_request *req, const char *path);

/* Appends `text`; everything except letters, digits and -._~ is percent-encoded (RFC 3986). */
void scop_route_percent(struct scop_buffer *out, const char *text);

/* Strips language and module from the path. */
void scop_route_strip(struct scop_request *req);

#endif
