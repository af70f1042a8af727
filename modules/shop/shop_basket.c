/* SPDX-License-Identifier: EUPL-1.2 */
/* The price of a cart by country: see shop_basket.h. */
#include "shop_basket.h"

#include <string.h>

enum { STEPS_MAX = 100 };

const char *const shop_countries[SHOP_COUNTRIES + 1] = { "BE", "FR", NULL };

/* ---- totals ---- */

static size_t
steps_of(const struct scop_value *tariff, struct shop_step steps[STEPS_MAX])
{
	size_t count = 0;

	for (; count < scop_count(tariff) && count < STEPS_MAX; count++) {
		const struct scop_value *step = scop_at(tariff, count);

		steps[count] = (struct shop_step){ scop_text(step, "country"),
			scop_int(step, "up_to_grams"), scop_int(step, "price") };
	}
	return count;
}

static void
quote(struct shop_basket *basket, const char *country, const struct scop_value *terms,
    const struct shop_step *steps, size_t count, const int64_t goods[SHOP_VATS],
    struct shop_quote *quote)
{
	const char *scheme = scop_text(terms, "scheme");
	const char *taxing = strcmp(scheme, "oss") == 0 ? country : scop_text(terms, "country");
	const struct scop_value *free_from = scop_get(terms, "free_from");

	*quote = (struct shop_quote){ .taxed = strcmp(scheme, "exempt") != 0 };
	quote->deliverable = shop_shipping(steps, count, country, basket->grams,
	    basket->goods_cents, scop_type(free_from) == SCOP_MONEY ? scop_as_int(free_from) : -1,
	    &quote->shipping_cents);
	quote->total_cents = basket->goods_cents + quote->shipping_cents;
	memcpy(quote->gross_cents, goods, sizeof quote->gross_cents);
	shop_vat_share(quote->gross_cents, quote->shipping_cents);
	for (unsigned i = 0; i < SHOP_VATS; i++)
		quote->rate[i] = quote->taxed ? shop_vat_rate(taxing, (enum shop_vat)i) : 0;
}

void
shop_basket_add_up(struct shop_basket *basket, const struct scop_value *lines,
    const struct scop_value *terms, const struct scop_value *tariff)
{
	struct shop_step steps[STEPS_MAX];
	const size_t count = steps_of(tariff, steps);
	int64_t goods[SHOP_VATS] = { 0 };

	*basket = (struct shop_basket){ .lines = lines,
		.currency = scop_currency(scop_get(scop_at(lines, 0), "sum")),
		.available = true };
	for (size_t i = 0; i < scop_count(lines); i++) {
		const struct scop_value *line = scop_at(lines, i);

		basket->goods_cents += scop_int(line, "sum");
		basket->grams += scop_int(line, "weight_grams") * scop_int(line, "count");
		basket->available &= scop_bool(line, "available");
		goods[shop_vat_parse(scop_text(line, "vat"))] += scop_int(line, "sum");
	}
	for (unsigned i = 0; i < SHOP_COUNTRIES; i++)
		quote(basket, shop_countries[i], terms, steps, count, goods, &basket->quote[i]);
}

const struct scop_value *
shop_basket_digest(struct scop_request *req, const struct shop_basket *basket)
{
	const struct scop_value *text = scop_make_text(req, "%lld %lld %d",
	    (long long)basket->quote[0].total_cents, (long long)basket->quote[1].total_cents,
	    basket->quote[0].deliverable + 2 * basket->quote[1].deliverable);

	for (size_t i = 0; i < scop_count(basket->lines); i++) {
		const struct scop_value *line = scop_at(basket->lines, i);

		text = scop_make_text(req, "%s %lld*%lld=%lld", scop_as_text(text),
		    (long long)scop_int(line, "variant"), (long long)scop_int(line, "count"),
		    (long long)scop_int(line, "sum"));
	}
	return scop_hash(req, text);
}

/* ---- models for pages ---- */

const struct scop_value *
shop_rate(struct scop_request *req, unsigned rate)
{
	return rate % 100 == 0 ? scop_make_int(req, rate / 100)
			       : scop_make_number(req, rate / 10, 1);
}

/* The model of a VAT class: its rate and its VAT amount; classes with the same rate are merged. */
static const struct scop_value *
shown_vats(struct scop_request *req, const struct shop_quote *quote, const char *currency)
{
	const struct scop_value *list[SHOP_VATS];
	size_t count = 0;

	for (unsigned i = 0; i < SHOP_VATS; i++)
		if (quote->gross_cents[i] > 0 && quote->rate[i] > 0)
			list[count++] =
			    scop_map_of(req, "rate", shop_rate(req, quote->rate[i]), "vat",
				scop_make_money(req,
				    shop_vat_in(quote->gross_cents[i], quote->rate[i]), currency),
				NULL);
	return scop_make_list(req, count, list);
}

/* The delivery price, if it is the same for all countries; NULL if it differs. */
static const struct shop_quote *
only_price(const struct shop_basket *basket)
{
	const struct shop_quote *only = NULL;

	for (unsigned i = 0; i < SHOP_COUNTRIES; i++) {
		const struct shop_quote *one = &basket->quote[i];

		if (!one->deliverable)
			continue;
		if (only && only->shipping_cents != one->shipping_cents)
			return NULL;
		only = one;
	}
	return only;
}

static const struct scop_value *
shown_quote(struct scop_request *req, const struct shop_basket *basket, unsigned which,
    const char *chosen)
{
	const struct shop_quote *one = &basket->quote[which];

	return scop_map_of(req, "code", scop_make_text(req, "%s", shop_countries[which]), "chosen",
	    scop_make_bool(req, strcmp(shop_countries[which], chosen) == 0), "deliverable",
	    scop_make_bool(req, one->deliverable), "free",
	    scop_make_bool(req, one->shipping_cents == 0), "shipping",
	    scop_make_money(req, one->shipping_cents, basket->currency), "total",
	    scop_make_money(req, one->total_cents, basket->currency), "vats",
	    shown_vats(req, one, basket->currency), "exempt", scop_make_bool(req, !one->taxed),
	    NULL);
}

void
shop_put_quotes(struct scop_request *req, const struct shop_basket *basket, const char *chosen)
{
	const struct shop_quote *only = only_price(basket);
	const struct scop_value *list[SHOP_COUNTRIES],
	    *free_from = scop_get(scop_model(req, "terms"), "free_from");
	bool any = false, charged = false;

	for (unsigned i = 0; i < SHOP_COUNTRIES; i++) {
		any |= basket->quote[i].deliverable;
		charged |= basket->quote[i].deliverable && basket->quote[i].shipping_cents > 0;
		list[i] = shown_quote(req, basket, i, chosen);
		if (&basket->quote[i] == only)
			scop_put(req, "one", list[i]);
	}
	scop_put(req, "countries", scop_make_list(req, SHOP_COUNTRIES, list));
	scop_put(req, "deliverable", scop_make_bool(req, any));
	scop_put(req, "goods", scop_make_money(req, basket->goods_cents, basket->currency));
	if (charged && scop_type(free_from) == SCOP_MONEY)
		scop_put(req, "free_from", free_from);
}

/* ---- delivery prices, of one article or of all ---- */

void
shop_put_delivery(struct scop_request *req, int64_t grams, const struct scop_value *price)
{
	const struct scop_value *terms = scop_model(req, "terms"),
				*free_from = scop_get(terms, "free_from");
	const bool has_limit = scop_type(free_from) == SCOP_MONEY;
	struct shop_step steps[STEPS_MAX];
	const size_t count = steps_of(scop_model(req, "steps"), steps);
	bool to[SHOP_COUNTRIES], any = false;
	int64_t least = 0, most = 0;

	for (unsigned i = 0; i < SHOP_COUNTRIES; i++) {
		int64_t cents = 0;

		to[i] = shop_shipping(steps, count, shop_countries[i], grams, scop_as_int(price),
		    has_limit ? scop_as_int(free_from) : -1, &cents);
		if (!to[i])
			continue;
		least = any && least < cents ? least : cents;
		most = most > cents ? most : cents;
		any = true;
	}
	scop_put(req, "delivery",
	    scop_map_of(req, "belgium", scop_make_bool(req, to[0]), "france",
		scop_make_bool(req, to[1]), "none", scop_make_bool(req, !any), "free",
		scop_make_bool(req, any && most == 0), "from",
		scop_make_money(req, least, price ? scop_currency(price) : "EUR"), "differs",
		scop_make_bool(req, least != most), "scheme", scop_get(terms, "scheme"),
		"free_from", has_limit && most > 0 ? free_from : NULL, NULL));
}
