/* What the parts of the shop share. */
#ifndef SHOP_H
#define SHOP_H

#include "names.h"

/* shop_catalogue.c: what visitors look at */
bool shop_list(struct scop_request *req);
bool shop_category(struct scop_request *req);
bool shop_product(struct scop_request *req);
bool shop_picture(struct scop_request *req);

/* shop_order.c: what they order, and what the merchant sees of it */
bool shop_order_show(struct scop_request *req);
bool shop_order_place(struct scop_request *req);
bool shop_thanks(struct scop_request *req);
bool shop_orders(struct scop_request *req);
bool shop_order(struct scop_request *req);
bool shop_settings_show(struct scop_request *req);
bool shop_settings_save(struct scop_request *req);

/* shop_state.c: what becomes of an order */
bool shop_order_change(struct scop_request *req);
extern const struct scop_field shop_state_fields[];

/* shop_import.c */
bool shop_import_products(struct scop_request *req, const struct scop_file *files, size_t count);
bool shop_import_payment(struct scop_request *req, const struct scop_file *files, size_t count);

/* Puts what the shop's frame shows: its categories. */
#define SHOP_FRAME { "tops", false, top_categories() }

/* The options of a variant, such as "Ocre, 40 cm"; "" for none. */
const struct scop_value *shop_options(struct scop_request *req, const struct scop_value *variant);

#endif
