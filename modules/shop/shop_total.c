/* SPDX-License-Identifier: EUPL-1.2 */
/* The price of an order: see shop_total.h. */
#include "shop_total.h"

#include <string.h>

enum { WHOLE = 10000 };

static const char *const names[SHOP_VATS] = { "standard", "intermediate", "reduced",
	"super_reduced" };
static const unsigned belgian[SHOP_VATS] = { 2100, 1200, 600, 0 },
		      french[SHOP_VATS] = { 2000, 1000, 550, 210 };

enum shop_vat
shop_vat_parse(const char *name)
{
	for (unsigned i = 0; i < SHOP_VATS; i++)
		if (strcmp(names[i], name) == 0)
			return (enum shop_vat)i;
	return SHOP_VAT_STANDARD;
}

unsigned
shop_vat_rate(const char *country, enum shop_vat vat)
{
	return strcmp(country, "FR") == 0 ? french[vat] : belgian[vat];
}

int64_t
shop_vat_in(int64_t gross_cents, unsigned rate)
{
	const int64_t whole = WHOLE + (int64_t)rate;

	return (gross_cents * (int64_t)rate + whole / 2) / whole;
}

void
shop_vat_share(int64_t gross_cents[SHOP_VATS], int64_t shipping_cents)
{
	int64_t goods = 0, left = shipping_cents, rest[SHOP_VATS];

	for (unsigned i = 0; i < SHOP_VATS; i++)
		goods += gross_cents[i];
	if (goods == 0) {
		gross_cents[SHOP_VAT_STANDARD] += shipping_cents;
		return;
	}
	int64_t share[SHOP_VATS];
	for (unsigned i = 0; i < SHOP_VATS; i++) {
		share[i] = gross_cents[i] * shipping_cents / goods;
		rest[i] = gross_cents[i] * shipping_cents % goods;
		left -= share[i];
	}
	for (; left > 0; left--) {
		unsigned most = 0;

		for (unsigned i = 1; i < SHOP_VATS; i++)
			if (rest[i] > rest[most])
				most = i;
		share[most]++;
		rest[most] = -1;
	}
	for (unsigned i = 0; i < SHOP_VATS; i++)
		gross_cents[i] += share[i];
}

bool
shop_shipping(const struct shop_step *steps, size_t count, const char *country, int64_t grams,
    int64_t goods_cents, int64_t free_from_cents, int64_t *ret_cents)
{
	const struct shop_step *best = NULL;

	for (size_t i = 0; i < count; i++)
		if (strcmp(steps[i].country, country) == 0 && steps[i].up_to_grams >= grams &&
		    (!best || steps[i].price_cents < best->price_cents))
			best = &steps[i];
	if (!best && count > 0)
		return false;
	*ret_cents = !best || (free_from_cents >= 0 && goods_cents >= free_from_cents)
	    ? 0
	    : best->price_cents;
	return true;
}
