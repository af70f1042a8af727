/* How the shop sells: where it is paid, which VAT it owes, what delivery costs. */
#include "shop.h"
#include "shop_payment.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 100 };

static const char *const countries[] = { "BE", "FR", NULL };
static const char *const schemes[] = { "national", "oss", "exempt", NULL };

const struct scop_field shop_payment_fields[] = {
	{ .name = "beneficiary", .type = SCOP_FIELD_TEXT, .label = SCOP_TEXT("Beneficiary"), .required = true, .max = 70 },
	{ .name = "iban", .type = SCOP_FIELD_TEXT, .label = SCOP_TEXT("Account number (IBAN)"), .required = true, .pattern = "[A-Z]{2}[0-9]{2}[A-Z0-9 ]{11,38}",
	  .message = SCOP_TEXT("An account number looks like BE68 5390 0754 7034.") },
	{ .name = "bic",         .type = SCOP_FIELD_TEXT, .label = SCOP_TEXT("BIC, for transfers from abroad"), .pattern = "[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?",
	  .message = SCOP_TEXT("A BIC has 8 or 11 letters and digits, such as TRIOBEBB.") },
	{ .name = "seen", .type = SCOP_FIELD_TEXT, .max = 64 },
	{ 0 }
};

const struct scop_field shop_selling_fields[] = {
	{ .name = "country",   .type = SCOP_FIELD_CHOICE, .label = SCOP_TEXT("Your country"), .required = true, .choices = countries },
	{ .name = "scheme",    .type = SCOP_FIELD_CHOICE, .required = true, .choices = schemes },
	{ .name = "free_from", .type = SCOP_FIELD_MONEY, .label = SCOP_TEXT("Delivery is free from this amount on"), .min = 1, .max = 9999999999 },
	{ .name = "mail",      .type = SCOP_FIELD_EMAIL, .label = SCOP_TEXT("Replies to order mails go to") },
	{ .name = "seen",      .type = SCOP_FIELD_TEXT, .max = 64 },
	{ 0 }
};

const struct scop_field shop_step_fields[] = {
	{ .name = "to",     .type = SCOP_FIELD_CHOICE, .label = SCOP_TEXT("Country"), .required = true, .choices = countries },
	{ .name = "weight", .type = SCOP_FIELD_INT, .label = SCOP_TEXT("Up to this weight, in grams"), .required = true, .min = 1, .max = 10000000 },
	{ .name = "price",  .type = SCOP_FIELD_MONEY, .label = SCOP_TEXT("Price"), .required = true, .max = 9999999 },
	{ 0 }
};

static const struct scop_value *
digest_of_payment(struct scop_request *req, const struct scop_value *row)
{
	return scop_hash(req, scop_make_text(req, "%s\n%s\n%s", scop_text(row, "beneficiary"), scop_text(row, "iban"), scop_text(row, "bic")));
}

static const struct scop_value *
digest_of_selling(struct scop_request *req, const struct scop_value *row)
{
	return scop_hash(req, scop_make_text(req, "%s\n%s\n%lld\n%s", scop_text(row, "country"), scop_text(row, "scheme"),
	    (long long)scop_int(row, "free_from"), scop_text(row, "mail")));
}

/* Whether another tab has saved since the form was shown, and this one is told so. A program that has shown none says nothing of it. */
static bool
has_changed(struct scop_request *req, const struct scop_value *digest)
{
	const struct scop_value *seen = scop_field(req, "seen");

	return seen && strcmp(scop_as_text(seen), scop_as_text(digest)) != 0 &&
	    scop_reject(req, "seen", "Somebody has changed these settings since you opened them. Please look at them again.");
}

bool
shop_settings_show(struct scop_request *req)
{
	scop_put_all(req, (const struct scop_want[]){
	    { "selling", true, selling() },
	    { "steps", false, steps() },
	    { "payment", true, payment() }, { 0 } });
	const struct scop_value *free_from = scop_get(scop_model(req, "selling"), "free_from");

	if (scop_type(free_from) == SCOP_MONEY)
		scop_put(req, "free_from", scop_make_number(req, scop_as_int(free_from), 2));
	scop_put(req, "payment_seen", digest_of_payment(req, scop_model(req, "payment")));
	scop_put(req, "selling_seen", digest_of_selling(req, scop_model(req, "selling")));
	scop_put(req, "any_step", scop_make_bool(req, scop_count(scop_model(req, "steps")) > 0));
	return scop_view(req, &view_settings);
}

bool
shop_settings_save(struct scop_request *req)
{
	char iban[SHOP_IBAN];
	const struct scop_value *bic = scop_field(req, "bic");

	if (!shop_iban_check(scop_as_text(scop_field(req, "iban")), iban))
		return scop_reject(req, "iban", "The check digits of this account number are wrong.");
	if (has_changed(req, digest_of_payment(req, scop_row(req, payment_held()))))
		return true;
	scop_write(req, payment_set(scop_field(req, "beneficiary"), scop_make_text(req, "%s", iban),
	    bic ? bic : scop_make_text(req, "%s", "")));
	scop_note(req, "Changed where customers pay", scop_make_text(req, "%s", iban));
	return scop_redirect(req, "settings", NULL);
}

bool
shop_selling_save(struct scop_request *req)
{
	const struct scop_value *mail = scop_field(req, "mail");

	if (has_changed(req, digest_of_selling(req, scop_row(req, selling_held()))))
		return true;
	scop_write(req, selling_set(scop_field(req, "country"), scop_field(req, "scheme"), scop_field(req, "free_from"),
	    mail ? mail : scop_make_text(req, "%s", "")));
	scop_note(req, "Changed VAT and replies", NULL);
	return scop_redirect(req, "settings", NULL);
}

/* The same country and weight again has its price changed. */
bool
shop_step_add(struct scop_request *req)
{
	if (scop_int(scop_row(req, step_count()), "steps") >= STEPS_MAX)
		return scop_reject(req, "weight", "That is enough steps. Please remove one first.");
	scop_note(req, "Changed the prices of delivery", NULL);
	scop_write(req, step_put(scop_field(req, "to"), scop_field(req, "weight"), scop_field(req, "price")));
	return scop_redirect(req, "settings", NULL);
}

bool
shop_step_remove(struct scop_request *req)
{
	scop_note(req, "Changed the prices of delivery", NULL);
	scop_write(req, step_remove(scop_make_int(req, atoll(scop_as_text(scop_path(req, "step"))))));
	return scop_redirect(req, "settings", NULL);
}
