/* SPDX-License-Identifier: EUPL-1.2 */
/* Public pages: paged lists by category, a product with its variants, pictures. */
#include "shop_basket.h"
#include "shop_choice.h"

enum { PER_PAGE = 24 };

static struct scop_query
page_of_all(struct scop_request *req, const struct scop_page *page)
{
	(void)req;
	return page->before ? products_of_all_back(page->before, page->limit)
			    : products_of_all(page->after, page->limit);
}

void
shop_list(struct scop_request *req)
{
	scop_put_page_with(req, "products", PER_PAGE, page_of_all,
	    (const struct scop_read[]){ SHOP_DELIVERY, SHOP_FRAME(req), { 0 } });
	shop_put_delivery(req, 0, NULL);
	scop_view(req, &view_list);
}

/* For a top-level category one column selects all products below it. */
static struct scop_query
page_of_category(struct scop_request *req, const struct scop_page *page)
{
	const struct scop_value *category = scop_model(req, "category"),
				*id = scop_get(category, "id");

	if (scop_bool(category, "is_top"))
		return page->before ? products_of_top_back(id, page->before, page->limit)
				    : products_of_top(id, page->after, page->limit);
	return page->before ? products_of_category_back(id, page->before, page->limit)
			    : products_of_category(id, page->after, page->limit);
}

void
shop_category(struct scop_request *req)
{
	const struct scop_value *slug = scop_path(req, "category");
	const struct scop_value *category = scop_row(req, category_by_slug(slug));

	if (!category) {
		scop_not_found(req);
		return;
	}
	scop_put(req, "category", category);
	scop_put_page_with(req, "products", PER_PAGE, page_of_category,
	    (const struct scop_read[]){ { "subs", false, sub_categories(slug) },
		{ "parents", false, category_parents(slug) }, SHOP_DELIVERY, SHOP_FRAME(req),
		{ 0 } });
	shop_put_delivery(req, 0, NULL);
	scop_view(req, &view_list);
}

/* Adds to each variant the text of its options, and whether it is the chosen one. */
static const struct scop_value *
described(struct scop_request *req, const struct scop_value *variants,
    const struct scop_value *chosen)
{
	struct scop_list *list = scop_list_new(req);

	for (size_t i = 0; i < scop_count(variants); i++) {
		const struct scop_value *variant = scop_at(variants, i);

		scop_list_push(list,
		    scop_map_of(req, "id", scop_get(variant, "id"), "options",
			shop_options(req, variant), "price", scop_get(variant, "price"), "stock",
			scop_get(variant, "stock"), "for_sale", scop_get(variant, "for_sale"),
			"is_last", scop_get(variant, "is_last"), "chosen",
			scop_make_bool(req, variant == chosen), NULL));
	}
	return scop_list_done(list);
}

static const struct scop_value *
description_of(struct scop_request *req, const struct scop_value *product)
{
	const struct scop_value *description = scop_get(product, "description");

	if (scop_type(description) != SCOP_NULL)
		return description;
	return scop_get(scop_row(req, long_description(scop_get(product, "slug"))), "description");
}

void
shop_product(struct scop_request *req)
{
	const struct scop_value *slug = scop_path(req, "slug");

	const struct scop_value *variants = scop_put_all(req,
	    (const struct scop_read[]){ { "variants", false, product_page(slug) },
		{ "neighbours", false, neighbours_of_product(slug) }, { "steps", false, steps() },
		SHOP_FRAME(req), { 0 } });
	const struct scop_value *product = scop_at(variants, 0),
				*chosen = shop_chosen(req, variants);

	if (!product) {
		scop_not_found(req);
		return;
	}
	scop_put(req, "product", product);
	scop_put(req, "description", description_of(req, product));
	scop_put(req, "terms", product);
	if (scop_bool(product, "has_parents"))
		scop_put(req, "parents",
		    scop_rows(req, category_parents(scop_get(product, "category_slug"))));
	scop_put(req, "variants", described(req, variants, chosen));
	scop_put(req, "chosen", chosen);
	/* also shown if there is no choice, such as the size of a single coat */
	scop_put(req, "options", scop_count(variants) == 1 ? shop_options(req, product) : NULL);
	scop_put(req, "groups", shop_choices(req, product, variants, chosen));
	shop_put_delivery(req, scop_int(chosen, "weight_grams"), scop_get(chosen, "price"));
	scop_put(req, "has_neighbours",
	    scop_make_bool(req, scop_count(scop_model(req, "neighbours")) > 0));
	scop_view(req, &view_product);
}

void
shop_picture(struct scop_request *req)
{
	const struct scop_value *picture = scop_row(req, picture_by_hash(scop_path(req, "hash")));

	if (!picture) {
		scop_not_found(req);
		return;
	}
	scop_send_file(req, scop_text(picture, "type"), scop_get(picture, "bytes"));
}
