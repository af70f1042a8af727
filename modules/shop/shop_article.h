/* SPDX-License-Identifier: EUPL-1.2 */
/* The merchant's page of one article: see shop_article.c. */
#ifndef SHOP_ARTICLE_H
#define SHOP_ARTICLE_H

#include "shop.h"

/* The columns that its form shows, for scop_row_version: `variants` is a digest of all fields of
 * the variants except the stock, which is saved as a difference. */
#define SHOP_ARTICLE \
	"name category description quality vat published option1_name option2_name option3_name " \
	"variants"

#endif
