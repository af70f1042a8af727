/* SPDX-License-Identifier: EUPL-1.2 */
/* The columns of product exports: recognises the kind of file and its columns. See shop_source.h.
 */
#include "shop_source.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
	GRAM = 1000, /* in milligrams */
	KILOGRAM = 1000000,
	POUND = 453592,
	OUNCE = 28350,
	HEADING = 80
};

/* Headings, normalised by shop_slug, and their fields: case, accents and the kind of apostrophe do
 * not matter. */
struct known {
	size_t place;
	const char *heading;
};

#define AT(field) offsetof(struct shop_source, field)

/* ---- WooCommerce, in English, French, Dutch and German ---- */

static const struct known woocommerce[] = { { AT(id), "id" }, { AT(type), "type" },
	{ AT(type), "typ" }, { AT(sku), "sku" }, { AT(sku), "ugs" }, { AT(sku), "artikelnummer" },
	{ AT(sku), "artikelnummer-sku" }, { AT(name), "name" }, { AT(name), "nom" },
	{ AT(name), "naam" }, { AT(published), "published" }, { AT(published), "publie" },
	{ AT(published), "gepubliceerd" }, { AT(published), "veroffentlicht" },
	{ AT(visibility), "visibility-in-catalog" },
	{ AT(visibility), "visibilite-dans-le-catalogue" },
	{ AT(visibility), "zichtbaarheid-in-catalogus" },
	{ AT(visibility), "sichtbarkeit-im-katalog" },
	{ AT(short_description), "short-description" },
	{ AT(short_description), "description-courte" },
	{ AT(short_description), "korte-beschrijving" },
	{ AT(short_description), "korte-omschrijving" },
	{ AT(short_description), "kurzbeschreibung" }, { AT(description), "description" },
	{ AT(description), "beschrijving" }, { AT(description), "beschreibung" },
	{ AT(sale_from), "date-sale-price-starts" }, { AT(sale_from), "date-de-debut-de-promo" },
	{ AT(sale_from), "startdatum-actieprijs" },
	{ AT(sale_from), "datum-an-dem-angebotspreis-beginnt" },
	{ AT(sale_from), "datum-an-dem-der-angebotspreis-beginnt" },
	{ AT(sale_to), "date-sale-price-ends" }, { AT(sale_to), "date-de-fin-de-promo" },
	{ AT(sale_to), "einddatum-actieprijs" },
	{ AT(sale_to), "datum-an-dem-angebotspreis-endet" },
	{ AT(sale_to), "datum-an-dem-der-angebotspreis-endet" }, { AT(tax_status), "tax-status" },
	{ AT(tax_status), "etat-de-la-tva" }, { AT(tax_status), "statut-fiscal" },
	{ AT(tax_status), "btw-status" }, { AT(tax_status), "belastingstatus" },
	{ AT(tax_status), "steuerstatus" }, { AT(tax_class), "tax-class" },
	{ AT(tax_class), "classe-de-tva" }, { AT(tax_class), "belastingklasse" },
	{ AT(tax_class), "btw-klasse" }, { AT(tax_class), "steuerklasse" },
	{ AT(in_stock), "in-stock" }, { AT(in_stock), "en-stock" },
	{ AT(in_stock), "en-inventaire" }, { AT(in_stock), "op-voorraad" },
	{ AT(in_stock), "vorratig" }, { AT(in_stock), "auf-lager" }, { AT(stock), "stock" },
	{ AT(stock), "inventaire" }, { AT(stock), "voorraad" }, { AT(stock), "lager" },
	{ AT(stock), "lagerbestand" }, { AT(stock), "bestand" },
	{ AT(backorders), "backorders-allowed" },
	{ AT(backorders), "autoriser-les-commandes-de-produits-en-rupture" },
	{ AT(backorders), "nabestellingen-toestaan" },
	{ AT(backorders), "lieferruckstande-erlaubt" }, { AT(backorders), "ruckstande-erlaubt" },
	{ AT(price), "regular-price" }, { AT(price), "tarif-regulier" },
	{ AT(price), "prix-regulier" }, { AT(price), "reguliere-prijs" },
	{ AT(price), "regularer-preis" }, { AT(price), "normaler-preis" },
	{ AT(sale_price), "sale-price" }, { AT(sale_price), "tarif-promo" },
	{ AT(sale_price), "prix-promo" }, { AT(sale_price), "actieprijs" },
	{ AT(sale_price), "angebotspreis" }, { AT(category), "categories" },
	{ AT(category), "categorieen" }, { AT(category), "kategorien" }, { AT(parent), "parent" },
	{ AT(parent), "hoofd" }, { AT(parent), "ubergeordnetes-produkt" },
	{ AT(parent), "ubergeordnet" }, { AT(parent), "eltern" }, { 0, NULL } };

/* '#' stands for the attribute's number. */
static const char *const attribute_names[] = { "attribute-#-name", "nom-de-l-attribut-#",
	"naam-eigenschap-#", "naam-attribuut-#", "attribut-#-name", "name-des-attributs-#", NULL };
static const char *const attribute_values[] = { "attribute-#-value-s", "valeur-s-de-l-attribut-#",
	"waarde-eigenschap-#", "waarde-n-eigenschap-#", "waarde-attribuut-#", "attribut-#-wert-e",
	"wert-e-des-attributs-#", NULL };

/* Headings of weights, which contain the source shop's unit. */
static const struct {
	const char *name, *unit;
	int64_t milligrams;
} weights[] = { { "weight", "kg", KILOGRAM }, { "weight", "g", GRAM }, { "weight", "lbs", POUND },
	{ "weight", "oz", OUNCE }, { "poids", "kg", KILOGRAM }, { "poids", "g", GRAM },
	{ "poids", "livres", POUND }, { "gewicht", "kg", KILOGRAM }, { "gewicht", "g", GRAM },
	{ "gewicht", "lbs", POUND } };

/* ---- Shopify, its former and its current template ---- */

static const struct known shopify[] = { { AT(product), "handle" }, { AT(product), "url-handle" },
	{ AT(name), "title" }, { AT(description), "body-html" }, { AT(description), "description" },
	{ AT(category), "type" }, { AT(tags), "tags" }, { AT(published), "published" },
	{ AT(published), "published-on-online-store" }, { AT(status), "status" },
	{ AT(sku), "variant-sku" }, { AT(sku), "sku" }, { AT(price), "variant-price" },
	{ AT(price), "price" }, { AT(stock), "variant-inventory-qty" },
	{ AT(stock), "inventory-quantity" }, { AT(tracker), "variant-inventory-tracker" },
	{ AT(tracker), "inventory-tracker" }, { AT(policy), "variant-inventory-policy" },
	{ AT(policy), "continue-selling-when-out-of-stock" }, { AT(weight), "variant-grams" },
	{ AT(weight), "weight-value-grams" }, { AT(taxable), "variant-taxable" },
	{ AT(taxable), "charge-tax" }, { AT(gift_card), "gift-card" },
	{ AT(option_name[0]), "option1-name" }, { AT(option[0]), "option1-value" },
	{ AT(option_name[1]), "option2-name" }, { AT(option[1]), "option2-value" },
	{ AT(option_name[2]), "option3-name" }, { AT(option[2]), "option3-value" }, { 0, NULL } };

/* ---- our own headings, and common synonyms ---- */

/* In the order of the form. */
static const struct known own[SHOP_FIELDS + 1] = { { AT(name), "name" }, { AT(price), "price" },
	{ AT(product), "product" }, { AT(sku), "sku" }, { AT(stock), "stock" },
	{ AT(category), "category" }, { AT(description), "description" },
	{ AT(condition), "condition" }, { AT(weight), "weight" }, { AT(vat), "vat" },
	{ AT(published), "published" }, { AT(option_name[0]), "option1_name" },
	{ AT(option[0]), "option1" }, { AT(option_name[1]), "option2_name" },
	{ AT(option[1]), "option2" }, { AT(option_name[2]), "option3_name" },
	{ AT(option[2]), "option3" }, { 0, NULL } };

/* Our own columns that cannot be chosen in the form. */
static const struct known own_more[] = { { AT(variant), "variant_key" }, { AT(picture), "picture" },
	{ 0, NULL } };

/* The headings of our own files in French, Dutch and German, where they are not the English ones:
 * the translations of those in shop_products.c. */
static const struct known own_translated[] = { { AT(product), "cle-de-l-article" },
	{ AT(product), "artikelsleutel" }, { AT(product), "artikelschlussel" },
	{ AT(variant), "cle-de-la-variante" }, { AT(variant), "variantsleutel" },
	{ AT(variant), "variantenschlussel" }, { AT(name), "nom" }, { AT(name), "naam" },
	{ AT(category), "categorie" }, { AT(category), "kategorie" },
	{ AT(description), "beschrijving" }, { AT(description), "beschreibung" },
	{ AT(condition), "etat" }, { AT(condition), "staat" }, { AT(condition), "zustand" },
	{ AT(sku), "reference" }, { AT(sku), "artikelnummer" },
	{ AT(option_name[0]), "nom-de-l-option-1" }, { AT(option_name[0]), "naam-van-optie-1" },
	{ AT(option_name[0]), "name-der-option-1" }, { AT(option[0]), "option-1" },
	{ AT(option[0]), "optie-1" }, { AT(option_name[1]), "nom-de-l-option-2" },
	{ AT(option_name[1]), "naam-van-optie-2" }, { AT(option_name[1]), "name-der-option-2" },
	{ AT(option[1]), "option-2" }, { AT(option[1]), "optie-2" },
	{ AT(option_name[2]), "nom-de-l-option-3" }, { AT(option_name[2]), "naam-van-optie-3" },
	{ AT(option_name[2]), "name-der-option-3" }, { AT(option[2]), "option-3" },
	{ AT(option[2]), "optie-3" }, { AT(price), "prix" }, { AT(price), "prijs" },
	{ AT(price), "preis" }, { AT(stock), "voorraad" }, { AT(stock), "bestand" },
	{ AT(weight), "poids-g" }, { AT(weight), "gewicht-g" }, { AT(vat), "tva" },
	{ AT(vat), "btw" }, { AT(vat), "mwst" }, { AT(published), "publie" },
	{ AT(published), "gepubliceerd" }, { AT(published), "veroffentlicht" }, { 0, NULL } };

static const struct known common[] = { { AT(name), "nom" }, { AT(name), "naam" },
	{ AT(name), "title" }, { AT(name), "titre" }, { AT(name), "titel" },
	{ AT(name), "bezeichnung" }, { AT(name), "designation" }, { AT(name), "article" },
	{ AT(name), "artikel" }, { AT(name), "produit" }, { AT(price), "prix" },
	{ AT(price), "prijs" }, { AT(price), "preis" }, { AT(price), "prix-ttc" },
	{ AT(price), "prix-de-vente" }, { AT(price), "prijs-incl-btw" },
	{ AT(price), "preis-inkl-mwst" }, { AT(price), "verkaufspreis" },
	{ AT(price), "verkoopprijs" }, { AT(price), "price-tax-incl" }, { AT(price), "prix-ttc" },
	{ AT(price), "tarif-regulier" }, { AT(price), "price-tax-excluded-or-price-tax-included" },
	{ AT(sku), "reference" }, { AT(sku), "ref" }, { AT(sku), "ugs" },
	{ AT(sku), "artikelnummer" }, { AT(sku), "code" }, { AT(stock), "quantite" },
	{ AT(stock), "quantity" }, { AT(stock), "voorraad" }, { AT(stock), "bestand" },
	{ AT(stock), "lagerbestand" }, { AT(stock), "aantal" }, { AT(category), "categorie" },
	{ AT(category), "categories" }, { AT(category), "categorieen" },
	{ AT(category), "kategorie" }, { AT(category), "kategorien" },
	{ AT(category), "categories-x-y-z" }, { AT(description), "omschrijving" },
	{ AT(description), "beschrijving" }, { AT(description), "beschreibung" },
	{ AT(condition), "etat" }, { AT(condition), "staat" }, { AT(condition), "zustand" },
	{ AT(weight), "poids" }, { AT(weight), "gewicht" }, { AT(vat), "tva" }, { AT(vat), "btw" },
	{ AT(vat), "mwst" }, { AT(published), "active-0-1" }, { AT(published), "status" },
	{ AT(published), "publie" }, { AT(published), "gepubliceerd" },
	{ AT(published), "veroffentlicht" }, { 0, NULL } };

/* ---- finding columns ---- */

static void
slug_of(const char *heading, char *ret_slug)
{
	shop_slug(heading, ret_slug, HEADING);
}

static int
find(const char *const *header, size_t count, const char *heading)
{
	char slug[HEADING], wanted[HEADING];

	slug_of(heading, wanted); /* "option1_name" is one of ours */
	for (size_t i = 0; i < count; i++) {
		slug_of(header[i], slug);
		if (strcmp(slug, wanted) == 0)
			return (int)i;
	}
	return -1;
}

/* The same, with '#' replaced by `number`. */
static int
find_numbered(const char *const *header, size_t count, const char *const *headings, unsigned number)
{
	int found = -1;

	for (; *headings && found < 0; headings++) {
		const char *sign = strchr(*headings, '#');
		char heading[HEADING];

		snprintf(heading, sizeof heading, "%.*s%u%s", (int)(sign - *headings), *headings,
		    number, sign + 1);
		found = find(header, count, heading);
	}
	return found;
}

static int *
column_at(struct shop_source *source, size_t place)
{
	return (int *)((char *)source + place);
}

/* If several columns match a field, the one listed first in the table is used. */
static void
take(struct shop_source *source, const struct known *known, const char *const *header, size_t count)
{
	for (; known->heading; known++) {
		int *column = column_at(source, known->place);

		if (*column < 0)
			*column = find(header, count, known->heading);
	}
}

static void
take_weight_column(struct shop_source *source, const char *const *header, size_t count)
{
	char heading[HEADING];

	for (size_t i = 0; i < sizeof weights / sizeof weights[0] && source->weight < 0; i++) {
		snprintf(heading, sizeof heading, "%s-%s", weights[i].name, weights[i].unit);
		source->weight = find(header, count, heading);
		source->milligrams = weights[i].milligrams;
	}
}

static void
take_woocommerce(struct shop_source *source, const char *const *header, size_t count)
{
	source->kind = SHOP_WOOCOMMERCE;
	take(source, woocommerce, header, count);
	take_weight_column(source, header, count);
	for (unsigned i = 0; i < SHOP_ATTRIBUTES; i++) {
		source->option_name[i] = find_numbered(header, count, attribute_names, i + 1);
		source->option[i] = find_numbered(header, count, attribute_values, i + 1);
	}
}

static void
start(struct shop_source *source, size_t count)
{
	memset(source, 0xff, sizeof *source); /* all columns -1 */
	source->kind = SHOP_OTHER;
	source->columns = count;
	source->milligrams = GRAM;
	source->decimals = (struct shop_decimals){ 0 };
	source->today[0] = '\0';
}

static bool
has(const char *const *header, size_t count, const char *one, const char *other)
{
	return find(header, count, one) >= 0 && find(header, count, other) >= 0;
}

/* A WooCommerce file is recognised by its type and price columns, in one of its languages. */
static bool
is_woocommerce(const char *const *header, size_t count)
{
	struct shop_source source;

	start(&source, count);
	take(&source, woocommerce, header, count);
	return source.type >= 0 && source.price >= 0;
}

/* Our own is known by its key and its price, in one of the four languages. */
static bool
is_own(const char *const *header, size_t count)
{
	return has(header, count, "product", "price") ||
	    has(header, count, "cle-de-l-article", "prix") ||
	    has(header, count, "artikelsleutel", "prijs") ||
	    has(header, count, "artikelschlussel", "preis");
}

static void
take_own(struct shop_source *source, const char *const *header, size_t count)
{
	source->kind = SHOP_OWN;
	take(source, own, header, count);
	take(source, own_more, header, count);
	take(source, own_translated, header, count);
}

bool
shop_source_open(const char *const *header, size_t count, struct shop_source *ret_source,
    const char **ret_error)
{
	struct shop_source source;

	start(&source, count);
	if (has(header, count, "Handle", "Variant Price") ||
	    has(header, count, "URL handle", "Price")) {
		source.kind = SHOP_SHOPIFY;
		take(&source, shopify, header, count);
	} else if (is_woocommerce(header, count)) {
		take_woocommerce(&source, header, count);
	} else if (is_own(header, count)) {
		take_own(&source, header, count);
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
	return number < SHOP_FIELDS ? own[number].heading : NULL;
}

int *
shop_source_column(struct shop_source *source, unsigned number)
{
	return column_at(source, own[number].place);
}

/* WooCommerce and Shopify do not group thousands, so "13.337" alone shows the decimal sign. */
static void
learn(struct shop_source *source, const char *text)
{
	struct shop_decimals *decimals = &source->decimals;
	const unsigned unclear = decimals->unclear;

	shop_decimals_learn(decimals, text);
	if (decimals->unclear == unclear || source->kind == SHOP_OTHER || source->kind == SHOP_OWN)
		return;
	decimals->points += strchr(text, '.') != NULL;
	decimals->commas += strchr(text, ',') != NULL;
}

void
shop_source_learn(struct shop_source *source, const char *const *fields, size_t count)
{
	const int columns[] = { source->price, source->sale_price };

	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		if (columns[i] >= 0 && (size_t)columns[i] < count)
			learn(source, fields[columns[i]]);
}
