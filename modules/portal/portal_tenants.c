/* SPDX-License-Identifier: EUPL-1.2 */
/* The tenants of a scop, for its operators: what each uses, problems, orders, and new tenants. For
 * any other tenant these pages are empty. */
#include <stdlib.h>
#include <string.h>

#include "portal.h"

enum { PER_PAGE = 50 };

const struct scop_field portal_tenants_fields[] = {
	SCOP_PAGE_FIELDS,
	{ .name = "words", .type = SCOP_FIELD_TEXT, .max = 100 },
	{ 0 },
};

static const char *const languages[] = { "fr", "nl", "de", "en", NULL };

const struct scop_field portal_new_tenant_fields[] = {
	{ .name = "title",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Name of the company"),
	    .required = true,
	    .max = 100 },
	{ .name = "name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Short name"),
	    .required = true,
	    .min = 2,
	    .max = 32,
	    .pattern = "[a-z]([a-z0-9-]*[a-z0-9])",
	    .message =
		SCOP_TEXT("Use small letters, digits and hyphens, starting with a letter.") },
	{ .name = "language",
	    .type = SCOP_FIELD_CHOICE,
	    .label = SCOP_TEXT("Language"),
	    .required = true,
	    .choices = languages },
	{ .name = "zone",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Time zone"),
	    .required = true,
	    .max = 40 },
	/* none: the zone's */
	{ .name = "country", .type = SCOP_FIELD_COUNTRY, .label = SCOP_TEXT("Country") },
	{ .name = "template",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Start with"),
	    .max = 40 },
	{ .name = "host",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Public pages"),
	    .max = 48,
	    .pattern = "[a-z0-9][a-z0-9.-]+[a-z0-9]",
	    .message = SCOP_TEXT("This is not a domain name.") },
	{ .name = "portal_host",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Portal"),
	    .max = 48,
	    .pattern = "[a-z0-9][a-z0-9.-]+[a-z0-9]",
	    .message = SCOP_TEXT("This is not a domain name.") },
	{ .name = "owner_name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Owner's name"),
	    .required = true,
	    .max = 100 },
	{ .name = "owner_mail",
	    .type = SCOP_FIELD_EMAIL,
	    .label = SCOP_TEXT("Owner's e-mail address"),
	    .required = true },
	{ 0 },
};

const struct scop_field portal_agreed_fields[] = {
	{ .name = "amount",
	    .type = SCOP_FIELD_MONEY,
	    .label = SCOP_TEXT("Monthly limit for orders without asking you"),
	    .min = 0,
	    .max = 10000000 },
	{ .name = "address",
	    .type = SCOP_FIELD_EMAIL,
	    .label = SCOP_TEXT("Sender address of their e-mails") },
	{ .name = "country", .type = SCOP_FIELD_COUNTRY, .label = SCOP_TEXT("Country") },
	{ 0 },
};

static const struct scop_value *
tenant_number(struct scop_request *req)
{
	return scop_make_int(req, atoll(scop_as_text(scop_path(req, "tenant"))));
}

static struct scop_query
page_of_tenants(struct scop_request *req, const struct scop_page *page)
{
	return every_tenant(scop_field(req, "words"), page->after, page->before, page->limit);
}

void
portal_tenants(struct scop_request *req)
{
	const struct scop_value *words = scop_field(req, "words");

	const struct scop_value *made = scop_rows(req, tenants_being_made(scop_tenant(req)));
	bool busy = false;

	for (size_t i = 0; i < scop_count(made); i++)
		busy |= scop_bool(scop_at(made, i), "under_way");
	scop_put(req, "made", portal_all_said(req, made, "message"));
	scop_put(req, "busy", scop_make_bool(req, busy));
	scop_put(req, "words", words);
	scop_put(req, "query", words ? scop_percent(req, words) : NULL);
	portal_put_page(req, "tenants", PER_PAGE, page_of_tenants);
	scop_view(req, &view_tenants);
}

void
portal_tenant(struct scop_request *req)
{
	const struct scop_value *language = scop_make_text(req, "%s", scop_language_of(req)),
				*id = tenant_number(req);
	const struct scop_value *tenant = scop_put_all(req,
	    (const struct scop_read[]){ { "one", true, one_tenant(id) },
		{ "modules", false, offers_for(language, id) },
		{ "orders", false, orders_for(language, id) }, { "steps", false, steps_for(id) },
		{ "dead", false, dead_jobs_for(language, id) }, { 0 } });

	if (!tenant) {
		scop_not_found(req);
		return;
	}
	scop_put(req, "busy",
	    scop_make_bool(req, portal_put_orders(req, scop_model(req, "orders"))));
	scop_put(req, "modules", portal_all_said(req, scop_model(req, "modules"), "trouble"));
	scop_put(req, "steps", portal_all_said(req, scop_model(req, "steps"), "step"));
	scop_put(req, "any_dead", scop_make_bool(req, scop_count(scop_model(req, "dead")) > 0));
	scop_put(req, "dead", portal_all_said(req, scop_model(req, "dead"), "error"));
	scop_put(req, "of_all", scop_make_bool(req, true));
	scop_view(req, &view_tenant);
}

/* ---- a new tenant ---- */

void
portal_tenant_new(struct scop_request *req)
{
	scop_put(req, "sectors",
	    scop_rows(req, templates(scop_make_text(req, "%s", scop_language_of(req)))));
	portal_put_zones(req);
	scop_view(req, &view_tenant_new);
}

static const struct scop_value *
field_or_none(struct scop_request *req, const char *name)
{
	const struct scop_value *value = scop_field(req, name);

	return value ? value : scop_make_text(req, "%s", "");
}

/* Rejects errors that can be detected now; the page of tenants shows the others. */
void
portal_tenant_check(struct scop_request *req)
{
	const struct scop_value *host = field_or_none(req, "host"),
				*portal_host = field_or_none(req, "portal_host"),
				*sector = scop_field(req, "template");
	const struct scop_value *like =
	    scop_row(req, tenant_like(scop_field(req, "name"), host, portal_host));
	const struct scop_value *sectors =
	    scop_rows(req, templates(scop_make_text(req, "%s", "en")));
	bool known = sector == NULL;

	for (size_t i = 0; i < scop_count(sectors) && !known; i++)
		known = strcmp(scop_text(scop_at(sectors, i), "name"), scop_as_text(sector)) == 0;
	if (!known)
		scop_reject(req, "template", "Choose one of the options.");
	if (scop_field(req, "zone") && !scop_zone_is_known(scop_as_text(scop_field(req, "zone"))))
		scop_reject(req, "zone",
		    "This time zone is not known. Enter one such as Europe/Brussels.");
	if (scop_bool(like, "by_name"))
		scop_reject(req, "name", "Another company already has this short name.");
	else if (like)
		scop_reject(req, "host", "One of these addresses belongs to another company.");
	if (scop_field(req, "host") && strcmp(scop_as_text(host), scop_as_text(portal_host)) == 0)
		scop_reject(req, "portal_host", "The portal needs an address of its own.");
}

void
portal_tenant_make(struct scop_request *req)
{
	const struct scop_value *title = scop_field(req, "title");
	bool under_way;

	portal_tenant_check(req); /* again, in the transaction */
	if (scop_rejected(req))
		return;
	scop_write_unique(req,
	    tenant_order_add(scop_tenant(req), scop_actor(req), scop_field(req, "name"), title,
		scop_field(req, "language"), scop_field(req, "zone"), scop_field(req, "country"),
		field_or_none(req, "template"), field_or_none(req, "host"),
		field_or_none(req, "portal_host"), scop_field(req, "owner_name"),
		scop_field(req, "owner_mail"), portal_own_name(req)),
	    &under_way);
	if (!under_way)
		scop_audit(req, "Created a company", title);
	scop_flash_with(req,
	    under_way ? SCOP_TEXT("{{title}} is already being created.")
		      : SCOP_TEXT("{{title}} will be ready in a moment."),
	    scop_map_of(req, "title", title, NULL));
	scop_redirect(req, "tenants", NULL);
}

/* ---- terms of one tenant ---- */

/* The audit trail names the tenant and the new value. */
static void
note_agreed(struct scop_request *req, const struct scop_value *tenant, const char *note,
    const struct scop_value *value)
{
	scop_audit(req, note,
	    scop_make_message(req, "{{company}}: {{value}}",
		scop_map_of(req, "company", scop_get(tenant, "title"), "value", value, NULL)));
}

static const struct scop_value *
or_dash(struct scop_request *req, const struct scop_value *value)
{
	return value ? value : scop_make_text(req, "-");
}

/* NULL: only free modules. */
static void
allow(struct scop_request *req, const struct scop_value *tenant, const struct scop_value *amount)
{
	const bool had = scop_bool(tenant, "may_order");
	bool under_way;

	if (amount ? had && scop_as_int(amount) == scop_int(tenant, "allowance") : !had)
		return;
	scop_write_unique(req,
	    allowance_order_add(scop_get(tenant, "id"), scop_actor(req),
		amount ? scop_make_int(req, scop_as_int(amount)) : NULL),
	    &under_way);
	note_agreed(req, tenant, SCOP_AUDIT("Changed the order limit"),
	    or_dash(req,
		amount ? scop_make_money(req, scop_as_int(amount), scop_text(tenant, "currency"))
		       : NULL));
}

static void
send_from(struct scop_request *req, const struct scop_value *tenant,
    const struct scop_value *address)
{
	bool under_way;

	if (strcmp(scop_as_text(address), scop_text(tenant, "sender")) == 0)
		return;
	scop_write_unique(req, sender_order_add(scop_get(tenant, "id"), scop_actor(req), address),
	    &under_way);
	note_agreed(req, tenant, SCOP_AUDIT("Changed the sender address"),
	    or_dash(req, scop_as_text(address)[0] ? address : NULL));
}

static void
move_to(struct scop_request *req, const struct scop_value *tenant, const struct scop_value *country)
{
	bool under_way;

	if (!country || strcmp(scop_as_text(country), scop_text(tenant, "country")) == 0)
		return;
	scop_write_unique(req, country_order_add(scop_get(tenant, "id"), scop_actor(req), country),
	    &under_way);
	note_agreed(req, tenant, SCOP_AUDIT("Changed the country"),
	    scop_map_of(req, "country", country, NULL));
}

void
portal_tenant_agree(struct scop_request *req)
{
	const struct scop_value *tenant = scop_row(req, one_tenant(tenant_number(req)));

	if (!tenant) {
		scop_not_found(req);
		return;
	}
	allow(req, tenant, scop_field(req, "amount"));
	send_from(req, tenant, field_or_none(req, "address"));
	move_to(req, tenant, scop_field(req, "country"));
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "tenant", scop_map_of(req, "tenant", scop_get(tenant, "id"), NULL));
}
