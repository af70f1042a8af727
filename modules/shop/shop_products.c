/* SPDX-License-Identifier: EUPL-1.2 */
/* The merchant's products: the list with its filter, one product with its variants, and all of it
 * as a file that can be imported again. */
#include "shop.h"
#include "shop_category.h"
#include "shop_source.h"

#include <stdlib.h>
#include <string.h>

enum { PER_PAGE = 25, VARIANTS_MAX = 200, PICTURE_MAX = 5000000, GRAMS_MAX = 10000000 };

static const char *const states[] = { "selling", "sold", "hidden", NULL };
static const char *const qualities[] = { "new", "as_new", "good", "fair", NULL };
static const char *const vats[] = { "standard", "intermediate", "reduced", "super_reduced", NULL };
static const char *const publishing[] = { "publish", "hide", NULL };

const struct scop_field shop_products_fields[] = {
	{ .name = "page", .type = SCOP_FIELD_TEXT },
	{ .name = "state", .type = SCOP_FIELD_CHOICE, .choices = states },
	{ .name = "words", .type = SCOP_FIELD_TEXT, .max = 100 },
	{ 0 },
};

const struct scop_field shop_publish_fields[] = {
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

const struct scop_field shop_product_fields[] = {
	{ .name = "name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Name"),
	    .required = true,
	    .max = 200 },
	{ .name = "category", .type = SCOP_FIELD_TEXT, .label = SCOP_TEXT("Category"), .max = 700 },
	{ .name = "description",
	    .type = SCOP_FIELD_LONGTEXT,
	    .label = SCOP_TEXT("Description"),
	    .max = 15000 },
	{ .name = "quality",
	    .type = SCOP_FIELD_CHOICE,
	    .label = SCOP_TEXT("Condition"),
	    .required = true,
	    .choices = qualities },
	{ .name = "vat",
	    .type = SCOP_FIELD_CHOICE,
	    .label = SCOP_TEXT("VAT"),
	    .required = true,
	    .choices = vats },
	{ .name = "published", .type = SCOP_FIELD_BOOL },
	{ .name = "seen", .type = SCOP_FIELD_TEXT, .max = 64 },
	{ 0 },
};

#define TEXTS \
	"name category description quality vat published" /* what that form shows of a product */

const struct scop_field shop_picture_fields[] = {
	{ .name = "picture", .type = SCOP_FIELD_FILE, .required = true, .max = PICTURE_MAX },
	{ 0 },
};

const struct scop_field shop_variant_fields[] = {
	{ .name = "price",
	    .type = SCOP_FIELD_MONEY,
	    .label = SCOP_TEXT("Price, VAT included"),
	    .required = true,
	    .max = 9999999999 },
	{ .name = "stock", .type = SCOP_FIELD_INT, .label = SCOP_TEXT("Stock"), .max = 1000000 },
	/* the stock when the form was shown */
	{ .name = "seen", .type = SCOP_FIELD_INT, .max = 1000000 },
	{ .name = "weight", .type = SCOP_FIELD_INT, .label = SCOP_TEXT("Grams"), .max = GRAMS_MAX },
	{ 0 },
};

const struct scop_field shop_variant_new_fields[] = {
	{ .name = "option_name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("What the variants differ in"),
	    .max = 50 },
	{ .name = "option", .type = SCOP_FIELD_TEXT, .required = true, .max = 100 },
	{ .name = "sku",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Article number (SKU)"),
	    .max = 100 },
	{ .name = "new_price",
	    .type = SCOP_FIELD_MONEY,
	    .label = SCOP_TEXT("Price, VAT included"),
	    .required = true,
	    .max = 9999999999 },
	{ .name = "new_stock",
	    .type = SCOP_FIELD_INT,
	    .label = SCOP_TEXT("Stock"),
	    .max = 1000000 },
	{ 0 },
};

static const struct scop_value *
empty(struct scop_request *req)
{
	return scop_make_text(req, "%s", "");
}

static const struct scop_value *
number_in_path(struct scop_request *req, const char *name)
{
	return scop_make_int(req, atoll(scop_as_text(scop_path(req, name))));
}

/* ---- the list ---- */

/* The numbers of the articles of which few are left, as the tenant counts few. */
static void
put_few(struct scop_request *req)
{
	const struct scop_value *products = scop_model(req, "products");
	const int64_t few = scop_as_int(scop_setting(req, "few"));
	const size_t count = scop_count(products);
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof(*list));
	static const char *const keys[] = { "id", "slug", "name", "category", "published",
		"for_sale", "pieces", "few", "price", "price_varies" };

	for (size_t i = 0; i < count; i++) {
		const struct scop_value *row = scop_at(products, i),
					*pieces = scop_get(row, "pieces");

		list[i] = scop_make_map(req, 10, keys,
		    (const struct scop_value *[]){ scop_get(row, "id"), scop_get(row, "slug"),
			scop_get(row, "name"), scop_get(row, "category"),
			scop_get(row, "published"), scop_get(row, "for_sale"), pieces,
			scop_make_bool(req,
			    scop_type(pieces) != SCOP_NULL && scop_bool(row, "for_sale") &&
				scop_as_int(pieces) <= few),
			scop_get(row, "price"), scop_get(row, "price_varies") });
	}
	scop_put(req, "products", scop_make_list(req, count, list));
}

void
shop_products(struct scop_request *req)
{
	const struct scop_value *state = scop_field(req, "state"),
				*words = scop_field(req, "words");
	const struct scop_value *found = scop_rows(req,
	    products_found(state, words, scop_make_int(req, PER_PAGE + 1),
		shop_first(req, PER_PAGE)));

	scop_put(req, "any",
	    scop_make_bool(req, scop_count(shop_put_page(req, "products", found, PER_PAGE)) > 0));
	put_few(req);
	scop_put(req, "filtered", scop_make_bool(req, state || words));
	scop_put(req, "state", state);
	scop_put(req, "words", words);
	scop_put(req, "query", words ? scop_percent(req, words) : NULL);
	if (state)
		scop_put(req, scop_as_text(scop_make_text(req, "only_%s", scop_as_text(state))),
		    scop_make_bool(req, true));
	scop_view(req, &view_products);
}

static struct scop_query
variants_after(struct scop_request *req, const struct scop_value *last,
    const struct scop_value *limit)
{
	return products_export(scop_field(req, "state"), scop_field(req, "words"),
	    scop_get(last, "product_id"), scop_get(last, "id"), limit);
}

void
shop_products_file(struct scop_request *req)
{
	/* The columns of our own kind of file: see README.md. */
	static const struct scop_csv_column columns[] = { { "product", "product" },
		{ "variant", "variant_key" }, { "name", "name" }, { "category", "category" },
		{ "description", "description" }, { "quality", "condition" }, { "sku", "sku" },
		{ "option1_name", "option1_name" }, { "option1", "option1" },
		{ "option2_name", "option2_name" }, { "option2", "option2" },
		{ "option3_name", "option3_name" }, { "option3", "option3" }, { "price", "price" },
		{ "stock", "stock" }, { "weight_grams", "weight" }, { "vat", "vat" },
		{ "published", "published" }, { 0 } };

	scop_send_download(req, "products.csv", "text/csv; charset=utf-8",
	    scop_csv_write_all(req, columns, variants_after));
}

/* The page itself is the answer, so that it can say what was done. */
void
shop_products_publish(struct scop_request *req)
{
	const bool publish = strcmp(scop_as_text(scop_field(req, "to")), "publish") == 0;

	scop_write(req, products_publish(scop_field(req, "product"), scop_make_bool(req, publish)));
	scop_write(req, counts_refresh());
	scop_note(req,
	    publish ? SCOP_TEXT("Showed articles in the shop") : SCOP_TEXT("Hid articles"),
	    scop_make_text(req, "%zu", scop_count(scop_field(req, "product"))));
	scop_put(req, publish ? "was_published" : "was_hidden",
	    scop_make_int(req, (int64_t)scop_count(scop_field(req, "product"))));
	shop_products(req);
}

/* ---- a new one ---- */

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

/* Hidden until somebody has looked at it: its page asks for the rest. Its key is its address, which
 * is free where no other product has it as either. */
void
shop_product_add(struct scop_request *req)
{
	static const char *const parts[] = { "product" };
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
	scop_note(req, "Added an article", name);
	scop_redirect(req, "edit-product", scop_make_map(req, 1, parts, &product));
}

/* ---- one product ---- */

void
shop_product_edit(struct scop_request *req)
{
	const struct scop_value *id = number_in_path(req, "product");
	const struct scop_value *product = scop_put_all(req,
	    (const struct scop_want[]){ { "product", true, product_by_id(id) },
		{ "variants", false, variants_by_product(id, number_in_path(req, "variant")) },
		{ "terms", true, selling() }, { "categories", false, category_paths() }, { 0 } });

	if (!product) {
		scop_not_found(req);
		return;
	}
	const struct scop_value *variants = scop_model(req, "variants");
	scop_put(req, "several", scop_make_bool(req, scop_count(variants) > 1));
	scop_put(req, "seen", scop_seen(req, product, TEXTS));
	scop_put(req, "in_france", scop_get(scop_model(req, "terms"), "in_france"));
	scop_view(req, &view_product_edit);
}

static void
back(struct scop_request *req, const struct scop_value *product)
{
	scop_redirect(req, "edit-product",
	    scop_make_map(req, 1, (const char *const[]){ "product" }, &product));
}

static const struct scop_value *
found_product(struct scop_request *req)
{
	return scop_row(req, product_by_id(number_in_path(req, "product")));
}

void
shop_product_save(struct scop_request *req)
{
	const struct scop_value *product = found_product(req), *id = scop_get(product, "id"),
				*description = scop_field(req, "description");
	const struct scop_value *category = scop_field(req, "category");
	int64_t inner, top;

	if (!product) {
		scop_not_found(req);
		return;
	}
	if (scop_outdated(req, scop_row(req, product_held(id)), TEXTS))
		return;
	shop_category_put(req, scop_as_text(category), &inner, &top);
	scop_write(req,
	    product_set(id, scop_field(req, "name"), inner ? scop_make_int(req, inner) : NULL,
		top ? scop_make_int(req, top) : NULL, description ? description : empty(req),
		scop_field(req, "quality"), scop_field(req, "vat"), scop_field(req, "published")));
	scop_write(req, counts_refresh());
	scop_note(req, "Changed an article", scop_field(req, "name"));
	back(req, id);
}

void
shop_product_picture(struct scop_request *req)
{
	const struct scop_value *product = found_product(req);
	const struct scop_file *file = scop_upload(req, "picture");
	const char *type = file && file->data ? shop_picture_type(file->data, file->size) : NULL;

	if (!product) {
		scop_not_found(req);
		return;
	}
	if (!type) {
		scop_reject(req, "picture",
		    "This is no picture that browsers show. Please choose a PNG, JPEG, WebP or SVG "
		    "file.");
		return;
	}
	const struct scop_value *bytes = scop_make_bytes(req, file->data, file->size),
				*hash = scop_hash(req, bytes);
	scop_write(req, picture_put(hash, scop_make_text(req, "%s", type), bytes));
	scop_write(req, product_picture(scop_get(product, "id"), hash));
	scop_note(req, "Changed the picture of an article", scop_get(product, "name"));
	back(req, scop_get(product, "id"));
}

void
shop_variant_save(struct scop_request *req)
{
	const struct scop_value *product = number_in_path(req, "product"),
				*weight = scop_field(req, "weight"),
				*stock = scop_field(req, "stock");
	const long long cents = scop_as_int(scop_field(req, "price"));
	const struct scop_value *variant =
	    scop_row(req, variant_by_id(product, number_in_path(req, "variant")));

	if (!variant) {
		scop_not_found(req);
		return;
	}
	scop_write(req,
	    variant_set(scop_get(variant, "id"), scop_field(req, "price"), stock,
		scop_field(req, "seen"), weight ? weight : scop_make_int(req, 0)));
	scop_write(req, product_refresh(product));
	const char *count =
	    stock ? scop_as_text(scop_make_text(req, ", %lld", (long long)scop_as_int(stock))) : "";
	scop_note(req, "Changed a price or stock",
	    scop_make_text(req, "%s: %lld.%02lld%s", scop_text(variant, "name"), cents / 100,
		cents % 100, count));
	back(req, product);
}

void
shop_variant_add(struct scop_request *req)
{
	const struct scop_value *product = found_product(req), *id = scop_get(product, "id"),
				*name = scop_field(req, "option_name");
	const struct scop_value *option = scop_field(req, "option"), *sku = scop_field(req, "sku");
	char code[SHOP_CODE];
	bool taken;

	if (!product) {
		scop_not_found(req);
		return;
	}
	if (scop_count(scop_rows(req, variants_by_product(id, NULL))) >= VARIANTS_MAX) {
		scop_reject(req, "option",
		    "That is enough variants for one article. Please make another article.");
		return;
	}
	shop_code(scop_as_text(sku), scop_as_text(option), code);
	scop_write_unique(req,
	    variant_add(id, scop_make_text(req, "%s", code), sku, option, empty(req), empty(req),
		scop_field(req, "new_price"), scop_field(req, "new_stock"), scop_make_int(req, 0)),
	    &taken);
	if (taken) {
		scop_reject(req, sku ? "sku" : "option", "There is such a variant already.");
		return;
	}
	if (name)
		scop_write(req, option_name_set(id, name));
	scop_write(req, product_refresh(id));
	scop_note(req, "Added a variant", scop_get(product, "name"));
	back(req, id);
}
