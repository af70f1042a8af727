/* SPDX-License-Identifier: EUPL-1.2 */
/* One record of a product export: see shop_source.h. */
#include "shop_source.h"
#include "shop_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { STOCK_MAX = 1000000000, GRAMS_MAX = 10000000 };

struct reader {
	const struct shop_source *source;
	const char *const *fields;
	size_t count;
	struct shop_row *row;
	struct shop_row_error *error;
};

static const char *
field(const struct reader *reader, int column)
{
	return column >= 0 && (size_t)column < reader->count ? reader->fields[column] : "";
}

static bool
wrong(struct reader *reader, int column, const char *text)
{
	reader->error->column = (unsigned)(column + 1);
	reader->error->text = text;
	return false;
}

static bool
copy(struct reader *reader, int column, char *to, size_t size)
{
	const char *text = field(reader, column);

	while (isspace((unsigned char)*text))
		text++;
	size_t length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	if (length >= size)
		return wrong(reader, column, SCOP_TEXT("This text is too long."));
	memcpy(to, text, length);
	to[length] = '\0';
	return true;
}

static bool
take_price(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	const bool on_sale = field(reader, source->sale_price)[0] != '\0';
	const int column = on_sale ? source->sale_price : source->price;

	if (!field(reader, column)[0])
		return wrong(reader, column, SCOP_TEXT("The price is missing."));
	if (!shop_price(field(reader, column), &reader->row->price_cents))
		return wrong(reader, column,
		    SCOP_TEXT("The price is not an amount such as 12.50."));
	return true;
}

static bool
take_stock(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	const char *text = field(reader, source->stock);
	char *end;

	reader->row->stock = -1;
	/* Shopify: nobody counts it */
	if (source->tracker >= 0 && !field(reader, source->tracker)[0])
		return true;
	if (strcmp(field(reader, source->in_stock), "0") == 0)
		reader->row->stock = 0;
	if (!text[0])
		return true;
	const long long stock = strtoll(text, &end, 10);
	if (*end == '.' && strspn(end + 1, "0") == strlen(end + 1))
		end += strlen(end);
	if (*end || stock > STOCK_MAX)
		return wrong(reader, source->stock, SCOP_TEXT("The stock is not a whole number."));
	reader->row->stock = stock < 0 ? 0 : stock; /* sold more than there were: none is left */
	return true;
}

/* "1.5", "0,35" in the unit of the file, to grams, rounded. */
static bool
take_weight(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	const char *text = field(reader, source->weight);
	int64_t thousandths = 0;
	int behind = -1;

	reader->row->grams = -1;
	if (!text[0])
		return true;
	for (; *text; text++) {
		if ((*text == '.' || *text == ',') && behind < 0)
			behind = 0;
		else if (!isdigit((unsigned char)*text) || thousandths > (int64_t)GRAMS_MAX * 1000)
			return wrong(reader, source->weight,
			    SCOP_TEXT("The weight is not a number."));
		else if (behind < 3) {
			thousandths = thousandths * 10 + (*text - '0');
			behind += behind >= 0;
		}
	}
	for (behind = behind < 0 ? 0 : behind; behind < 3; behind++)
		thousandths *= 10;
	const int64_t grams = (thousandths * source->milligrams + 500000) / 1000000;
	if (grams > GRAMS_MAX)
		return wrong(reader, source->weight,
		    SCOP_TEXT("The weight is more than ten tonnes."));
	reader->row->grams = grams;
	return true;
}

/* One of `words`, which end with NULL; a field that says nothing leaves `to` alone. */
static bool
take_one_of(struct reader *reader, int column, const char *const *words, char *to,
    const char *otherwise)
{
	const char *text = field(reader, column);

	while (*words && strcmp(text, *words) != 0)
		words++;
	if (!*words)
		return !text[0] || wrong(reader, column, otherwise);
	strcpy(to, text);
	return true;
}

static bool
take_vat(struct reader *reader)
{
	static const char *const known[] = { "standard", "intermediate", "reduced", "super_reduced",
		NULL };

	return take_one_of(reader, reader->source->vat, known, reader->row->vat,
	    SCOP_TEXT("The VAT is one of standard, intermediate, reduced, super_reduced."));
}

static bool
take_options(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;

	for (size_t i = 0; i < SHOP_OPTIONS; i++)
		if (!copy(reader, source->option_name[i], row->option_name[i],
			sizeof row->option_name[i]) ||
		    !copy(reader, source->option[i], row->option[i], sizeof row->option[i]))
			return false;
	if (source->kind == SHOP_SHOPIFY && strcmp(row->option[0], "Default Title") == 0)
		row->option_name[0][0] = row->option[0][0] = '\0';
	return true;
}

static bool
take_description(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	const char *text = field(reader, source->description);

	if (!text[0])
		text = field(reader, source->short_description);
	shop_plain_text(text, reader->row->description, sizeof reader->row->description);
	return true;
}

/* The first of several, its outermost part first: "Clothing > Tshirts, Sale". */
static bool
take_category(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;
	const int column = field(reader, source->category)[0] ? source->category : source->tags;

	if (!copy(reader, column, row->category, sizeof row->category))
		return false;
	if (source->kind != SHOP_OWN)
		row->category[strcspn(row->category, ",")] = '\0';
	return true;
}

static bool
take_quality(struct reader *reader)
{
	static const char *const known[] = { "new", "as_new", "good", "fair", NULL };

	strcpy(reader->row->quality, "new");
	return take_one_of(reader, reader->source->condition, known, reader->row->quality,
	    SCOP_TEXT("The condition is one of new, as_new, good, fair."));
}

static bool
truth(const char *text, bool otherwise)
{
	if (!text[0])
		return otherwise;
	return strcmp(text, "1") == 0 || strcasecmp(text, "true") == 0 ||
	    strcasecmp(text, "yes") == 0;
}

static bool
take_product(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;

	row->published = truth(field(reader, source->published), true) &&
	    strcmp(field(reader, source->visibility), "hidden") != 0;
	if (!copy(reader, source->name, row->name, sizeof row->name))
		return false;
	if (!row->name[0])
		return wrong(reader, source->name, SCOP_TEXT("The name is missing."));
	return take_category(reader) && take_description(reader) && take_quality(reader) &&
	    take_vat(reader) && copy(reader, source->picture, row->picture, sizeof row->picture);
}

static bool
take_variant(struct reader *reader)
{
	return take_price(reader) && take_stock(reader) && take_weight(reader) &&
	    copy(reader, reader->source->sku, reader->row->sku, sizeof reader->row->sku);
}

static bool
woocommerce_row(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;
	const char *type = field(reader, source->type), *parent = field(reader, source->parent);
	const char *sku = field(reader, source->sku);

	snprintf(row->id, sizeof row->id, "id:%.30s", field(reader, source->id));
	if (strncmp(type, "grouped", 7) == 0 || strncmp(type, "external", 8) == 0) {
		row->skip = true;
		row->why_skipped = *type == 'g'
		    ? SCOP_TEXT("A grouped product is a page about others, and is left out.")
		    : SCOP_TEXT("An external product is sold elsewhere, and is left out.");
		return true;
	}
	row->has_variant = strncmp(type, "variable", 8) != 0;
	row->has_product = strncmp(type, "variation", 9) != 0;
	if (!row->has_product && !parent[0])
		return wrong(reader, source->parent, SCOP_TEXT("This variation names no parent."));
	if (strncmp(parent, "id:", 3) == 0)
		snprintf(row->parent_id, sizeof row->parent_id, "%.39s", parent);
	shop_slug(!row->has_product ? parent
		: sku[0]            ? sku
				    : field(reader, source->name),
	    row->key, sizeof row->key);
	if (row->has_product && !take_product(reader))
		return false;
	if (!take_options(reader))
		return false;
	if (row->has_product) /* its values are the list of what its variations have */
		memset(row->option, 0, sizeof row->option);
	return !row->has_variant || take_variant(reader);
}

static bool
shopify_row(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;

	shop_slug(field(reader, source->product), row->key, sizeof row->key);
	row->has_product = field(reader, source->name)[0] != '\0';
	row->has_variant = field(reader, source->price)[0] != '\0' || row->has_product;
	if (!row->has_variant) { /* a further picture of the product above */
		row->skip = true;
		return true;
	}
	return (!row->has_product || take_product(reader)) && take_options(reader) &&
	    take_variant(reader);
}

static bool
own_row(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;

	/* A file of no column for it is known by the names. */
	shop_slug(field(reader, source->product >= 0 ? source->product : source->name), row->key,
	    sizeof row->key);
	row->has_product = field(reader, source->name)[0] != '\0';
	row->has_variant = true;
	return (!row->has_product || take_product(reader)) && take_options(reader) &&
	    take_variant(reader);
}

bool
shop_source_row(const struct shop_source *source, const char *const *fields, size_t count,
    struct shop_row *ret_row, struct shop_row_error *ret_error)
{
	struct reader reader = { source, fields, count, ret_row, ret_error };
	bool sound;

	memset(ret_row, 0, sizeof *ret_row);
	if (count != source->columns) {
		ret_error->column = 0;
		ret_error->text =
		    SCOP_TEXT("This row has more or fewer fields than the first one.");
		return false;
	}
	switch (source->kind) {
	case SHOP_WOOCOMMERCE:
		sound = woocommerce_row(&reader);
		break;
	case SHOP_SHOPIFY:
		sound = shopify_row(&reader);
		break;
	default:
		sound = own_row(&reader);
	}
	if (sound && !ret_row->skip && !ret_row->key[0] && !ret_row->parent_id[0])
		return wrong(&reader, source->product,
		    SCOP_TEXT("The product's name in addresses is missing."));
	return sound;
}
