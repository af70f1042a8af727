/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The shop's settings: account for payments, VAT, delivery prices. One page, saved as a whole, so
 * that no button loses input.
 */
#include "shop.h"
#include "shop_payment.h"
#include "shop_steps.h"

#include <string.h>

static const char *const countries[] = { "BE", "FR", NULL };
static const char *const schemes[] = { "national", "oss", "exempt", NULL };

const struct scop_field shop_settings_fields[] = {
	{ .name = "beneficiary",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Beneficiary"),
	    .max = 70 },
	{ .name = "iban", .type = SCOP_FIELD_IBAN, .label = SCOP_TEXT("Account number (IBAN)") },
	{ .name = "bic",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("BIC, for transfers from abroad"),
	    .pattern = "[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?",
	    .message = SCOP_TEXT("A BIC has 8 or 11 letters and digits, such as TRIOBEBB.") },
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
	{ .name = "to",
	    .type = SCOP_FIELD_CHOICE,
	    .label = SCOP_TEXT("Country"),
	    .choices = countries },
	{ .name = "weight",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Up to this weight (g or kg)"),
	    .max = 30 },
	/* of each step, and of the new step */
	{ .name = "price", .type = SCOP_FIELD_MAP, .max = 30 },
	{ .name = "remove", .type = SCOP_FIELD_MAP, .max = 1 },
	{ .name = "seen", .type = SCOP_FIELD_TEXT, .max = 64 },
	{ 0 },
};

#define SHOWN "beneficiary iban bic country scheme free_from mail steps"

/* All values that the page shows, as one row, for its digest. */
static const struct scop_value *
all_of(struct scop_request *req, const struct scop_value *payment, const struct scop_value *selling,
    const struct scop_value *steps)
{
	return scop_map_of(req, "beneficiary", scop_get(payment, "beneficiary"), "iban",
	    scop_get(payment, "iban"), "bic", scop_get(payment, "bic"), "country",
	    scop_get(selling, "country"), "scheme", scop_get(selling, "scheme"), "free_from",
	    scop_get(selling, "free_from"), "mail", scop_get(selling, "mail"), "steps",
	    scop_row_version(req, steps, SHOP_STEP), NULL);
}

void
shop_settings_show(struct scop_request *req)
{
	scop_put_all(req,
	    (const struct scop_read[]){ { "selling", true, selling() }, { "found", false, steps() },
		{ "payment", true, payment() }, { 0 } });
	const struct scop_value *selling = scop_model(req, "selling"),
				*found = scop_model(req, "found");

	scop_put(req, "seen",
	    scop_row_version(req, all_of(req, scop_model(req, "payment"), selling, found), SHOWN));
	shop_put_steps(req, found);
	scop_put(req, "may_set", scop_make_bool(req, scop_may(req, "portal.settings")));
	scop_view(req, &view_settings);
}

/* ---- saving ---- */

static const struct scop_value *
or_none(struct scop_request *req, const struct scop_value *text)
{
	return text ? text : scop_make_text(req, "%s", "");
}

static void
say_missing(struct scop_request *req, const char *field)
{
	if (!scop_field(req, field))
		scop_reject(req, field, "Please fill this in.");
}

/* Whether there is an account to be written. A shop that has none yet may save the rest; one that
 * had an account keeps one, for customers pay to it. */
static bool
check_account(struct scop_request *req, const struct scop_value *before)
{
	if (!scop_field(req, "iban") && !scop_field(req, "beneficiary") &&
	    !scop_field(req, "bic") && !scop_text(before, "iban")[0])
		return false;
	say_missing(req, "beneficiary");
	say_missing(req, "iban");
	return !scop_rejected(req);
}

static void
write_account(struct scop_request *req, const struct scop_value *before)
{
	const struct scop_value *name = scop_field(req, "beneficiary"),
				*iban = scop_field(req, "iban"),
				*bic = or_none(req, scop_field(req, "bic"));

	if (strcmp(scop_text(before, "iban"), scop_as_text(iban)) == 0 &&
	    strcmp(scop_text(before, "beneficiary"), scop_as_text(name)) == 0 &&
	    strcmp(scop_text(before, "bic"), scop_as_text(bic)) == 0)
		return;
	scop_write(req, payment_set(name, iban, bic));
	scop_audit(req, "Changed the bank account that customers pay to", iban);
}

/* Entries that version 0.1.0 stored, which the portal still translates. */
__attribute__((unused)) static const char *const earlier_texts[] = { SCOP_AUDIT(
									 "Changed VAT and replies"),
	SCOP_AUDIT("Changed the prices of delivery"), SCOP_AUDIT("Changed where customers pay") };

static void
note_country(struct scop_request *req, const char *country)
{
	scop_audit(req,
	    strcmp(country, "FR") == 0 ? SCOP_AUDIT("Set the shop's country to France")
				       : SCOP_AUDIT("Set the shop's country to Belgium"),
	    NULL);
}

static void
note_scheme(struct scop_request *req, const char *scheme)
{
	scop_audit(req,
	    strcmp(scheme, "oss") == 0
		? SCOP_AUDIT("Set VAT to the rates of the customer's country")
		: strcmp(scheme, "exempt") == 0
		? SCOP_AUDIT("Set VAT to none, under the scheme for small businesses")
		: SCOP_AUDIT("Set VAT to the rates of the shop's country"),
	    NULL);
}

static void
note_free_from(struct scop_request *req, const struct scop_value *amount)
{
	if (amount)
		scop_audit(req, "Set the amount for free delivery", amount);
	else
		scop_audit(req, "Ended free delivery", NULL);
}

static void
note_mail(struct scop_request *req, const struct scop_value *mail)
{
	if (scop_as_text(mail)[0])
		scop_audit(req, "Set the e-mail address for new orders and replies", mail);
	else
		scop_audit(req, "Removed the e-mail address for new orders and replies", NULL);
}

static bool
is_same(const struct scop_value *row, const char *name, const struct scop_value *now)
{
	return strcmp(scop_text(row, name), scop_as_text(now)) == 0;
}

/* Each value that changes has its own entry in the audit trail. */
static void
write_terms(struct scop_request *req, const struct scop_value *before)
{
	const struct scop_value *country = scop_field(req, "country"),
				*scheme = scop_field(req, "scheme"),
				*free_from = scop_field(req, "free_from"),
				*mail = or_none(req, scop_field(req, "mail"));
	const bool had_free = scop_type(scop_get(before, "free_from")) == SCOP_MONEY;

	scop_write(req, selling_set(country, scheme, free_from, mail));
	if (!is_same(before, "country", country))
		note_country(req, scop_as_text(country));
	if (!is_same(before, "scheme", scheme))
		note_scheme(req, scop_as_text(scheme));
	if (had_free != (free_from != NULL) ||
	    (free_from && scop_as_int(free_from) != scop_int(before, "free_from")))
		note_free_from(req, free_from);
	if (!is_same(before, "mail", mail))
		note_mail(req, mail);
}

/* Makes the checks of shop_settings_save() where a form is refused before that locks its rows. */
void
shop_settings_check(struct scop_request *req)
{
	if (!scop_rejected(req))
		return;
	shop_steps_read(req, scop_rows(req, steps()));
	check_account(req, scop_row(req, payment()));
}

void
shop_settings_save(struct scop_request *req)
{
	const struct scop_value *account = scop_row(req, payment_held()),
				*selling = scop_row(req, selling_held()),
				*steps = scop_rows(req, steps_held());
	struct shop_steps *changed = shop_steps_read(req, steps);

	if (scop_row_conflict(req, all_of(req, account, selling, steps), SHOWN))
		return;
	const bool pays = check_account(req, account);

	if (scop_rejected(req))
		return;
	if (pays)
		write_account(req, account);
	write_terms(req, selling);
	shop_steps_write(req, changed);
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "settings", NULL);
}
