/* Product exports: see shop_source.h. */
#include "shop_source.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { STOCK_MAX = 1000000000 };

static int
find(const char *const *header, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(header[i], name) == 0)
			return (int)i;
	return -1;
}

static void
open_woocommerce(struct shop_source *source, const char *const *header, size_t count)
{
	static const char *const names[SHOP_OPTIONS] = { "Attribute 1 name", "Attribute 2 name", "Attribute 3 name" };
	static const char *const values[SHOP_OPTIONS] = { "Attribute 1 value(s)", "Attribute 2 value(s)", "Attribute 3 value(s)" };

	source->kind = SHOP_WOOCOMMERCE;
	source->id = find(header, count, "ID");
	source->type = find(header, count, "Type");
	source->sku = find(header, count, "SKU");
	source->name = find(header, count, "Name");
	source->published = find(header, count, "Published");
	source->visibility = find(header, count, "Visibility in catalog");
	source->short_description = find(header, count, "Short description");
	source->description = find(header, count, "Description");
	source->in_stock = find(header, count, "In stock?");
	source->stock = find(header, count, "Stock");
	source->price = find(header, count, "Regular price");
	source->sale_price = find(header, count, "Sale price");
	source->category = find(header, count, "Categories");
	source->parent = find(header, count, "Parent");
	for (size_t i = 0; i < SHOP_OPTIONS; i++) {
		source->option_name[i] = find(header, count, names[i]);
		source->option[i] = find(header, count, values[i]);
	}
}

static void
open_shopify(struct shop_source *source, const char *const *header, size_t count)
{
	static const char *const names[SHOP_OPTIONS] = { "Option1 Name", "Option2 Name", "Option3 Name" };
	static const char *const values[SHOP_OPTIONS] = { "Option1 Value", "Option2 Value", "Option3 Value" };

	source->kind = SHOP_SHOPIFY;
	source->product = find(header, count, "Handle");
	source->name = find(header, count, "Title");
	source->description = find(header, count, "Body (HTML)");
	source->category = find(header, count, "Type");
	source->tags = find(header, count, "Tags");
	source->published = find(header, count, "Published");
	source->sku = find(header, count, "Variant SKU");
	source->price = find(header, count, "Variant Price");
	source->stock = find(header, count, "Variant Inventory Qty");
	source->tracker = find(header, count, "Variant Inventory Tracker");
	for (size_t i = 0; i < SHOP_OPTIONS; i++) {
		source->option_name[i] = find(header, count, names[i]);
		source->option[i] = find(header, count, values[i]);
	}
}

static void
open_own(struct shop_source *source, const char *const *header, size_t count)
{
	static const char *const names[SHOP_OPTIONS] = { "option1_name", "option2_name", "option3_name" };
	static const char *const values[SHOP_OPTIONS] = { "option1", "option2", "option3" };

	source->kind = SHOP_OWN;
	source->product = find(header, count, "product");
	source->name = find(header, count, "name");
	source->category = find(header, count, "category");
	source->description = find(header, count, "description");
	source->condition = find(header, count, "condition");
	source->sku = find(header, count, "sku");
	source->price = find(header, count, "price");
	source->stock = find(header, count, "stock");
	source->picture = find(header, count, "picture");
	for (size_t i = 0; i < SHOP_OPTIONS; i++) {
		source->option_name[i] = find(header, count, names[i]);
		source->option[i] = find(header, count, values[i]);
	}
}

bool
shop_source_open(const char *const *header, size_t count, struct shop_source *ret_source, char *ret_error, size_t size)
{
	struct shop_source source;

	memset(&source, 0xff, sizeof source); /* every column -1 */
	source.columns = count;
	if (find(header, count, "Handle") >= 0 && find(header, count, "Variant Price") >= 0) {
		open_shopify(&source, header, count);
	} else if (find(header, count, "Type") >= 0 && find(header, count, "Regular price") >= 0) {
		open_woocommerce(&source, header, count);
	} else if (find(header, count, "product") >= 0 && find(header, count, "price") >= 0) {
		open_own(&source, header, count);
	} else {
		snprintf(ret_error, size, "these are not the columns of a product export: neither Shopify's (Handle, Variant Price), nor "
		    "WooCommerce's (Type, Regular price), nor our own (product, price)");
		return false;
	}
	if (source.name < 0) {
		snprintf(ret_error, size, "the column with the products' names is missing");
		return false;
	}
	*ret_source = source;
	return true;
}

/* ---- texts ---- */

/* The letters of Latin-1 and Latin Extended-A that a slug keeps, without their accents; NULL for any other. */
static const char *
plain_letter(unsigned code)
{
	static const char latin1[] = "aaaaaa\1ceeeeiiii\2nooooo\3ouuuuy\4\5aaaaaa\1ceeeeiiii\2nooooo\3ouuuuy\4y";
	static const char *const pairs[] = { "ae", "d", "", "th", "ss" };

	if (code == 0x152 || code == 0x153)
		return "oe";
	if (code < 0xc0 || code > 0xff)
		return NULL;
	const char letter = latin1[code - 0xc0];
	static char one[2];
	if (letter <= 5)
		return pairs[letter - 1];
	one[0] = letter;
	return one;
}

void
shop_slug(const char *text, char *ret_slug, size_t size)
{
	size_t used = 0;

	for (const unsigned char *c = (const unsigned char *)text; *c && used + 3 < size; c++) {
		const char *letters = NULL;
		char one[2] = { (char)tolower(*c), '\0' };

		if (isalnum(*c) && *c < 0x80) {
			letters = one;
		} else if (*c >= 0xc3 && *c <= 0xc5 && (c[1] & 0xc0) == 0x80) {
			letters = plain_letter((unsigned)(*c & 0x1f) << 6 | (c[1] & 0x3f));
			c++;
		}
		if (letters)
			used += (size_t)snprintf(ret_slug + used, size - used, "%s", letters);
		else if (used > 0 && ret_slug[used - 1] != '-')
			ret_slug[used++] = '-';
	}
	while (used > 0 && ret_slug[used - 1] == '-')
		used--;
	ret_slug[used] = '\0';
}

bool
shop_price(const char *text, int64_t *ret_cents)
{
	char digits[32];
	size_t used = 0;
	const char *point = NULL;

	while (isspace((unsigned char)*text))
		text++;
	/* The last sign with one or two digits behind it is the decimal one; others group thousands. */
	for (const char *c = text; *c; c++)
		if (*c == '.' || *c == ',')
			point = c;
	size_t behind = point ? strspn(point + 1, "0123456789") : 0;
	if (point && (behind > 2 || behind == 0))
		point = NULL;
	for (const char *c = text; *c; c++) {
		if (c == point || *c == ',' || *c == '.' || *c == '\'' || *c == ' ') {
			if (c != point && ((point && *c == *point) || strspn(c + 1, "0123456789") != 3))
				return false;
			continue;
		}
		if (!isdigit((unsigned char)*c) || used > 10)
			return false;
		digits[used++] = *c;
	}
	if (used == 0)
		return false;
	for (behind = point ? behind : 0; behind < 2; behind++)
		digits[used++] = '0';
	digits[used] = '\0';
	*ret_cents = atoll(digits);
	return *ret_cents <= 9999999999;
}

/* HTML to text: tags fall away, a paragraph's or line's end becomes a line's end, the common entities their letters. */
static void
plain_text(const char *html, char *out, size_t size)
{
	static const struct {
		const char *name, *text;
	} entities[] = { { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&#39;", "'" }, { "&nbsp;", " " } };
	size_t used = 0;

	while (*html && used + 4 < size) {
		if (strncmp(html, "\\n", 2) == 0) { /* WooCommerce's way to write a line's end */
			out[used++] = '\n';
			html += 2;
			continue;
		}
		if (*html == '<') {
			const char *end = strchr(html, '>');

			if (end && (isalpha((unsigned char)html[1]) || html[1] == '/' || html[1] == '!')) {
				if ((strncasecmp(html, "</p", 3) == 0 || strncasecmp(html, "<br", 3) == 0 || strncasecmp(html, "</li", 4) == 0) &&
				    used > 0 && out[used - 1] != '\n')
					out[used++] = '\n';
				html = end + 1;
				continue;
			}
		}
		size_t e = 0;
		const size_t known = sizeof entities / sizeof entities[0];
		while (e < known && strncmp(html, entities[e].name, strlen(entities[e].name)) != 0)
			e++;
		if (e < known) {
			out[used++] = entities[e].text[0];
			html += strlen(entities[e].name);
		} else {
			out[used++] = *html++;
		}
	}
	while (used > 0 && isspace((unsigned char)out[used - 1]))
		used--;
	/* never a character cut in two */
	if (*html)
		while (used > 0 && ((unsigned char)out[used - 1] & 0x80))
			used--;
	out[used] = '\0';
}

/* ---- one record ---- */

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
	snprintf(reader->error->text, sizeof reader->error->text, "%s", text);
	return false;
}

static bool
copy(struct reader *reader, int column, char *to, size_t size, const char *what)
{
	const char *text = field(reader, column);

	while (isspace((unsigned char)*text))
		text++;
	size_t length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	if (length >= size) {
		char sentence[120];

		snprintf(sentence, sizeof sentence, "%s is longer than %zu bytes", what, size - 1);
		return wrong(reader, column, sentence);
	}
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
		return wrong(reader, column, "the price is missing");
	if (!shop_price(field(reader, column), &reader->row->price_cents))
		return wrong(reader, column, "the price is not an amount such as 12.50");
	return true;
}

static bool
take_stock(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	const char *text = field(reader, source->stock);
	char *end;

	reader->row->stock = -1;
	if (source->tracker >= 0 && !field(reader, source->tracker)[0]) /* Shopify: nobody counts it */
		return true;
	if (strcmp(field(reader, source->in_stock), "0") == 0)
		reader->row->stock = 0;
	if (!text[0])
		return true;
	const long long stock = strtoll(text, &end, 10);
	if (*end == '.' && strspn(end + 1, "0") == strlen(end + 1))
		end += strlen(end);
	if (*end || stock > STOCK_MAX)
		return wrong(reader, source->stock, "the stock is not a whole number");
	reader->row->stock = stock < 0 ? 0 : stock; /* sold more than there were: none is left */
	return true;
}

static bool
take_options(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;

	for (size_t i = 0; i < SHOP_OPTIONS; i++)
		if (!copy(reader, source->option_name[i], row->option_name[i], sizeof row->option_name[i], "the option's name") ||
		    !copy(reader, source->option[i], row->option[i], sizeof row->option[i], "the option"))
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
	plain_text(text, reader->row->description, sizeof reader->row->description);
	return true;
}

/* The first of several, its outermost part first: "Clothing > Tshirts, Sale". */
static bool
take_category(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;
	const int column = field(reader, source->category)[0] ? source->category : source->tags;

	if (!copy(reader, column, row->category, sizeof row->category, "the category"))
		return false;
	if (source->kind != SHOP_OWN)
		row->category[strcspn(row->category, ",")] = '\0';
	return true;
}

static bool
take_quality(struct reader *reader)
{
	static const char *const known[] = { "new", "as_new", "good", "fair" };
	const char *text = field(reader, reader->source->condition);

	strcpy(reader->row->quality, "new");
	for (size_t i = 0; text[0] && i < 4; i++) {
		if (strcmp(text, known[i]) != 0)
			continue;
		strcpy(reader->row->quality, text);
		return true;
	}
	return text[0] ? wrong(reader, reader->source->condition, "the condition is new, as_new, good or fair") : true;
}

static bool
truth(const char *text, bool otherwise)
{
	if (!text[0])
		return otherwise;
	return strcmp(text, "1") == 0 || strcasecmp(text, "true") == 0 || strcasecmp(text, "yes") == 0;
}

static bool
take_product(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;

	row->published = truth(field(reader, source->published), true) && strcmp(field(reader, source->visibility), "hidden") != 0;
	if (!copy(reader, source->name, row->name, sizeof row->name, "the name"))
		return false;
	if (!row->name[0])
		return wrong(reader, source->name, "the name is missing");
	return take_category(reader) && take_description(reader) && take_quality(reader) &&
	    copy(reader, source->picture, row->picture, sizeof row->picture, "the picture's name");
}

static bool
take_variant(struct reader *reader)
{
	return take_price(reader) && take_stock(reader) &&
	    copy(reader, reader->source->sku, reader->row->sku, sizeof reader->row->sku, "the SKU");
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
		row->why_skipped = *type == 'g' ? "a grouped product is a page about others, and is left out" :
		    "an external product is sold elsewhere, and is left out";
		return true;
	}
	row->has_variant = strncmp(type, "variable", 8) != 0;
	row->has_product = strncmp(type, "variation", 9) != 0;
	if (!row->has_product && !parent[0])
		return wrong(reader, source->parent, "this variation names no parent");
	if (strncmp(parent, "id:", 3) == 0)
		snprintf(row->parent_id, sizeof row->parent_id, "%.39s", parent);
	shop_slug(!row->has_product ? parent : sku[0] ? sku : field(reader, source->name), row->key, sizeof row->key);
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
	return (!row->has_product || take_product(reader)) && take_options(reader) && take_variant(reader);
}

static bool
own_row(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;

	shop_slug(field(reader, source->product), row->key, sizeof row->key);
	row->has_product = field(reader, source->name)[0] != '\0';
	row->has_variant = true;
	return (!row->has_product || take_product(reader)) && take_options(reader) && take_variant(reader);
}

bool
shop_source_row(const struct shop_source *source, const char *const *fields, size_t count, struct shop_row *ret_row,
    struct shop_row_error *ret_error)
{
	struct reader reader = { source, fields, count, ret_row, ret_error };
	bool sound;

	memset(ret_row, 0, sizeof *ret_row);
	if (count != source->columns) {
		ret_error->column = 0;
		snprintf(ret_error->text, sizeof ret_error->text, "this row has %zu fields, the first one has %zu", count, source->columns);
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
		return wrong(&reader, source->product, "the product's name in addresses is missing");
	return sound;
}
