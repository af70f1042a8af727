/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Product exports of WooCommerce, of Shopify, our own CSV and spreadsheets of any columns, each
 * made into the same rows. Pure: no host, no database.
 *
 * Sources: WooCommerce's "Product CSV Import Schema" (github.com/woocommerce/woocommerce/wiki) and
 * its headings in French, Dutch and German; Shopify's "Product CSV file column descriptions"
 * (help.shopify.com), its present template and the former; modules/shop/README.md for our own.
 */
#ifndef SHOP_SOURCE_H
#define SHOP_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shop_text.h"

/* Marks a text for translators; the host that shows it translates it. */
#ifndef SCOP_TEXT
#define SCOP_TEXT(text) text
#endif

/* Letters of UTF-8 take up to four bytes. */
#define SHOP_BYTES(letters) ((letters)*4 + 1)

enum {
	SHOP_OPTIONS = 3,
	SHOP_ATTRIBUTES = 20,
	SHOP_NAME = 200,
	SHOP_TITLE = 100,
	SHOP_LEVELS = 6,
	SHOP_OPTION_NAME = 50,
	SHOP_OPTION = 100,
	SHOP_KEY = 255,
	SHOP_SKU = 100,
	SHOP_CODE_LETTERS = 600,
	SHOP_DESCRIPTION = 15000,
	SHOP_NOTES = 12
};

enum shop_source_kind { SHOP_OTHER, SHOP_OWN, SHOP_WOOCOMMERCE, SHOP_SHOPIFY };

/* The columns of a file: where each field stands, -1 for nowhere. */
struct shop_source {
	enum shop_source_kind kind;
	int product, variant, name, category, tags, description, short_description, condition,
	    published, visibility, type, parent, id, status;
	int sku, price, sale_price, sale_from, sale_to, stock, in_stock, backorders, tracker,
	    policy, picture, weight, vat, tax_class, tax_status, taxable, gift_card;
	int option_name[SHOP_ATTRIBUTES], option[SHOP_ATTRIBUTES];
	size_t columns;
	int64_t milligrams;            /* in one of what the column `weight` counts */
	struct shop_decimals decimals; /* learnt from the file */
	char today[11];                /* "2026-11-28": whether a sale price counts */
};

/* A message about a row, and its column (from 1; 0 for the whole row). */
struct shop_row_error {
	unsigned column;
	const char *text; /* English, for translators */
};

struct shop_attribute {
	char name[SHOP_BYTES(SHOP_OPTION_NAME)], value[SHOP_BYTES(SHOP_OPTION)];
};

/* One row: of a product, of a variant, or of both at once. */
struct shop_row {
	bool has_product, has_variant;
	bool skip; /* nothing that is sold here; notes say why, or it is empty */
	/* How the source knows them, exactly as it writes it; `id` of WooCommerce's row, "id:44".
	 */
	char key[SHOP_BYTES(SHOP_KEY)], id[40];
	/* WooCommerce: the `key` or `id` of a variation's product; else "". */
	char parent[SHOP_BYTES(SHOP_KEY)];
	char variant[SHOP_BYTES(SHOP_CODE_LETTERS)]; /* our own file's key of a variant; else "" */
	char sku[SHOP_BYTES(SHOP_SKU)];
	char name[SHOP_BYTES(SHOP_NAME)], address[SHOP_BYTES(SHOP_NAME)], picture[101];
	/* Levels with " > " between them, at most SHOP_LEVELS; no title holds a '>'. */
	char category[SHOP_LEVELS * (SHOP_BYTES(SHOP_TITLE) + 3)];
	char quality[8];
	char description[SHOP_BYTES(SHOP_DESCRIPTION)];
	/* By position; of WooCommerce by name, see shop_row_options. */
	size_t attribute_count;
	struct shop_attribute attribute[SHOP_ATTRIBUTES];
	uint64_t digest; /* of values that were shortened; 0: none was */
	bool published, stock_of_parent;
	int64_t price_cents;
	/* The regular price, which returns after the day, "2026-11-28"; "": the price stays. */
	int64_t regular_cents;
	char sale_until[11];
	int64_t stock; /* -1: not tracked */
	int64_t grams; /* -1: not said */
	char vat[14];  /* the name of a class of shop_total.h; "" where it is not said */
	struct shop_row_error note[SHOP_NOTES];
	size_t note_count;
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

/* Learns the decimal sign from a record; all are to be learnt before the first is read. */
void shop_source_learn(struct shop_source *source, const char *const *fields, size_t count);

/* Reads one record; false with what is wrong. A record that is shorter than the first is filled up.
 */
bool shop_source_row(const struct shop_source *source, const char *const *fields, size_t count,
    struct shop_row *ret_row, struct shop_row_error *ret_error);

/* The options of a variant under its product's `names`: of more than three the third holds the
 * rest, joined. A row whose attributes have no names has them by position. */
struct shop_options {
	char name[SHOP_OPTIONS][SHOP_BYTES(SHOP_OPTION_NAME)];
	char value[SHOP_OPTIONS][SHOP_BYTES(SHOP_OPTION)];
	uint64_t digest; /* of what did not fit; 0: all did */
};
void shop_row_options(const struct shop_row *row, const char *const *names, size_t count,
    struct shop_options *ret_options);

/* How a variant is known within its product: as its source does, by its SKU alone, or, where
 * `shared` says that others of the product have the same, or there is none, with its options.
 * Exact: no two give the same. `ret_code` has SHOP_CODE bytes. */
#define SHOP_CODE SHOP_BYTES(SHOP_CODE_LETTERS)
void shop_row_code(const struct shop_row *row, const struct shop_options *options, bool shared,
    char *ret_code);

/* The same for a variant that is made by hand. */
void shop_code(const char *sku, const char *option, char *ret_code);

#endif
