/* SPDX-License-Identifier: EUPL-1.2 */
/* Once-only keys of forms. */
#ifndef SCOP_WEB_FORMKEY_H
#define SCOP_WEB_FORMKEY_H

#include "web/request.h"

enum { SCOP_FORM_KEY_TEXT = 64 };

/* A fresh key for a form that posts to `route`. */
const char *scop_form_key_make(struct scop_request *req, const char *route_path);

/* Whether `text` is a key made for this tenant, route and session within a day; gives its 16 bytes
 * as hexadecimal. */
bool scop_form_key_check(struct scop_request *req, const char *route_path, const char *text,
    const char **ret_nonce);

#endif
