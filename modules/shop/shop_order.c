/* Orders: the form, placing one, what the customer sees afterwards, and the merchant's list. */
#include "shop.h"
#include "shop_payment.h"

#include <stdlib.h>
#include <string.h>

enum { PER_PAGE = 25, TOKEN_LENGTH = 32 };

const struct scop_value *
shop_options(struct scop_request *req, const struct scop_value *variant)
{
	const char *one = scop_text(variant, "option1"), *two = scop_text(variant, "option2"), *three = scop_text(variant, "option3");

	return scop_make_text(req, "%s%s%s%s%s", one, *two ? ", " : "", two, *three ? ", " : "", three);
}

static int64_t
count_of(const struct scop_request *req)
{
	const struct scop_value *count = scop_field(req, "count");

	return count ? scop_as_int(count) : 1;
}

static const struct scop_value *
total_of(struct scop_request *req, const struct scop_value *variant)
{
	const struct scop_value *price = scop_get(variant, "price");

	return scop_make_money(req, scop_as_int(price) * count_of(req), scop_currency(price));
}

bool
shop_order_show(struct scop_request *req)
{
	const struct scop_value *variant = scop_put_all(req, (const struct scop_want[]){
	    { "variant", true, variant_to_order(scop_field(req, "variant")) }, SHOP_FRAME, { 0 } });

	if (!variant)
		return scop_not_found(req);
	scop_put(req, "options", shop_options(req, variant));
	scop_put(req, "count", scop_make_int(req, count_of(req)));
	scop_put(req, "total", total_of(req, variant));
	return scop_view(req, &view_order);
}

static const struct scop_value *
add_order(struct scop_request *req, const struct scop_value *total, const struct scop_value *token)
{
	char communication[SHOP_COMMUNICATION];

	scop_write(req, order_add(token, scop_field(req, "name"), scop_field(req, "mail"), scop_field(req, "street"),
	    scop_field(req, "postal_code"), scop_field(req, "city"), scop_field(req, "country"),
	    scop_make_text(req, "%s", scop_language_of(req)), total, scop_make_text(req, "%s", scop_currency(total)), scop_now(req)));
	const struct scop_value *id = scop_make_int(req, scop_inserted(req));
	shop_communication_make((uint64_t)scop_as_int(id), communication);
	scop_write(req, order_communicate(id, scop_make_text(req, "%s", communication)));
	return id;
}

/* The stock was not enough: asked again, for another may have bought since the first look. */
static bool
refuse_count(struct scop_request *req)
{
	const struct scop_value *now = scop_row(req, variant_to_order(scop_field(req, "variant")));

	return scop_reject(req, "count", scop_int(now, "stock") > 0 ? SCOP_TEXT("There are not that many left.") :
	    SCOP_TEXT("This has just been sold out."));
}

static void
put_communication(struct scop_request *req, const struct scop_value *order)
{
	char shown[SHOP_COMMUNICATION_SHOWN];

	shop_communication_show(scop_text(order, "communication"), shown);
	scop_put(req, "communication", scop_make_text(req, "%s", shown));
}

/* To the customer, in the language of the form, with all that the page of thanks says: that page may be lost. */
static void
mail_order(struct scop_request *req, const struct scop_value *token)
{
	const struct scop_value *order = scop_put_all(req, (const struct scop_want[]){
	    { "order", true, order_by_token(token) },
	    { "lines", false, lines_by_token(token) },
	    { "payment", true, payment() }, { 0 } });

	scop_put(req, "token", token);
	put_communication(req, order);
	scop_mail(req, &(const struct scop_mail){ .view = &view_order_mail, .to = scop_get(order, "mail"),
		.to_name = scop_get(order, "name") });
}

bool
shop_order_place(struct scop_request *req)
{
	static const char *const parts[] = { "token" };
	const struct scop_value *variant = scop_row(req, variant_to_order(scop_field(req, "variant")));
	const struct scop_value *count = scop_field(req, "count"), *token = scop_random(req, TOKEN_LENGTH);

	if (!variant)
		return scop_not_found(req);
	/* The condition is in the UPDATE, so of two who want the last piece one gets it. */
	if (scop_write(req, stock_take(scop_get(variant, "id"), count)) != 1)
		return refuse_count(req);
	scop_write(req, availability_refresh(scop_get(variant, "product")));

	const struct scop_value *order = add_order(req, total_of(req, variant), token);
	scop_write(req, order_line_add(order, scop_get(variant, "id"), scop_get(variant, "name"), shop_options(req, variant),
	    scop_get(variant, "picture"), count, scop_get(variant, "price")));
	mail_order(req, token);
	return scop_redirect(req, "thanks", scop_make_map(req, 1, parts, &token));
}

/* What a bank's app reads from the screen; only where one can pay in euro. */
static void
put_code(struct scop_request *req, const struct scop_value *order)
{
	const struct scop_value *payment = scop_model(req, "payment"), *total = scop_get(order, "total");
	char text[SHOP_EPC];

	if (strcmp(scop_currency(total), "EUR") == 0 && scop_text(payment, "iban")[0] &&
	    shop_epc_make(scop_text(payment, "beneficiary"), scop_text(payment, "iban"), scop_text(payment, "bic"), scop_as_int(total),
		scop_as_text(scop_model(req, "communication")), text))
		scop_put(req, "code", scop_qr(req, text));
}

bool
shop_thanks(struct scop_request *req)
{
	const struct scop_value *token = scop_path(req, "token");
	const struct scop_value *order = scop_put_all(req, (const struct scop_want[]){
	    { "order", true, order_by_token(token) },
	    { "lines", false, lines_by_token(token) },
	    { "payment", true, payment() }, SHOP_FRAME, { 0 } });

	if (!order)
		return scop_not_found(req);
	put_communication(req, order);
	put_code(req, order);
	return scop_view(req, &view_thanks);
}

/* ---- in the portal ---- */

bool
shop_orders(struct scop_request *req)
{
	const struct scop_value *field = scop_field(req, "page");
	const int64_t page = field ? scop_as_int(field) : 1;
	const struct scop_value *found = scop_rows(req, orders(scop_make_int(req, PER_PAGE + 1),
	    scop_make_int(req, (page - 1) * PER_PAGE)));
	const struct scop_value *shown[PER_PAGE];
	const size_t count = scop_count(found) > PER_PAGE ? PER_PAGE : scop_count(found);

	for (size_t i = 0; i < count; i++)
		shown[i] = scop_at(found, i);
	scop_put(req, "orders", scop_make_list(req, count, shown));
	if (page > 1)
		scop_put(req, "previous", scop_make_int(req, page - 1));
	if (scop_count(found) > PER_PAGE)
		scop_put(req, "next", scop_make_int(req, page + 1));
	return scop_view(req, &view_orders);
}

bool
shop_order(struct scop_request *req)
{
	const struct scop_value *number = scop_make_int(req, atoll(scop_as_text(scop_path(req, "number"))));
	const struct scop_value *order = scop_put_all(req, (const struct scop_want[]){
	    { "order", true, order_by_id(number) },
	    { "lines", false, lines_by_id(number) },
	    { "changes", false, order_changes(number) }, { 0 } });

	if (!order)
		return scop_not_found(req);
	put_communication(req, order);
	return scop_view(req, &view_one_order);
}

bool
shop_settings_show(struct scop_request *req)
{
	scop_put(req, "payment", scop_row(req, payment()));
	return scop_view(req, &view_settings);
}

bool
shop_settings_save(struct scop_request *req)
{
	char iban[SHOP_IBAN];
	const struct scop_value *bic = scop_field(req, "bic");

	if (!shop_iban_check(scop_as_text(scop_field(req, "iban")), iban))
		return scop_reject(req, "iban", "The check digits of this account number are wrong.");
	scop_write(req, payment_set(scop_field(req, "beneficiary"), scop_make_text(req, "%s", iban),
	    bic ? bic : scop_make_text(req, "%s", "")));
	return scop_redirect(req, "settings", NULL);
}
