/* SPDX-License-Identifier: EUPL-1.2 */
/* The countries, for a select. */
#ifndef SCOP_WEB_COUNTRIES_H
#define SCOP_WEB_COUNTRIES_H

#include "web/request.h"

/* A list of maps with `code` and `name`, in the request's language and sorted by name. */
const struct scop_value *scop_countries_list(struct scop_request *req);

#endif
