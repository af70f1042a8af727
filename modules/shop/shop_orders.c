/* SPDX-License-Identifier: EUPL-1.2 */
/* The merchant's pages of orders: the list with its filter, one order, and the export to a
 * spreadsheet. */
#include "shop.h"
#include "shop_payment.h"

#include <stdlib.h>
#include <string.h>

enum { PER_PAGE = 25, DAYS = 14 };

const char *const shop_order_states[] = { "placed", "paid", "shipped", "cancelled", NULL };

const struct scop_field shop_orders_fields[] = {
	SHOP_ORDERS_PLACE,
	{ 0 },
};

/* The times of the days in the shop's time zone; NULL: none. */
static const struct scop_value *
since(struct scop_request *req)
{
	const struct scop_value *from = scop_field(req, "from");

	return from ? scop_time_of(req, from, NULL) : NULL;
}

static const struct scop_value *
before(struct scop_request *req)
{
	const struct scop_value *until = scop_field(req, "until");

	return until ? scop_time_of(req, scop_add_days(req, until, 1), NULL) : NULL;
}

void
shop_put_filter(struct scop_request *req)
{
	static const char *const names[] = { "state", "words", "from", "until" };
	const struct scop_value *after = scop_field(req, "after"),
				*before = scop_field(req, "before");
	const char *query = "";
	bool any = false;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct scop_value *value = scop_field(req, names[i]);
		const struct scop_value *text =
		    value ? scop_make_string(req, scop_plain(req, value)) : NULL;

		scop_put(req, names[i], text);
		if (text)
			query = scop_as_text(scop_make_text(req, "%s&%s=%s", query, names[i],
			    scop_as_text(scop_percent(req, text))));
		any |= text != NULL;
	}
	scop_put(req, "query", scop_make_text(req, "%s", query));
	scop_put(req, "place",
	    after || before ? scop_make_text(req, "%s=%lld%s", after ? "after" : "before",
				  (long long)scop_as_int(after ? after : before), query)
			    : scop_make_text(req, "%s", query));
	scop_put(req, "filtered", scop_make_bool(req, any));
}

static struct scop_query
page_of_orders(struct scop_request *req, const struct scop_page *page)
{
	const struct scop_value *state = scop_field(req, "state"),
				*words = scop_field(req, "words");

	return page->before
	    ? orders_back(state, words, since(req), before(req), page->before, page->limit)
	    : orders(state, words, since(req), before(req), page->after, page->limit);
}

void
shop_orders(struct scop_request *req)
{
	const struct scop_value *shown = scop_put_page_with(req, "orders", PER_PAGE, page_of_orders,
	    (const struct scop_read[]){ { "counts", true, order_counts() }, { 0 } });

	scop_put(req, "any", scop_make_bool(req, scop_count(shown) > 0));
	shop_put_filter(req);
	scop_put(req, "may_process", scop_make_bool(req, scop_may(req, "shop.process")));
	scop_view(req, &view_orders);
}

/* The last days up to today in the tenant's time zone: when each begins and ends. */
static const struct scop_value *
last_days(struct scop_request *req, const struct scop_value *ret_days[DAYS])
{
	struct scop_list *list = scop_list_new(req);

	for (int i = 0; i < DAYS; i++) {
		struct scop_map *day = scop_map_new(req);

		ret_days[i] = scop_add_days(req, scop_today(req), i + 1 - DAYS);
		scop_map_set(day, "begins", scop_time_of(req, ret_days[i], NULL));
		scop_map_set(day, "ends",
		    scop_time_of(req, scop_add_days(req, ret_days[i], 1), NULL));
		scop_list_push(list, scop_map_done(day));
	}
	return scop_list_done(list);
}

const char *
shop_currency_of(const struct scop_value *rows, const char *key)
{
	const char *currency = "";

	for (size_t i = 0; i < scop_count(rows) && !currency[0]; i++)
		currency = scop_currency(scop_get(scop_at(rows, i), key));
	return currency[0] ? currency : "EUR";
}

/* The tile on the portal's first page: pending orders, and sales of the last two weeks. */
void
shop_tile(struct scop_request *req)
{
	const struct scop_value *labels[DAYS], *values[DAYS];
	const struct scop_value *days = scop_put_all(req,
	    (const struct scop_read[]){ { "days", false, sales_by_day(last_days(req, labels)) },
		{ "counts", true, order_counts() }, { "ready", true, readiness() }, { 0 } });
	const char *currency = shop_currency_of(days, "total");
	int64_t cents[DAYS] = { 0 }, total = 0;

	for (size_t i = 0; i < scop_count(days); i++) {
		const int64_t place = scop_int(scop_at(days, i), "place");

		total += cents[place - 1] = scop_int(scop_at(days, i), "total");
	}
	for (size_t i = 0; i < DAYS; i++)
		values[i] = scop_make_money(req, cents[i], currency);
	const struct scop_value *ready = scop_model(req, "ready");

	scop_put(req, "unready",
	    scop_make_bool(req,
		!scop_bool(ready, "has_account") || !scop_bool(ready, "has_articles") ||
		    !scop_bool(ready, "has_mail")));
	scop_put(req, "may_set", scop_make_bool(req, scop_may(req, "shop.settings")));
	scop_put(req, "may_add", scop_make_bool(req, scop_may(req, "shop.products")));
	scop_put(req, "chart", scop_chart(req, DAYS, labels, values));
	scop_put(req, "total", scop_make_money(req, total, currency));
	scop_view(req, &view_sales);
}

static const struct scop_value *
in_words(struct scop_request *req, const char *state)
{
	return scop_make_string(req, scop_translate(req, state));
}

static struct scop_query
orders_before(struct scop_request *req, const struct scop_value *last,
    const struct scop_value *limit)
{
	return orders_export(scop_field(req, "state"), scop_field(req, "words"), since(req),
	    before(req), scop_get(last, "id"), in_words(req, SCOP_TEXT("To be paid")),
	    in_words(req, SCOP_TEXT("To be shipped")), in_words(req, SCOP_TEXT("Shipped")),
	    in_words(req, SCOP_TEXT("Cancelled")), limit);
}

void
shop_orders_file(struct scop_request *req)
{
	static const struct scop_csv_column columns[] = {
		{ "id", SCOP_TEXT("Order number") },
		{ "created", SCOP_TEXT("Date") },
		{ "state", SCOP_TEXT("Status") },
		{ "name", SCOP_TEXT("Name") },
		{ "mail", SCOP_TEXT("E-mail address") },
		{ "street", SCOP_TEXT("Street and number") },
		{ "postal_code", SCOP_TEXT("Postal code") },
		{ "city", SCOP_TEXT("Town") },
		{ "country", SCOP_TEXT("Country") },
		{ "articles", SCOP_TEXT("Articles") },
		{ "shipping", SCOP_TEXT("Delivery") },
		{ "vat", SCOP_TEXT("VAT") },
		{ "total", SCOP_TEXT("Total") },
		{ "currency", SCOP_TEXT("Currency") },
		{ "communication", SCOP_TEXT("Communication") },
		{ 0 },
	};

	scop_send_download(req, "orders.csv", "text/csv; charset=utf-8",
	    scop_csv_write_all(req, columns, orders_before));
}

static const struct scop_value *
actor_in_words(struct scop_request *req, const struct scop_value *change, const void *context)
{
	(void)context;
	return scop_actor_name(req, scop_get(change, "by_name"));
}

void
shop_order(struct scop_request *req)
{
	const struct scop_value *number =
	    scop_make_int(req, atoll(scop_as_text(scop_path(req, "number"))));
	const struct scop_value *order = scop_put_all(req,
	    (const struct scop_read[]){ { "order", true, order_by_id(number) },
		{ "lines", false, lines_by_id(number) },
		{ "found_vats", false, vats_by_id(number) },
		{ "changes", false, order_changes(number) }, { 0 } });

	if (!order) {
		scop_not_found(req);
		return;
	}
	scop_put(req, "changes",
	    scop_rows_with(req, scop_model(req, "changes"), "by_name", actor_in_words, NULL));
	scop_put(req, "may_process", scop_make_bool(req, scop_may(req, "shop.process")));
	shop_put_communication(req, order);
	shop_put_vats(req);
	scop_view(req, &view_one_order);
}
