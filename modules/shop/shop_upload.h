/* SPDX-License-Identifier: EUPL-1.2 */
/* Declarations shared by the pages and jobs of imports in the portal. */
#ifndef SHOP_UPLOAD_H
#define SHOP_UPLOAD_H

#include "shop_import.h"

enum { SHOP_ERRORS_MAX = 20000 };

/* The import named in the address. */
const struct scop_value *shop_import_number(struct scop_request *req);

/* The columns of a stored file as chosen ("3,0,1": the column of each of our fields, 0 for none);
 * its sale prices are as of today. */
void shop_mapping_read(const char *text, struct shop_source *source);
const struct scop_value *shop_mapping_text(struct scop_request *req, struct shop_source *source);

#endif
