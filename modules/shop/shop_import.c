/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The import: rows of shop_source.h into tables. All or nothing, and safe to run again: a product
 * is known by its slug, a variant by its SKU or, without one, by its product and options.
 */
#include "shop_import.h"
#include "shop_payment.h"
#include "shop_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MIN = 1024, FILE_ERRORS_SHOWN = 100 };

/* What was met in this file: SKUs by line, products, categories and WooCommerce's ids by their
 * number in the database. */
struct names {
	struct name {
		char *text;
		int64_t value;
		int64_t second;
	} * name;
	size_t count, capacity;
};

struct import {
	struct scop_request *req;
	const struct shop_takein *what;
	struct shop_taken *taken;
	struct names codes, products, categories, ids;
	struct names refused; /* products whose row has a mistake, by key and by id */
	unsigned line;
};

/* ---- names ---- */

static size_t
place(const struct names *names, const char *text)
{
	uint64_t sum = 1469598103934665603u;

	for (const char *c = text; *c; c++)
		sum = (sum ^ (unsigned char)*c) * 1099511628211u;
	size_t at = (size_t)(sum % names->capacity);
	while (names->name[at].text && strcmp(names->name[at].text, text) != 0)
		at = (at + 1) % names->capacity;
	return at;
}

static struct name *
find_name(const struct names *names, const char *text)
{
	struct name *found = names->capacity ? &names->name[place(names, text)] : NULL;

	return found && found->text ? found : NULL;
}

static void
add_name(struct names *names, const char *text, int64_t value, int64_t second)
{
	if ((names->count + 1) * 2 > names->capacity) {
		struct names larger = { .capacity =
					    names->capacity ? names->capacity * 2 : NAMES_MIN,
			.count = names->count };

		larger.name = calloc(larger.capacity, sizeof *larger.name);
		if (!larger.name)
			abort();
		for (size_t i = 0; i < names->capacity; i++)
			if (names->name[i].text)
				larger.name[place(&larger, names->name[i].text)] = names->name[i];
		free(names->name);
		*names = larger;
	}
	struct name *name = &names->name[place(names, text)];
	if (!name->text) {
		name->text = strdup(text);
		names->count++;
	}
	if (!name->text)
		abort();
	name->value = value;
	name->second = second;
}

/* ---- telling ---- */

static void
tell(struct import *import, bool is_error, unsigned column, const char *words, const char *about)
{
	if (is_error)
		import->taken->errors++;
	else
		import->taken->warnings++;
	import->what->tell(import->what->context, is_error, import->line, column, words, about);
}

static void
complain(struct import *import, unsigned column, const char *words)
{
	tell(import, true, column, words, "");
}

static void
warn(struct import *import, const char *words, const char *about)
{
	tell(import, false, 0, words, about);
}

/* ---- writing ---- */

static const struct scop_value *
text(struct import *import, const char *words)
{
	return scop_make_text(import->req, "%s", words);
}

static const struct scop_value *
number_or_null(struct import *import, int64_t number)
{
	return number > 0 ? scop_make_int(import->req, number) : NULL;
}

/* The category's number, and that of the outermost above it; each part of the path is made when it
 * is new. */
static void
put_category(struct import *import, const char *path, int64_t *ret_category, int64_t *ret_top)
{
	char walked[SHOP_TEXT] = "", slug[151];
	const char *at = path;

	*ret_category = *ret_top = 0;
	while (*at) {
		size_t length = strcspn(at, ">");
		const char *next = at[length] ? at + length + 1 : at + length;

		while (length > 0 && at[0] == ' ')
			at++, length--;
		while (length > 0 && at[length - 1] == ' ')
			length--;
		if (length > 0) {
			const size_t used = strlen(walked);

			snprintf(walked + used, sizeof walked - used, "%s%.*s", used ? " > " : "",
			    (int)length, at);
			const struct name *known = find_name(&import->categories, walked);
			if (!known) {
				shop_slug(walked, slug, sizeof slug);
				scop_write(import->req,
				    category_put(number_or_null(import, *ret_category),
					text(import, slug),
					scop_make_text(import->req, "%.*s",
					    (int)(length > 100 ? 100 : length), at)));
				add_name(&import->categories, walked, scop_inserted(import->req),
				    *ret_top);
				known = find_name(&import->categories, walked);
			}
			*ret_category = known->value;
			if (*ret_top == 0)
				*ret_top = known->value;
		}
		at = next;
	}
}

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
put_picture(struct import *import, const char *name)
{
	for (size_t i = 1; name[0] && i < import->what->file_count; i++) {
		const struct scop_file *file = &import->what->files[i];

		if (strcmp(file->name, name) != 0)
			continue;
		const char *type = shop_picture_type(file->data, file->size);
		if (!type) {
			warn(import, SCOP_TEXT("This is no picture (PNG, JPEG, WebP or SVG)."),
			    name);
			return NULL;
		}
		const struct scop_value *bytes =
		    scop_make_bytes(import->req, file->data, file->size);
		const struct scop_value *hash = scop_hash(import->req, bytes);
		scop_write(import->req, picture_put(hash, text(import, type), bytes));
		return hash;
	}
	if (name[0])
		warn(import, SCOP_TEXT("This picture was not among the files."), name);
	return NULL;
}

static void
put_product(struct import *import, const struct shop_row *row)
{
	int64_t category, top;
	bool fresh = !find_name(&import->products, row->key);

	import->taken->products += fresh;
	if (import->what->dry) {
		add_name(&import->products, row->key, 1, 0);
		add_name(&import->ids, row->id, 1, 0);
		return;
	}
	put_category(import, row->category, &category, &top);
	scop_write(import->req,
	    product_put(text(import, row->key), text(import, row->name),
		number_or_null(import, category), number_or_null(import, top),
		text(import, row->description), text(import, row->quality),
		text(import, row->option_name[0]), text(import, row->option_name[1]),
		text(import, row->option_name[2]), put_picture(import, row->picture),
		scop_make_bool(import->req, row->published),
		row->vat[0] ? text(import, row->vat) : NULL));
	add_name(&import->products, row->key, scop_inserted(import->req), 0);
	add_name(&import->ids, row->id, scop_inserted(import->req), 0);
}

/* The product that a row without one belongs to: met in this file, or before. 0 for none. */
static int64_t
product_of(struct import *import, const struct shop_row *row)
{
	const struct name *known = row->parent_id[0] ? find_name(&import->ids, row->parent_id)
						     : find_name(&import->products, row->key);

	if (known)
		return known->value;
	return scop_int(scop_row(import->req, product_id(text(import, row->key))), "id");
}

static bool
put_variant(struct import *import, const struct shop_row *row)
{
	char code[SHOP_CODE];
	const int64_t product = product_of(import, row);

	if (product == 0)
		return false;
	if (row->sku[0])
		snprintf(code, sizeof code, "%s", row->sku);
	else
		shop_code(row->key, row->option[0], row->option[1], row->option[2], code);
	if (find_name(&import->codes, code)) {
		import->taken->repeated++;
		warn(import,
		    SCOP_TEXT("This SKU stands on an earlier line already; this row's price and "
			      "stock replace the first ones."),
		    code);
	} else {
		add_name(&import->codes, code, import->line, 0);
		import->taken->variants++;
	}
	if (import->what->dry)
		return true;
	scop_write(import->req,
	    variant_put(scop_make_int(import->req, product), text(import, code),
		row->sku[0] ? text(import, row->sku) : NULL, text(import, row->option[0]),
		text(import, row->option[1]), text(import, row->option[2]),
		scop_make_int(import->req, row->price_cents),
		row->stock >= 0 ? scop_make_int(import->req, row->stock) : NULL,
		row->grams >= 0 ? scop_make_int(import->req, row->grams) : NULL));
	return true;
}

/* ---- reading ---- */

static void
take_row(struct import *import, const struct shop_row *row)
{
	if (row->skip) {
		if (row->why_skipped) {
			import->taken->skipped++;
			warn(import, row->why_skipped, "");
		}
		return;
	}
	if (row->has_product)
		put_product(import, row);
	/* Of a product that was refused its row alone is told: the rest follows from it. */
	if (row->has_variant && !put_variant(import, row) &&
	    !find_name(&import->refused, row->parent_id[0] ? row->parent_id : row->key))
		complain(import, 0,
		    SCOP_TEXT("This variant's product is not in the file above it, and not in the "
			      "shop."));
}

static void
read_rows(struct import *import, struct scop_csv *csv)
{
	const char *const *fields, *broken = NULL;
	size_t count;
	struct shop_source source;
	static struct shop_row row;

	if (!scop_csv_next(csv, &fields, &count, &import->line, &broken)) {
		complain(import, 0, broken ? broken : SCOP_TEXT("The file has no rows."));
		return;
	}
	if (import->what->source) {
		source = *import->what->source;
	} else if (!shop_source_open(fields, count, &source, &broken)) {
		complain(import, 0, broken);
		return;
	}
	import->taken->kind = source.kind;
	while (!scop_rejected(import->req) &&
	    scop_csv_next(csv, &fields, &count, &import->line, &broken)) {
		struct shop_row_error error;

		if (shop_source_row(&source, fields, count, &row, &error)) {
			take_row(import, &row);
		} else {
			complain(import, error.column, error.text);
			if (row.has_product)
				add_name(&import->refused, row.key, 0, 0);
			if (row.has_product && row.id[0])
				add_name(&import->refused, row.id, 0, 0);
		}
		if (import->what->passed)
			import->what->passed(import->what->context, import->line);
	}
	if (broken)
		complain(import, 0, broken);
}

/* How many of the file's products are in the shop already. */
static unsigned
count_known(struct import *import)
{
	const struct scop_value **keys =
	    scop_alloc(import->req, (import->products.count + 1) * sizeof(*keys));
	size_t count = 0;

	for (size_t i = 0; i < import->products.capacity; i++)
		if (import->products.name[i].text)
			keys[count++] = text(import, import->products.name[i].text);
	return (unsigned)scop_int(scop_row(import->req,
				      known_products(scop_make_list(import->req, count, keys))),
	    "known");
}

static void
forget(struct names *names)
{
	for (size_t i = 0; i < names->capacity; i++)
		free(names->name[i].text);
	free(names->name);
}

void
shop_take_in(struct scop_request *req, const struct shop_takein *what, struct shop_taken *ret_taken)
{
	struct import import = { .req = req, .what = what, .taken = ret_taken };
	const char *error;
	struct scop_csv *csv =
	    scop_csv_open(what->files[0].data, what->files[0].size, &import.line, &error);

	*ret_taken = (struct shop_taken){ 0 };
	if (csv) {
		read_rows(&import, csv);
		scop_csv_close(csv);
	} else {
		complain(&import, 0, error);
	}
	if (what->dry) {
		ret_taken->changed = count_known(&import);
	} else if (ret_taken->errors == 0) {
		scop_write(req, products_refresh());
		scop_write(req, counts_refresh());
	}
	forget(&import.codes);
	forget(&import.products);
	forget(&import.categories);
	forget(&import.ids);
	forget(&import.refused);
}

void
shop_category_put(struct scop_request *req, const char *path, int64_t *ret_category,
    int64_t *ret_top)
{
	struct import import = { .req = req };

	put_category(&import, path, ret_category, ret_top);
	forget(&import.categories);
}

/* ---- from the command line ---- */

struct reporter {
	struct scop_request *req;
	unsigned errors;
};

static void
report(void *context, bool is_error, unsigned line, unsigned column, const char *words,
    const char *about)
{
	struct reporter *reporter = context;

	if (is_error && reporter->errors++ >= FILE_ERRORS_SHOWN)
		return;
	scop_report(reporter->req, is_error ? SCOP_REPORT_ERROR : SCOP_REPORT_WARNING, line, column,
	    "%s%s%s%s", words, about[0] ? " (" : "", about, about[0] ? ")" : "");
}

bool
shop_import_products(struct scop_request *req, const struct scop_file *files, size_t count)
{
	static const char *const kinds[] = { [SHOP_OWN] = "own CSV",
		[SHOP_WOOCOMMERCE] = "WooCommerce",
		[SHOP_SHOPIFY] = "Shopify" };
	struct reporter reporter = { req, 0 };
	struct shop_taken taken;

	shop_take_in(req,
	    &(const struct shop_takein){ .files = files,
		.file_count = count,
		.tell = report,
		.context = &reporter },
	    &taken);
	if (taken.errors > FILE_ERRORS_SHOWN)
		scop_report(req, SCOP_REPORT_INFO, 0, 0, "and %u further errors",
		    taken.errors - FILE_ERRORS_SHOWN);
	if (taken.errors == 0)
		scop_report(req, SCOP_REPORT_INFO, 0, 0,
		    "%s: %u products, %u variants, %u rows repeated, %u left out",
		    kinds[taken.kind], taken.products, taken.variants, taken.repeated,
		    taken.skipped);
	return taken.errors == 0;
}

/* Three fields under "beneficiary,iban,bic". */
bool
shop_import_payment(struct scop_request *req, const struct scop_file *files, size_t count)
{
	const char *error, *const *fields;
	char iban[SHOP_IBAN];
	size_t columns;
	unsigned line;
	struct scop_csv *csv =
	    count > 0 ? scop_csv_open(files[0].data, files[0].size, &line, &error) : NULL;
	bool sound = csv && scop_csv_next(csv, &fields, &columns, &line, &error) && columns == 3 &&
	    strcmp(fields[0], "beneficiary") == 0 &&
	    scop_csv_next(csv, &fields, &columns, &line, &error) && columns == 3;

	if (!sound)
		scop_report(req, SCOP_REPORT_ERROR, 1, 0,
		    "expected 'beneficiary,iban,bic' and one row of them");
	else if (!(sound = shop_iban_check(fields[1], iban)))
		scop_report(req, SCOP_REPORT_ERROR, line, 2,
		    "the check digits of this account number are wrong");
	else
		scop_write(req,
		    payment_set(scop_make_text(req, "%s", fields[0]),
			scop_make_text(req, "%s", iban), scop_make_text(req, "%s", fields[2])));
	scop_csv_close(csv);
	return sound;
}
