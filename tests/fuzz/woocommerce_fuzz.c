/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of products of WooCommerce: rows below its headings. */
#include "products.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return read_products("ID,Type,SKU,Name,Published,Visibility in catalog,Description,Date "
			     "sale price starts,Date sale price ends,Tax status,Tax class,In "
			     "stock?,Stock,Backorders allowed?,Weight (kg),Sale price,Regular "
			     "price,Categories,Parent,Attribute 1 name,Attribute 1 "
			     "value(s),Attribute 2 name,Attribute 2 value(s),Attribute 3 "
			     "name,Attribute 3 value(s),Attribute 4 name,Attribute 4 value(s)\n",
	    data, size);
}
