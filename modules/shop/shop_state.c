/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The states of orders: paid, shipped or cancelled, changed for one order or for many at once. Only
 * valid transitions are offered and carried out; the rows are locked while they change, so of two
 * concurrent changes one is rejected.
 *
 * Shipping and cancelling need a confirmation. A job mails the customer, in the language of the
 * order, once the change can no longer be undone (the setting `undo_minutes`); it skips an order
 * that has left the state, or was changed again.
 */
#include "shop.h"

#include <string.h>

static const char *const states[] = { "paid", "shipped", "cancelled", NULL };

const struct scop_field shop_state_fields[] = {
	{ .name = "state", .type = SCOP_FIELD_CHOICE, .required = true, .choices = states },
	{ .name = "sure", .type = SCOP_FIELD_BOOL },
	{ 0 },
};

/* With the list's filter and page, which stay. */
const struct scop_field shop_states_fields[] = {
	SHOP_ORDERS_PLACE,
	{ .name = "to", .type = SCOP_FIELD_CHOICE, .required = true, .choices = states },
	{ .name = "order", .type = SCOP_FIELD_IDS, .required = true },
	{ .name = "sure", .type = SCOP_FIELD_BOOL },
	{ 0 },
};

/* The states that may precede a state, and the mail for the customer; NULL: none. */
static const struct transition {
	const char *to, *from, *or_from;
	const struct scop_view *mail;
	const char *words, *undone;    /* for the audit trail */
	const char *said, *taken_back; /* for the person who did it */
} transitions[] = {
	{ "paid", "placed", "placed", NULL, SCOP_AUDIT("Marked orders as paid"),
	    SCOP_AUDIT("Marked an order as unpaid"), SCOP_TEXT("The order is marked as paid."),
	    SCOP_TEXT("The order is marked as unpaid.") },
	{ "shipped", "paid", "paid", &view_shipped_mail, SCOP_AUDIT("Marked orders as shipped"),
	    SCOP_AUDIT("Marked an order as not shipped"),
	    SCOP_TEXT("The order is marked as shipped."),
	    SCOP_TEXT("The order is marked as not shipped. The customer gets no e-mail.") },
	{ "cancelled", "placed", "paid", &view_cancelled_mail, SCOP_AUDIT("Cancelled orders"),
	    SCOP_AUDIT("Took back the cancellation of an order"),
	    SCOP_TEXT("The order is cancelled."),
	    SCOP_TEXT("The cancellation is undone. The customer gets no e-mail.") },
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

/* Locks and returns the orders in `wanted` that may change to the state. */
static const struct scop_value *
that_may(struct scop_request *req, const struct scop_value *wanted,
    const struct transition *transition)
{
	return scop_rows(req,
	    orders_to_change(wanted, scop_make_text(req, "%s", transition->from),
		scop_make_text(req, "%s", transition->or_from)));
}

/* Enqueues the mails to the customers, for when the change can no longer be undone. */
static void
tell_later(struct scop_request *req, const struct scop_value *ids, const struct scop_value *state,
    const struct scop_value *due)
{
	scop_enqueue_at(req, "tell_customers",
	    scop_map_of(req, "orders", ids, "state", state, NULL), due, NULL);
}

/* Changes the orders in `rows`; returns how many. */
static size_t
change(struct scop_request *req, const struct scop_value *rows, const struct transition *transition)
{
	const struct scop_value *ids = ids_of(req, rows),
				*to = scop_make_text(req, "%s", transition->to);
	const struct scop_value *due = transition->mail
	    ? scop_from_now(req, 60 * scop_as_int(scop_setting(req, "undo_minutes")))
	    : NULL;

	if (scop_count(ids) == 0)
		return 0;
	scop_write(req,
	    orders_state(ids, to, scop_make_text(req, "%s", transition->from),
		scop_make_text(req, "%s", transition->or_from), due));
	scop_write(req,
	    order_changes_add(ids, to, scop_actor(req), scop_now(req), scop_make_bool(req, false)));
	/* returns the pieces to stock that is tracked */
	if (strcmp(transition->to, "cancelled") == 0) {
		scop_write(req, stock_put_back(ids));
		scop_write(req, availability_of_orders(ids));
	}
	scop_audit(req, transition->words, listed(req, ids));
	if (transition->mail)
		tell_later(req, ids, to, due);
	return scop_count(ids);
}

/* Whether to ask for a confirmation, because a mail will be sent. A program with an API key is not
 * a member and is not asked. */
static bool
asks(struct scop_request *req, const struct transition *transition)
{
	return transition->mail && scop_member(req) && !scop_as_bool(scop_field(req, "sure"));
}

/* The confirmation, with the consequences. `one`: from the page of a single order. */
static void
ask(struct scop_request *req, const struct scop_value *rows, size_t left,
    const struct transition *transition, bool one)
{
	const int64_t minutes = scop_as_int(scop_setting(req, "undo_minutes"));

	if (!one)
		shop_put_filter(req);
	scop_put(req, "orders", rows);
	scop_put(req, "count", scop_make_int(req, (int64_t)scop_count(rows)));
	scop_put(req, "left", scop_make_int(req, (int64_t)left));
	scop_put(req, "state", scop_make_text(req, "%s", transition->to));
	scop_put(req, "minutes", minutes ? scop_make_int(req, minutes) : NULL);
	if (one)
		scop_put(req, "one", scop_at(rows, 0));
	scop_view(req, &view_confirm);
}

static void
back(struct scop_request *req, const struct scop_value *number)
{
	scop_redirect(req, "one-order", scop_map_of(req, "number", number, NULL));
}

void
shop_order_change(struct scop_request *req)
{
	const struct transition *transition = transition_to(scop_as_text(scop_field(req, "state")));
	const struct scop_value *number = scop_path(req, "number"),
				*order = scop_row(req, order_by_id(number)),
				*id = scop_get(order, "id");

	if (!order) {
		scop_not_found(req);
		return;
	}
	const struct scop_value *rows = that_may(req, scop_make_list(req, 1, &id), transition);

	if (scop_count(rows) != 1) {
		scop_reject(req, "state",
		    "The order has changed in the meantime. Please check it again.");
		return;
	}
	if (asks(req, transition)) {
		ask(req, rows, 0, transition, true);
		return;
	}
	change(req, rows, transition);
	scop_flash(req, transition->said);
	back(req, number);
}

/* Takes the pieces of a cancelled order from stock again, if they are still available. */
static bool
take_again(struct scop_request *req, const struct scop_value *id)
{
	if (scop_int(scop_row(req, lines_short(id)), "short") > 0) {
		scop_reject(req, "state",
		    "This cannot be undone: some of the articles have been sold since.");
		return false;
	}
	scop_write(req, stock_take_again(id));
	scop_write(req, availability_of_orders(scop_make_list(req, 1, &id)));
	return true;
}

void
shop_order_undo(struct scop_request *req)
{
	const struct scop_value *number = scop_path(req, "number"),
				*order = scop_row(req, order_to_undo(number)),
				*id = scop_get(order, "id"),
				*before = scop_get(order, "state_before");

	if (!order) {
		scop_reject(req, "state",
		    "This can no longer be undone: the customer has been told.");
		return;
	}
	const struct transition *transition = transition_to(scop_text(order, "state"));
	const struct scop_value *ids = scop_make_list(req, 1, &id);

	if (strcmp(transition->to, "cancelled") == 0 && !take_again(req, id))
		return;
	scop_write(req, order_undo(id, before));
	scop_write(req,
	    order_changes_add(ids, before, scop_actor(req), scop_now(req),
		scop_make_bool(req, true)));
	scop_audit(req, transition->undone, listed(req, ids));
	scop_flash(req, transition->taken_back);
	back(req, number);
}

/* Answers with the page itself, so that it can report the result. */
void
shop_orders_change(struct scop_request *req)
{
	const struct transition *transition = transition_to(scop_as_text(scop_field(req, "to")));
	const struct scop_value *wanted = scop_field(req, "order"),
				*rows = that_may(req, wanted, transition);
	const size_t left = scop_count(wanted) - scop_count(rows);

	if (scop_count(rows) > 0 && asks(req, transition)) {
		ask(req, rows, left, transition, false);
		return;
	}
	scop_put(req, "changed", scop_make_int(req, (int64_t)change(req, rows, transition)));
	scop_put(req, "left", scop_make_int(req, (int64_t)left));
	scop_put(req, "was_changed", scop_make_bool(req, true));
	shop_orders(req);
}

enum scop_job_result
shop_state_job(struct scop_request *req)
{
	const struct scop_value *state = scop_get(scop_body(req), "state"),
				*reply_to = scop_get(scop_row(req, selling()), "mail");
	const struct scop_value *ids =
	    ids_of(req, scop_rows(req, orders_to_tell(scop_get(scop_body(req), "orders"), state)));
	const struct transition *transition = transition_to(scop_as_text(state));

	for (size_t i = 0; i < scop_count(ids) && !scop_rejected(req); i++) {
		const struct scop_value *order = scop_put_all(req,
		    (const struct scop_read[]){ { "order", true, order_by_id(scop_at(ids, i)) },
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
	if (scop_count(ids) > 0)
		scop_write(req, orders_told(ids));
	return SCOP_JOB_DONE;
}
