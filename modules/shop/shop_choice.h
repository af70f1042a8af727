/* SPDX-License-Identifier: EUPL-1.2 */
/* Selects the variant of an article to show, and the links to the others: see shop_choice.c. */
#ifndef SHOP_CHOICE_H
#define SHOP_CHOICE_H

#include "shop.h"

/* The one of `variants` (rows of product_page) named by the field `variant`, else the first
 * available one, else the first; NULL if there are none. */
const struct scop_value *shop_chosen(struct scop_request *req, const struct scop_value *variants);

/* A group for each option in use: `place` from 1, `name` (may be empty), and `values`, each with
 * `text`, `variant` (the id that it links to; null if the combination does not exist), `chosen`,
 * `for_sale`, and for the last option `price` and `left` (null if stock is not tracked). Empty if
 * there is no choice. */
const struct scop_value *shop_choices(struct scop_request *req, const struct scop_value *product,
    const struct scop_value *variants, const struct scop_value *chosen);

#endif
