/* SPDX-License-Identifier: EUPL-1.2 */
/* Routes: found by address, and addresses made of them. */
#ifndef SCOP_WEB_ROUTE_H
#define SCOP_WEB_ROUTE_H

#include "view/template.h"
#include "web/request.h"

/* The route for the method and inner path; `ret_other_method` tells that the path alone has one. */
/* Whether the host name is one below .localhost. */
bool scop_route_is_local(const char *host);

const struct scop_route *scop_route_find(struct scop_request *req, bool *ret_other_method);

/* Appends the address of the route `name`; nothing if there is no such route, or if a part is
 * missing, whose name is then `*ret_part`. */
enum scop_link scop_route_link(const struct scop_request *req, const char *name,
    const struct scop_value *(*find)(const void *, const char *), const void *scope,
    struct scop_buffer *out, const char **ret_part);

/* Appends where nginx finds the stored route `name`; as above. */
enum scop_link scop_route_stored(const struct scop_request *req, const char *name,
    const struct scop_value *(*find)(const void *, const char *), const void *scope,
    struct scop_buffer *out, const char **ret_part);

/* Appends what the address of the shown page would be in `language`, with the fields of its route
 * that are set as its query; of a form that is drawn again, the address of its page. */
void scop_route_translated(const struct scop_request *req, enum scop_language language,
    struct scop_buffer *out);

/* The methods that the path has, such as "GET, HEAD, POST". */
const char *scop_route_methods(struct scop_request *req);

/* A path, percent-encoded where needed; slashes stay. */
const char *scop_route_escape(struct scop_request *req, const char *path);

/* Appends `text` with all but letters, digits and -._~ percent-encoded (RFC 3986). */
void scop_route_percent(struct scop_buffer *out, const char *text);

/* Takes language and module off the path. */
void scop_route_strip(struct scop_request *req);

#endif
