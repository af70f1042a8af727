/* SPDX-License-Identifier: EUPL-1.2 */
/* What visitors look at: lists by category with pages, a product with its variants, pictures. */
#include "shop_basket.h"
#include "shop_choice.h"

#include <stdlib.h>
#include <string.h>

enum { PER_PAGE = 24, PAGES_MAX = 100000 };

size_t
shop_page(struct scop_request *req)
{
	const char *text = scop_as_text(scop_field(req, "page"));
	const long long page = strspn(text, "0123456789") == strlen(text) ? atoll(text) : 0;

	return page < 1 || page > PAGES_MAX ? 1 : (size_t)page;
}

const struct scop_value *
shop_first(struct scop_request *req, size_t per_page)
{
	return scop_make_int(req, (int64_t)((shop_page(req) - 1) * per_page));
}

const struct scop_value *
shop_put_page(struct scop_request *req, const char *name, const struct scop_value *rows,
    size_t per_page)
{
	const int64_t page = (int64_t)shop_page(req);
	const size_t found = scop_count(rows), count = found > per_page ? per_page : found;
	const struct scop_value **shown = scop_alloc(req, (count + 1) * sizeof(*shown));

	for (size_t i = 0; i < count; i++)
		shown[i] = scop_at(rows, i);
	const struct scop_value *list = scop_make_list(req, count, shown);
	scop_put(req, name, list);
	if (page > 1)
		scop_put(req, "previous", scop_make_int(req, page - 1));
	if (found > per_page)
		scop_put(req, "next", scop_make_int(req, page + 1));
	return list;
}

/* One more than is shown, to know whether a page follows. */
static const struct scop_value *
one_more(struct scop_request *req)
{
	return scop_make_int(req, PER_PAGE + 1);
}

/* A page behind the last one has nothing to show: the first one has. */
static void
show_page(struct scop_request *req, const struct scop_value *products, const char *route,
    const struct scop_value *parts)
{
	if (scop_count(products) == 0 && shop_page(req) > 1) {
		scop_redirect(req, route, parts);
		return;
	}
	shop_put_page(req, "products", products, PER_PAGE);
	shop_put_delivery(req, 0, NULL);
	scop_view(req, &view_list);
}

void
shop_list(struct scop_request *req)
{
	const struct scop_value *products = scop_put_all(req,
	    (const struct scop_want[]){
		{ "products", false, products_of_all(one_more(req), shop_first(req, PER_PAGE)) },
		SHOP_DELIVERY, SHOP_FRAME(req), { 0 } });

	show_page(req, products, "list", NULL);
}

void
shop_category(struct scop_request *req)
{
	static const char *const parts[] = { "category" };
	const struct scop_value *slug = scop_path(req, "category");
	const struct scop_value *category = scop_row(req, category_by_slug(slug));
	const struct scop_value *id = scop_get(category, "id");

	if (!category) {
		scop_not_found(req);
		return;
	}
	scop_put(req, "category", category);
	const struct scop_value *products = scop_put_all(req,
	    (const struct scop_want[]){
		{ "products", false,
		    scop_bool(category, "is_top")
			? products_of_top(id, one_more(req), shop_first(req, PER_PAGE))
			: products_of_category(id, one_more(req), shop_first(req, PER_PAGE)) },
		{ "subs", false, sub_categories(slug) },
		{ "parents", false, category_parents(slug) }, SHOP_DELIVERY, SHOP_FRAME(req),
		{ 0 } });
	show_page(req, products, "category", scop_make_map(req, 1, parts, &slug));
}

/* Each variant with its options in words, and whether it is the chosen one. */
static const struct scop_value *
described(struct scop_request *req, const struct scop_value *variants,
    const struct scop_value *chosen)
{
	static const char *const keys[] = { "id", "options", "price", "stock", "for_sale",
		"is_last", "chosen" };
	const size_t count = scop_count(variants);
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof(*list));

	for (size_t i = 0; i < count; i++) {
		const struct scop_value *variant = scop_at(variants, i);

		list[i] = scop_make_map(req, 7, keys,
		    (const struct scop_value *const[]){ scop_get(variant, "id"),
			shop_options(req, variant), scop_get(variant, "price"),
			scop_get(variant, "stock"), scop_get(variant, "for_sale"),
			scop_get(variant, "is_last"), scop_make_bool(req, variant == chosen) });
	}
	return scop_make_list(req, count, list);
}

void
shop_product(struct scop_request *req)
{
	const struct scop_value *slug = scop_path(req, "slug");

	const struct scop_value *variants = scop_put_all(req,
	    (const struct scop_want[]){ { "variants", false, product_page(slug) },
		{ "neighbours", false, neighbours_of_product(slug) }, { "steps", false, steps() },
		SHOP_FRAME(req), { 0 } });
	const struct scop_value *product = scop_at(variants, 0),
				*chosen = shop_chosen(req, variants);

	if (!product) {
		scop_not_found(req);
		return;
	}
	scop_put(req, "product", product);
	scop_put(req, "terms", product);
	if (scop_bool(product, "has_parents"))
		scop_put(req, "parents",
		    scop_rows(req, category_parents(scop_get(product, "category_slug"))));
	scop_put(req, "variants", described(req, variants, chosen));
	scop_put(req, "chosen", chosen);
	/* what nobody can choose is said all the same: the size of a single coat */
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
