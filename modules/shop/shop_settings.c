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
	    .type = SCOP_FIELD_INT,
	    .label = SCOP_TEXT("Up to this weight, in grams"),
	    .min = 1,
	    .max = 10000000 },
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

/* An amount for the audit trail, independent of language. */
static const char *
euros(struct scop_request *req, const struct scop_value *amount)
{
	return amount ? scop_plain(req, amount) : "-";
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
	scop_audit(req, "Changed where customers pay", iban);
}

static const char *
terms(struct scop_request *req, const struct scop_value *country, const struct scop_value *scheme,
    const struct scop_value *free_from, const struct scop_value *mail)
{
	return scop_as_text(
	    scop_make_text(req, "%s, %s, %s, %s", scop_as_text(country), scop_as_text(scheme),
		euros(req, free_from), scop_as_text(mail)[0] ? scop_as_text(mail) : "-"));
}

static void
write_terms(struct scop_request *req, const struct scop_value *before)
{
	const struct scop_value *country = scop_field(req, "country"),
				*scheme = scop_field(req, "scheme"),
				*free_from = scop_field(req, "free_from"),
				*mail = or_none(req, scop_field(req, "mail")),
				*had = scop_get(before, "free_from");
	const char *now = terms(req, country, scheme, free_from, mail);

	if (strcmp(now,
		terms(req, scop_get(before, "country"), scop_get(before, "scheme"),
		    scop_type(had) == SCOP_MONEY ? had : NULL, scop_get(before, "mail"))) == 0)
		return;
	scop_write(req, selling_set(country, scheme, free_from, mail));
	scop_audit(req, "Changed VAT and replies", scop_make_text(req, "%s", now));
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
