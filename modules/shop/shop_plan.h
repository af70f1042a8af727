/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The content of a product file before any of it is written: which rows belong together, which are
 * refused, and which exist in the shop already. Shared by shop_plan.c and shop_import.c.
 */
#ifndef SHOP_PLAN_H
#define SHOP_PLAN_H

#include "shop_category.h"
#include "shop_import.h"
#include "shop_names.h"
#include "shop_source.h"

/* A product in the file. */
struct shop_plan_product {
	int64_t number;               /* in the file, from 1 */
	int64_t id;                   /* in the database; 0: new */
	bool is_known;                /* existed before */
	unsigned line;                /* of its own row; 0: the file has no valid one */
	unsigned variants;            /* valid rows of variants */
	unsigned in_shop;             /* existing variants */
	bool refused;                 /* one of its rows was invalid */
	int64_t stock;                /* of its own row; -1: not tracked */
	char source_id[40];           /* WooCommerce's "id:44" of its own row */
	char *names[SHOP_ATTRIBUTES]; /* of its options */
	size_t name_count;
	char *shop_name; /* in the shop; NULL: new */
};

struct shop_plan {
	struct scop_request *req;
	const struct shop_import *import;
	struct shop_imported *done;
	struct shop_source source;
	unsigned line, records, passed;
	unsigned errors; /* of rows: with all-or-nothing they prevent writing */
	bool is_readable;
	struct shop_plan_product **products; /* indexed by the values of `keys` minus 1 */
	size_t product_count;
	struct shop_names keys;     /* of products */
	struct shop_names ids;      /* WooCommerce's ids: value as in `keys` */
	struct shop_names skus;     /* "product/SKU": 2 where variants share it */
	struct shop_names owners;   /* SKU: product + 1, the first that has it */
	struct shop_names codes;    /* "product/code": the line of its row */
	struct shop_names shown;    /* "product/options": the line of the first that has them */
	struct shop_names variants; /* "product/code" of the shop: the variant's number */
	struct shop_names options; /* "product/options" of the shop: the same, -1 for several; more:
				      "SKU\ncode" */
	struct shop_categories categories;
	struct shop_names slugs; /* of products */
};

/* Reads the whole file; `is_readable` is false if it cannot be read, which has been reported. */
void shop_plan_make(struct shop_plan *plan);
void shop_plan_free(struct shop_plan *plan);

/* Calls `take` with each record in order; `error` is NULL for a valid one. */
void shop_plan_each(struct shop_plan *plan,
    void (*take)(struct shop_plan *plan, struct shop_row *row, const struct shop_row_error *error));

/* The product of a row; NULL if no row of the file has named it yet. */
struct shop_plan_product *shop_plan_product(struct shop_plan *plan, const struct shop_row *row);

/* The key that identifies the product of a row. */
const char *shop_plan_key(const struct shop_plan *plan, const struct shop_row *row);

/* Sets the options and the code of a variant within its product. */
void shop_plan_code(struct shop_plan *plan, const struct shop_plan_product *product,
    const struct shop_row *row, struct shop_options *ret_options, char *ret_code);

/* "product/text", for the tables above; lives as long as the request. */
const char *shop_plan_within(struct shop_plan *plan, const struct shop_plan_product *product,
    const char *text);

/* The three options as one string. */
const char *shop_plan_joined(struct shop_plan *plan, const char *option1, const char *option2,
    const char *option3);

void shop_plan_tell(struct shop_plan *plan, bool is_error, unsigned column, const char *words,
    const char *about);

#endif
