/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The price of an order: delivery by country and weight, and the VAT in it. Pure: no host, no
 * database.
 *
 * Prices include VAT. Delivery is ancillary to the goods, so its VAT is shared among their rates in
 * proportion (Directive 2006/112/EC, articles 78 and 79). VAT is rounded once per rate.
 */
#ifndef SHOP_TOTAL_H
#define SHOP_TOTAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Classes of goods, as product.vat names them; the rates of each country differ. */
enum shop_vat {
	SHOP_VAT_STANDARD,
	SHOP_VAT_INTERMEDIATE,
	SHOP_VAT_REDUCED,
	SHOP_VAT_SUPER_REDUCED,
	SHOP_VATS
};

/* The class with this name; the standard class for any other name. */
enum shop_vat shop_vat_parse(const char *name);

/* The rate in hundredths of a percent: 550 is 5.5 %. `country` is BE or FR. As of 2026-01-01. */
unsigned shop_vat_rate(const char *country, enum shop_vat vat);

/* The VAT in `gross_cents` at `rate`, rounded half up. */
int64_t shop_vat_in(int64_t gross_cents, unsigned rate);

/* Divides `shipping_cents` among the classes in proportion to their goods without losing a cent:
 * the largest remainders get the last ones. Adds to `gross_cents`. */
void shop_vat_share(int64_t gross_cents[SHOP_VATS], int64_t shipping_cents);

/* One step of a country's tariff. */
struct shop_step {
	const char *country;
	int64_t up_to_grams, price_cents;
};

/* The delivery price: the cheapest step that allows the weight. False if the country has none.
 * Without any steps, delivery is included. Negative `free_from_cents`: never free. */
bool shop_shipping(const struct shop_step *steps, size_t count, const char *country, int64_t grams,
    int64_t goods_cents, int64_t free_from_cents, int64_t *ret_cents);

#endif
