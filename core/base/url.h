/* SPDX-License-Identifier: EUPL-1.2 */
/* URLs of web pages as people type them (RFC 3986; internationalised names as in RFC 5890, in their
 * own script). */
#ifndef SCOP_BASE_URL_H
#define SCOP_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

enum { SCOP_URL_SIZE = 2001 }; /* 2,000 bytes and a NUL */

/* Reads http:// or https:// and a host name with a dot in it, in any script, then optionally a
 * port, a path and a query. Without a scheme, https:// is added. The scheme and the ASCII letters
 * of the host name are converted to lower case. False for anything else: other schemes, credentials
 * before an @, spaces, and invisible characters, which make one URL look like another. `text` must
 * be well-formed UTF-8. */
bool scop_url_parse(const char *text, char ret_url[SCOP_URL_SIZE]);

#endif
