/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads one record of a product export: see shop_source.h. shop_field.c reads its fields. */
#include "shop_row.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- visibility ---- */

static bool
is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(text, *words) == 0)
			return true;
	return false;
}

/* Reads a yes or no as programs write it; an unknown word is reported and counts as no. */
static bool
truth(struct shop_reader *reader, int column, bool otherwise)
{
	static const char *const yes[] = { "1", "true", "yes", "y", "x", "oui", "vrai", "ja",
		"waar", "wahr", "active", "actif", "actief", "aktiv", NULL };
	static const char *const no[] = { "0", "-1", "false", "no", "n", "non", "faux", "nee",
		"onwaar", "nein", "falsch", "inactive", "draft", NULL };
	char text[20];

	shop_field_word(reader, column, text, sizeof text);
	if (!text[0])
		return otherwise;
	if (is_one_of(text, yes))
		return true;
	if (!is_one_of(text, no))
		shop_note(reader, column,
		    SCOP_TEXT("It is unclear whether to show this: it is imported as hidden."));
	return false;
}

/* Only "active" products are sold: drafts, archived products and unlisted ones are not shown. */
static bool
is_active(struct shop_reader *reader)
{
	char status[20];

	shop_field_word(reader, reader->source->status, status, sizeof status);
	if (!status[0] || strcasecmp(status, "active") == 0)
		return true;
	shop_note(reader, reader->source->status,
	    SCOP_TEXT("It is a draft, archived or not listed there: it is imported as hidden."));
	return false;
}

static void
take_published(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	char word[20];

	reader->row->published = truth(reader, source->published, true) && is_active(reader);
	shop_field_word(reader, source->visibility, word, sizeof word);
	if (strcasecmp(word, "hidden") == 0)
		reader->row->published = false;
	shop_field_word(reader, source->gift_card, word, sizeof word);
	if (strcasecmp(word, "true") == 0) {
		reader->row->published = false;
		shop_note(reader, source->gift_card,
		    SCOP_TEXT("It is a gift card, which this shop does not issue: it is imported "
			      "as hidden."));
	}
}

/* ---- the product ---- */

static bool
take_product(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;

	take_published(reader);
	shop_field_text(reader, source->name, SHOP_NAME, row->name);
	if (!row->name[0])
		return shop_wrong(reader, source->name, SCOP_TEXT("The name is missing."));
	shop_field_category(reader);
	shop_field_description(reader);
	if (!shop_field_quality(reader) || !shop_field_vat(reader))
		return false;
	return shop_field_key(reader, source->picture, sizeof row->picture - 1, row->picture,
	    SCOP_TEXT("The picture's name is longer than 100 characters."));
}

/* ---- the variant ---- */

static bool
take_sku(struct shop_reader *reader)
{
	return shop_field_key(reader, reader->source->sku, SHOP_SKU, reader->row->sku,
	    SCOP_TEXT("The article number is longer than 100 characters."));
}

static void
take_attributes(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;
	const size_t most = source->kind == SHOP_WOOCOMMERCE ? SHOP_ATTRIBUTES : SHOP_OPTIONS;

	for (size_t i = 0; i < most; i++) {
		struct shop_attribute *attribute = &row->attribute[i];

		shop_field_text(reader, source->option_name[i], SHOP_OPTION_NAME, attribute->name);
		shop_field_text(reader, source->option[i], SHOP_OPTION, attribute->value);
		if (attribute->name[0] || attribute->value[0])
			row->attribute_count = i + 1;
	}
	if (source->kind == SHOP_SHOPIFY && strcmp(row->attribute[0].value, "Default Title") == 0) {
		memset(row->attribute, 0, sizeof row->attribute[0]);
		row->attribute_count = 0;
	}
}

static bool
take_variant(struct shop_reader *reader)
{
	take_attributes(reader);
	return shop_field_price(reader) && shop_field_stock(reader) && shop_field_weight(reader);
}

/* ---- WooCommerce ---- */

static bool
left_out(struct shop_reader *reader, int column, const char *why)
{
	shop_note(reader, column, why);
	reader->row->skip = true;
	return true;
}

/* Reads "simple, virtual": the type, and how it is delivered. */
static const char *
read_type(struct shop_reader *reader)
{
	static const char *const kinds[] = { "simple", "variable", "variation", "grouped",
		"external", NULL };
	char text[100];
	const char *kind = NULL;

	shop_field_word(reader, reader->source->type, text, sizeof text);
	for (char *rest = text, *word; (word = strsep(&rest, ","));) {
		word += strspn(word, " ");
		word[strcspn(word, " ")] = '\0';
		if (strcasecmp(word, "downloadable") == 0)
			shop_note(reader, reader->source->type,
			    SCOP_TEXT("It is a download there: this shop sends no files."));
		else if (strcasecmp(word, "virtual") != 0)
			for (size_t i = 0; kinds[i]; i++)
				if (strcasecmp(word, kinds[i]) == 0)
					kind = kinds[i];
	}
	return kind;
}

/* A variation disabled in the source is imported as sold out, so that an existing one is no longer
 * sold. */
static void
take_switched_off(struct shop_reader *reader)
{
	char word[20];

	shop_field_word(reader, reader->source->published, word, sizeof word);
	if (!word[0] || strcmp(word, "1") == 0)
		return;
	reader->row->stock = 0;
	reader->row->stock_of_parent = false;
	shop_note(reader, reader->source->published,
	    SCOP_TEXT("This variation is disabled there: it is imported as sold out."));
}

static bool
variation(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;

	if (!shop_field_key(reader, source->parent, SHOP_KEY, row->parent,
		SCOP_TEXT("The parent is longer than 255 characters.")))
		return false;
	if (!row->parent[0])
		return shop_wrong(reader, source->parent,
		    SCOP_TEXT("This variation names no parent."));
	if (!shop_field_has_price(reader))
		return left_out(reader, source->price,
		    SCOP_TEXT("It has no price there, so nobody can buy it: it is left out."));
	if (!take_variant(reader))
		return false;
	take_switched_off(reader);
	return true;
}

/* A product with variations holds their stock if they say "parent"; its attributes list all their
 * values. */
static bool
variable(struct shop_reader *reader)
{
	if (!take_product(reader))
		return false;
	if (!shop_field_stock(reader))
		reader->row->stock = -1;
	return true;
}

static bool
simple(struct shop_reader *reader)
{
	if (!shop_field_has_price(reader))
		return left_out(reader, reader->source->price,
		    SCOP_TEXT("It has no price there, so nobody can buy it: it is left out."));
	if (!take_product(reader) || !take_variant(reader))
		return false;
	reader->row->attribute_count = 0; /* a property, not a choice */
	return true;
}

static bool
woocommerce_row(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;
	char id[30];

	shop_field_word(reader, source->id, id, sizeof id);
	if (id[0])
		snprintf(row->id, sizeof row->id, "id:%s", id);
	const char *type = read_type(reader);
	if (!type)
		return left_out(reader, source->type,
		    SCOP_TEXT("Articles of this type are not sold here: it is left out."));
	if (strcmp(type, "grouped") == 0)
		return left_out(reader, source->type,
		    SCOP_TEXT("A grouped product is a page about others, and is left out."));
	if (strcmp(type, "external") == 0)
		return left_out(reader, source->type,
		    SCOP_TEXT("An external product is sold elsewhere, and is left out."));
	row->has_variant = strcmp(type, "variable") != 0;
	row->has_product = strcmp(type, "variation") != 0;
	if (!take_sku(reader))
		return false;
	if (!row->has_product)
		return variation(reader);
	shop_field_text(reader, source->name, SHOP_NAME, row->address);
	snprintf(row->key, sizeof row->key, "%s",
	    row->sku[0]      ? row->sku
		: row->id[0] ? row->id
			     : row->address);
	return row->has_variant ? simple(reader) : variable(reader);
}

/* ---- Shopify ---- */

static bool
shopify_row(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;

	if (!shop_field_key(reader, source->product, SHOP_KEY, row->key,
		SCOP_TEXT("The handle is longer than 255 characters.")) ||
	    !take_sku(reader))
		return false;
	shop_field_text(reader, source->product, SHOP_NAME, row->address);
	row->has_product = *shop_field(reader, source->name) != '\0';
	row->has_variant = row->has_product || *shop_field(reader, source->price) != '\0';
	if (!row->has_variant) { /* another picture of the previous product */
		row->skip = true;
		return true;
	}
	return (!row->has_product || take_product(reader)) && take_variant(reader);
}

/* ---- our own format, and any other ---- */

static bool
has_options(const struct shop_source *source)
{
	return source->option[0] >= 0 || source->option[1] >= 0 || source->option[2] >= 0;
}

/* Rows with the same key are variants of one product. Without a key column, the name is the key if
 * there are options to distinguish variants; otherwise each SKU is an article. */
static bool
take_key(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;
	const int column = source->product >= 0 ? source->product : source->name;

	if (source->product < 0 && row->sku[0] && !has_options(source))
		return snprintf(row->key, sizeof row->key, "%s", row->sku) > 0;
	return shop_field_key(reader, column, SHOP_KEY, row->key,
	    SCOP_TEXT("The article's key is longer than 255 characters."));
}

static bool
own_row(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;

	if (!take_sku(reader) || !take_key(reader) ||
	    !shop_field_key(reader, source->variant, SHOP_CODE_LETTERS, row->variant,
		SCOP_TEXT("The variant's key is longer than 600 characters.")))
		return false;
	shop_field_text(reader, source->product >= 0 ? source->product : source->name, SHOP_NAME,
	    row->address);
	row->has_product = *shop_field(reader, source->name) != '\0';
	row->has_variant = true;
	return (!row->has_product || take_product(reader)) && take_variant(reader);
}

/* ---- a record ---- */

static bool
is_empty(const char *const *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fields[i][strspn(fields[i], " \t\r\n")])
			return false;
	return true;
}

/* Programs omit or add empty cells at the end of a row. */
static bool
has_its_columns(struct shop_reader *reader)
{
	const size_t columns = reader->source->columns;

	return reader->count <= columns ||
	    is_empty(reader->fields + columns, reader->count - columns) ||
	    shop_wrong(reader, -1, SCOP_TEXT("This row has more fields than the first one."));
}

/* In a file without keys the name is the key. Always false. */
static bool
lacks_key(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;

	return source->product < 0 && source->name >= 0
	    ? shop_wrong(reader, source->name, SCOP_TEXT("The name is missing."))
	    : shop_wrong(reader, source->product, SCOP_TEXT("The article's key is missing."));
}

bool
shop_source_row(const struct shop_source *source, const char *const *fields, size_t count,
    struct shop_row *ret_row, struct shop_row_error *ret_error)
{
	struct shop_reader reader = { source, fields, count, shop_decimals_sign(&source->decimals),
		ret_row, ret_error };
	bool ok;

	memset(ret_row, 0, sizeof *ret_row);
	ret_row->stock = ret_row->grams = -1;
	if (is_empty(fields, count)) {
		ret_row->skip = true;
		return true;
	}
	if (!has_its_columns(&reader))
		return false;
	ok = source->kind == SHOP_WOOCOMMERCE ? woocommerce_row(&reader)
	    : source->kind == SHOP_SHOPIFY    ? shopify_row(&reader)
					      : own_row(&reader);
	return ok && (ret_row->skip || ret_row->key[0] || ret_row->parent[0] || lacks_key(&reader));
}

/* ---- options and codes ---- */

/* Appends "Huile" to "Chêne / 160"; false if not all of it fits into `letters`. */
static bool
join(char *to, size_t letters, const char *text)
{
	char joined[SHOP_BYTES(SHOP_OPTION) * 2 + 3];

	if (!text[0])
		return true;
	snprintf(joined, sizeof joined, "%s%s%s", to, to[0] ? " / " : "", text);
	const size_t length = scop_utf8_first(joined, letters);
	memcpy(to, joined, length);
	to[length] = '\0';
	return !joined[length];
}

static const char *
value_of(const struct shop_row *row, const char *name, size_t index, bool by_name)
{
	if (!by_name)
		return index < row->attribute_count ? row->attribute[index].value : "";
	for (size_t i = 0; i < row->attribute_count; i++)
		if (strcmp(row->attribute[i].name, name) == 0)
			return row->attribute[i].value;
	return "";
}

void
shop_row_options(const struct shop_row *row, const char *const *names, size_t count,
    struct shop_options *ret_options)
{
	const bool by_name = row->parent[0] != '\0'; /* only WooCommerce's */

	memset(ret_options, 0, sizeof *ret_options);
	for (size_t i = 0; i < (by_name ? count : SHOP_OPTIONS); i++) {
		const size_t at = i < SHOP_OPTIONS ? i : SHOP_OPTIONS - 1;

		const char *value = value_of(row, i < count ? names[i] : "", i, by_name);

		if (i < count)
			join(ret_options->name[at], SHOP_OPTION_NAME, names[i]);
		if (!join(ret_options->value[at], SHOP_OPTION, value))
			ret_options->digest = shop_digest(value, ret_options->digest);
	}
}

/* Appends a part of a code, with separators escaped, so that different lists of parts give
 * different codes. */
static size_t
add_part(char *code, size_t used, bool first, const char *part)
{
	if (!first && used + 2 < SHOP_CODE)
		code[used++] = '/';
	for (; *part && used + 2 < SHOP_CODE; part++) {
		if (*part == '/' || *part == '\\')
			code[used++] = '\\';
		code[used++] = *part;
	}
	code[used] = '\0';
	return used;
}

void
shop_row_code(const struct shop_row *row, const struct shop_options *options, bool shared,
    char *ret_code)
{
	size_t used;

	if (row->variant[0] || (!row->sku[0] && row->id[0])) {
		snprintf(ret_code, SHOP_CODE, "%s", row->variant[0] ? row->variant : row->id);
		return;
	}
	used = add_part(ret_code, 0, true, row->sku);
	if (row->sku[0] && !shared)
		return;
	used = add_part(ret_code, used, false, options->value[0]);
	for (size_t i = 1; i < SHOP_OPTIONS; i++)
		if (options->value[i][0] || (i + 1 < SHOP_OPTIONS && options->value[i + 1][0]))
			used = add_part(ret_code, used, false, options->value[i]);
	if (row->digest || options->digest)
		snprintf(ret_code + used, SHOP_CODE - used, "/#%016llx",
		    (unsigned long long)(row->digest ^ options->digest));
	used = scop_utf8_first(ret_code, SHOP_CODE_LETTERS);
	if (ret_code[used]) {
		const uint64_t whole = shop_digest(ret_code, 0);

		used = scop_utf8_first(ret_code, SHOP_CODE_LETTERS - 20);
		snprintf(ret_code + used, SHOP_CODE - used, "/#%016llx", (unsigned long long)whole);
	}
}

void
shop_code(const char *sku, const char *option, char *ret_code)
{
	const size_t used = add_part(ret_code, 0, true, sku);

	if (!sku[0])
		add_part(ret_code, used, false, option);
}
