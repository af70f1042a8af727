/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Product exports of WooCommerce, of Shopify and our own CSV, each made into the same rows. Pure:
 * no host, no database.
 *
 * Sources: WooCommerce's "Product CSV Import Schema" (github.com/woocommerce/woocommerce/wiki),
 * Shopify's "Product CSV file column descriptions" (help.shopify.com), and modules/shop/README.md
 * for our own.
 */
#ifndef SHOP_SOURCE_H
#define SHOP_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Marks a text for translators; the host that shows it translates it. */
#ifndef SCOP_TEXT
#define SCOP_TEXT(text) text
#endif

enum { SHOP_OPTIONS = 3, SHOP_TEXT = 201, SHOP_DESCRIPTION = 20000 };

enum shop_source_kind { SHOP_OWN, SHOP_WOOCOMMERCE, SHOP_SHOPIFY };

/* The columns of a file: where each field stands, -1 for nowhere. */
struct shop_source {
	enum shop_source_kind kind;
	int product, name, category, tags, description, short_description, condition, published,
	    visibility, type, parent, id;
	int sku, price, sale_price, stock, in_stock, tracker, picture, weight, vat;
	int option_name[SHOP_OPTIONS], option[SHOP_OPTIONS];
	size_t columns;
	int64_t milligrams; /* in one of what the column `weight` counts */
};

/* One row: of a product, of a variant, or of both at once. */
struct shop_row {
	bool has_product, has_variant, skip;
	const char *why_skipped;
	char key[151];      /* the slug of the product */
	char parent_id[40]; /* WooCommerce: "id:44", to be found among `id`s */
	char id[40];
	char name[SHOP_TEXT], category[SHOP_TEXT], quality[8], sku[101], picture[101];
	char description[SHOP_DESCRIPTION];
	char option_name[SHOP_OPTIONS][51], option[SHOP_OPTIONS][101];
	bool published;
	int64_t price_cents;
	int64_t stock; /* -1: not tracked */
	int64_t grams; /* -1: not said */
	char vat[14];  /* the name of a class of shop_total.h; "" where it is not said */
};

/* What is wrong with a row, and in which column (from 1; 0 for the whole row). */
struct shop_row_error {
	unsigned column;
	const char *text; /* English, for translators */
};

/* Knows the file by its first record; false, with a sentence for translators, where it is none of
 * the three. */
bool shop_source_open(const char *const *header, size_t count, struct shop_source *ret_source,
    const char **ret_error);

/* Our own fields by number, for a file whose columns people name: where each stands, and what it is
 * called in our own files. */
enum { SHOP_FIELDS = 17 };
const char *shop_source_field(unsigned number);
int *shop_source_column(struct shop_source *source, unsigned number);

/* A file of any columns, none known yet but those that are called as ours, or as shops commonly do.
 */
void shop_source_guess(const char *const *header, size_t count, struct shop_source *ret_source);

/* Reads one record; false with what is wrong. A row with `skip` is of a kind that a shop like ours
 * does not sell. */
bool shop_source_row(const struct shop_source *source, const char *const *fields, size_t count,
    struct shop_row *ret_row, struct shop_row_error *ret_error);

#endif
