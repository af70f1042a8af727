/* SPDX-License-Identifier: EUPL-1.2 */
/* Which variant of an article is shown, and how to reach the others: see shop_choice.c. */
#ifndef SHOP_CHOICE_H
#define SHOP_CHOICE_H

#include "shop.h"

/* The one of `variants` (as product_page has them) that the field `variant` names, else the first
 * that is available, else the first; NULL if there are none. */
const struct scop_value *shop_chosen(struct scop_request *req, const struct scop_value *variants);

/* A group for each option in use: `place` from 1, `name` (may be empty), and `values`, each with
 * `text`, `variant` (the id that it leads to; null where that combination does not exist),
 * `chosen`, `for_sale`, and for the last option `price` and `left` (null where nobody counts).
 * Empty where there is nothing to choose. */
const struct scop_value *shop_choices(struct scop_request *req, const struct scop_value *product,
    const struct scop_value *variants, const struct scop_value *chosen);

#endif
