/* SPDX-License-Identifier: EUPL-1.2 */
/* Files of products of any program: headings and rows. */
#include "products.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return read_products("", data, size);
}
