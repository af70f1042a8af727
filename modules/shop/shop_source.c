/* SPDX-License-Identifier: EUPL-1.2 */
/* The columns of product exports: which file it is, and where each field stands. See shop_source.h.
 */
#include "shop_source.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

enum { GRAM = 1000, KILOGRAM = 1000000, POUND = 453592, OUNCE = 28350 }; /* in milligrams */

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

static const struct known woocommerce[] = { { AT(id), "ID" }, { AT(type), "Type" },
	{ AT(sku), "SKU" }, { AT(name), "Name" }, { AT(published), "Published" },
	{ AT(visibility), "Visibility in catalog" }, { AT(short_description), "Short description" },
	{ AT(description), "Description" }, { AT(in_stock), "In stock?" }, { AT(stock), "Stock" },
	{ AT(price), "Regular price" }, { AT(sale_price), "Sale price" },
	{ AT(category), "Categories" }, { AT(parent), "Parent" },
	{ AT(option_name[0]), "Attribute 1 name" }, { AT(option[0]), "Attribute 1 value(s)" },
	{ AT(option_name[1]), "Attribute 2 name" }, { AT(option[1]), "Attribute 2 value(s)" },
	{ AT(option_name[2]), "Attribute 3 name" }, { AT(option[2]), "Attribute 3 value(s)" },
	{ 0, NULL } };

static const struct known shopify[] = { { AT(product), "Handle" }, { AT(name), "Title" },
	{ AT(description), "Body (HTML)" }, { AT(category), "Type" }, { AT(tags), "Tags" },
	{ AT(published), "Published" }, { AT(sku), "Variant SKU" }, { AT(price), "Variant Price" },
	{ AT(stock), "Variant Inventory Qty" }, { AT(tracker), "Variant Inventory Tracker" },
	{ AT(weight), "Variant Grams" }, { AT(option_name[0]), "Option1 Name" },
	{ AT(option[0]), "Option1 Value" }, { AT(option_name[1]), "Option2 Name" },
	{ AT(option[1]), "Option2 Value" }, { AT(option_name[2]), "Option3 Name" },
	{ AT(option[2]), "Option3 Value" }, { 0, NULL } };

/* In the order in which people are asked for them. */
static const struct known own[SHOP_FIELDS + 1] = { { AT(name), "name" }, { AT(price), "price" },
	{ AT(product), "product" }, { AT(sku), "sku" }, { AT(stock), "stock" },
	{ AT(category), "category" }, { AT(description), "description" },
	{ AT(condition), "condition" }, { AT(weight), "weight" }, { AT(vat), "vat" },
	{ AT(published), "published" }, { AT(option_name[0]), "option1_name" },
	{ AT(option[0]), "option1" }, { AT(option_name[1]), "option2_name" },
	{ AT(option[1]), "option2" }, { AT(option_name[2]), "option3_name" },
	{ AT(option[2]), "option3" }, { 0, NULL } };

/* Columns of our own that people do not choose by hand. */
static const struct known own_more[] = { { AT(picture), "picture" }, { 0, NULL } };

/* What shops in our languages call their columns. */
static const struct known common[] = { { AT(name), "nom" }, { AT(name), "naam" },
	{ AT(name), "title" }, { AT(name), "titre" }, { AT(name), "titel" },
	{ AT(name), "bezeichnung" }, { AT(name), "désignation" }, { AT(name), "article" },
	{ AT(name), "artikel" }, { AT(name), "produit" }, { AT(price), "prix" },
	{ AT(price), "prijs" }, { AT(price), "preis" }, { AT(price), "prix ttc" },
	{ AT(price), "verkoopprijs" }, { AT(sku), "référence" }, { AT(sku), "reference" },
	{ AT(sku), "ref" }, { AT(sku), "artikelnummer" }, { AT(sku), "code" },
	{ AT(stock), "quantité" }, { AT(stock), "quantity" }, { AT(stock), "voorraad" },
	{ AT(stock), "bestand" }, { AT(stock), "aantal" }, { AT(category), "catégorie" },
	{ AT(category), "categorie" }, { AT(category), "kategorie" }, { AT(category), "type" },
	{ AT(description), "omschrijving" }, { AT(description), "beschreibung" },
	{ AT(weight), "poids" }, { AT(weight), "gewicht" }, { AT(vat), "tva" }, { AT(vat), "btw" },
	{ AT(vat), "mwst" }, { 0, NULL } };

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
	static const struct {
		const char *name;
		int64_t milligrams;
	} units[] = { { "Weight (kg)", KILOGRAM }, { "Weight (g)", GRAM },
		{ "Weight (lbs)", POUND }, { "Weight (oz)", OUNCE } };

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
shop_source_open(const char *const *header, size_t count, struct shop_source *ret_source,
    const char **ret_error)
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
		*ret_error =
		    SCOP_TEXT("These are not the columns of a product export: neither Shopify's "
			      "(Handle, Variant Price), nor "
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
