/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The checkout, on one page and without an account: the cart, the address, and the total with VAT
 * and delivery.
 *
 * The page shows the total for each country; the form carries a digest of everything from which the
 * totals are calculated. If that has changed (a price, or the cart in another tab), nothing is
 * ordered, and the page is shown again with a message.
 */
#include "shop_basket.h"
#include "shop_payment.h"

#include <string.h>

enum { TOKEN_LENGTH = 32, DIGEST_LENGTH = 64 };

const struct scop_field shop_order_fields[] = {
	{ .name = "name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Name"),
	    .required = true,
	    .max = 100 },
	{ .name = "mail",
	    .type = SCOP_FIELD_EMAIL,
	    .label = SCOP_TEXT("E-mail address"),
	    .required = true },
	{ .name = "street",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Street and number"),
	    .required = true,
	    .max = 120 },
	{ .name = "postal_code",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Postal code"),
	    .required = true,
	    .pattern = "[0-9]{4,5}",
	    .message = SCOP_TEXT("A postal code has 4 digits in Belgium, 5 in France.") },
	{ .name = "city",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Town"),
	    .required = true,
	    .max = 80 },
	{ .name = "country",
	    .type = SCOP_FIELD_CHOICE,
	    .label = SCOP_TEXT("Country"),
	    .required = true,
	    .choices = shop_countries },
	{ .name = "seen", .type = SCOP_FIELD_TEXT, .max = DIGEST_LENGTH },
	{ 0 },
};

/* ---- the page ---- */

static const char *
chosen_country(struct scop_request *req, const struct shop_basket *basket)
{
	const struct scop_value *field = scop_field(req, "country"),
				*last = scop_model(req, "last");
	const char *country = field ? scop_as_text(field) : scop_text(last, "country");

	for (unsigned i = 0; i < SHOP_COUNTRIES; i++)
		if (strcmp(shop_countries[i], country) == 0 && basket->quote[i].deliverable)
			return country;
	return basket->quote[0].deliverable ? shop_countries[0] : shop_countries[1];
}

void
shop_checkout(struct scop_request *req)
{
	const struct scop_value *visitor = scop_visitor(req);
	struct shop_basket basket;

	scop_put_all(req,
	    (const struct scop_read[]){ { "lines", false, cart_lines(visitor) },
		{ "terms", true, selling() }, { "steps", false, steps() },
		{ "last", true, last_order_of(visitor) }, SHOP_FRAME(req), { 0 } });
	const struct scop_value *lines = scop_model(req, "lines");

	if (scop_count(lines) == 0) {
		scop_redirect(req, "cart", NULL);
		return;
	}
	shop_basket_add_up(&basket, lines, scop_model(req, "terms"), scop_model(req, "steps"));
	shop_put_quotes(req, &basket, chosen_country(req, &basket));
	scop_put(req, "seen", shop_basket_digest(req, &basket));
	scop_view(req, &view_order);
}

void
shop_put_vats(struct scop_request *req)
{
	const struct scop_value *found = scop_model(req, "found_vats"), *list[SHOP_VATS];
	size_t count = 0;

	for (; count < scop_count(found) && count < SHOP_VATS; count++) {
		const struct scop_value *row = scop_at(found, count);

		list[count] =
		    scop_map_of(req, "rate", shop_rate(req, (unsigned)scop_int(row, "hundredths")),
			"vat", scop_get(row, "vat"), NULL);
	}
	scop_put(req, "vats", scop_make_list(req, count, list));
}

/* ---- placing the order ---- */

void
shop_put_communication(struct scop_request *req, const struct scop_value *order)
{
	char shown[SHOP_COMMUNICATION_SHOWN];

	shop_communication_show(scop_text(order, "communication"), shown);
	scop_put(req, "communication", scop_make_text(req, "%s", shown));
}

static void
add_vats(struct scop_request *req, const struct scop_value *order, const struct shop_quote *quote)
{
	const struct scop_value *list[SHOP_VATS];
	size_t count = 0;

	for (unsigned i = 0; i < SHOP_VATS; i++)
		if (quote->gross_cents[i] > 0)
			list[count++] = scop_map_of(req, "rate",
			    scop_make_number(req, quote->rate[i], 2), "gross",
			    scop_make_int(req, quote->gross_cents[i]), "vat",
			    scop_make_int(req, shop_vat_in(quote->gross_cents[i], quote->rate[i])),
			    NULL);
	if (quote->taxed)
		scop_write(req, order_vats_add(order, scop_make_list(req, count, list)));
}

static void
add_lines(struct scop_request *req, const struct scop_value *order, const struct scop_value *owner,
    const struct shop_quote *quote)
{
	const struct scop_value *rate[SHOP_VATS];

	for (unsigned i = 0; i < SHOP_VATS; i++)
		rate[i] = quote->taxed ? scop_make_number(req, quote->rate[i], 2) : NULL;
	scop_write(req,
	    order_lines_add(order, owner, rate[SHOP_VAT_STANDARD], rate[SHOP_VAT_INTERMEDIATE],
		rate[SHOP_VAT_REDUCED], rate[SHOP_VAT_SUPER_REDUCED]));
}

static const struct scop_value *
add_order(struct scop_request *req, const struct shop_basket *basket,
    const struct shop_quote *quote, const struct scop_value *token)
{
	char communication[SHOP_COMMUNICATION];

	scop_write(req,
	    order_add(token, scop_field(req, "name"), scop_field(req, "mail"),
		scop_field(req, "street"), scop_field(req, "postal_code"), scop_field(req, "city"),
		scop_field(req, "country"), scop_make_text(req, "%s", scop_language_of(req)),
		scop_make_int(req, quote->shipping_cents), scop_make_int(req, quote->total_cents),
		scop_make_text(req, "%s", basket->currency), scop_now(req)));
	const struct scop_value *id = scop_make_int(req, scop_inserted(req));
	shop_communication_make((uint64_t)scop_as_int(id), communication);
	scop_write(req, order_communicate(id, scop_make_text(req, "%s", communication)));
	return id;
}

/* Mails the customer, in the language of the form, all that the page after the order says, since
 * that page may be lost. */
static void
mail_order(struct scop_request *req, const struct scop_value *token)
{
	const struct scop_value *order = scop_put_all(req,
	    (const struct scop_read[]){ { "order", true, order_by_token(token) },
		{ "lines", false, lines_by_token(token) },
		{ "found_vats", false, vats_by_token(token) }, { "terms", true, selling() },
		{ "payment", true, payment() }, { 0 } });
	const struct scop_value *reply_to = scop_get(scop_model(req, "terms"), "mail");

	scop_put(req, "token", token);
	shop_put_communication(req, order);
	shop_put_vats(req);
	scop_mail(req,
	    &(const struct scop_mail){ .view = &view_order_mail,
		.to = scop_get(order, "mail"),
		.to_name = scop_get(order, "name"),
		.reply_to = scop_as_text(reply_to)[0] ? reply_to : NULL });
}

/* Mails the merchant, at the address that gets customers' replies, in the shop's own language. */
static void
tell_shop(struct scop_request *req)
{
	const struct scop_value *mail = scop_get(scop_model(req, "terms"), "mail"),
				*order = scop_model(req, "order");

	if (!scop_as_text(mail)[0] || !scop_as_bool(scop_setting(req, "tell_shop")))
		return;
	scop_mail(req,
	    &(const struct scop_mail){ .view = &view_new_order_mail,
		.to = mail,
		.language = scop_tenant_language(req),
		.reply_to = scop_get(order, "mail") });
}

static bool
goes_to_france(struct scop_request *req)
{
	return strcmp(scop_as_text(scop_field(req, "country")), "FR") == 0;
}

/* Checks whether the cart can be ordered as it was shown; true if something is rejected. */
static bool
refused(struct scop_request *req, const struct shop_basket *basket)
{
	const struct shop_quote *quote = &basket->quote[goes_to_france(req)];
	const struct scop_value *seen = scop_field(req, "seen");

	if (!basket->available)
		scop_reject(req, "cart",
		    "Somebody was quicker: part of your cart is no longer available.");
	else if (!quote->deliverable)
		scop_reject(req, "country", "We cannot deliver this order to that country.");
	else if (strcmp(scop_as_text(seen), scop_as_text(shop_basket_digest(req, basket))) != 0)
		scop_reject(req, "cart",
		    "Your cart or a price has changed in the meantime. Please check the total and "
		    "order again.");
	return scop_rejected(req);
}

void
shop_order_check(struct scop_request *req)
{
	const struct scop_value *code = scop_field(req, "postal_code");
	struct shop_basket basket;

	if (code && scop_field(req, "country") &&
	    strlen(scop_as_text(code)) != (goes_to_france(req) ? 5 : 4))
		scop_reject(req, "postal_code",
		    "A postal code has 4 digits in Belgium, 5 in France.");
	if (!scop_rejected(req)) /* shop_order_place() locks the rows before it looks */
		return;
	const struct scop_value *lines = scop_rows(req, cart_lines(scop_visitor(req)));

	if (scop_count(lines) == 0)
		return;
	shop_basket_add_up(&basket, lines, scop_row(req, selling()), scop_rows(req, steps()));
	refused(req, &basket);
}

void
shop_order_place(struct scop_request *req)
{
	const struct scop_value *owner = shop_cart_owner(req),
				*token = scop_random(req, TOKEN_LENGTH);
	struct shop_basket basket;

	/* The rows stay locked until the commit, so only one of two customers gets the last piece.
	 */
	const struct scop_value *lines = scop_rows(req, cart_to_order(owner));

	if (scop_count(lines) == 0) {
		scop_redirect(req, "cart", NULL);
		return;
	}
	shop_basket_add_up(&basket, lines, scop_row(req, selling()), scop_rows(req, steps()));
	const struct shop_quote *quote = &basket.quote[goes_to_france(req)];

	if (refused(req, &basket))
		return;
	const struct scop_value *order = add_order(req, &basket, quote, token);
	const struct scop_value *ids = scop_make_list(req, 1, &order);
	add_lines(req, order, owner, quote);
	add_vats(req, order, quote);
	/* cannot happen: the rows are locked */
	if (scop_write(req, stock_take(owner)) != scop_count(lines)) {
		scop_reject(req, "cart",
		    "Somebody was quicker: part of your cart is no longer available.");
		return;
	}
	scop_write(req, availability_of_orders(ids));
	scop_write(req, cart_clear(owner));
	mail_order(req, token);
	tell_shop(req);
	scop_redirect(req, "thanks", scop_map_of(req, "token", token, NULL));
}

/* ---- afterwards ---- */

/* The payment QR code for a bank's app; only if the shop accepts euro. */
static void
put_code(struct scop_request *req, const struct scop_value *order)
{
	const struct scop_value *payment = scop_model(req, "payment"),
				*total = scop_get(order, "total");
	char text[SHOP_EPC];

	if (strcmp(scop_currency(total), "EUR") == 0 && scop_text(payment, "iban")[0] &&
	    shop_epc_make(scop_text(payment, "beneficiary"), scop_text(payment, "iban"),
		scop_text(payment, "bic"), scop_plain(req, total),
		scop_as_text(scop_model(req, "communication")), text))
		scop_put(req, "code", scop_qr(req, text));
}

void
shop_thanks(struct scop_request *req)
{
	const struct scop_value *token = scop_path(req, "token");
	const struct scop_value *order = scop_put_all(req,
	    (const struct scop_read[]){ { "order", true, order_by_token(token) },
		{ "lines", false, lines_by_token(token) },
		{ "found_vats", false, vats_by_token(token) }, { "payment", true, payment() },
		SHOP_FRAME(req), { 0 } });

	if (!order) {
		scop_not_found(req);
		return;
	}
	shop_put_communication(req, order);
	shop_put_vats(req);
	put_code(req, order);
	scop_view(req, &view_thanks);
}
