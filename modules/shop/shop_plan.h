/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The content of a product file before any of it is written: which rows belong together, which are
 * refused, which exist in the shop already. Shared by shop_plan.c and shop_import.c.
 */
#ifndef SHOP_PLAN_H
#define SHOP_PLAN_H

#include "shop_category.h"
#include "shop_import.h"
#include "shop_names.h"
#include "shop_source.h"

/* A product that rows of the file speak of. */
struct shop_plan_product {
	int64_t number;               /* in the file, from 1 */
	int64_t id;                   /* in the database; 0: not yet */
	bool is_known;                /* in the shop before */
	unsigned line;                /* of its own row; 0: the file has none that is right */
	unsigned variants;            /* rows of variants that are right */
	unsigned in_shop;             /* variants that the shop has */
	bool refused;                 /* a row of it was wrong */
	int64_t stock;                /* of its own row; -1: not counted */
	char source_id[40];           /* WooCommerce's "id:44" of its own row */
	char *names[SHOP_ATTRIBUTES]; /* of its options */
	size_t name_count;
	char *shop_name; /* in the shop; NULL: not there */
};

struct shop_plan {
	struct scop_request *req;
	const struct shop_import *import;
	struct shop_imported *done;
	struct shop_source source;
	unsigned line, records, passed;
	unsigned errors; /* of rows: in all-or-nothing they forbid writing */
	bool is_readable;
	struct shop_plan_product **products; /* by the values of `keys`, less 1 */
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

/* Reads the file through; `is_readable` is false where it cannot be read, which was told. */
void shop_plan_make(struct shop_plan *plan);
void shop_plan_free(struct shop_plan *plan);

/* Calls `take` with each record, in their order: `error` is NULL for one that is right. */
void shop_plan_each(struct shop_plan *plan,
    void (*take)(struct shop_plan *plan, struct shop_row *row, const struct shop_row_error *error));

/* The product that a row speaks of; NULL where no row of the file has named it so far. */
struct shop_plan_product *shop_plan_product(struct shop_plan *plan, const struct shop_row *row);

/* The key that identifies the product of a row. */
const char *shop_plan_key(const struct shop_plan *plan, const struct shop_row *row);

/* The options and the code of a variant within its product. */
void shop_plan_code(struct shop_plan *plan, const struct shop_plan_product *product,
    const struct shop_row *row, struct shop_options *ret_options, char *ret_code);

/* "product/text", for the tables above; lives as long as the request. */
const char *shop_plan_within(struct shop_plan *plan, const struct shop_plan_product *product,
    const char *text);

/* The three options as one text. */
const char *shop_plan_joined(struct shop_plan *plan, const char *option1, const char *option2,
    const char *option3);

void shop_plan_tell(struct shop_plan *plan, bool is_error, unsigned column, const char *words,
    const char *about);

#endif
