/* SPDX-License-Identifier: EUPL-1.2 */
/* The price of a cart in each country of delivery. The cart, the checkout and the article's page
 * show the same price, because all three call these functions. */
#ifndef SHOP_BASKET_H
#define SHOP_BASKET_H

#include "shop.h"
#include "shop_total.h"

enum { SHOP_COUNTRIES = 2 };

extern const char *const shop_countries[SHOP_COUNTRIES + 1]; /* ends with NULL */

/* The price of the cart for delivery to one country. */
struct shop_quote {
	bool deliverable, taxed;
	int64_t shipping_cents, total_cents;
	unsigned rate[SHOP_VATS];
	int64_t gross_cents[SHOP_VATS];
};

struct shop_basket {
	const struct scop_value *lines;
	const char *currency;
	int64_t goods_cents, grams;
	bool available;
	struct shop_quote quote[SHOP_COUNTRIES];
};

/* `lines`, `terms` and `tariff` are rows of the statements cart_lines, selling and steps. */
void shop_basket_add_up(struct shop_basket *basket, const struct scop_value *lines,
    const struct scop_value *terms, const struct scop_value *tariff);

/* A digest of everything from which the totals are calculated. */
const struct scop_value *shop_basket_digest(struct scop_request *req,
    const struct shop_basket *basket);

/* Puts `countries` with the price for each, `deliverable` if there are any, `one` (the delivery
 * price, if it is the same for all countries), `goods`, and `free_from` if a larger order would be
 * delivered free of charge. `chosen` is a country's code. */
void shop_put_quotes(struct scop_request *req, const struct shop_basket *basket,
    const char *chosen);

/* The rate in percent, without trailing zeros: 2100 is 21, 550 is 5.5. */
const struct scop_value *shop_rate(struct scop_request *req, unsigned rate);

/* Puts `delivery`: where goods of this weight and price go and what that costs, by the model's
 * `terms` and `steps`: `belgium`, `france`, `none`, `free`, `from`, `differs`, `scheme`,
 * `free_from`. Without a price (NULL) it is what the shop says of all its goods. */
void shop_put_delivery(struct scop_request *req, int64_t grams, const struct scop_value *price);

#endif
