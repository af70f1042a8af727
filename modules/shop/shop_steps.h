/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Delivery prices on the settings page: a price for a country up to a weight. Each step has fields
 * named by its number ("price.12", "remove.12"); the new one is `to`, `weight` and
 * "price.new".
 */
#ifndef SHOP_STEPS_H
#define SHOP_STEPS_H

#include "shop.h"

/* The columns of a step that the page shows, for scop_row_version. */
#define SHOP_STEP "id country up_to_grams price"

/* Puts `found` (rows of steps) as values for the page's inputs, and the input for a new step. */
void shop_put_steps(struct scop_request *req, const struct scop_value *found);

/* The changes that the form makes to the existing steps `held`; an invalid value is rejected at its
 * field. Lives until the request ends. */
struct shop_steps;
struct shop_steps *shop_steps_read(struct scop_request *req, const struct scop_value *held);

/* Writes the changes, each with an entry in the audit trail. Call it only if nothing was rejected.
 */
void shop_steps_write(struct scop_request *req, const struct shop_steps *steps);

#endif
