/* SPDX-License-Identifier: EUPL-1.2 */
/* The merchant's products: the list with its filter, a new product, and an export that can be
 * imported again. */
#include "shop.h"
#include "shop_category.h"
#include "shop_source.h"

#include <stdlib.h>
#include <string.h>

enum { PER_PAGE = 25 };

static const char *const states[] = { "selling", "sold", "hidden", NULL };
static const char *const publishing[] = { "publish", "hide", NULL };

#define LIST_PLACE \
	SCOP_PAGE_FIELDS, { .name = "state", .type = SCOP_FIELD_CHOICE, .choices = states }, \
	{ \
		.name = "words", .type = SCOP_FIELD_TEXT, .max = 100 \
	}

const struct scop_field shop_products_fields[] = {
	LIST_PLACE,
	{ 0 },
};

/* With the list's filter and page, which stay. */
const struct scop_field shop_publish_fields[] = {
	LIST_PLACE,
	{ .name = "to", .type = SCOP_FIELD_CHOICE, .required = true, .choices = publishing },
	{ .name = "product", .type = SCOP_FIELD_IDS, .required = true },
	{ 0 },
};

const struct scop_field shop_new_fields[] = {
	{ .name = "name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Name"),
	    .required = true,
	    .max = 200 },
	{ .name = "price",
	    .type = SCOP_FIELD_MONEY,
	    .label = SCOP_TEXT("Price, VAT included"),
	    .required = true,
	    .max = 9999999999 },
	{ .name = "stock", .type = SCOP_FIELD_INT, .label = SCOP_TEXT("Stock"), .max = 1000000 },
	{ 0 },
};

static const struct scop_value *
empty(struct scop_request *req)
{
	return scop_make_text(req, "%s", "");
}

/* ---- the list ---- */

/* The ids of articles whose stock is low by the tenant's setting. */
static const struct scop_value *
is_few(struct scop_request *req, const struct scop_value *row, const void *context)
{
	const struct scop_value *pieces = scop_get(row, "pieces");

	return scop_make_bool(req,
	    scop_type(pieces) != SCOP_NULL && scop_bool(row, "for_sale") &&
		scop_as_int(pieces) <= *(const int64_t *)context);
}

static void
put_few(struct scop_request *req)
{
	const int64_t few = scop_as_int(scop_setting(req, "few"));

	scop_put(req, "products",
	    scop_rows_with(req, scop_model(req, "products"), "few", is_few, &few));
}

static struct scop_query
page_of_products(struct scop_request *req, const struct scop_page *page)
{
	const struct scop_value *state = scop_field(req, "state"),
				*words = scop_field(req, "words");

	return page->before ? products_found_back(state, words, page->before, page->limit)
			    : products_found(state, words, page->after, page->limit);
}

void
shop_products(struct scop_request *req)
{
	const struct scop_value *state = scop_field(req, "state"),
				*words = scop_field(req, "words");

	scop_put(req, "any",
	    scop_make_bool(req,
		scop_count(scop_put_page(req, "products", PER_PAGE, page_of_products)) > 0));
	put_few(req);
	scop_put(req, "filtered", scop_make_bool(req, state || words));
	scop_put(req, "state", state);
	scop_put(req, "words", words);
	scop_put(req, "query", words ? scop_percent(req, words) : NULL);
	scop_view(req, &view_products);
}

static const struct scop_value *
in_words(struct scop_request *req, const char *quality)
{
	return scop_make_string(req, scop_translate(req, quality));
}

static struct scop_query
variants_after(struct scop_request *req, const struct scop_value *last,
    const struct scop_value *limit)
{
	return products_export(scop_field(req, "state"), scop_field(req, "words"),
	    scop_get(last, "product_id"), scop_get(last, "id"), in_words(req, SCOP_TEXT("New")),
	    in_words(req, SCOP_TEXT("As new")), in_words(req, SCOP_TEXT("Good condition")),
	    in_words(req, SCOP_TEXT("Fair condition")), in_words(req, SCOP_TEXT("Standard rate")),
	    in_words(req, SCOP_TEXT("Intermediate rate")), in_words(req, SCOP_TEXT("Reduced rate")),
	    in_words(req, SCOP_TEXT("Super-reduced rate")), limit);
}

void
shop_products_file(struct scop_request *req)
{
	/* The columns of our own file format: see README.md. shop_source.c recognises each heading
	 * in every language, and shop_field.c each condition and rate. */
	static const struct scop_csv_column columns[] = {
		{ "product", SCOP_TEXT("product") },
		{ "variant", SCOP_TEXT("variant_key") },
		{ "name", SCOP_TEXT("name") },
		{ "category", SCOP_TEXT("category") },
		{ "description", SCOP_TEXT("description") },
		{ "quality", SCOP_TEXT("condition") },
		{ "sku", SCOP_TEXT("sku") },
		{ "option1_name", SCOP_TEXT("option1_name") },
		{ "option1", SCOP_TEXT("option1") },
		{ "option2_name", SCOP_TEXT("option2_name") },
		{ "option2", SCOP_TEXT("option2") },
		{ "option3_name", SCOP_TEXT("option3_name") },
		{ "option3", SCOP_TEXT("option3") },
		{ "price", SCOP_TEXT("price") },
		{ "stock", SCOP_TEXT("stock") },
		{ "weight_grams", SCOP_TEXT("weight") },
		{ "vat", SCOP_TEXT("vat") },
		{ "published", SCOP_TEXT("published") },
		{ 0 },
	};

	scop_send_download(req, "products.csv", "text/csv; charset=utf-8",
	    scop_csv_write_all(req, columns, variants_after));
}

/* Answers with the page itself, so that it can report the result. */
void
shop_products_publish(struct scop_request *req)
{
	const bool publish = strcmp(scop_as_text(scop_field(req, "to")), "publish") == 0;

	scop_write(req, products_publish(scop_field(req, "product"), scop_make_bool(req, publish)));
	scop_write(req, counts_refresh());
	const struct scop_value *count =
	    scop_make_int(req, (int64_t)scop_count(scop_field(req, "product")));
	scop_audit(req,
	    publish ? SCOP_AUDIT("Showed articles in the shop") : SCOP_AUDIT("Hid articles"),
	    count);
	scop_put(req, publish ? "was_published" : "was_hidden", count);
	shop_products(req);
}

/* ---- a new product ---- */

void
shop_product_new(struct scop_request *req)
{
	scop_view(req, &view_product_new);
}

static bool
write_product(void *context, const struct scop_value *slug)
{
	struct scop_request *req = context;
	bool taken;

	scop_write_unique(req,
	    product_add(slug, slug, scop_field(req, "name"), scop_make_bool(req, false)), &taken);
	return !taken;
}

/* The new product is hidden until its page has been completed. Its key is its address, which must
 * differ from all other products' keys and addresses. */
void
shop_product_add(struct scop_request *req)
{
	const struct scop_value *name = scop_field(req, "name"), *none = empty(req);
	char slug[140], code[SHOP_CODE];

	shop_slug(scop_as_text(name), slug, sizeof slug);
	if (!shop_address_free(req,
		&(const struct shop_address){ .slug = slug[0] ? slug : "article",
		    .next = product_slugs,
		    .write = write_product,
		    .context = req })) {
		scop_reject(req, "name",
		    "There are many articles of this name already. Please choose another.");
		return;
	}
	const struct scop_value *product = scop_make_int(req, scop_inserted(req));
	shop_code("", "", code);
	scop_write(req,
	    variant_add(product, scop_make_text(req, "%s", code), NULL, none, none, none,
		scop_field(req, "price"), scop_field(req, "stock"), scop_make_int(req, 0)));
	scop_write(req, product_refresh(product));
	scop_audit(req, "Added an article", name);
	scop_flash(req, SCOP_TEXT("The article is added. It stays hidden until you show it."));
	scop_redirect(req, "edit-product", scop_map_of(req, "product", product, NULL));
}

/* Runs just after midnight in the tenant's time zone; a missed night is made up for by the next. */
enum scop_job_result
shop_end_sales_job(struct scop_request *req)
{
	if (scop_write(req, sales_end(scop_today(req))) > 0)
		scop_write(req, products_refresh());
	return SCOP_JOB_DONE;
}
