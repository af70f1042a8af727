/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The choices of an article that has variants: one group for each option (colour, size), in which
 * each value is a link to the variant that it leads to. So price and stock on the page are always
 * those of the chosen variant, and a combination that does not exist cannot be chosen, without any
 * script.
 */
#include "shop_choice.h"

#include <stdlib.h>
#include <string.h>

enum { OPTIONS = 3 };

static const char *const option_keys[OPTIONS] = { "option1", "option2", "option3" };
static const char *const name_keys[OPTIONS] = { "option1_name", "option2_name", "option3_name" };

const struct scop_value *
shop_chosen(struct scop_request *req, const struct scop_value *variants)
{
	const struct scop_value *field = scop_field(req, "variant"), *first = NULL;
	const int64_t wanted =
	    scop_type(field) == SCOP_STRING ? atoll(scop_as_text(field)) : scop_as_int(field);

	for (size_t i = 0; i < scop_count(variants); i++) {
		const struct scop_value *variant = scop_at(variants, i);

		if (scop_int(variant, "id") == wanted)
			return variant;
		if (!first && scop_bool(variant, "for_sale"))
			first = variant;
	}
	return first ? first : scop_at(variants, 0);
}

static bool
agree(const struct scop_value *one, const struct scop_value *other, unsigned option)
{
	return strcmp(scop_text(one, option_keys[option]), scop_text(other, option_keys[option])) ==
	    0;
}

/* Ranks a variant after choosing a value of `option`: it must have the same earlier options, and
 * should have as many of the same later ones as possible; an available variant is better than one
 * that is sold out. Negative: not reachable. */
static int
follows(const struct scop_value *variant, const struct scop_value *chosen, unsigned option)
{
	int kept = 0;

	for (unsigned i = 0; i < option; i++)
		if (!agree(variant, chosen, i))
			return -1;
	for (unsigned i = option + 1; i < OPTIONS; i++)
		kept += agree(variant, chosen, i);
	return 2 * kept + scop_bool(variant, "for_sale");
}

/* The variant reached by choosing the value that `like` has for the option; NULL if there is no
 * such combination. */
static const struct scop_value *
leads_to(const struct scop_value *variants, const struct scop_value *chosen, unsigned option,
    const struct scop_value *like, bool *ret_any_for_sale)
{
	const struct scop_value *best = NULL;
	int most = -1;

	*ret_any_for_sale = false;
	for (size_t i = 0; i < scop_count(variants); i++) {
		const struct scop_value *variant = scop_at(variants, i);
		const int fit =
		    agree(variant, like, option) ? follows(variant, chosen, option) : -1;

		if (fit < 0)
			continue;
		*ret_any_for_sale |= scop_bool(variant, "for_sale");
		if (fit > most) {
			best = variant;
			most = fit;
		}
	}
	return best;
}

/* The model of one value; for the last option, which determines the variant, with price and stock.
 */
static const struct scop_value *
value_of(struct scop_request *req, const struct scop_value *variants,
    const struct scop_value *chosen, unsigned option, const struct scop_value *like, bool last)
{
	bool for_sale;
	const struct scop_value *to = leads_to(variants, chosen, option, like, &for_sale);

	return scop_map_of(req, "text", scop_get(like, option_keys[option]), "variant",
	    scop_get(to, "id"), "chosen", scop_make_bool(req, agree(like, chosen, option)),
	    "for_sale", scop_make_bool(req, for_sale), "price", last ? scop_get(to, "price") : NULL,
	    "left", last ? scop_get(to, "stock") : NULL, NULL);
}

static bool
seen_before(const struct scop_value *variants, size_t index, unsigned option)
{
	for (size_t i = 0; i < index; i++)
		if (agree(scop_at(variants, i), scop_at(variants, index), option))
			return true;
	return false;
}

static const struct scop_value *
values_of(struct scop_request *req, const struct scop_value *variants,
    const struct scop_value *chosen, unsigned option, bool last)
{
	const size_t most = scop_count(variants);
	const struct scop_value **list = scop_alloc(req, (most + 1) * sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < most; i++)
		if (!seen_before(variants, i, option))
			list[count++] =
			    value_of(req, variants, chosen, option, scop_at(variants, i), last);
	return scop_make_list(req, count, list);
}

/* The options in which the variants differ, or that have a name; bit n is option n. */
static unsigned
options_in_use(const struct scop_value *variants)
{
	unsigned used = 0;

	for (size_t i = 0; i < scop_count(variants); i++)
		for (unsigned option = 0; option < OPTIONS; option++)
			if (scop_text(scop_at(variants, i), option_keys[option])[0])
				used |= 1u << option;
	return used;
}

const struct scop_value *
shop_choices(struct scop_request *req, const struct scop_value *product,
    const struct scop_value *variants, const struct scop_value *chosen)
{
	const struct scop_value *list[OPTIONS];
	const unsigned used = options_in_use(variants);
	size_t count = 0;

	for (unsigned option = 0; option < OPTIONS && scop_count(variants) > 1; option++) {
		if (!(used & 1u << option))
			continue;
		list[count] = scop_map_of(req, "place", scop_make_int(req, (int64_t)count + 1),
		    "name", scop_get(product, name_keys[option]), "values",
		    values_of(req, variants, chosen, option, !(used >> (option + 1))), NULL);
		count++;
	}
	return scop_make_list(req, count, list);
}
