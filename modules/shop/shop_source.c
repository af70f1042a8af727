/* Product exports: see shop_source.h. */
#include "shop_source.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { STOCK_MAX = 1000000000, GRAMS_MAX = 10000000, GRAM = 1000, KILOGRAM = 1000000, POUND = 453592, OUNCE = 28350 };

/* A column of a file, and where it goes. */
struct known {
	size_t place;
	const char *name;
};

#define AT(field) offsetof(struct shop_source, field)

static int
find(const char *const *header, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(header[i], name) == 0)
			return (int)i;
	return -1;
}

static const struct known woocommerce[] = {
	{ AT(id), "ID" }, { AT(type), "Type" }, { AT(sku), "SKU" }, { AT(name), "Name" }, { AT(published), "Published" },
	{ AT(visibility), "Visibility in catalog" }, { AT(short_description), "Short description" }, { AT(description), "Description" },
	{ AT(in_stock), "In stock?" }, { AT(stock), "Stock" }, { AT(price), "Regular price" }, { AT(sale_price), "Sale price" },
	{ AT(category), "Categories" }, { AT(parent), "Parent" },
	{ AT(option_name[0]), "Attribute 1 name" }, { AT(option[0]), "Attribute 1 value(s)" }, { AT(option_name[1]), "Attribute 2 name" },
	{ AT(option[1]), "Attribute 2 value(s)" }, { AT(option_name[2]), "Attribute 3 name" }, { AT(option[2]), "Attribute 3 value(s)" },
	{ 0, NULL }
};

static const struct known shopify[] = {
	{ AT(product), "Handle" }, { AT(name), "Title" }, { AT(description), "Body (HTML)" }, { AT(category), "Type" }, { AT(tags), "Tags" },
	{ AT(published), "Published" }, { AT(sku), "Variant SKU" }, { AT(price), "Variant Price" }, { AT(stock), "Variant Inventory Qty" },
	{ AT(tracker), "Variant Inventory Tracker" }, { AT(weight), "Variant Grams" },
	{ AT(option_name[0]), "Option1 Name" }, { AT(option[0]), "Option1 Value" }, { AT(option_name[1]), "Option2 Name" },
	{ AT(option[1]), "Option2 Value" }, { AT(option_name[2]), "Option3 Name" }, { AT(option[2]), "Option3 Value" },
	{ 0, NULL }
};

/* In the order in which people are asked for them. */
static const struct known own[SHOP_FIELDS + 1] = {
	{ AT(name), "name" }, { AT(price), "price" }, { AT(product), "product" }, { AT(sku), "sku" }, { AT(stock), "stock" },
	{ AT(category), "category" }, { AT(description), "description" }, { AT(condition), "condition" }, { AT(weight), "weight" },
	{ AT(vat), "vat" }, { AT(published), "published" }, { AT(option_name[0]), "option1_name" }, { AT(option[0]), "option1" },
	{ AT(option_name[1]), "option2_name" }, { AT(option[1]), "option2" }, { AT(option_name[2]), "option3_name" }, { AT(option[2]), "option3" },
	{ 0, NULL }
};

/* Columns of our own that people do not choose by hand. */
static const struct known own_more[] = { { AT(picture), "picture" }, { 0, NULL } };

/* What shops in our languages call their columns. */
static const struct known common[] = {
	{ AT(name), "nom" }, { AT(name), "naam" }, { AT(name), "title" }, { AT(name), "titre" }, { AT(name), "titel" }, { AT(name), "bezeichnung" },
	{ AT(name), "désignation" }, { AT(name), "article" }, { AT(name), "artikel" }, { AT(name), "produit" },
	{ AT(price), "prix" }, { AT(price), "prijs" }, { AT(price), "preis" }, { AT(price), "prix ttc" }, { AT(price), "verkoopprijs" },
	{ AT(sku), "référence" }, { AT(sku), "reference" }, { AT(sku), "ref" }, { AT(sku), "artikelnummer" }, { AT(sku), "code" },
	{ AT(stock), "quantité" }, { AT(stock), "quantity" }, { AT(stock), "voorraad" }, { AT(stock), "bestand" }, { AT(stock), "aantal" },
	{ AT(category), "catégorie" }, { AT(category), "categorie" }, { AT(category), "kategorie" }, { AT(category), "type" },
	{ AT(description), "omschrijving" }, { AT(description), "beschreibung" }, { AT(weight), "poids" }, { AT(weight), "gewicht" },
	{ AT(vat), "tva" }, { AT(vat), "btw" }, { AT(vat), "mwst" },
	{ 0, NULL }
};

static int *
column_at(struct shop_source *source, size_t place)
{
	return (int *)((char *)source + place);
}

/* A column that is called so twice is the one named first in the table. */
static void
take(struct shop_source *source, const struct known *known, const char *const *header, size_t count)
{
	for (; known->name; known++) {
		int *column = column_at(source, known->place);

		if (*column < 0)
			*column = find(header, count, known->name);
	}
}

/* "Weight (kg)" of WooCommerce; its unit is the shop's own. */
static void
take_weight_column(struct shop_source *source, const char *const *header, size_t count)
{
	static const struct { const char *name; int64_t milligrams; } units[] = {
		{ "Weight (kg)", KILOGRAM }, { "Weight (g)", GRAM }, { "Weight (lbs)", POUND }, { "Weight (oz)", OUNCE } };

	for (size_t i = 0; i < sizeof units / sizeof units[0] && source->weight < 0; i++) {
		source->weight = find(header, count, units[i].name);
		source->milligrams = units[i].milligrams;
	}
}

static void
start(struct shop_source *source, size_t count)
{
	memset(source, 0xff, sizeof *source); /* every column -1 */
	source->kind = SHOP_OWN;
	source->columns = count;
	source->milligrams = GRAM;
}

bool
shop_source_open(const char *const *header, size_t count, struct shop_source *ret_source, const char **ret_error)
{
	struct shop_source source;

	start(&source, count);
	if (find(header, count, "Handle") >= 0 && find(header, count, "Variant Price") >= 0) {
		source.kind = SHOP_SHOPIFY;
		take(&source, shopify, header, count);
	} else if (find(header, count, "Type") >= 0 && find(header, count, "Regular price") >= 0) {
		source.kind = SHOP_WOOCOMMERCE;
		take(&source, woocommerce, header, count);
		take_weight_column(&source, header, count);
	} else if (find(header, count, "product") >= 0 && find(header, count, "price") >= 0) {
		take(&source, own, header, count);
		take(&source, own_more, header, count);
	} else {
		*ret_error = SCOP_TEXT("These are not the columns of a product export: neither Shopify's (Handle, Variant Price), nor "
		    "WooCommerce's (Type, Regular price), nor our own (product, price).");
		return false;
	}
	if (source.name < 0) {
		*ret_error = SCOP_TEXT("The column with the products' names is missing.");
		return false;
	}
	*ret_source = source;
	return true;
}

void
shop_source_guess(const char *const *header, size_t count, struct shop_source *ret_source)
{
	const char *error;

	if (shop_source_open(header, count, ret_source, &error))
		return;
	start(ret_source, count);
	take(ret_source, own, header, count);
	take(ret_source, common, header, count);
}

const char *
shop_source_field(unsigned number)
{
	return number < SHOP_FIELDS ? own[number].name : NULL;
}

int *
shop_source_column(struct shop_source *source, unsigned number)
{
	return column_at(source, own[number].place);
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
		return wrong(reader, column, SCOP_TEXT("The price is not an amount such as 12.50."));
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
			return wrong(reader, source->weight, SCOP_TEXT("The weight is not a number."));
		else if (behind < 3) {
			thousandths = thousandths * 10 + (*text - '0');
			behind += behind >= 0;
		}
	}
	for (behind = behind < 0 ? 0 : behind; behind < 3; behind++)
		thousandths *= 10;
	const int64_t grams = (thousandths * source->milligrams + 500000) / 1000000;
	if (grams > GRAMS_MAX)
		return wrong(reader, source->weight, SCOP_TEXT("The weight is more than ten tonnes."));
	reader->row->grams = grams;
	return true;
}

static bool
take_vat(struct reader *reader)
{
	static const char *const known[] = { "standard", "intermediate", "reduced", "super_reduced" };
	const char *text = field(reader, reader->source->vat);

	for (size_t i = 0; text[0] && i < sizeof known / sizeof known[0]; i++) {
		if (strcmp(text, known[i]) != 0)
			continue;
		strcpy(reader->row->vat, text);
		return true;
	}
	return text[0] ? wrong(reader, reader->source->vat, SCOP_TEXT("The VAT is one of standard, intermediate, reduced, super_reduced.")) : true;
}

static bool
take_options(struct reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;

	for (size_t i = 0; i < SHOP_OPTIONS; i++)
		if (!copy(reader, source->option_name[i], row->option_name[i], sizeof row->option_name[i]) ||
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

	if (!copy(reader, column, row->category, sizeof row->category))
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
	return text[0] ? wrong(reader, reader->source->condition, SCOP_TEXT("The condition is one of new, as_new, good, fair.")) : true;
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
	if (!copy(reader, source->name, row->name, sizeof row->name))
		return false;
	if (!row->name[0])
		return wrong(reader, source->name, SCOP_TEXT("The name is missing."));
	return take_category(reader) && take_description(reader) && take_quality(reader) && take_vat(reader) &&
	    copy(reader, source->picture, row->picture, sizeof row->picture);
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
		row->why_skipped = *type == 'g' ? SCOP_TEXT("A grouped product is a page about others, and is left out.") :
		    SCOP_TEXT("An external product is sold elsewhere, and is left out.");
		return true;
	}
	row->has_variant = strncmp(type, "variable", 8) != 0;
	row->has_product = strncmp(type, "variation", 9) != 0;
	if (!row->has_product && !parent[0])
		return wrong(reader, source->parent, SCOP_TEXT("This variation names no parent."));
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

	/* A file of no column for it is known by the names. */
	shop_slug(field(reader, source->product >= 0 ? source->product : source->name), row->key, sizeof row->key);
	row->has_product = field(reader, source->name)[0] != '\0';
	row->has_variant = true;
	return (!row->has_product || take_product(reader)) && take_options(reader) && take_variant(reader);
}

/* FNV-1a, 64 bits: it keeps long names apart, and is no secret. */
static uint64_t
digest(const char *text, uint64_t sum)
{
	for (; *text; text++)
		sum = (sum ^ (unsigned char)*text) * 1099511628211u;
	return sum;
}

void
shop_code(const char *key, const char *option1, const char *option2, const char *option3, char *ret_code)
{
	const char *const parts[] = { key, option1, option2, option3 };
	static const size_t most[] = { 90, 50, 50, 50 };
	uint64_t sum = 14695981039346656037u;
	size_t used = 0;
	bool cut = false;

	for (size_t i = 0; i < 4; i++) {
		size_t length = strlen(parts[i]);

		sum = digest("/", digest(parts[i], sum));
		cut |= length > most[i];
		for (length = length > most[i] ? most[i] : length; ((unsigned char)parts[i][length] & 0xc0) == 0x80;)
			length--; /* no letter is cut in two */
		used += (size_t)snprintf(ret_code + used, SHOP_CODE - used, "%s%.*s", i > 0 ? "/" : "", (int)length, parts[i]);
	}
	if (cut)
		snprintf(ret_code + used, SHOP_CODE - used, "#%08x", (unsigned)(sum ^ sum >> 32));
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
		ret_error->text = SCOP_TEXT("This row has more or fewer fields than the first one.");
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
		return wrong(&reader, source->product, SCOP_TEXT("The product's name in addresses is missing."));
	return sound;
}
