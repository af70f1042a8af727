/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What becomes of orders: paid, shipped, or cancelled; of one, or of many at once. Only what may
 * follow is offered and done; the rows are held while they change, so of two who press at once one
 * is told. Customers are written to by a job, each in the language of the order.
 */
#include "shop.h"

#include <string.h>

static const char *const states[] = { "paid", "shipped", "cancelled", NULL };

const struct scop_field shop_state_fields[] = {
	{ .name = "state", .type = SCOP_FIELD_CHOICE, .required = true, .choices = states },
	{ 0 },
};

const struct scop_field shop_states_fields[] = {
	{ .name = "to", .type = SCOP_FIELD_CHOICE, .required = true, .choices = states },
	{ .name = "order", .type = SCOP_FIELD_IDS, .required = true },
	{ 0 },
};

/* What a state may follow on, and what the customer gets to read; NULL: nothing. */
static const struct transition {
	const char *to, *from, *or_from;
	const struct scop_view *mail;
	const char *words; /* for the audit trail */
} transitions[] = {
	{ "paid", "placed", "placed", NULL, SCOP_TEXT("Said that orders are paid") },
	{ "shipped", "paid", "paid", &view_shipped_mail,
	    SCOP_TEXT("Said that orders are shipped") },
	{ "cancelled", "placed", "paid", &view_cancelled_mail, SCOP_TEXT("Cancelled orders") },
};

static const struct transition *
transition_to(const char *state)
{
	const struct transition *wanted = transitions;

	while (strcmp(wanted->to, state) != 0)
		wanted++;
	return wanted;
}

static const struct scop_value *
ids_of(struct scop_request *req, const struct scop_value *rows)
{
	const size_t count = scop_count(rows);
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof(*list));

	for (size_t i = 0; i < count; i++)
		list[i] = scop_get(scop_at(rows, i), "id");
	return scop_make_list(req, count, list);
}

/* "1001, 1002" */
static const struct scop_value *
listed(struct scop_request *req, const struct scop_value *ids)
{
	const struct scop_value *text = scop_make_text(req, "%s", "");

	for (size_t i = 0; i < scop_count(ids) && i < 20; i++)
		text = scop_make_text(req, "%s%s%lld", scop_as_text(text), i ? ", " : "",
		    (long long)scop_as_int(scop_at(ids, i)));
	return text;
}

/* Changes those of `wanted` that may follow; gives how many. */
static size_t
change(struct scop_request *req, const struct scop_value *wanted, const char *state)
{
	static const char *const keys[] = { "orders", "state" };
	const struct transition *transition = transition_to(state);
	const struct scop_value *to = scop_make_text(req, "%s", state),
				*from = scop_make_text(req, "%s", transition->from);
	const struct scop_value *or_from = scop_make_text(req, "%s", transition->or_from);
	const struct scop_value *ids =
	    ids_of(req, scop_rows(req, orders_to_change(wanted, from, or_from)));

	if (scop_count(ids) == 0)
		return 0;
	scop_write(req, orders_state(ids, to, from, or_from));
	scop_write(req, order_changes_add(ids, to, scop_member_name(req), scop_now(req)));
	/* what was taken goes back to where it was tracked */
	if (strcmp(state, "cancelled") == 0) {
		scop_write(req, stock_put_back(ids));
		scop_write(req, availability_of_orders(ids));
	}
	scop_note(req, transition->words, listed(req, ids));
	if (transition->mail)
		scop_later(req, "tell_customers",
		    scop_make_map(req, 2, keys, (const struct scop_value *[]){ ids, to }));
	return scop_count(ids);
}

void
shop_order_change(struct scop_request *req)
{
	const struct scop_value *number = scop_path(req, "number"),
				*order = scop_row(req, order_by_id(number)),
				*id = scop_get(order, "id");

	if (!order) {
		scop_not_found(req);
		return;
	}
	if (change(req, scop_make_list(req, 1, &id), scop_as_text(scop_field(req, "state"))) != 1) {
		scop_reject(req, "state",
		    "The order has changed meanwhile. Please look at it again.");
		return;
	}
	scop_redirect(req, "one-order",
	    scop_make_map(req, 1, (const char *const[]){ "number" }, &number));
}

/* The page itself is the answer, so that it can say what was done. */
void
shop_orders_change(struct scop_request *req)
{
	const struct scop_value *wanted = scop_field(req, "order");
	const size_t changed = change(req, wanted, scop_as_text(scop_field(req, "to")));

	scop_put(req, "changed", scop_make_int(req, (int64_t)changed));
	scop_put(req, "left", scop_make_int(req, (int64_t)(scop_count(wanted) - changed)));
	scop_put(req, "was_changed", scop_make_bool(req, true));
	shop_orders(req);
}

enum scop_job_result
shop_state_job(struct scop_request *req)
{
	const struct scop_value *ids = scop_get(scop_body(req), "orders"),
				*reply_to = scop_get(scop_row(req, selling()), "mail");
	const struct transition *transition = transition_to(scop_text(scop_body(req), "state"));

	for (size_t i = 0; i < scop_count(ids) && !scop_rejected(req); i++) {
		const struct scop_value *order = scop_put_all(req,
		    (const struct scop_want[]){ { "order", true, order_by_id(scop_at(ids, i)) },
			{ "found_vats", false, vats_by_id(scop_at(ids, i)) },
			{ "lines", false, lines_by_id(scop_at(ids, i)) }, { 0 } });

		shop_put_vats(req);
		if (order)
			scop_mail(req,
			    &(const struct scop_mail){ .view = transition->mail,
				.to = scop_get(order, "mail"),
				.to_name = scop_get(order, "name"),
				.language = scop_text(order, "language"),
				.reply_to = scop_as_text(reply_to)[0] ? reply_to : NULL });
		scop_progress(req, (uint32_t)i + 1, (uint32_t)scop_count(ids));
	}
	return SCOP_JOB_DONE;
}
