/* SPDX-License-Identifier: EUPL-1.2 */
/* From the cart to the order and through its states: what the handlers store, refuse, send and log
 * in the audit trail. The rows are those of sample.sql. */
#include <scopiton/test.h>
#include <string.h>

#include "names.h"

/* Ids in sample.sql. */
static const char green_drill[] = "1", red_drill[] = "2", book[] = "3", hammer[] = "4", saw[] = "5";
static const char placed[] = "1001", paid[] = "1002";
enum { FIRST_NEW = 1004 };

static int
add(struct scop_test *test, const char *slug, const char *variant, const char *count)
{
	scop_test_part(test, "slug", slug);
	scop_test_field(test, "variant", variant);
	scop_test_field(test, "count", count);
	return scop_test_ask(test, "add");
}

static int
change_count(struct scop_test *test, const char *variant, const char *count)
{
	scop_test_part(test, "variant", variant);
	scop_test_field(test, "count", count);
	return scop_test_ask(test, "count");
}

/* ---- the cart ---- */

static void
what_is_added_is_in_the_cart(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	assert_int_equal(add(test, "drill", green_drill, "1"), 303);
	assert_string_equal(scop_test_location(test), "/en/shop/cart");
	assert_int_equal(add(test, "handbook", book, "2"), 303);
	assert_int_equal(add(test, "handbook", book, "1"), 303);
	assert_int_equal(scop_test_ask(test, "cart"), 200);
	const struct scop_value *lines = scop_test_model(test, "lines");
	assert_int_equal(scop_count(lines), 2);
	assert_int_equal(scop_int(scop_at(lines, 1), "count"), 3);
	assert_int_equal(scop_int(scop_at(lines, 1), "sum"), 6360);
}

static void
a_cart_is_its_own_browsers_alone(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	add(test, "drill", green_drill, "1");
	scop_test_new_browser(test);
	assert_int_equal(scop_test_ask(test, "cart"), 200);
	assert_int_equal(scop_count(scop_test_model(test, "lines")), 0);
}

static void
more_than_there_are_is_refused_with_the_number(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	assert_int_equal(add(test, "drill", green_drill, "4"), 422);
	assert_string_equal(scop_test_refusal(test, "count"), "Only 3 left.");
	add(test, "drill", green_drill, "2");
	assert_int_equal(add(test, "drill", green_drill, "2"), 422);
	assert_string_equal(scop_test_refusal(test, "count"),
	    "Only 3 left, and 2 in your cart already.");
	assert_int_equal(add(test, "hammer", hammer, "1"), 422);
	assert_string_equal(scop_test_refusal(test, "count"), "This has just sold out.");
	assert_int_equal(scop_as_int(scop_test_sql_value(test,
			     "SELECT CAST(SUM(count) AS SIGNED) "
			     "FROM cart_line")),
	    2);
}

static void
what_is_not_on_show_is_not_sold(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	assert_int_equal(add(test, "saw", saw, "1"), 404);
	assert_int_equal(add(test, "drill", "999", "1"), 404);
	assert_int_equal(add(test, "drill", "x", "1"), 422);
	assert_int_equal(scop_test_count(test, "cart_line"), 0);
}

static void
a_count_is_changed_and_nought_takes_the_line_away(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	add(test, "drill", green_drill, "1");
	assert_int_equal(change_count(test, green_drill, "3"), 303);
	assert_int_equal(change_count(test, green_drill, "4"), 422);
	assert_string_equal(scop_test_view(test), "cart");
	assert_int_equal(scop_as_int(scop_test_sql_value(test, "SELECT count FROM cart_line")), 3);
	assert_int_equal(change_count(test, green_drill, "0"), 303);
	assert_int_equal(scop_test_count(test, "cart_line"), 0);
}

static void
carts_that_nobody_came_back_for_are_swept(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	add(test, "drill", green_drill, "1");
	assert_string_equal(scop_test_job(test, "sweep", NULL), "done");
	assert_int_equal(scop_test_count(test, "cart_line"), 1);
	scop_test_sql(test, "UPDATE cart_line SET added = added - INTERVAL 181 DAY");
	assert_string_equal(scop_test_job(test, "sweep", NULL), "done");
	assert_int_equal(scop_test_count(test, "cart_line"), 0);
}

/* ---- placing the order ---- */

/* The digest that the order page shows and its form sends. */
static const char *
seen(struct scop_test *test)
{
	assert_int_equal(scop_test_ask(test, "order"), 200);
	return scop_as_text(scop_test_model(test, "seen"));
}

static int
place(struct scop_test *test, const char *digest, const char *country, const char *postal_code)
{
	scop_test_field(test, "name", "Zoé Martin");
	scop_test_field(test, "mail", "zoe@example.be");
	scop_test_field(test, "street", "rue Basse 4");
	scop_test_field(test, "postal_code", postal_code);
	scop_test_field(test, "city", "Namur");
	scop_test_field(test, "country", country);
	scop_test_field(test, "seen", digest);
	return scop_test_ask(test, "place");
}

static int64_t
stock_of(struct scop_test *test, const char *variant)
{
	return scop_as_int(
	    scop_test_sql_value(test, "SELECT stock FROM variant WHERE id = %s", variant));
}

static void
an_order_takes_the_stock_and_tells_both_sides(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	add(test, "drill", green_drill, "1");
	add(test, "handbook", book, "1");
	assert_int_equal(place(test, seen(test), "BE", "5000"), 303);
	assert_int_equal(strncmp(scop_test_location(test), "/en/shop/thanks/", 16), 0);
	const struct scop_value *order =
	    scop_at(scop_test_sql(test, "SELECT state, total_cents FROM shop_order WHERE id = %d",
			FIRST_NEW),
		0);
	assert_string_equal(scop_text(order, "state"), "placed");
	assert_int_equal(scop_int(order, "total"), 8900 + 2120 + 490);
	assert_int_equal(stock_of(test, green_drill), 2);
	assert_int_equal(scop_test_count(test, "cart_line"), 0);

	const struct scop_value *mails = scop_test_mails(test);
	assert_int_equal(scop_count(mails), 2);
	assert_string_equal(scop_text(scop_at(mails, 0), "to"), "zoe@example.be");
	assert_string_equal(scop_text(scop_at(mails, 0), "reply_to"), "sales@acme.example");
	assert_string_equal(scop_text(scop_at(mails, 1), "to"), "sales@acme.example");
	assert_non_null(strstr(scop_text(scop_at(mails, 0), "html"), "Handbook of repair"));
}

static void
each_reads_of_an_order_in_a_language_of_their_own(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	scop_test_language(test, "de");
	add(test, "handbook", book, "1");
	assert_int_equal(place(test, seen(test), "BE", "5000"), 303);
	const struct scop_value *mails = scop_test_mails(test);
	assert_non_null(strstr(scop_text(scop_at(mails, 0), "subject"), "Bestellung"));
	assert_int_equal(strncmp(scop_text(scop_at(mails, 1), "subject"), "New order ", 10), 0);
	assert_non_null(strstr(scop_text(scop_at(mails, 1), "html"), "Delivery"));
}

static void
a_shop_that_wants_no_mail_gets_none(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	scop_test_setting(test, "tell_shop", "0");
	add(test, "handbook", book, "1");
	assert_int_equal(place(test, seen(test), "BE", "5000"), 303);
	assert_int_equal(scop_count(scop_test_mails(test)), 1);
}

static void
an_order_is_refused_field_by_field(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	add(test, "handbook", book, "1");
	const char *digest = seen(test);
	assert_int_equal(place(test, digest, "BE", "75001"), 422);
	assert_string_equal(scop_test_refusal(test, "postal_code"),
	    "A postal code has 4 digits in Belgium, 5 in France.");
	assert_int_equal(place(test, digest, "DE", "5000"), 422);
	assert_non_null(scop_test_refusal(test, "country"));
	assert_int_equal(scop_test_ask(test, "place"), 422);
	assert_int_equal(scop_test_refusals(test),
	    7); /* with the cart, as nothing says what was seen */
	assert_non_null(scop_test_refusal(test, "cart"));
	assert_string_equal(scop_test_view(test), "order");
	assert_int_equal(scop_test_count(test, "shop_order"), 3);
	assert_int_equal(scop_count(scop_test_mails(test)), 0);
}

static void
an_order_that_is_too_heavy_for_a_country_is_refused(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	add(test, "drill", green_drill, "2");
	assert_int_equal(place(test, seen(test), "FR", "75001"), 422);
	assert_string_equal(scop_test_refusal(test, "country"),
	    "We cannot deliver this order to that country.");
}

static void
an_order_whose_price_has_changed_meanwhile_is_refused(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	add(test, "drill", green_drill, "1");
	const char *digest = seen(test);
	scop_test_sql(test, "UPDATE variant SET price_cents = 9000 WHERE id = %s", green_drill);
	assert_int_equal(place(test, digest, "BE", "5000"), 422);
	assert_non_null(strstr(scop_test_refusal(test, "cart"), "has changed in the meantime"));
	assert_int_equal(stock_of(test, green_drill), 3);
	assert_int_equal(place(test, seen(test), "BE", "5000"), 303);
}

static void
of_two_who_want_the_last_one_the_second_is_told(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	add(test, "drill", red_drill, "1");
	const char *digest = seen(test);
	scop_test_sql(test, "UPDATE variant SET stock = 0 WHERE id = %s", red_drill);
	assert_int_equal(place(test, digest, "BE", "5000"), 422);
	assert_string_equal(scop_test_refusal(test, "cart"),
	    "Somebody was quicker: part of your cart is no longer available.");
	assert_int_equal(scop_test_count(test, "shop_order"), 3);
}

static void
an_empty_cart_is_not_ordered(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	assert_int_equal(scop_test_ask(test, "order"), 303);
	assert_string_equal(scop_test_location(test), "/en/shop/cart");
	assert_int_equal(place(test, "", "BE", "5000"), 303);
	assert_int_equal(scop_test_count(test, "shop_order"), 3);
}

/* ---- its states ---- */

static int
change(struct scop_test *test, const char *number, const char *to, bool sure)
{
	scop_test_part(test, "number", number);
	scop_test_field(test, "state", to);
	if (sure)
		scop_test_field(test, "sure", "1");
	return scop_test_ask(test, "change-order");
}

static const char *
state_of(struct scop_test *test, const char *number)
{
	return scop_as_text(
	    scop_test_sql_value(test, "SELECT state FROM shop_order WHERE id = %s", number));
}

static void
open_as_merchant(struct scop_test *test)
{
	scop_test_sample(test);
	scop_test_sign_in(test, "Camille", "shop.orders shop.process");
}

static void
only_who_may_changes_an_order(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	assert_int_equal(change(test, placed, "paid", false), 401);
	scop_test_sign_in(test, "Noor", "shop.orders");
	assert_int_equal(change(test, placed, "paid", false), 403);
	assert_string_equal(state_of(test, placed), "placed");
	assert_int_equal(scop_test_ask(test, "orders"), 200);
}

static void
a_paid_order_is_noted_and_nobody_is_written_to(void **state)
{
	struct scop_test *test = *state;

	open_as_merchant(test);
	assert_int_equal(change(test, placed, "paid", false), 303);
	assert_string_equal(scop_test_location(test), "/shop/orders/1001");
	assert_string_equal(state_of(test, placed), "paid");
	const struct scop_value *note = scop_at(scop_test_audit(test), 0);
	assert_string_equal(scop_text(note, "name"), "Camille");
	assert_string_equal(scop_text(note, "text"), "Marked orders as paid");
	assert_string_equal(scop_text(note, "about"), "1001");
	assert_int_equal(scop_count(scop_test_jobs(test, "tell_customers")), 0);
}

static void
what_may_not_follow_is_refused(void **state)
{
	struct scop_test *test = *state;

	open_as_merchant(test);
	assert_int_equal(change(test, placed, "shipped", true), 422);
	assert_non_null(scop_test_refusal(test, "state"));
	assert_int_equal(change(test, placed, "placed", true), 422);
	assert_int_equal(change(test, "9999", "paid", true), 404);
	assert_string_equal(state_of(test, placed), "placed");
	assert_int_equal(scop_count(scop_test_audit(test)), 0);
}

static void
shipping_asks_first(void **state)
{
	struct scop_test *test = *state;

	open_as_merchant(test);
	assert_int_equal(change(test, paid, "shipped", false), 200);
	assert_string_equal(scop_test_view(test), "confirm");
	assert_int_equal(scop_as_int(scop_test_model(test, "minutes")), 10);
	assert_string_equal(state_of(test, paid), "paid");
}

static void
the_customer_of_a_shipped_order_is_told_in_their_language(void **state)
{
	struct scop_test *test = *state;

	open_as_merchant(test);
	scop_test_setting(test, "undo_minutes", "0");
	assert_int_equal(change(test, paid, "shipped", true), 303);
	assert_int_equal(scop_count(scop_test_mails(test)), 0);
	assert_int_equal(scop_test_run_queue(test), 1);
	const struct scop_value *mail = scop_at(scop_test_mails(test), 0);
	assert_string_equal(scop_text(mail, "to"), "jef@example.be");
	assert_non_null(strstr(scop_text(mail, "html"), "lang=\"nl\""));
}

static void
an_order_that_is_taken_back_in_time_tells_nobody(void **state)
{
	struct scop_test *test = *state;

	open_as_merchant(test);
	assert_int_equal(change(test, paid, "shipped", true), 303);
	const struct scop_value *jobs = scop_test_jobs(test, "tell_customers");
	assert_int_equal(scop_count(jobs), 1);
	assert_string_equal(scop_text(scop_at(jobs, 0), "state"), "shipped");
	assert_int_equal(scop_test_run_queue(test), 0); /* not due yet */
	scop_test_part(test, "number", paid);
	assert_int_equal(scop_test_ask(test, "undo-order"), 303);
	assert_string_equal(state_of(test, paid), "paid");
	assert_string_equal(scop_test_job(test, "tell_customers",
				"{\"orders\":[1002],\"state\":\"shipped\"}"),
	    "done");
	assert_int_equal(scop_count(scop_test_mails(test)), 0);
}

static void
a_cancelled_order_gives_its_pieces_back(void **state)
{
	struct scop_test *test = *state;

	open_as_merchant(test);
	assert_int_equal(change(test, placed, "cancelled", true), 303);
	assert_int_equal(stock_of(test, green_drill), 4);
	scop_test_part(test, "number", placed);
	assert_int_equal(scop_test_ask(test, "undo-order"), 303);
	assert_int_equal(stock_of(test, green_drill), 3);
	assert_string_equal(state_of(test, placed), "placed");
}

static void
a_cancelled_order_whose_pieces_are_sold_stays_cancelled(void **state)
{
	struct scop_test *test = *state;

	open_as_merchant(test);
	change(test, placed, "cancelled", true);
	scop_test_sql(test, "UPDATE variant SET stock = 0 WHERE id = %s", green_drill);
	scop_test_part(test, "number", placed);
	assert_int_equal(scop_test_ask(test, "undo-order"), 422);
	assert_string_equal(scop_test_refusal(test, "state"),
	    "This cannot be undone: some of the articles have been sold since.");
	assert_string_equal(state_of(test, placed), "cancelled");
}

static void
of_many_orders_those_change_that_may(void **state)
{
	struct scop_test *test = *state;

	open_as_merchant(test);
	scop_test_field(test, "to", "paid");
	scop_test_field(test, "order", placed);
	scop_test_field(test, "order", paid);
	assert_int_equal(scop_test_ask(test, "change-orders"), 200);
	assert_int_equal(scop_as_int(scop_test_model(test, "changed")), 1);
	assert_int_equal(scop_as_int(scop_test_model(test, "left")), 1);
	assert_string_equal(state_of(test, placed), "paid");
}

/* ---- the merchant's list ---- */

static void
a_page_past_the_end_is_the_first_with_all_that_belongs_to_it(void **state)
{
	struct scop_test *test = *state;

	scop_test_sample(test);
	scop_test_sign_in(test, "Ada", "shop.orders");
	scop_test_field(test, "after", "1");
	assert_int_equal(scop_test_ask(test, "orders"), 200);
	assert_int_equal(scop_count(scop_test_model(test, "orders")), 3);
	assert_int_equal(scop_int(scop_at(scop_test_model(test, "orders"), 0), "id"), 1003);
	assert_int_equal(scop_int(scop_test_model(test, "counts"), "placed"), 1);
	assert_false(scop_as_bool(scop_test_model(test, "first")));
	scop_test_field(test, "before", placed);
	assert_int_equal(scop_test_ask(test, "orders"), 200);
	assert_int_equal(scop_count(scop_test_model(test, "orders")), 2);
	assert_int_equal(scop_int(scop_at(scop_test_model(test, "orders"), 1), "id"), 1002);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scop_test(what_is_added_is_in_the_cart),
		scop_test(a_cart_is_its_own_browsers_alone),
		scop_test(more_than_there_are_is_refused_with_the_number),
		scop_test(what_is_not_on_show_is_not_sold),
		scop_test(a_count_is_changed_and_nought_takes_the_line_away),
		scop_test(carts_that_nobody_came_back_for_are_swept),
		scop_test(an_order_takes_the_stock_and_tells_both_sides),
		scop_test(each_reads_of_an_order_in_a_language_of_their_own),
		scop_test(a_shop_that_wants_no_mail_gets_none),
		scop_test(an_order_is_refused_field_by_field),
		scop_test(an_order_that_is_too_heavy_for_a_country_is_refused),
		scop_test(an_order_whose_price_has_changed_meanwhile_is_refused),
		scop_test(of_two_who_want_the_last_one_the_second_is_told),
		scop_test(an_empty_cart_is_not_ordered),
		scop_test(only_who_may_changes_an_order),
		scop_test(a_paid_order_is_noted_and_nobody_is_written_to),
		scop_test(what_may_not_follow_is_refused),
		scop_test(shipping_asks_first),
		scop_test(the_customer_of_a_shipped_order_is_told_in_their_language),
		scop_test(an_order_that_is_taken_back_in_time_tells_nobody),
		scop_test(a_cancelled_order_gives_its_pieces_back),
		scop_test(a_cancelled_order_whose_pieces_are_sold_stays_cancelled),
		scop_test(of_many_orders_those_change_that_may),
		scop_test(a_page_past_the_end_is_the_first_with_all_that_belongs_to_it),
	};

	return cmocka_run_group_tests(tests, scop_test_start, scop_test_stop);
}
