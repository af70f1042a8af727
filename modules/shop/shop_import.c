/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The import: writes rows of shop_source.h into tables, as planned by shop_plan.h. It can be
 * repeated: products, variants and categories are identified by exact keys, and what a file does
 * not mention is left unchanged.
 */
#include "shop_import.h"
#include "shop_plan.h"
#include "shop_text.h"

#include <stdio.h>
#include <string.h>

enum { BATCH = 500, PROGRESS_EVERY = 200 };

static const struct scop_value *
text(struct shop_plan *plan, const char *words)
{
	return scop_make_text(plan->req, "%s", words);
}

static const struct scop_value *
number_or_null(struct shop_plan *plan, int64_t number)
{
	return number > 0 ? scop_make_int(plan->req, number) : NULL;
}

static bool
has(int column)
{
	return column >= 0;
}

/* NULL if the file has no such column. */
static const struct scop_value *
text_of(struct shop_plan *plan, bool has_column, const char *words)
{
	return has_column ? text(plan, words) : NULL;
}

/* ---- pictures ---- */

const char *
shop_picture_type(const char *data, size_t size)
{
	static const char png[] = "\x89PNG\r\n\x1a\n", jpeg[] = "\xff\xd8\xff";

	if (size > 8 && memcmp(data, png, 8) == 0)
		return "image/png";
	if (size > 3 && memcmp(data, jpeg, 3) == 0)
		return "image/jpeg";
	if (size > 12 && memcmp(data, "RIFF", 4) == 0 && memcmp(data + 8, "WEBP", 4) == 0)
		return "image/webp";
	if (size > 4 && memmem(data, size < 300 ? size : 300, "<svg", 4))
		return "image/svg+xml";
	return NULL;
}

static const struct scop_value *
put_picture(struct shop_plan *plan, const char *name)
{
	const struct shop_import *import = plan->import;

	for (size_t i = 1; name[0] && i < import->file_count; i++) {
		const struct scop_file *file = &import->files[i];
		const char *type = shop_picture_type(file->data, file->size);

		if (strcmp(file->name, name) != 0 || !type)
			continue;
		const struct scop_value *bytes = scop_make_bytes(plan->req, file->data, file->size);
		const struct scop_value *hash = scop_hash(plan->req, bytes);
		scop_write(plan->req, picture_put(hash, text(plan, type), bytes));
		return hash;
	}
	return NULL;
}

static void
check_picture(struct shop_plan *plan, const char *name)
{
	const struct shop_import *import = plan->import;

	for (size_t i = 1; name[0] && i < import->file_count; i++) {
		if (strcmp(import->files[i].name, name) != 0)
			continue;
		if (!shop_picture_type(import->files[i].data, import->files[i].size))
			shop_plan_tell(plan, false, 0,
			    SCOP_TEXT("This is not a picture (PNG, JPEG, WebP or SVG)."), name);
		return;
	}
	if (name[0])
		shop_plan_tell(plan, false, 0, SCOP_TEXT("This picture was not among the files."),
		    name);
}

/* ---- products ---- */

struct product_maker {
	struct shop_plan *plan;
	const struct shop_row *row;
	const struct shop_plan_product *product;
	const struct scop_value *category, *top, *picture, *published, *names[SHOP_OPTIONS];
};

/* The first two option names, and the rest joined, as shop_row_options does with the values. */
static void
make_names(struct product_maker *maker)
{
	const struct shop_plan_product *product = maker->product;
	static struct shop_row nothing;
	struct shop_options options;
	const char *names[SHOP_ATTRIBUTES] = { NULL };

	nothing.parent[0] = 'x'; /* found by name */
	for (size_t i = 0; i < product->name_count; i++)
		names[i] = product->names[i];
	shop_row_options(&nothing, names, product->name_count, &options);
	for (size_t i = 0; i < SHOP_OPTIONS; i++)
		maker->names[i] = text(maker->plan, options.name[i]);
}

static bool
add_product(void *context, const struct scop_value *slug)
{
	struct product_maker *maker = context;
	struct shop_plan *plan = maker->plan;
	const struct shop_source *source = &plan->source;
	const struct shop_row *row = maker->row;
	bool taken;

	scop_write_unique(plan->req,
	    import_product_add(text(plan, shop_plan_key(plan, row)), slug, text(plan, row->name),
		maker->category, maker->top, text(plan, row->description),
		text_of(plan, has(source->condition), row->quality), maker->names[0],
		maker->names[1], maker->names[2], maker->picture, maker->published,
		row->vat[0] ? text(plan, row->vat) : NULL),
	    &taken);
	return !taken;
}

static void
change_product(struct product_maker *maker)
{
	struct shop_plan *plan = maker->plan;
	const struct shop_source *source = &plan->source;
	const struct shop_row *row = maker->row;
	const bool has_text = has(source->description) || has(source->short_description);
	const bool has_category = has(source->category) || has(source->tags);

	scop_write(plan->req,
	    import_product_set(scop_make_int(plan->req, maker->product->id), text(plan, row->name),
		scop_make_bool(plan->req, has_category), maker->category, maker->top,
		text_of(plan, has_text, row->description),
		text_of(plan, has(source->condition), row->quality), maker->names[0],
		maker->names[1], maker->names[2], maker->picture, maker->published,
		row->vat[0] ? text(plan, row->vat) : NULL));
}

/* Whether the file shows the product; NULL if the file does not say, or the shop decides. */
static const struct scop_value *
published(struct shop_plan *plan, const struct shop_plan_product *product,
    const struct shop_row *row)
{
	const struct shop_source *source = &plan->source;
	const bool is_said = has(source->published) || has(source->status) ||
	    has(source->visibility) || has(source->gift_card);

	if (product->variants == 0 && product->in_shop == 0)
		return scop_make_bool(plan->req, false);
	if (product->id > 0)
		return is_said && !plan->import->as_hidden
		    ? scop_make_bool(plan->req, row->published)
		    : NULL;
	return scop_make_bool(plan->req, row->published && !plan->import->as_hidden);
}

static void
put_product(struct shop_plan *plan, struct shop_plan_product *product, const struct shop_row *row)
{
	struct product_maker maker = { .plan = plan, .row = row, .product = product };
	int64_t category, top;
	char slug[140];

	shop_category_of(plan->req, &plan->categories, row->category, &category, &top);
	maker.category = number_or_null(plan, category);
	maker.top = number_or_null(plan, top);
	maker.picture = put_picture(plan, row->picture);
	maker.published = published(plan, product, row);
	make_names(&maker);
	if (product->id > 0) {
		change_product(&maker);
		return;
	}
	shop_slug(row->address, slug, sizeof slug);
	if (!slug[0])
		shop_slug(row->name, slug, sizeof slug);
	if (shop_address_free(plan->req,
		&(const struct shop_address){ .slug = slug[0] ? slug : "article",
		    .slugs = &plan->slugs,
		    .next = product_slugs,
		    .write = add_product,
		    .context = &maker }))
		product->id = scop_inserted(plan->req);
}

/* In the first pass of writing: products, so that a variation finds a product that comes after it.
 */
static void
write_product(struct shop_plan *plan, struct shop_row *row, const struct shop_row_error *error)
{
	if (error || row->skip || !row->has_product)
		return;
	struct shop_plan_product *product = shop_plan_product(plan, row);
	if (product->line == plan->line)
		put_product(plan, product, row);
}

/* ---- variants ---- */

static void
note_variant(struct shop_plan *plan, const struct shop_plan_product *product,
    const struct shop_row *row, const struct shop_options *options, const char *code)
{
	const char *joined =
	    shop_plan_joined(plan, options->value[0], options->value[1], options->value[2]);
	const char *about = row->sku[0] ? row->sku : row->name[0] ? row->name : row->key;
	struct shop_name *same =
	    shop_names_add(&plan->codes, shop_plan_within(plan, product, code));

	if (same->value > 0) {
		plan->done->repeated++;
		shop_plan_tell(plan, false, 0,
		    SCOP_TEXT("The same variant is already in an earlier row; this row's price and "
			      "stock replace the first ones."),
		    about);
		return;
	}
	same->value = plan->line;
	plan->done->variants++;
	if (row->sku[0]) {
		struct shop_name *owner = shop_names_add(&plan->owners, row->sku);

		if (owner->value > 0 && owner->value != product->number)
			shop_plan_tell(plan, false, 0,
			    SCOP_TEXT("Another article has this SKU too; both are kept."),
			    row->sku);
		owner->value = product->number;
	}
	struct shop_name *seen =
	    shop_names_add(&plan->shown, shop_plan_within(plan, product, joined));
	if (seen->value > 0)
		shop_plan_tell(plan, false, 0,
		    SCOP_TEXT(
			"Customers cannot tell this variant from another of the article: their "
			"options are the same."),
		    about);
	seen->value = plan->line;
}

/* An existing variant identified by its options gets the row's SKU, or the other way round: if it
 * is the only one with those options, and no other row of the file matches it. */
static void
adopt(struct shop_plan *plan, const struct shop_plan_product *product, const struct shop_row *row,
    const struct shop_options *options, const char *code)
{
	const char *joined =
	    shop_plan_joined(plan, options->value[0], options->value[1], options->value[2]);
	const struct shop_name *other =
	    shop_names_find(&plan->options, shop_plan_within(plan, product, joined));

	if (!other || other->value <= 0 ||
	    shop_names_find(&plan->variants, shop_plan_within(plan, product, code)))
		return;
	const char *sku = other->more, *its_code = strchr(sku, '\n') + 1;
	const bool is_same =
	    strncmp(sku, row->sku, strlen(row->sku)) == 0 && sku[strlen(row->sku)] == '\n';
	if ((*sku != '\n' && row->sku[0] && !is_same) ||
	    shop_names_find(&plan->codes, shop_plan_within(plan, product, its_code)))
		return;
	scop_write(plan->req,
	    variant_adopt(scop_make_int(plan->req, other->value), text(plan, code)));
}

static void
put_variant(struct shop_plan *plan, const struct shop_plan_product *product,
    const struct shop_row *row, const struct shop_options *options, const char *code)
{
	const struct shop_source *source = &plan->source;
	const bool has_stock = has(source->stock) || has(source->in_stock) || has(source->tracker);

	if (product->in_shop > 0)
		adopt(plan, product, row, options, code);
	scop_write(plan->req,
	    variant_put(scop_make_int(plan->req, product->id), text(plan, code),
		row->sku[0] ? text(plan, row->sku) : NULL, text(plan, options->value[0]),
		text(plan, options->value[1]), text(plan, options->value[2]),
		scop_make_int(plan->req, row->price_cents), scop_make_bool(plan->req, has_stock),
		row->stock >= 0 ? scop_make_int(plan->req, row->stock) : NULL,
		row->grams >= 0 ? scop_make_int(plan->req, row->grams) : NULL,
		row->sale_until[0] ? scop_make_int(plan->req, row->regular_cents) : NULL,
		row->sale_until[0] ? text(plan, row->sale_until) : NULL));
}

static void
take_variant(struct shop_plan *plan, struct shop_plan_product *product, struct shop_row *row)
{
	struct shop_options options;
	char code[SHOP_CODE];

	if (row->stock_of_parent) {
		row->stock = product->stock;
		if (row->stock >= 0)
			shop_plan_tell(plan, false, 0,
			    SCOP_TEXT(
				"The stock is counted for all variants of the article together "
				"there, and each gets all of it. Please check it."),
			    row->sku);
	}
	shop_plan_code(plan, product, row, &options, code);
	note_variant(plan, product, row, &options, code);
	if (!plan->import->dry && product->id > 0)
		put_variant(plan, product, row, &options, code);
}

/* ---- rows ---- */

static void
tell_notes(struct shop_plan *plan, const struct shop_row *row)
{
	for (size_t i = 0; i < row->note_count; i++)
		shop_plan_tell(plan, false, row->note[i].column, row->note[i].text,
		    row->sku[0] ? row->sku : row->name);
}

static void
tell_product(struct shop_plan *plan, const struct shop_plan_product *product,
    const struct shop_row *row)
{
	plan->done->products++;
	plan->done->changed += product->is_known;
	check_picture(plan, row->picture);
	if (product->shop_name && strcmp(product->shop_name, row->name) != 0)
		shop_plan_tell(plan, false, 0,
		    SCOP_TEXT("The shop knows this article by another name, which is replaced."),
		    product->shop_name);
	if (product->variants == 0 && product->in_shop == 0)
		shop_plan_tell(plan, false, 0,
		    SCOP_TEXT("No variant of this article can be sold: it is imported as hidden."),
		    row->name);
}

/* Reports a variant without its product; if the product's own row was refused, that row gives the
 * reason. */
static void
tell_orphan(struct shop_plan *plan, const struct shop_plan_product *product)
{
	shop_plan_tell(plan, true, 0,
	    product && product->refused
		? SCOP_TEXT("The row of this variant's article has an error.")
		: SCOP_TEXT("This variant's article is neither in the file nor in the shop."),
	    "");
}

static void
take_row(struct shop_plan *plan, struct shop_row *row, const struct shop_row_error *error)
{
	if (plan->import->progress && ++plan->passed % PROGRESS_EVERY == 0)
		plan->import->progress(plan->import->context, plan->passed, plan->records);
	if (error) {
		shop_plan_tell(plan, true, error->column, error->text, "");
		return;
	}
	tell_notes(plan, row);
	if (row->skip) {
		plan->done->skipped += row->note_count > 0;
		return;
	}
	struct shop_plan_product *product = shop_plan_product(plan, row);
	if (!product || (product->line == 0 && !product->is_known)) {
		tell_orphan(plan, product);
		return;
	}
	if (row->has_product && product->line == plan->line)
		tell_product(plan, product, row);
	if (!plan->import->dry && product->id == 0) {
		shop_plan_tell(plan, true, 0,
		    SCOP_TEXT("No address is free for this article. Please give it another name."),
		    row->name);
		return;
	}
	if (row->has_variant)
		take_variant(plan, product, row);
}

/* ---- earlier state, for undoing ---- */

/* Calls `write` with ids of products, one batch at a time. */
static void
each_batch(struct shop_plan *plan, bool known_alone,
    struct scop_query (*query)(const struct scop_value *run, const struct scop_value *products))
{
	const struct scop_value *ids[BATCH];
	size_t count = 0;

	for (size_t i = 0; i <= plan->product_count && !scop_rejected(plan->req); i++) {
		const struct shop_plan_product *product =
		    i < plan->product_count ? plan->products[i] : NULL;

		if (product && product->id > 0 && (product->is_known || !known_alone))
			ids[count++] = scop_make_int(plan->req, product->id);
		if (count == BATCH || (!product && count > 0)) {
			scop_write(plan->req,
			    query(plan->import->run, scop_make_list(plan->req, count, ids)));
			count = 0;
		}
	}
}

static void
keep_new(struct shop_plan *plan)
{
	const struct shop_categories *made = &plan->categories;
	const struct scop_value **ids =
	    scop_alloc(plan->req, (made->made_count + 1) * sizeof(*ids));

	for (size_t i = 0; i < made->made_count; i++)
		ids[i] = scop_make_int(plan->req, made->made[i]);
	each_batch(plan, false, import_new_products);
	each_batch(plan, false, import_new_variants);
	if (made->made_count > 0)
		scop_write(plan->req,
		    import_new_categories(plan->import->run,
			scop_make_list(plan->req, made->made_count, ids)));
}

static void
write_rows(struct shop_plan *plan)
{
	if (plan->import->run) {
		each_batch(plan, true, import_keep_products);
		each_batch(plan, true, import_keep_variants);
	}
	shop_plan_each(plan, write_product);
	shop_plan_each(plan, take_row);
	if (plan->import->run)
		keep_new(plan);
	scop_write(plan->req, products_refresh());
	scop_write(plan->req, products_without_variants());
	scop_write(plan->req, counts_refresh());
}

void
shop_import(struct scop_request *req, const struct shop_import *import,
    struct shop_imported *ret_imported)
{
	struct shop_plan plan = { .req = req, .import = import, .done = ret_imported };
	struct shop_import dry = *import;

	*ret_imported = (struct shop_imported){ 0 };
	if (!import->dry)
		scop_row(req, import_held());
	shop_plan_make(&plan);
	if (plan.is_readable && (import->dry || (import->all_or_nothing && plan.errors > 0))) {
		dry.dry = true;
		plan.import = &dry;
		shop_plan_each(&plan, take_row);
	} else if (plan.is_readable) {
		write_rows(&plan);
	}
	shop_plan_free(&plan);
}
