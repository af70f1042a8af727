/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of products of our own kind: rows below its headings. */
#include "products.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return read_products("product,variant_key,name,category,description,condition,sku,option1_"
			     "name,option1,option2_name,option2,option3_name,option3,price,stock,"
			     "weight,vat,published,picture\n",
	    data, size);
}
