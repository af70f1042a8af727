/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The cart: kept for a guest by the browser's token, for a customer by their address. Articles in
 * it are not reserved: stock is taken when the order is placed.
 */
#include "shop_basket.h"
#include "shop_text.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 50, COUNT_MAX = 99, SWEEP_ROWS = 10000 };

const struct scop_field shop_add_fields[] = {
	{ .name = "variant", .type = SCOP_FIELD_ID, .required = true },
	{ .name = "count",
	    .type = SCOP_FIELD_INT,
	    .label = SCOP_TEXT("Quantity"),
	    .min = 1,
	    .max = COUNT_MAX },
	{ 0 },
};

const struct scop_field shop_count_fields[] = {
	{ .name = "count",
	    .type = SCOP_FIELD_INT,
	    .label = SCOP_TEXT("Quantity"),
	    .required = true,
	    .min = 0,
	    .max = COUNT_MAX },
	{ 0 },
};

const struct scop_value *
shop_cart_owner(struct scop_request *req)
{
	const struct scop_value *visitor = scop_visitor_keep(req),
				*customer = scop_row(req, customer_of(visitor));

	return customer ? scop_get(customer, "cart") : visitor;
}

struct scop_read
shop_cart_want(struct scop_request *req)
{
	const struct scop_value *visitor = scop_visitor(req);

	return visitor ? (struct scop_read){ "cart", true, cart_count(visitor) }
		       : (struct scop_read){ 0 };
}

const struct scop_value *
shop_weight(struct scop_request *req, int64_t grams)
{
	char text[SHOP_WEIGHT];

	shop_weight_show(grams, strcmp(scop_language_of(req), "en") == 0 ? '.' : ',', text);
	return scop_make_text(req, "%s", text);
}

const struct scop_value *
shop_options(struct scop_request *req, const struct scop_value *variant)
{
	const char *one = scop_text(variant, "option1"), *two = scop_text(variant, "option2"),
		   *three = scop_text(variant, "option3");

	return scop_make_text(req, "%s%s%s%s%s", one, *two ? ", " : "", two, *three ? ", " : "",
	    three);
}

/* The lines; one with a rejected quantity is marked. */
static const struct scop_value *
marked(struct scop_request *req, const struct scop_value *lines)
{
	const struct scop_value *refused = scop_path(req, "variant");
	const size_t count = scop_count(lines);
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof(*list));

	for (size_t i = 0; i < count; i++) {
		const struct scop_value *line = scop_at(lines, i);
		const bool at_fault =
		    refused && atoll(scop_as_text(refused)) == scop_int(line, "variant");

		list[i] = scop_make_with(req, line, "at_fault", scop_make_bool(req, at_fault));
	}
	return scop_make_list(req, count, list);
}

void
shop_cart(struct scop_request *req)
{
	struct shop_basket basket;

	scop_put_all(req,
	    (const struct scop_read[]){ { "lines", false, cart_lines(scop_visitor(req)) },
		SHOP_DELIVERY, SHOP_FRAME(req), { 0 } });
	const struct scop_value *lines = scop_model(req, "lines");

	if (scop_count(lines) > 0) {
		shop_basket_add_up(&basket, lines, scop_model(req, "terms"),
		    scop_model(req, "steps"));
		shop_put_quotes(req, &basket, shop_countries[0]);
		scop_put(req, "lines", marked(req, lines));
		scop_put(req, "all_available", scop_make_bool(req, basket.available));
		scop_put(req, "any", scop_make_bool(req, true));
	}
	scop_view(req, &view_cart);
}

/* Shows how many are available, instead of silently adding fewer; `before` are already in the cart.
 */
static void
refuse(struct scop_request *req, const struct scop_value *variant, int64_t before)
{
	const int64_t stock = scop_int(variant, "stock");
	const struct scop_value *counts = scop_map_of(req, "stock", scop_make_int(req, stock),
	    "before", scop_make_int(req, before), NULL);

	scop_reject_with(req, "count", NULL,
	    stock < 1             ? SCOP_TEXT("This has just sold out.")
		: before >= stock ? SCOP_TEXT("Your cart already contains all {{stock}} in stock.")
		: before > 0
		? SCOP_TEXT("Only {{stock}} left, and {{before}} in your cart already.")
		: SCOP_TEXT("Only {{stock}} left."),
	    counts);
}

static bool
enough(const struct scop_value *variant, int64_t count)
{
	return scop_type(scop_get(variant, "stock")) == SCOP_NULL ||
	    scop_int(variant, "stock") >= count;
}

void
shop_cart_add(struct scop_request *req)
{
	const struct scop_value *variant =
				    scop_row(req, variant_to_order(scop_field(req, "variant"))),
				*field = scop_field(req, "count");

	if (!variant) {
		scop_not_found(req);
		return;
	}
	const struct scop_value *owner = shop_cart_owner(req),
				*line = scop_row(req, cart_line_of(owner, scop_get(variant, "id")));
	const int64_t count = scop_int(line, "count") + (field ? scop_as_int(field) : 1);

	if (!enough(variant, count)) {
		refuse(req, variant, scop_int(line, "count"));
		return;
	}
	if (count > COUNT_MAX) {
		scop_reject(req, "count", "You can order at most 99 pieces of an article.");
		return;
	}
	if (!line && scop_int(scop_row(req, cart_size(owner)), "lines") >= LINES_MAX) {
		scop_reject(req, "count", "Your cart is full. Please order what is in it first.");
		return;
	}
	scop_write(req,
	    cart_put(owner, scop_get(variant, "id"), scop_make_int(req, count), scop_now(req)));
	scop_flash(req, SCOP_TEXT("Added to your cart."));
	scop_redirect(req, "cart", NULL);
}

void
shop_cart_change(struct scop_request *req)
{
	const struct scop_value *owner = shop_cart_owner(req), *count = scop_field(req, "count");
	const struct scop_value *id =
	    scop_make_int(req, atoll(scop_as_text(scop_path(req, "variant"))));

	if (scop_as_int(count) == 0) {
		scop_write(req, cart_remove(owner, id));
		scop_flash(req, SCOP_TEXT("Removed from your cart."));
		scop_redirect(req, "cart", NULL);
		return;
	}
	const struct scop_value *variant = scop_row(req, variant_to_order(id));

	if (!variant || !scop_row(req, cart_line_of(owner, id))) {
		scop_redirect(req, "cart", NULL); /* removed in another tab: the cart shows it */
		return;
	}
	if (!enough(variant, scop_as_int(count))) {
		refuse(req, variant, 0);
		return;
	}
	scop_write(req, cart_put(owner, id, count, scop_now(req)));
	scop_flash(req, SCOP_TEXT("Your cart is updated."));
	scop_redirect(req, "cart", NULL);
}

/* Deletes abandoned carts every night, however many there are. */
enum scop_job_result
shop_sweep_job(struct scop_request *req)
{
	const struct scop_value *limit = scop_make_int(req, SWEEP_ROWS), *old;

	while (scop_write(req, carts_sweep(limit)) == SWEEP_ROWS)
		continue;
	while (scop_write(req, customer_sessions_sweep(limit)) == SWEEP_ROWS)
		continue;
	while (scop_write(req, customer_links_sweep(limit)) == SWEEP_ROWS)
		continue;
	scop_write(req, imports_sweep());
	do
		old = scop_rows(req, imports_old(limit));
	while (scop_write(req, imports_expire(old)) == SWEEP_ROWS);
	while (scop_write(req, pictures_expire(limit)) == SWEEP_ROWS)
		continue;
	return SCOP_JOB_DONE;
}
