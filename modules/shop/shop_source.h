/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reads product exports of WooCommerce and Shopify, our own CSV, and spreadsheets with any columns,
 * all into the same rows. Pure: no host, no database.
 *
 * Sources: WooCommerce's "Product CSV Import Schema" (github.com/woocommerce/woocommerce/wiki) and
 * its headings in French, Dutch and German; Shopify's "Product CSV file column descriptions"
 * (help.shopify.com), its current and former templates; modules/shop/README.md for our own.
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

/* A character in UTF-8 has up to four bytes. */
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

/* The columns of a file: the position of each field; -1: missing. */
struct shop_source {
	enum shop_source_kind kind;
	int product, variant, name, category, tags, description, short_description, condition,
	    published, visibility, type, parent, id, status;
	int sku, price, sale_price, sale_from, sale_to, stock, in_stock, backorders, tracker,
	    policy, picture, weight, vat, tax_class, tax_status, taxable, gift_card;
	int option_name[SHOP_ATTRIBUTES], option[SHOP_ATTRIBUTES];
	size_t columns;
	int64_t milligrams;            /* per unit of the column `weight` */
	struct shop_decimals decimals; /* detected from the file */
	char today[11];                /* "2026-11-28": decides whether a sale price applies */
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
	bool skip; /* nothing to sell: the notes give the reason, or it is empty */
	/* The source's own identifiers, unchanged; `id` of a WooCommerce row is "id:44".
	 */
	char key[SHOP_BYTES(SHOP_KEY)], id[40];
	/* WooCommerce: the `key` or `id` of a variation's product; else "". */
	char parent[SHOP_BYTES(SHOP_KEY)];
	char variant[SHOP_BYTES(SHOP_CODE_LETTERS)]; /* the key in our own file; else "" */
	char sku[SHOP_BYTES(SHOP_SKU)];
	char name[SHOP_BYTES(SHOP_NAME)], address[SHOP_BYTES(SHOP_NAME)], picture[101];
	/* At most SHOP_LEVELS levels, separated by " > "; no title contains '>'. */
	char category[SHOP_LEVELS * (SHOP_BYTES(SHOP_TITLE) + 3)];
	char quality[8];
	char description[SHOP_BYTES(SHOP_DESCRIPTION)];
	/* By position; for WooCommerce by name, see shop_row_options. */
	size_t attribute_count;
	struct shop_attribute attribute[SHOP_ATTRIBUTES];
	uint64_t digest; /* a digest of the shortened values; 0: none */
	bool published, stock_of_parent;
	int64_t price_cents;
	/* The regular price, which applies again after the day, "2026-11-28"; "": not on sale. */
	int64_t regular_cents;
	char sale_until[11];
	int64_t stock; /* -1: not tracked */
	int64_t grams; /* -1: not given */
	char vat[14];  /* the name of a class of shop_total.h; "": not given */
	struct shop_row_error note[SHOP_NOTES];
	size_t note_count;
};

/* Recognises the file by its first record; false, with a translatable message, if it is none of the
 * three. */
bool shop_source_open(const char *const *header, size_t count, struct shop_source *ret_source,
    const char **ret_error);

/* Our own fields by number, for a file whose columns people assign: each one's position, and its
 * name in our own files. */
enum { SHOP_FIELDS = 17 };
const char *shop_source_field(unsigned number);
int *shop_source_column(struct shop_source *source, unsigned number);

/* A file with any columns: recognises only our own and common headings.
 */
void shop_source_guess(const char *const *header, size_t count, struct shop_source *ret_source);

/* Collects evidence for the decimal sign from a record; to be called with all records before the
 * first is read. */
void shop_source_learn(struct shop_source *source, const char *const *fields, size_t count);

/* Reads one record; false, with the mistake, if it is invalid. A record that is shorter than the
 * first is padded.
 */
bool shop_source_row(const struct shop_source *source, const char *const *fields, size_t count,
    struct shop_row *ret_row, struct shop_row_error *ret_error);

/* The options of a variant, in the order of its product's `names`: the third holds all beyond two,
 * joined. A row whose attributes have no names gives them by position. */
struct shop_options {
	char name[SHOP_OPTIONS][SHOP_BYTES(SHOP_OPTION_NAME)];
	char value[SHOP_OPTIONS][SHOP_BYTES(SHOP_OPTION)];
	uint64_t digest; /* a digest of what did not fit; 0: everything did */
};
void shop_row_options(const struct shop_row *row, const char *const *names, size_t count,
    struct shop_options *ret_options);

/* The code that identifies a variant within its product: the source's own key, else its SKU, or, if
 * that is missing or `shared` with other variants, the SKU and its options. Different variants get
 * different codes. `ret_code` has SHOP_CODE bytes. */
#define SHOP_CODE SHOP_BYTES(SHOP_CODE_LETTERS)
void shop_row_code(const struct shop_row *row, const struct shop_options *options, bool shared,
    char *ret_code);

/* The same for a variant created by hand. */
void shop_code(const char *sku, const char *option, char *ret_code);

#endif
