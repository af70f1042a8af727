/* SPDX-License-Identifier: EUPL-1.2 */
/* Addresses of web pages, as people type them (RFC 3986; international names as RFC 5890 has them,
 * in their own letters). */
#ifndef SCOP_BASE_URL_H
#define SCOP_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

enum { SCOP_URL_SIZE = 2001 }; /* 2,000 bytes and an end */

/* Reads http:// or https:// and a host name of the internet with a dot in it, in any alphabet; then
 * a port, a path, a query. Without either https:// is put in front. The scheme and the letters a to
 * z of the host come in lower case. False for anything else: other schemes, a name and password
 * before an @, blanks and invisible characters, which make one address look like another. `text` is
 * well-formed UTF-8. */
bool scop_url_parse(const char *text, char ret_url[SCOP_URL_SIZE]);

#endif
