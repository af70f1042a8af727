/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys that make a form take effect only once. */
#ifndef SCOP_WEB_FORMKEY_H
#define SCOP_WEB_FORMKEY_H

#include "web/request.h"

enum { SCOP_FORM_KEY_TEXT = 64 };

/* Creates a key for a form that posts to `route`. */
const char *scop_form_key_make(struct scop_request *req, const char *route_path);

/* Whether `text` is a key created for this tenant, route and session within the last day; returns
 * its 16 random bytes in hexadecimal. */
bool scop_form_key_check(struct scop_request *req, const char *route_path, const char *text,
    const char **ret_nonce);

#endif
