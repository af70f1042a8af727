/*
 * What becomes of an order: paid, shipped, or cancelled. Only what may follow is offered and done; the condition stands in the
 * UPDATE, so of two who press at once one is told. The customer is written to in the language of the order.
 */
#include "shop.h"

#include <string.h>

const char *const shop_states[] = { "paid", "shipped", "cancelled", NULL };

const struct scop_field shop_state_fields[] = {
	{ .name = "state", .type = SCOP_FIELD_CHOICE, .required = true, .choices = shop_states },
	{ 0 }
};

/* What a state may follow on, and what the customer gets to read; NULL: nothing. */
static const struct transition {
	const char *to, *from, *or_from;
	const struct scop_view *mail;
} transitions[] = {
	{ "paid", "placed", "placed", NULL },
	{ "shipped", "paid", "paid", &view_shipped_mail },
	{ "cancelled", "placed", "paid", &view_cancelled_mail },
};

static void
mail_change(struct scop_request *req, const struct scop_value *order, const struct scop_view *view)
{
	scop_put(req, "order", order);
	scop_put(req, "lines", scop_rows(req, lines_by_id(scop_get(order, "id"))));
	scop_mail(req, &(const struct scop_mail){ .view = view, .to = scop_get(order, "mail"), .to_name = scop_get(order, "name"),
		.language = scop_text(order, "language") });
}

/* What was taken for the order goes back to where it was tracked. */
static void
put_back(struct scop_request *req, const struct scop_value *order)
{
	scop_write(req, stock_put_back(order));
	scop_write(req, availability_of_order(order));
}

bool
shop_order_change(struct scop_request *req)
{
	const struct scop_value *number = scop_path(req, "number"), *order = scop_row(req, order_by_id(number));
	const struct transition *wanted = transitions;

	if (!order)
		return scop_not_found(req);
	while (strcmp(wanted->to, scop_as_text(scop_field(req, "state"))) != 0)
		wanted++;
	if (scop_write(req, order_state(scop_get(order, "id"), scop_make_text(req, "%s", wanted->to),
		scop_make_text(req, "%s", wanted->from), scop_make_text(req, "%s", wanted->or_from))) != 1)
		return scop_reject(req, "state", "The order has changed meanwhile. Please look at it again.");
	scop_write(req, order_change_add(scop_get(order, "id"), scop_make_text(req, "%s", wanted->to), scop_member_name(req), scop_now(req)));
	if (strcmp(wanted->to, "cancelled") == 0)
		put_back(req, scop_get(order, "id"));
	if (wanted->mail)
		mail_change(req, order, wanted->mail);
	return scop_redirect(req, "one-order", scop_make_map(req, 1, (const char *const[]){ "number" }, &number));
}
