/* SPDX-License-Identifier: EUPL-1.2 */
/* Declarations shared by the parts of the shop. */
#ifndef SHOP_H
#define SHOP_H

#include "names.h"

/* shop_catalogue.c: the public pages */
void shop_list(struct scop_request *req);
void shop_category(struct scop_request *req);
void shop_product(struct scop_request *req);
void shop_picture(struct scop_request *req);

/* shop_cart.c: the cart */
void shop_cart(struct scop_request *req);
void shop_cart_add(struct scop_request *req);
void shop_cart_change(struct scop_request *req);
enum scop_job_result shop_sweep_job(struct scop_request *req);
enum scop_job_result shop_end_sales_job(struct scop_request *req);
extern const struct scop_field shop_add_fields[], shop_count_fields[];

/* The key of the visitor's cart, created if there is none; only in a POST. */
const struct scop_value *shop_cart_owner(struct scop_request *req);

/* Reads for the frame: the categories, and the cart if the browser has one. Ends an array of reads.
 */
#define SHOP_FRAME(req) { "tops", false, top_categories() }, shop_cart_want(req)
struct scop_read shop_cart_want(struct scop_request *req);

/* The reads that shop_put_delivery (shop_basket.h) needs. */
#define SHOP_DELIVERY \
	{ "terms", true, delivery_terms() }, \
	{ \
		"steps", false, steps() \
	}

/* shop_checkout.c: the order, on one page */
void shop_checkout(struct scop_request *req);
void shop_order_check(struct scop_request *req);
void shop_order_place(struct scop_request *req);
void shop_thanks(struct scop_request *req);
extern const struct scop_field shop_order_fields[];

/* Puts the VAT of an order, read as `found_vats`, for display: rates without trailing zeros. */
void shop_put_vats(struct scop_request *req);

/* Puts the structured communication of `order` in its printed form. */
void shop_put_communication(struct scop_request *req, const struct scop_value *order);

/* Puts the account number of `payment` as people read it: in groups of four. */

/* shop_customer.c: customers' access to their orders */
void shop_account(struct scop_request *req);
void shop_account_ask(struct scop_request *req);
void shop_account_link(struct scop_request *req);
void shop_account_enter(struct scop_request *req);
void shop_account_leave(struct scop_request *req);
enum scop_job_result shop_account_job(struct scop_request *req);
extern const struct scop_field shop_account_fields[];

/* shop_orders.c: the merchant's pages of orders; shop_state.c: their states */
void shop_orders(struct scop_request *req);
void shop_tile(struct scop_request *req);
void shop_orders_file(struct scop_request *req);
void shop_order(struct scop_request *req);
void shop_order_change(struct scop_request *req);
void shop_order_undo(struct scop_request *req);
void shop_orders_change(struct scop_request *req);
enum scop_job_result shop_state_job(struct scop_request *req);
extern const struct scop_field shop_orders_fields[], shop_state_fields[], shop_states_fields[];

/* The filter and page of the list of orders, among the fields of each route that shows it. */
#define SHOP_ORDERS_PLACE \
	SCOP_PAGE_FIELDS, \
	    { .name = "state", .type = SCOP_FIELD_CHOICE, .choices = shop_order_states }, \
	    { .name = "words", .type = SCOP_FIELD_TEXT, .max = 100 }, \
	    { .name = "from", .type = SCOP_FIELD_DATE, .label = SCOP_TEXT("From") }, \
	{ \
		.name = "until", .type = SCOP_FIELD_DATE, .label = SCOP_TEXT("Until") \
	}
extern const char *const shop_order_states[]; /* NULL ends */

/* Puts the filter's values, and as `query` and `place` those of a link that keeps the filter, and
 * the page, too. */
void shop_put_filter(struct scop_request *req);

/* The currency of the amounts `key` in `rows`; "EUR" where there are none yet. */
const char *shop_currency_of(const struct scop_value *rows, const char *key);

/* shop_products.c: the merchant's products */
void shop_products(struct scop_request *req);
void shop_products_file(struct scop_request *req);
void shop_products_publish(struct scop_request *req);
void shop_product_new(struct scop_request *req);
void shop_product_add(struct scop_request *req);
extern const struct scop_field shop_products_fields[], shop_publish_fields[], shop_new_fields[];

/* The category with a path such as "Vélos > Ville", created if needed; 0 for an empty path. */
void shop_category_put(struct scop_request *req, const char *path, int64_t *ret_category,
    int64_t *ret_top);

/* The type of a picture by its first bytes, whatever its file name; NULL if it is not a picture.
 */
const char *shop_picture_type(const char *data, size_t size);

/* shop_article.c: one product, with its variants and its picture */
void shop_product_edit(struct scop_request *req);
void shop_product_check(struct scop_request *req);
void shop_product_save(struct scop_request *req);
extern const struct scop_field shop_product_fields[], shop_edit_fields[];

/* shop_settings.c */
void shop_settings_show(struct scop_request *req);
void shop_settings_check(struct scop_request *req);
void shop_settings_save(struct scop_request *req);
extern const struct scop_field shop_settings_fields[];

/* shop_import.c: importing products; shop_upload.c and shop_upload_job.c: the same in the portal */
bool shop_import_products(struct scop_request *req, const struct scop_file *files, size_t count);
bool shop_import_good_rows(struct scop_request *req, const struct scop_file *files, size_t count);
bool shop_import_payment(struct scop_request *req, const struct scop_file *files, size_t count);
void shop_imports(struct scop_request *req);
void shop_import_upload(struct scop_request *req);
void shop_import_show(struct scop_request *req);
void shop_import_map(struct scop_request *req);
void shop_import_start(struct scop_request *req);
void shop_import_cancel(struct scop_request *req);
void shop_import_undo(struct scop_request *req);
void shop_import_refused(struct scop_request *req);
enum scop_job_result shop_check_job(struct scop_request *req);
enum scop_job_result shop_import_job(struct scop_request *req);
enum scop_job_result shop_undo_job(struct scop_request *req);
extern const struct scop_field shop_start_fields[], shop_undo_fields[];
extern const struct scop_field shop_upload_fields[], shop_map_fields[];

/* A weight in the page's language, such as "1,25 kg". */
const struct scop_value *shop_weight(struct scop_request *req, int64_t grams);

/* The options of a variant, such as "Ocre, 40 cm"; "" for none. */
const struct scop_value *shop_options(struct scop_request *req, const struct scop_value *variant);

#endif
