/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The merchant's page of one article: texts, picture and all variants, saved together, so that no
 * button loses input.
 *
 * A variant's fields have its id in their names ("price.12"), those of new variants "new1" to
 * "new3"; a new variant is created if any of its fields is filled in. A variant that is not in the
 * form is left unchanged.
 */
#include "shop_article.h"
#include "shop_source.h"
#include "shop_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PER_PAGE = 90, /* variants; a form holds at most 1,000 fields */
	ROWS_MAX = 1000,
	NEW_ROWS = 3,
	VARIANTS_MAX = 200,
	NOTED_MAX = 12,
	PAGES_MAX = 1000,
	STOCK_MAX = 1000000,
	PICTURE_MAX = 5000000,
	OPTIONS = 3,
};
#define CENTS_MAX 9999999999

static const char *const option_maps[OPTIONS] = { "option1", "option2", "option3" };
static const char *const option_names[OPTIONS] = { "option1_name", "option2_name", "option3_name" };
static const char *const qualities[] = { "new", "as_new", "good", "fair", NULL };
static const char *const vats[] = { "standard", "intermediate", "reduced", "super_reduced", NULL };

const struct scop_field shop_edit_fields[] = {
	{ .name = "page", .type = SCOP_FIELD_TEXT },
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
	{ .name = "picture",
	    .type = SCOP_FIELD_FILE,
	    .label = SCOP_TEXT("Picture"),
	    .max_bytes = PICTURE_MAX },
	{ .name = "option1_name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("How the variants differ"),
	    .max = 50 },
	{ .name = "option2_name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Second difference"),
	    .max = 50 },
	{ .name = "option3_name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Third difference"),
	    .max = 50 },
	{ .name = "option1", .type = SCOP_FIELD_MAP, .max = 100 },
	{ .name = "option2", .type = SCOP_FIELD_MAP, .max = 100 },
	{ .name = "option3", .type = SCOP_FIELD_MAP, .max = 100 },
	{ .name = "sku", .type = SCOP_FIELD_MAP, .max = 100 },
	{ .name = "price", .type = SCOP_FIELD_MAP, .max = 30 },
	{ .name = "stock", .type = SCOP_FIELD_MAP, .max = 30 },
	/* the stock when the form was shown */
	{ .name = "had", .type = SCOP_FIELD_MAP, .max = 30 },
	{ .name = "weight", .type = SCOP_FIELD_MAP, .max = 30 },
	{ .name = "remove", .type = SCOP_FIELD_MAP, .max = 1 },
	{ .name = "page", .type = SCOP_FIELD_TEXT },
	{ .name = "seen", .type = SCOP_FIELD_TEXT, .max = 64 },
	{ 0 },
};

static const char *const new_keys[NEW_ROWS] = { "new1", "new2", "new3" };

/* ---- showing the page ---- */

static const struct scop_value *
text_value(struct scop_request *req, const char *text)
{
	return scop_make_text(req, "%s", text);
}

/* The input of a variant's field; `value` if there is none. */
static const struct scop_value *
typed(struct scop_request *req, const char *map, const char *key, const struct scop_value *value)
{
	const struct scop_value *fields = scop_field(req, map),
				*found =
				    scop_type(fields) == SCOP_MAP ? scop_get(fields, key) : NULL;

	return found ? found : value;
}

static void
set_field(struct scop_request *req, struct scop_map *row, const char *map, const char *error,
    const char *key, const struct scop_value *value)
{
	const char *name = scop_as_text(scop_make_text(req, "%s.%s", map, key));

	scop_map_set(row, map, typed(req, map, key, value));
	scop_map_set(row, error, scop_rejection(req, name));
}

/* The values of a variant's inputs; NULL: of a new one. */
static const struct scop_value *
shown_row(struct scop_request *req, const struct scop_value *variant, const char *key)
{
	struct scop_map *row = scop_map_new(req);

	scop_map_set(row, "key", text_value(req, key));
	scop_map_set(row, "is_new", scop_make_bool(req, !variant));
	scop_map_set(row, "title", variant ? shop_options(req, variant) : NULL);
	set_field(req, row, "option1", "option1_error", key, scop_get(variant, "option1"));
	set_field(req, row, "option2", "option2_error", key, scop_get(variant, "option2"));
	set_field(req, row, "option3", "option3_error", key, scop_get(variant, "option3"));
	set_field(req, row, "sku", "sku_error", key, scop_get(variant, "sku"));
	set_field(req, row, "price", "price_error", key, scop_get(variant, "price"));
	scop_map_set(row, "sale_until", scop_get(variant, "sale_until"));
	scop_map_set(row, "regular", scop_get(variant, "regular"));
	set_field(req, row, "stock", "stock_error", key, scop_get(variant, "stock"));
	set_field(req, row, "had", "had_error", key, scop_get(variant, "stock"));
	set_field(req, row, "weight", "weight_error", key,
	    variant ? shop_weight(req, scop_int(variant, "weight_grams")) : NULL);
	set_field(req, row, "remove", "remove_error", key, NULL);
	return scop_map_done(row);
}

static const char *
key_of(struct scop_request *req, const struct scop_value *variant)
{
	return scop_as_text(scop_make_text(req, "%lld", (long long)scop_int(variant, "id")));
}

/* The requested page of variants, from 1; the first if the number is invalid. */
static size_t
page_of(struct scop_request *req)
{
	const char *text = scop_as_text(scop_field(req, "page"));
	const long long page = strspn(text, "0123456789") == strlen(text) ? atoll(text) : 0;

	return page < 1 || page > PAGES_MAX ? 1 : (size_t)page;
}

static void
put_rows(struct scop_request *req, const struct scop_value *variants)
{
	struct scop_list *rows = scop_list_new(req), *blank = scop_list_new(req);
	const size_t page = page_of(req), first = (page - 1) * PER_PAGE;
	bool second = scop_count(variants) < 2 || scop_field(req, "option2_name") ||
	    scop_text(scop_model(req, "product"), "option2_name")[0];
	bool third = false, open = scop_rejection(req, "option1_name") != NULL;

	for (size_t i = 0; i < scop_count(variants); i++) {
		const struct scop_value *variant = scop_at(variants, i);

		second |= scop_text(variant, "option2")[0] != '\0';
		third |= scop_text(variant, "option3")[0] != '\0';
		if (i >= first && i < first + PER_PAGE)
			scop_list_push(rows, shown_row(req, variant, key_of(req, variant)));
	}
	for (unsigned i = 0; i < NEW_ROWS; i++) {
		scop_list_push(blank, shown_row(req, NULL, new_keys[i]));
		open |= scop_as_text(typed(req, "price", new_keys[i], NULL))[0] ||
		    scop_as_text(typed(req, "option1", new_keys[i], NULL))[0];
	}
	scop_put(req, "rows", scop_list_done(rows));
	scop_put(req, "blank", scop_list_done(blank));
	scop_put(req, "open", scop_make_bool(req, open));
	scop_put(req, "second", scop_make_bool(req, second));
	scop_put(req, "third", scop_make_bool(req, third));
	scop_put(req, "several", scop_make_bool(req, scop_count(variants) > 1));
	if (page > 1)
		scop_put(req, "previous", scop_make_int(req, (int64_t)page - 1));
	if (scop_count(variants) > first + PER_PAGE)
		scop_put(req, "next", scop_make_int(req, (int64_t)page + 1));
	scop_put(req, "page", scop_make_int(req, (int64_t)page));
}

static const struct scop_value *
product_in_path(struct scop_request *req)
{
	return scop_make_int(req, atoll(scop_as_text(scop_path(req, "product"))));
}

void
shop_product_edit(struct scop_request *req)
{
	const struct scop_value *id = product_in_path(req);
	const struct scop_value *product = scop_put_all(req,
	    (const struct scop_read[]){ { "product", true, product_by_id(id) },
		{ "found", false, variants_by_product(id) }, { "terms", true, selling() },
		{ "categories", false, category_paths() }, { 0 } });

	if (!product) {
		scop_not_found(req);
		return;
	}
	const struct scop_file *file = scop_upload(req, "picture");

	put_rows(req, scop_model(req, "found"));
	/* a browser does not keep it when the form is redrawn */
	scop_put(req, "picture_lost", scop_make_bool(req, file && file->data));
	scop_put(req, "seen", scop_row_version(req, product, SHOP_ARTICLE));
	scop_view(req, &view_product_edit);
}

/* ---- saving ---- */

/* A variant as in the form; `before` is NULL for a new one. */
struct row {
	const char *key;
	const struct scop_value *before;
	const char *option[OPTIONS], *sku, *code;
	int64_t cents, stock, had, grams;
	bool counted, knew, in_form, removed, recoded;
};

struct article {
	const struct scop_value *product, *id;
	struct row row[ROWS_MAX + NEW_ROWS];
	size_t count, left; /* rows; those not removed */
	const char *currency;
};

static const char *
asked(struct scop_request *req, const char *map, const char *key)
{
	return scop_as_text(typed(req, map, key, NULL));
}

static void
refuse(struct scop_request *req, const char *map, const struct row *row, const char *title,
    const char *message)
{
	scop_reject_with(req, scop_as_text(scop_make_text(req, "%s.%s", map, row->key)), title,
	    message, NULL);
}

/* Reads a whole number from 0; an empty field gives `empty`. False if it is not a number. */
static bool
whole(const char *text, int64_t most, int64_t *ret_number)
{
	if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 9)
		return false;
	*ret_number = atoll(text);
	return *ret_number <= most;
}

static void
read_numbers(struct scop_request *req, struct row *row)
{
	const char *stock = asked(req, "stock", row->key), *had = asked(req, "had", row->key),
		   *weight = asked(req, "weight", row->key);

	if (shop_number(asked(req, "price", row->key), '\0', 2, &row->cents) != SHOP_NUMBER_OK ||
	    row->cents > CENTS_MAX)
		refuse(req, "price", row, scop_translate(req, "Price"),
		    SCOP_TEXT("This is not an amount such as 12.50."));
	row->counted = stock[0] != '\0';
	if (!whole(stock, STOCK_MAX, &row->stock))
		refuse(req, "stock", row, scop_translate(req, "Stock"),
		    SCOP_TEXT("This is not a whole number up to 1,000,000."));
	row->knew = had[0] != '\0' && whole(had, STOCK_MAX, &row->had);
	row->grams = 0;
	if (weight[0] && !shop_weight_parse(weight, SHOP_GRAMS_MAX, &row->grams))
		refuse(req, "weight", row, scop_translate(req, "Weight (g or kg)"),
		    SCOP_TEXT("Please enter a weight such as 800 g or 1.25 kg."));
}

static void
read_row(struct scop_request *req, struct row *row)
{
	row->recoded = !row->before || strcmp(row->sku, scop_text(row->before, "sku")) != 0;
	for (unsigned i = 0; i < OPTIONS; i++) {
		row->option[i] = scop_as_text(
		    typed(req, option_maps[i], row->key, scop_get(row->before, option_maps[i])));
		row->recoded |= strcmp(row->option[i], scop_text(row->before, option_maps[i])) != 0;
	}
	row->code = scop_text(row->before, "code");
	if (!row->removed)
		read_numbers(req, row);
}

/* Reads the existing variants and those that the form adds. */
static void
read_rows(struct scop_request *req, struct article *article, const struct scop_value *variants)
{
	article->currency = shop_currency_of(variants, "price");
	for (size_t i = 0; i < scop_count(variants) && i < ROWS_MAX; i++) {
		const struct scop_value *variant = scop_at(variants, i);
		struct row *row = &article->row[article->count++];

		*row = (struct row){ .key = key_of(req, variant), .before = variant };
		row->in_form = typed(req, "price", row->key, NULL) != NULL;
		row->removed = row->in_form && asked(req, "remove", row->key)[0];
		row->sku = scop_as_text(typed(req, "sku", row->key, scop_get(variant, "sku")));
		if (row->in_form) {
			read_row(req, row);
		} else {
			for (unsigned o = 0; o < OPTIONS; o++)
				row->option[o] = scop_text(variant, option_maps[o]);
			row->code = scop_text(variant, "code");
		}
		article->left += !row->removed;
	}
	for (unsigned i = 0; i < NEW_ROWS; i++) {
		const char *key = new_keys[i];
		struct row *row = &article->row[article->count];

		if (!asked(req, "price", key)[0] && !asked(req, "option1", key)[0] &&
		    !asked(req, "option2", key)[0] && !asked(req, "option3", key)[0] &&
		    !asked(req, "stock", key)[0] && !asked(req, "sku", key)[0])
			continue;
		*row = (struct row){ .key = key, .in_form = true, .sku = asked(req, "sku", key) };
		read_row(req, row);
		article->count++;
		article->left++;
	}
}

static bool
nameless(const struct row *row)
{
	return !row->option[0][0] && !row->option[1][0] && !row->option[2][0];
}

static bool
alike(const struct row *one, const struct row *other)
{
	for (unsigned i = 0; i < OPTIONS; i++)
		if (strcasecmp(one->option[i], other->option[i]) != 0)
			return false;
	return true;
}

/* Several variants need different names, so that each choice in the shop has a label. */
static void
check_names(struct scop_request *req, const struct article *article)
{
	for (size_t i = 0; article->left > 1 && i < article->count; i++) {
		const struct row *row = &article->row[i];
		bool again = false;

		for (size_t j = 0; j < i && !row->removed; j++)
			again |= !article->row[j].removed && alike(row, &article->row[j]);
		if (!row->removed && nameless(row))
			refuse(req, "option1", row, scop_translate(req, "Variant"),
			    SCOP_TEXT(
				"Please name this variant, so that customers can tell it from the "
				"others."));
		else if (again)
			refuse(req, "option1", row, scop_translate(req, "Variant"),
			    SCOP_TEXT("This variant already exists."));
	}
	for (unsigned option = 0; option < OPTIONS && article->left > 1; option++) {
		bool used = false;

		for (size_t i = 0; i < article->count; i++)
			used |= !article->row[i].removed && article->row[i].option[option][0];
		if (used && !scop_field(req, option_names[option]))
			scop_reject(req, option_names[option],
			    "Please enter how the variants differ, such as by colour or size.");
	}
}

static bool
shares_sku(const struct article *article, const struct row *row)
{
	for (size_t i = 0; i < article->count; i++)
		if (&article->row[i] != row && !article->row[i].removed &&
		    strcmp(article->row[i].sku, row->sku) == 0)
			return true;
	return false;
}

/* A renamed variant gets the code that an import would give it; the others keep the code by which
 * their file identifies them. */
static void
make_codes(struct scop_request *req, struct article *article)
{
	struct shop_row *source = scop_alloc(req, sizeof *source);
	struct shop_options *options = scop_alloc(req, sizeof *options);
	char code[SHOP_CODE];

	for (size_t i = 0; i < article->count; i++) {
		struct row *row = &article->row[i];

		if (!row->recoded || row->removed)
			continue;
		snprintf(source->sku, sizeof source->sku, "%s", row->sku);
		for (unsigned o = 0; o < OPTIONS; o++)
			snprintf(options->value[o], sizeof options->value[o], "%s", row->option[o]);
		shop_row_code(source, options, shares_sku(article, row), code);
		row->code = scop_as_text(text_value(req, code));
	}
}

static const struct scop_value *
item_of(struct scop_request *req, const struct row *row)
{
	return scop_map_of(req, "id", scop_get(row->before, "id"), "code",
	    text_value(req, row->code), "sku", row->sku[0] ? text_value(req, row->sku) : NULL,
	    "option1", text_value(req, row->option[0]), "option2", text_value(req, row->option[1]),
	    "option3", text_value(req, row->option[2]), "price", scop_make_int(req, row->cents),
	    "stock", row->counted ? scop_make_int(req, row->stock) : NULL, "had",
	    row->knew ? scop_make_int(req, row->had) : NULL, "weight",
	    scop_make_int(req, row->grams), NULL);
}

static bool
is_changed(const struct row *row)
{
	const struct scop_value *stock = scop_get(row->before, "stock");
	const bool was_counted = scop_type(stock) != SCOP_NULL;

	return !row->before || scop_int(row->before, "price") != row->cents ||
	    row->counted != was_counted ||
	    (row->counted && row->stock != (row->knew ? row->had : scop_as_int(stock)));
}

/* "Red: €12.50, stock 3", for the audit trail; without options and with stock that is not counted,
 * the price alone. */
static const struct scop_value *
numbers_of(struct scop_request *req, const struct row *row, const char *currency)
{
	const char *option = row->option[0];
	const struct scop_value *price = scop_make_money(req, row->cents, currency),
				*values = scop_map_of(req, "variant",
				    scop_make_text(req, "%.*s", (int)scop_utf8_fit(option, 40),
					option),
				    "price", price, "stock", scop_make_int(req, row->stock), NULL);

	if (!row->counted)
		return option[0] ? scop_make_message(req, "{{variant}}: {{price}}", values) : price;
	return scop_make_message(req,
	    option[0] ? SCOP_AUDIT("{{variant}}: {{price}}, stock {{stock}}")
		      : SCOP_AUDIT("{{price}}, stock {{stock}}"),
	    values);
}

/* The audit trail has the first changes of price or stock, and the number of the others. */
static void
note_numbers(struct scop_request *req, const struct article *article)
{
	const struct scop_value *name = scop_field(req, "name");
	struct scop_list *list = scop_list_new(req);
	int64_t changes = 0;

	for (size_t i = 0; i < article->count; i++) {
		const struct row *row = &article->row[i];

		if (row->in_form && !row->removed && is_changed(row) && ++changes <= NOTED_MAX)
			scop_list_push(list, numbers_of(req, row, article->currency));
	}
	if (changes > NOTED_MAX)
		scop_list_push(list,
		    scop_make_message(req, "{{count}} more",
			scop_map_of(req, "count", scop_make_int(req, changes - NOTED_MAX), NULL)));
	if (changes > 0)
		scop_audit(req, "Changed a price or stock",
		    scop_make_message(req, "{{article}}: {{changes}}",
			scop_map_of(req, "article", name, "changes", scop_list_done(list), NULL)));
}

static void
write_rows(struct scop_request *req, const struct article *article)
{
	struct scop_list *removed = scop_list_new(req), *recoded = scop_list_new(req),
			 *changed = scop_list_new(req), *added = scop_list_new(req);

	for (size_t i = 0; i < article->count; i++) {
		const struct row *row = &article->row[i];
		const struct scop_value *id = scop_get(row->before, "id");

		if (row->removed)
			scop_list_push(removed, id);
		else if (row->in_form && row->before)
			scop_list_push(changed, item_of(req, row));
		else if (row->in_form)
			scop_list_push(added, item_of(req, row));
		if (row->recoded && row->before && !row->removed)
			scop_list_push(recoded, id);
	}
	const struct scop_value *gone = scop_list_done(removed);

	if (scop_count(gone) > 0) {
		scop_write(req, variants_leave_carts(gone));
		scop_write(req, variants_hide(gone));
		scop_write(req, variants_remove(gone));
		scop_audit(req, "Removed a variant", scop_field(req, "name"));
	}
	scop_write(req, variants_uncode(scop_list_done(recoded)));
	bool taken = false, again = false;
	const struct scop_value *kept = scop_list_done(changed);
	scop_write(req, variants_end_sales(kept));
	scop_write_unique(req, variants_set(kept), &taken);
	if (!taken)
		scop_write_unique(req, variants_add(article->id, scop_list_done(added)), &again);
	if (taken || again)
		scop_reject(req, "variants", "This variant already exists.");
	note_numbers(req, article);
}

/* The type of the chosen picture; NULL for none. */
static const char *
chosen_picture(struct scop_request *req)
{
	const struct scop_file *file = scop_upload(req, "picture");
	const char *type = file && file->data ? shop_picture_type(file->data, file->size) : NULL;

	if (!file || !file->data)
		return NULL;
	if (!type)
		scop_reject(req, "picture",
		    "Browsers cannot show this picture. Please choose a PNG, JPEG, WebP or SVG "
		    "file.");
	return type;
}

static void
write_picture(struct scop_request *req, const struct scop_value *product, const char *type)
{
	const struct scop_file *file = scop_upload(req, "picture");
	const struct scop_value *bytes = scop_make_bytes(req, file->data, file->size),
				*hash = scop_hash(req, bytes);

	scop_write(req, picture_put(hash, text_value(req, type), bytes));
	scop_write(req, product_picture(product, hash));
	scop_audit(req, "Changed the picture of an article", scop_field(req, "name"));
}

static void
write_texts(struct scop_request *req, const struct scop_value *id)
{
	const struct scop_value *description = scop_field(req, "description"), *name[OPTIONS],
				*none = text_value(req, "");
	int64_t inner, top;

	for (unsigned i = 0; i < OPTIONS; i++)
		name[i] = scop_field(req, option_names[i]);
	shop_category_put(req, scop_as_text(scop_field(req, "category")), &inner, &top);
	scop_write(req,
	    product_set(id, scop_field(req, "name"), inner ? scop_make_int(req, inner) : NULL,
		top ? scop_make_int(req, top) : NULL, description ? description : none,
		scop_field(req, "quality"), scop_field(req, "vat"), scop_field(req, "published")));
	scop_write(req,
	    option_names_set(id, name[0] ? name[0] : none, name[1] ? name[1] : none,
		name[2] ? name[2] : none));
	scop_audit(req, "Changed an article", scop_field(req, "name"));
}

static void
check_rows(struct scop_request *req, struct article *article, const struct scop_value *variants)
{
	read_rows(req, article, variants);
	if (article->left == 0) {
		refuse(req, "remove", &article->row[0], NULL,
		    SCOP_TEXT(
			"An article needs at least one variant. To stop selling it, hide it."));
		return;
	}
	if (article->left > VARIANTS_MAX)
		for (size_t i = 0; i < article->count; i++)
			if (!article->row[i].before)
				refuse(req, "option1", &article->row[i], NULL,
				    SCOP_TEXT("An article has at most 200 variants. Please create "
					      "another article."));
	check_names(req, article);
}

/* Makes the checks of shop_product_save() where a form is refused before that locks its rows. */
void
shop_product_check(struct scop_request *req)
{
	struct article *article = scop_alloc(req, sizeof *article);

	if (!scop_rejected(req))
		return;
	check_rows(req, article, scop_rows(req, variants_by_product(product_in_path(req))));
	chosen_picture(req);
}

void
shop_product_save(struct scop_request *req)
{
	struct article *article = scop_alloc(req, sizeof *article);

	article->product = scop_row(req, product_held(product_in_path(req)));
	article->id = scop_get(article->product, "id");
	if (!article->product) {
		scop_not_found(req);
		return;
	}
	if (scop_row_conflict(req, article->product, SHOP_ARTICLE))
		return;
	check_rows(req, article, scop_rows(req, variants_held(article->id)));
	const char *type = chosen_picture(req);

	if (scop_rejected(req))
		return;
	make_codes(req, article);
	write_texts(req, article->id);
	write_rows(req, article);
	if (type)
		write_picture(req, article->id, type);
	scop_write(req, product_refresh(article->id));
	scop_write(req, counts_refresh());
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "edit-product", scop_map_of(req, "product", article->id, NULL));
}
