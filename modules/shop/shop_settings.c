/* SPDX-License-Identifier: EUPL-1.2 */
/* How the shop sells: where it is paid, which VAT it owes, what delivery costs. */
#include "shop.h"
#include "shop_payment.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 100 };

static const char *const countries[] = { "BE", "FR", NULL };
static const char *const schemes[] = { "national", "oss", "exempt", NULL };

const struct scop_field shop_payment_fields[] = {
	{ .name = "beneficiary",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Beneficiary"),
	    .required = true,
	    .max = 70 },
	{ .name = "iban",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Account number (IBAN)"),
	    .required = true,
	    .pattern = "[A-Z]{2}[0-9]{2}[A-Z0-9 ]{11,38}",
	    .message = SCOP_TEXT("An account number looks like BE68 5390 0754 7034.") },
	{ .name = "bic",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("BIC, for transfers from abroad"),
	    .pattern = "[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?",
	    .message = SCOP_TEXT("A BIC has 8 or 11 letters and digits, such as TRIOBEBB.") },
	{ .name = "seen", .type = SCOP_FIELD_TEXT, .max = 64 },
	{ 0 },
};

const struct scop_field shop_selling_fields[] = {
	{ .name = "country",
	    .type = SCOP_FIELD_CHOICE,
	    .label = SCOP_TEXT("Your country"),
	    .required = true,
	    .choices = countries },
	{ .name = "scheme", .type = SCOP_FIELD_CHOICE, .required = true, .choices = schemes },
	{ .name = "free_from",
	    .type = SCOP_FIELD_MONEY,
	    .label = SCOP_TEXT("Free delivery from this amount"),
	    .min = 1,
	    .max = 9999999999 },
	{ .name = "mail",
	    .type = SCOP_FIELD_EMAIL,
	    .label = SCOP_TEXT("E-mail address for new orders and replies") },
	{ .name = "seen", .type = SCOP_FIELD_TEXT, .max = 64 },
	{ 0 },
};

const struct scop_field shop_step_fields[] = {
	{ .name = "to",
	    .type = SCOP_FIELD_CHOICE,
	    .label = SCOP_TEXT("Country"),
	    .required = true,
	    .choices = countries },
	{ .name = "weight",
	    .type = SCOP_FIELD_INT,
	    .label = SCOP_TEXT("Up to this weight, in grams"),
	    .required = true,
	    .min = 1,
	    .max = 10000000 },
	{ .name = "price",
	    .type = SCOP_FIELD_MONEY,
	    .label = SCOP_TEXT("Price"),
	    .required = true,
	    .max = 9999999 },
	{ 0 },
};

#define PAYMENT "beneficiary iban bic"
#define SELLING "country scheme free_from mail"

/* An amount as the trail keeps it, which is read in any language. */
static const char *
euros(struct scop_request *req, const struct scop_value *amount)
{
	const long long cents = amount ? (long long)scop_as_int(amount) : 0;

	return amount ? scop_as_text(scop_make_text(req, "%lld.%02lld", cents / 100, cents % 100))
		      : "-";
}

void
shop_settings_show(struct scop_request *req)
{
	scop_put_all(req,
	    (const struct scop_want[]){ { "selling", true, selling() }, { "steps", false, steps() },
		{ "payment", true, payment() }, { 0 } });
	const struct scop_value *free_from = scop_get(scop_model(req, "selling"), "free_from");

	if (scop_type(free_from) == SCOP_MONEY)
		scop_put(req, "free_from", scop_make_number(req, scop_as_int(free_from), 2));
	scop_put(req, "payment_seen", scop_seen(req, scop_model(req, "payment"), PAYMENT));
	scop_put(req, "selling_seen", scop_seen(req, scop_model(req, "selling"), SELLING));
	scop_put(req, "any_step", scop_make_bool(req, scop_count(scop_model(req, "steps")) > 0));
	scop_view(req, &view_settings);
}

void
shop_settings_save(struct scop_request *req)
{
	char iban[SHOP_IBAN];
	const struct scop_value *bic = scop_field(req, "bic");

	if (!shop_iban_check(scop_as_text(scop_field(req, "iban")), iban)) {
		scop_reject(req, "iban", "The check digits of this account number are wrong.");
		return;
	}
	if (scop_outdated(req, scop_row(req, payment_held()), PAYMENT))
		return;
	scop_write(req,
	    payment_set(scop_field(req, "beneficiary"), scop_make_text(req, "%s", iban),
		bic ? bic : scop_make_text(req, "%s", "")));
	scop_note(req, "Changed where customers pay", scop_make_text(req, "%s", iban));
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "settings", NULL);
}

void
shop_selling_save(struct scop_request *req)
{
	const struct scop_value *mail = scop_field(req, "mail");

	if (scop_outdated(req, scop_row(req, selling_held()), SELLING))
		return;
	scop_write(req,
	    selling_set(scop_field(req, "country"), scop_field(req, "scheme"),
		scop_field(req, "free_from"), mail ? mail : scop_make_text(req, "%s", "")));
	scop_note(req, "Changed VAT and replies",
	    scop_make_text(req, "%s, %s, %s, %s", scop_as_text(scop_field(req, "country")),
		scop_as_text(scop_field(req, "scheme")), euros(req, scop_field(req, "free_from")),
		mail ? scop_as_text(mail) : "-"));
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "settings", NULL);
}

static void
note_step(struct scop_request *req, const struct scop_value *country,
    const struct scop_value *grams, const struct scop_value *price)
{
	scop_note(req, "Changed the prices of delivery",
	    scop_make_text(req, "%s, %lld g: %s", scop_as_text(country),
		(long long)scop_as_int(grams), euros(req, price)));
}

/* The same country and weight again has its price changed. */
void
shop_step_add(struct scop_request *req)
{
	if (scop_int(scop_row(req, step_count()), "steps") >= STEPS_MAX) {
		scop_reject(req, "weight", "That is enough steps. Please remove one first.");
		return;
	}
	scop_write(req,
	    step_put(scop_field(req, "to"), scop_field(req, "weight"), scop_field(req, "price")));
	note_step(req, scop_field(req, "to"), scop_field(req, "weight"), scop_field(req, "price"));
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "settings", NULL);
}

void
shop_step_remove(struct scop_request *req)
{
	const struct scop_value *step = scop_row(req,
	    step_by_id(scop_make_int(req, atoll(scop_as_text(scop_path(req, "step"))))));

	if (!step) {
		scop_redirect(req, "settings", NULL); /* gone already */
		return;
	}
	scop_write(req, step_remove(scop_get(step, "id")));
	note_step(req, scop_get(step, "country"), scop_get(step, "up_to_grams"), NULL);
	scop_flash(req, SCOP_TEXT("Removed."));
	scop_redirect(req, "settings", NULL);
}
