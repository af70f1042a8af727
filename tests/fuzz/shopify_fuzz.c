/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of products of Shopify: rows below its headings. */
#include "products.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return read_products("Handle,Title,Body (HTML),Type,Tags,Published,Status,Option1 "
			     "Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant "
			     "Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant "
			     "Inventory Policy,Variant Price,Variant Taxable,Gift Card\n",
	    data, size);
}
