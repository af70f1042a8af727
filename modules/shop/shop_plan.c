/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reads a whole product file before anything is written: see shop_plan.h. The first pass detects
 * the decimal sign, the second groups the rows; then the existing products and variants are read
 * from the shop, one batch at a time.
 */
#include "shop_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 500, VARIANTS_AT_ONCE = 5000 };

void
shop_plan_tell(struct shop_plan *plan, bool is_error, unsigned column, const char *words,
    const char *about)
{
	if (is_error)
		plan->done->errors++;
	else
		plan->done->warnings++;
	plan->import->tell(plan->import->context, is_error, plan->line, column, words, about);
}

/* ---- reading ---- */

static struct scop_csv *
open_file(struct shop_plan *plan)
{
	const struct scop_file *file = &plan->import->files[0];
	const char *error;
	struct scop_csv *csv =
	    scop_csv_open(file->data ? file->data : "", file->size, &plan->line, &error);

	if (!csv)
		shop_plan_tell(plan, true, 0, error, "");
	return csv;
}

/* The first record after the headings. */
static struct scop_csv *
open_records(struct shop_plan *plan)
{
	const char *const *fields, *error;
	size_t count;
	struct scop_csv *csv = open_file(plan);

	if (csv)
		scop_csv_next(csv, &fields, &count, &plan->line, &error);
	return csv;
}

/* Letters may be other ones if the encoding is only an assumption. */
static void
tell_assumption(struct shop_plan *plan, const struct scop_csv *csv)
{
	const enum scop_encoding encoding = scop_csv_encoding(csv);

	if (encoding != SCOP_UTF_8 && encoding != SCOP_UTF_16LE && encoding != SCOP_UTF_16BE)
		shop_plan_tell(plan, false, 0,
		    SCOP_TEXT("The file is not UTF-8. Please check its accented "
			      "letters."),
		    scop_encoding_name(encoding));
}

static void
set_today(struct shop_source *source)
{
	const time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(source->today, sizeof source->today, "%Y-%m-%d", &utc);
}

/* Recognises the columns, and detects the decimal sign from all records. */
static bool
learn(struct shop_plan *plan)
{
	const char *const *fields, *error = NULL;
	size_t count;
	struct scop_csv *csv = open_file(plan);

	if (!csv)
		return false;
	tell_assumption(plan, csv);
	if (!scop_csv_next(csv, &fields, &count, &plan->line, &error))
		error = error ? error : SCOP_TEXT("The file has no rows.");
	else if (plan->import->source)
		plan->source = *plan->import->source;
	else
		shop_source_open(fields, count, &plan->source, &error);
	if (!error) {
		set_today(&plan->source);
		while (scop_csv_next(csv, &fields, &count, &plan->line, &error)) {
			shop_source_learn(&plan->source, fields, count);
			plan->records++;
		}
		if (!error && plan->records == 0)
			error = SCOP_TEXT("The file has no rows.");
	}
	if (error)
		shop_plan_tell(plan, true, 0, error, "");
	scop_csv_close(csv);
	return !error;
}

void
shop_plan_each(struct shop_plan *plan,
    void (*take)(struct shop_plan *plan, struct shop_row *row, const struct shop_row_error *error))
{
	static struct shop_row row;
	const char *const *fields, *broken;
	size_t count;
	struct scop_csv *csv = open_records(plan);

	while (csv && !scop_rejected(plan->req) &&
	    scop_csv_next(csv, &fields, &count, &plan->line, &broken)) {
		struct shop_row_error error;
		const bool ok = shop_source_row(&plan->source, fields, count, &row, &error);

		take(plan, &row, ok ? NULL : &error);
	}
	scop_csv_close(csv);
}

/* ---- products ---- */

const char *
shop_plan_within(struct shop_plan *plan, const struct shop_plan_product *product, const char *text)
{
	return scop_as_text(scop_make_text(plan->req, "%p/%s", (const void *)product, text));
}

const char *
shop_plan_joined(struct shop_plan *plan, const char *option1, const char *option2,
    const char *option3)
{
	return scop_as_text(scop_make_text(plan->req, "%zu %zu %s/%s/%s", strlen(option1),
	    strlen(option2), option1, option2, option3));
}

static struct shop_plan_product *
by_number(const struct shop_plan *plan, const struct shop_name *name)
{
	return name && name->value > 0 ? plan->products[name->value - 1] : NULL;
}

static struct shop_plan_product *
add_product(struct shop_plan *plan, const char *key)
{
	struct shop_name *name = shop_names_add(&plan->keys, key);

	if (name->value > 0)
		return plan->products[name->value - 1];
	if (plan->product_count % 1024 == 0 &&
	    !(plan->products = realloc(plan->products,
		  (plan->product_count + 1024) * sizeof(struct shop_plan_product *))))
		abort();
	struct shop_plan_product *product = calloc(1, sizeof *product);
	if (!product)
		abort();
	product->stock = -1;
	plan->products[plan->product_count++] = product;
	name->value = product->number = (int64_t)plan->product_count;
	return product;
}

/* The key of a row's product. Two WooCommerce products that share a SKU are different products: the
 * second is identified by its id. */
const char *
shop_plan_key(const struct shop_plan *plan, const struct shop_row *row)
{
	if (row->parent[0])
		return row->parent;
	const struct shop_plan_product *first =
	    by_number(plan, shop_names_find(&plan->keys, row->key));
	return first && row->id[0] && first->source_id[0] && strcmp(first->source_id, row->id) != 0
	    ? row->id
	    : row->key;
}

struct shop_plan_product *
shop_plan_product(struct shop_plan *plan, const struct shop_row *row)
{
	struct shop_plan_product *by_id =
	    row->parent[0] ? by_number(plan, shop_names_find(&plan->ids, row->parent)) : NULL;

	return by_id ? by_id
		     : by_number(plan, shop_names_find(&plan->keys, shop_plan_key(plan, row)));
}

/* ---- the second pass ---- */

static void
add_option_name(struct shop_plan_product *product, const char *name)
{
	for (size_t i = 0; i < product->name_count; i++)
		if (strcmp(product->names[i], name) == 0)
			return;
	if (!name[0] || product->name_count == SHOP_ATTRIBUTES)
		return;
	product->names[product->name_count] = strdup(name);
	if (!product->names[product->name_count++])
		abort();
}

/* Reads a product's own row, which comes before or after its variations. */
static void
note_product(struct shop_plan *plan, const struct shop_row *row)
{
	const char *key = shop_plan_key(plan, row);
	struct shop_plan_product *product = add_product(plan, key);

	if (product->line > 0)
		return; /* the first one counts; our own files repeat it in each variant's row */
	product->line = plan->line;
	product->stock = row->stock;
	snprintf(product->source_id, sizeof product->source_id, "%s", row->id);
	if (row->id[0])
		shop_names_add(&plan->ids, row->id)->value =
		    shop_names_find(&plan->keys, key)->value;
	for (size_t i = 0; i < row->attribute_count && i < SHOP_OPTIONS; i++)
		add_option_name(product, row->attribute[i].name);
}

static void
note_refused(struct shop_plan *plan, const struct shop_row *row)
{
	if (!row->has_product || !row->key[0])
		return;
	add_product(plan, shop_plan_key(plan, row))->refused = true;
	if (row->id[0] && !shop_names_find(&plan->ids, row->id))
		shop_names_add(&plan->ids, row->id)->value =
		    shop_names_find(&plan->keys, shop_plan_key(plan, row))->value;
}

static void
note_row(struct shop_plan *plan, struct shop_row *row, const struct shop_row_error *error)
{
	plan->errors += error != NULL;
	if (error)
		note_refused(plan, row);
	else if (!row->skip && row->has_product)
		note_product(plan, row);
}

/* The value is 2 if rows with other options have the same SKU; a repeated row has the same options.
 */
static void
note_sku(struct shop_plan *plan, const struct shop_plan_product *product,
    const struct shop_row *row)
{
	struct shop_name *sku =
	    shop_names_add(&plan->skus, shop_plan_within(plan, product, row->sku));
	const char *values = "";

	for (size_t i = 0; i < row->attribute_count; i++)
		values = scop_as_text(scop_make_text(plan->req, "%s%zu %s", values,
		    strlen(row->attribute[i].value), row->attribute[i].value));
	if (!sku->more && !(sku->more = strdup(values)))
		abort();
	sku->value = sku->value == 2 || strcmp(sku->more, values) != 0 ? 2 : 1;
}

/* Runs after all products, so that a variation finds a product that comes after it. */
static void
note_variant(struct shop_plan *plan, struct shop_row *row, const struct shop_row_error *error)
{
	if (error || row->skip || !row->has_variant)
		return;
	struct shop_plan_product *product = shop_plan_product(plan, row);
	if (!product) /* possibly in the shop */
		product = add_product(plan, shop_plan_key(plan, row));
	product->variants++;
	for (size_t i = 0; row->parent[0] && i < row->attribute_count; i++)
		if (row->attribute[i].value[0])
			add_option_name(product, row->attribute[i].name);
	if (row->sku[0])
		note_sku(plan, product, row);
}

/* ---- existing products ---- */

static void
take_known(struct shop_plan *plan, const struct scop_value *row)
{
	static const char *const columns[] = { "option1_name", "option2_name", "option3_name" };
	struct shop_plan_product *product =
	    by_number(plan, shop_names_find(&plan->keys, scop_text(row, "code")));

	if (!product)
		return;
	product->id = scop_int(row, "id");
	product->is_known = true;
	if (!(product->shop_name = strdup(scop_text(row, "name"))))
		abort();
	if (product->line > 0 && product->name_count > 0)
		return;
	/* The file has only variants: the option names are the shop's, followed by new ones. */
	char *names[SHOP_ATTRIBUTES];
	const size_t count = product->name_count;
	memcpy(names, product->names, sizeof names);
	product->name_count = 0;
	for (size_t i = 0; i < SHOP_OPTIONS; i++) {
		char *copy = strdup(scop_text(row, columns[i])), *rest = copy, *end;

		while (rest && (end = strstr(rest, " / "))) {
			*end = '\0';
			add_option_name(product, rest);
			rest = end + 3;
		}
		add_option_name(product, rest ? rest : "");
		free(copy);
	}
	for (size_t i = 0; i < count; i++) {
		add_option_name(product, names[i]);
		free(names[i]);
	}
}

static void
take_known_variant(struct shop_plan *plan, struct shop_plan_product *product,
    const struct scop_value *row)
{
	const char *joined = shop_plan_joined(plan, scop_text(row, "option1"),
	    scop_text(row, "option2"), scop_text(row, "option3"));

	product->in_shop++;
	shop_names_add(&plan->variants, shop_plan_within(plan, product, scop_text(row, "code")))
	    ->value = scop_int(row, "id");
	struct shop_name *name =
	    shop_names_add(&plan->options, shop_plan_within(plan, product, joined));
	if (!name->more &&
	    !(name->more = strdup(scop_as_text(scop_make_text(plan->req, "%s\n%s",
		  scop_text(row, "sku"), scop_text(row, "code"))))))
		abort();
	name->value = name->value == 0 ? scop_int(row, "id") : -1;
}

static void
ask_variants(struct shop_plan *plan, struct shop_names *by_id, const struct scop_value *ids)
{
	int64_t after = 0;
	size_t count = VARIANTS_AT_ONCE;
	char id[24];

	while (count == VARIANTS_AT_ONCE && !scop_rejected(plan->req)) {
		const struct scop_value *rows = scop_rows(plan->req,
		    known_variants(ids, scop_make_int(plan->req, after),
			scop_make_int(plan->req, VARIANTS_AT_ONCE)));

		count = scop_count(rows);
		for (size_t i = 0; i < count; i++) {
			const struct scop_value *row = scop_at(rows, i);

			snprintf(id, sizeof id, "%lld", (long long)scop_int(row, "product"));
			take_known_variant(plan, by_number(plan, shop_names_find(by_id, id)), row);
			after = scop_int(row, "id");
		}
	}
}

static void
ask_batch(struct shop_plan *plan, size_t count, const struct scop_value *const *codes)
{
	const struct scop_value *rows =
	    scop_rows(plan->req, known_products(scop_make_list(plan->req, count, codes)));
	const struct scop_value **ids =
	    scop_alloc(plan->req, (scop_count(rows) + 1) * sizeof(*ids));
	struct shop_names by_id = { NULL, 0, 0 };
	char id[24];

	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);

		take_known(plan, row);
		ids[i] = scop_get(row, "id");
		snprintf(id, sizeof id, "%lld", (long long)scop_as_int(ids[i]));
		shop_names_add(&by_id, id)->value =
		    shop_names_find(&plan->keys, scop_text(row, "code"))->value;
	}
	if (scop_count(rows) > 0)
		ask_variants(plan, &by_id, scop_make_list(plan->req, scop_count(rows), ids));
	shop_names_free(&by_id);
}

static void
ask_shop(struct shop_plan *plan)
{
	const struct scop_value *codes[BATCH];
	size_t count = 0;

	for (size_t i = 0; i < plan->keys.capacity && !scop_rejected(plan->req); i++) {
		if (!plan->keys.name[i].text)
			continue;
		codes[count++] = scop_make_text(plan->req, "%s", plan->keys.name[i].text);
		if (count == BATCH) {
			ask_batch(plan, count, codes);
			count = 0;
		}
	}
	if (count > 0)
		ask_batch(plan, count, codes);
}

/* ---- codes ---- */

void
shop_plan_code(struct shop_plan *plan, const struct shop_plan_product *product,
    const struct shop_row *row, struct shop_options *ret_options, char *ret_code)
{
	const char *names[SHOP_ATTRIBUTES] = { NULL };
	const struct shop_name *sku = row->sku[0]
	    ? shop_names_find(&plan->skus, shop_plan_within(plan, product, row->sku))
	    : NULL;

	for (size_t i = 0; i < product->name_count; i++)
		names[i] = product->names[i];
	shop_row_options(row, names, product->name_count, ret_options);
	shop_row_code(row, ret_options, sku && sku->value > 1, ret_code);
}

/* Collects the codes in the file, so that a variant in the shop is not matched twice. */
static void
note_code(struct shop_plan *plan, struct shop_row *row, const struct shop_row_error *error)
{
	struct shop_options options;
	char code[SHOP_CODE];

	if (error || row->skip || !row->has_variant)
		return;
	const struct shop_plan_product *product = shop_plan_product(plan, row);
	shop_plan_code(plan, product, row, &options, code);
	shop_names_add(&plan->codes, shop_plan_within(plan, product, code));
}

/* Marks variants without a product. */
static void
note_orphan(struct shop_plan *plan, struct shop_row *row, const struct shop_row_error *error)
{
	if (error || row->skip)
		return;
	const struct shop_plan_product *product = shop_plan_product(plan, row);
	plan->errors += !product || (product->line == 0 && !product->is_known);
}

/* ---- the whole plan ---- */

void
shop_plan_make(struct shop_plan *plan)
{
	plan->is_readable = learn(plan);
	if (!plan->is_readable)
		return;
	plan->done->kind = plan->source.kind;
	shop_plan_each(plan, note_row);
	shop_plan_each(plan, note_variant);
	ask_shop(plan);
	shop_plan_each(plan, note_code);
	shop_plan_each(plan, note_orphan);
}

void
shop_plan_free(struct shop_plan *plan)
{
	struct shop_names *const tables[] = { &plan->keys, &plan->ids, &plan->skus, &plan->owners,
		&plan->codes, &plan->shown, &plan->variants, &plan->options, &plan->slugs };

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		shop_names_free(tables[i]);
	for (size_t i = 0; i < plan->product_count; i++) {
		struct shop_plan_product *product = plan->products[i];

		for (size_t n = 0; n < product->name_count; n++)
			free(product->names[n]);
		free(product->shop_name);
		free(product);
	}
	free(plan->products);
	shop_categories_free(&plan->categories);
}
