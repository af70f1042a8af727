/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Modules: the list, the description and rights of one module, and the operations on it. The portal
 * has no rights over modules: it places an order, which the installer carries out. Operators see
 * the same pages for the tenants that they serve.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "portal.h"

enum { PER_PAGE = 50 };

static const char *const categories[] = { "erp", "accounting", "telephony", "e-commerce", "sites",
	"stock", "shipping", "logistics", "communication", "hr", "back-office", "office", NULL };

static const char *const category_titles[] = { SCOP_TEXT("ERP"), SCOP_TEXT("Accounting"),
	SCOP_TEXT("Telephony"), SCOP_TEXT("E-commerce"), SCOP_TEXT("Web sites"), SCOP_TEXT("Stock"),
	SCOP_TEXT("Shipping"), SCOP_TEXT("Logistics"), SCOP_TEXT("Communication"),
	SCOP_TEXT("Human resources"), SCOP_TEXT("Back office"), SCOP_TEXT("Office and cloud") };

const struct scop_field portal_modules_fields[] = {
	/* names of modules */
	{ .name = "after", .type = SCOP_FIELD_TEXT, .max = 24 },
	{ .name = "before", .type = SCOP_FIELD_TEXT, .max = 24 },
	{ .name = "words", .type = SCOP_FIELD_TEXT, .max = 100 },
	{ .name = "category", .type = SCOP_FIELD_CHOICE, .choices = categories },
	{ 0 },
};

static const char *const kinds[] = { "install", "upgrade", "rehearse", "back", "disable",
	"uninstall", "purge", NULL };

/* For the audit trail, in the same order. */
static const char *const notes[] = { SCOP_AUDIT("Installed a module"),
	SCOP_AUDIT("Updated a module"), SCOP_AUDIT("Tested an update on a copy"),
	SCOP_AUDIT("Took a module back to its previous version"), SCOP_AUDIT("Disabled a module"),
	SCOP_AUDIT("Uninstalled a module"), SCOP_AUDIT("Deleted a module with its data") };

/* For the person who has ordered it. */
static const char *const begun[] = { SCOP_TEXT("{{title}} is being installed."),
	SCOP_TEXT("{{title}} is being updated."),
	SCOP_TEXT("The update of {{title}} is being tried on a copy."),
	SCOP_TEXT("{{title}} is going back to its previous version."),
	SCOP_TEXT("{{title}} is being disabled."), SCOP_TEXT("{{title}} is being uninstalled."),
	SCOP_TEXT("{{title}} is being deleted.") };

const struct scop_field portal_order_fields[] = {
	{ .name = "kind", .type = SCOP_FIELD_CHOICE, .required = true, .choices = kinds },
	{ .name = "version",
	    .type = SCOP_FIELD_TEXT,
	    .max = 40,
	    .pattern = "[0-9.^~<>=* ]*",
	    .message = SCOP_TEXT("This is not a version number.") },
	{ .name = "granted", .type = SCOP_FIELD_BOOL },
	{ .name = "confirmed",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Confirmation"),
	    .max = 200 },
	{ .name = "agreed", .type = SCOP_FIELD_MONEY, .max = 1000000000 },
	{ 0 },
};

/* The price in cents to which the person has agreed. */
const struct scop_field portal_install_fields[] = {
	{ .name = "agreed", .type = SCOP_FIELD_MONEY, .max = 1000000000 },
	{ 0 },
};

static bool
is_state(const struct scop_value *row, const char *state)
{
	return strcmp(scop_text(row, "state"), state) == 0;
}

static size_t
place_in(const char *const *list, const char *text)
{
	size_t i = 0;

	while (list[i] && strcmp(list[i], text) != 0)
		i++;
	return i;
}

static const char *
category_title(struct scop_request *req, const char *category)
{
	const size_t place = place_in(categories, category);

	return categories[place] ? scop_translate(req, category_titles[place]) : category;
}

static void
put_categories(struct scop_request *req)
{
	struct scop_list *list = scop_list_new(req);

	for (size_t i = 0; categories[i]; i++)
		scop_list_push(list,
		    scop_map_of(req, "name", scop_make_string(req, categories[i]), "title",
			scop_make_string(req, scop_translate(req, category_titles[i])), NULL));
	scop_put(req, "categories", scop_list_done(list));
}

static bool
is_newer(const char *version, const char *than)
{
	unsigned a[3] = { 0 }, b[3] = { 0 };

	if (sscanf(version, "%u.%u.%u", &a[0], &a[1], &a[2]) != 3 ||
	    sscanf(than, "%u.%u.%u", &b[0], &b[1], &b[2]) != 3)
		return false;
	for (int i = 0; i < 3; i++)
		if (a[i] != b[i])
			return a[i] > b[i];
	return false;
}

/* The newer version of an enabled module; NULL for none. */
static const struct scop_value *
update_of(struct scop_request *req, const struct scop_value *row, const void *context)
{
	(void)req;
	(void)context;
	return is_state(row, "on") && is_newer(scop_text(row, "newest"), scop_text(row, "version"))
	    ? scop_get(row, "newest")
	    : NULL;
}

/* The module's own pages in the portal that the member may open. */
static const struct scop_value *
pages_of(struct scop_request *req, const struct scop_value *row, const void *context)
{
	const struct scop_value *pages = context;
	struct scop_list *list = scop_list_new(req);

	for (size_t i = 0; i < scop_count(pages); i++) {
		const struct scop_value *page = scop_at(pages, i);

		if (strcmp(scop_text(page, "module"), scop_text(row, "module")) == 0 &&
		    scop_may(req, scop_text(page, "permission")))
			scop_list_push(list, page);
	}
	return scop_list_done(list);
}

static struct scop_query
page_of_offers(struct scop_request *req, const struct scop_page *page)
{
	return offers(portal_language(req), scop_field(req, "words"), scop_field(req, "category"),
	    page->after, page->before, page->limit);
}

void
portal_modules(struct scop_request *req)
{
	const struct scop_value *words = scop_field(req, "words"),
				*category = scop_field(req, "category");

	scop_put_all(req,
	    (const struct scop_read[]){ { "pages", false, entries(portal_language(req)) },
		{ "steps", false, steps_under_way() }, { "catalogue", true, catalogue_state() },
		{ 0 } });
	const struct scop_value *steps = scop_model(req, "steps"),
				*modules =
				    portal_put_page(req, "modules", PER_PAGE, page_of_offers),
				*pages = scop_model(req, "pages");
	bool busy = scop_count(steps) > 0;

	for (size_t i = 0; i < scop_count(modules); i++)
		busy |= scop_bool(scop_at(modules, i), "under_way");
	scop_put(req, "steps", portal_all_said(req, steps, "step"));
	modules = scop_rows_with(req, modules, "update", update_of, NULL);
	modules = scop_rows_with(req, modules, "pages", pages_of, pages);
	scop_put(req, "modules",
	    portal_all_said(req, portal_all_said(req, modules, "failure"), "trouble"));
	put_categories(req);
	scop_put(req, "words", words);
	scop_put(req, "query", words ? scop_percent(req, words) : NULL);
	scop_put(req, "category", category);
	scop_put(req, "filtered", scop_make_bool(req, words || category));
	scop_put(req, "busy", scop_make_bool(req, busy));
	scop_put(req, "may_order", scop_make_bool(req, scop_may(req, "portal.modules")));
	scop_put(req, "may_set", scop_make_bool(req, scop_may(req, "portal.settings")));
	scop_view(req, &view_modules);
}

/* ---- one module ---- */

static const char *
title_of(struct scop_request *req, const char *kind)
{
	static const struct {
		const char *kind, *title;
	} titles[] = {
		{ "install", SCOP_TEXT("Install") },
		{ "install-root", SCOP_TEXT("Install") },
		{ "upgrade", SCOP_TEXT("Update") },
		{ "rehearse", SCOP_TEXT("Try on a copy") },
		{ "back", SCOP_TEXT("Go back") },
		{ "disable", SCOP_TEXT("Disable") },
		{ "uninstall", SCOP_TEXT("Uninstall") },
		{ "purge", SCOP_TEXT("Delete permanently") },
		{ "request", SCOP_TEXT("Ask the operator") },
		{ "decline", SCOP_TEXT("Decline the request") },
		{ "tenant", SCOP_TEXT("Create the company") },
		{ "allowance", SCOP_TEXT("Changed the order limit") },
		{ "sender", SCOP_TEXT("Changed the sender address") },
		{ "country", SCOP_TEXT("Changed the country") },
		{ "rollout", SCOP_TEXT("Started a gradual update") },
		{ "rollout-pause", SCOP_TEXT("Paused a gradual update") },
		{ "rollout-resume", SCOP_TEXT("Resumed a gradual update") },
	};

	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
		if (strcmp(titles[i].kind, kind) == 0)
			return scop_translate(req, titles[i].title);
	return kind;
}

static const struct scop_value *
order_title(struct scop_request *req, const struct scop_value *order, const void *context)
{
	(void)context;
	return scop_make_string(req, title_of(req, scop_text(order, "kind")));
}

/* The message of a deletion names a file on the server, which concerns only operators. */
static const struct scop_value *
order_message(struct scop_request *req, const struct scop_value *order, const void *context)
{
	(void)context;
	return is_state(order, "done") && strcmp(scop_text(order, "kind"), "purge") == 0
	    ? scop_make_string(req,
		  scop_translate(req,
		      SCOP_TEXT(
			  "The data was exported, then deleted. Your operator keeps the file.")))
	    : scop_get(order, "message");
}

static const struct scop_value *
messages_of(struct scop_request *req, const struct scop_value *orders)
{
	const struct scop_value *said = portal_all_said(req, orders, "message");

	return scop_may(req, "portal.operate")
	    ? said
	    : scop_rows_with(req, said, "message", order_message, NULL);
}

bool
portal_put_orders(struct scop_request *req, const struct scop_value *orders)
{
	const size_t count = scop_count(orders);
	bool busy = false;

	for (size_t i = 0; i < count; i++)
		busy |= scop_bool(scop_at(orders, i), "under_way");
	scop_put(req, "orders",
	    scop_rows_with(req, messages_of(req, portal_all_named(req, orders, "actor")), "title",
		order_title, NULL));
	scop_put(req, "any_order", scop_make_bool(req, count > 0));
	return busy;
}

/* The module's orders, and the steps of the one in progress. */
static void
put_history(struct scop_request *req, const struct scop_value *orders, bool of_all)
{
	const bool busy = portal_put_orders(req, orders);

	for (size_t i = 0; i < scop_count(orders); i++)
		if (scop_bool(scop_at(orders, i), "under_way")) {
			const struct scop_value *id = scop_get(scop_at(orders, i), "id");

			scop_put(req, "order", id);
			scop_put(req, "steps",
			    portal_all_said(req,
				scop_rows(req, of_all ? every_order_steps(id) : order_steps(id)),
				"step"));
		}
	scop_put(req, "busy", scop_make_bool(req, busy));
	scop_put(req, "failure",
	    scop_count(orders) > 0 && is_state(scop_at(orders, 0), "failed")
		? portal_said(req, scop_get(scop_at(orders, 0), "message"))
		: NULL);
}

static void
put_any(struct scop_request *req, const char *name, const char *list)
{
	scop_put(req, name, scop_make_bool(req, scop_count(scop_model(req, list)) > 0));
}

static void
put_lists(struct scop_request *req, const struct scop_value *one)
{
	const struct scop_value *rights = scop_get(one, "rights");

	scop_put_all(req,
	    (const struct scop_read[]){
		{ "rights", false,
		    rights_listed(portal_language(req), rights, scop_get(one, "own_rights")) },
		{ "needs", false, needs_listed(portal_language(req), scop_get(one, "needs")) },
		{ "personal", false,
		    personal_listed(portal_language(req), scop_get(one, "module"),
			scop_get(one, "personal")) },
		{ "pictures", false,
		    pictures_listed(portal_language(req), scop_get(one, "module"),
			scop_get(one, "pictures")) },
		{ "versions", false,
		    offer_versions(portal_language(req), scop_get(one, "module")) },
		{ 0 } });
	const struct scop_value *listed = scop_model(req, "rights");
	bool more = false;
	for (size_t i = 0; i < scop_count(listed); i++)
		more |= scop_bool(scop_at(listed, i), "is_more");
	scop_put(req, "asks_more", scop_make_bool(req, more));
	put_any(req, "any_right", "rights");
	put_any(req, "any_need", "needs");
	put_any(req, "any_personal", "personal");
	put_any(req, "any_picture", "pictures");
	put_any(req, "any_version", "versions");
}

/* The page of a module, of this tenant or (with `tenant`) of one that the scop serves. */
static void
show(struct scop_request *req, const struct scop_value *tenant, const struct scop_view *view)
{
	const struct scop_value *module = scop_path(req, "module"),
				*language = portal_language(req);
	const struct scop_value *id = scop_get(tenant, "id");
	const struct scop_value *one = scop_row(req,
	    tenant ? every_offer_page(language, id, module) : offer_page(language, module));

	if (!one) {
		scop_not_found(req);
		return;
	}
	put_history(req,
	    scop_rows(req, tenant ? every_module_orders(id, module) : module_orders(module)),
	    tenant != NULL);
	put_lists(req, one);
	scop_put(req, "one",
	    scop_make_with(req, one, "trouble", portal_said(req, scop_get(one, "trouble"))));
	scop_put(req, "tenant", tenant);
	scop_put(req, "request",
	    portal_named(req,
		portal_named(req,
		    scop_row(req, tenant ? every_request_of(id, module) : request_of(module)),
		    "actor"),
		"answered_by"));
	scop_put(req, "category",
	    scop_make_text(req, "%s", category_title(req, scop_text(one, "category"))));
	scop_put(req, "stored",
	    scop_get(scop_row(req, tenant ? every_module_rows(id, module) : module_rows(module)),
		"stored"));
	scop_put(req, "pages",
	    tenant ? NULL : pages_of(req, one, scop_rows(req, entries(portal_language(req)))));
	scop_put(req, "may_set",
	    scop_make_bool(req,
		!tenant && scop_bool(one, "has_settings") && scop_may(req, "portal.settings")));
	scop_put(req, "can_upgrade",
	    scop_make_bool(req,
		is_state(one, "on") &&
		    is_newer(scop_text(one, "version"), scop_text(one, "own_version"))));
	scop_put(req, "may_order", scop_make_bool(req, tenant || scop_may(req, "portal.modules")));
	scop_put(req, "must_see_price", scop_make_bool(req, !tenant && scop_bool(one, "costs")));
	scop_view(req, view);
}

void
portal_module(struct scop_request *req)
{
	show(req, NULL, &view_module);
}

void
portal_module_remove(struct scop_request *req)
{
	show(req, NULL, &view_remove);
}

/* ---- confirmations: costs and consequences ---- */

void
portal_install_form(struct scop_request *req)
{
	scop_put(req, "today", scop_today(req));
	scop_put(req, "with",
	    scop_rows(req, needs_priced(portal_language(req), scop_path(req, "module"))));
	show(req, NULL, &view_install);
}

void
portal_disable_form(struct scop_request *req)
{
	show(req, NULL, &view_disable);
}

void
portal_back_form(struct scop_request *req)
{
	show(req, NULL, &view_back);
}

/* ---- orders ---- */

/* An order that costs money requires a form that showed the current price. */
static bool
is_agreed(struct scop_request *req, const struct scop_value *one, const char *kind)
{
	const struct scop_value *agreed = scop_field(req, "agreed");

	return strcmp(kind, "install") != 0 || !scop_bool(one, "costs") ||
	    (scop_bool(one, "may_buy") && agreed && scop_as_int(agreed) == scop_int(one, "tariff"));
}

/* An owner's order names the price that the page showed, free ones too; the installer refuses to
 * install for more. */
static const struct scop_value *
agreed_price(const struct scop_value *one, const struct scop_value *tenant, const char *kind)
{
	return !tenant && strcmp(kind, "install") == 0 ? scop_get(one, "tariff") : NULL;
}

/* People see the title; the installer needs the name. */
static bool
is_confirmed(struct scop_request *req, const struct scop_value *one)
{
	const char *typed = scop_as_text(scop_field(req, "confirmed"));

	return strcasecmp(typed, scop_text(one, "title")) == 0 ||
	    strcmp(typed, scop_text(one, "module")) == 0;
}

/* The name in the audit trail. */
const struct scop_value *
portal_module_noted(struct scop_request *req, const struct scop_value *one,
    const struct scop_value *tenant)
{
	const struct scop_value *title = portal_title_of(req, one);

	return tenant
	    ? scop_make_message(req, "{{module}}, {{company}}",
		  scop_map_of(req, "module", title, "company", scop_get(tenant, "title"), NULL))
	    : title;
}

static void
say_begun(struct scop_request *req, const struct scop_value *one, bool under_way, size_t kind)
{
	const char *text = begun[kind];

	if (under_way)
		text = SCOP_TEXT("Another operation for {{title}} is still in progress.");
	else if (is_state(one, "off") && strcmp(kinds[kind], "install") == 0)
		text = SCOP_TEXT("{{title}} is being enabled.");
	scop_flash_with(req, text, scop_map_of(req, "title", scop_get(one, "title"), NULL));
}

/* One order at a time for a module: a second press shows the run started by the first. False if the
 * answer is already set: not found, rejected, or the price to confirm. */
static bool
give_order(struct scop_request *req, const struct scop_value *tenant, const char *kind)
{
	const struct scop_value *module = scop_path(req, "module"),
				*version = scop_field(req, "version"),
				*none = scop_make_text(req, "%s", ""),
				*id = tenant ? scop_get(tenant, "id") : scop_tenant(req);
	const struct scop_value *one = scop_row(req,
	    tenant ? every_offer_page(portal_language(req), id, module)
		   : offer_page(portal_language(req), module));
	const bool purge = strcmp(kind, "purge") == 0;
	bool under_way;

	if (!one) {
		scop_not_found(req);
		return false;
	}
	if (purge && !is_confirmed(req, one)) {
		scop_reject(req, "confirmed", SCOP_TEXT("Type the name exactly as shown."));
		return false;
	}
	if (!tenant && !is_agreed(req, one, kind)) {
		scop_redirect(req, "install-form", scop_map_of(req, "module", module, NULL));
		return false;
	}
	scop_write_unique(req,
	    module_order_add(id, scop_make_text(req, "%s", kind), module, scop_actor(req),
		version ? version : none,
		scop_make_bool(req, scop_as_bool(scop_field(req, "granted"))),
		purge ? module : none, agreed_price(one, tenant, kind)),
	    &under_way);
	say_begun(req, one, under_way, place_in(kinds, kind));
	if (!under_way)
		scop_audit(req, notes[place_in(kinds, kind)],
		    portal_module_noted(req, one, tenant));
	return true;
}

void
portal_module_order(struct scop_request *req)
{
	const struct scop_value *module = scop_path(req, "module");

	if (give_order(req, NULL, scop_as_text(scop_field(req, "kind"))))
		scop_redirect(req, "module", scop_map_of(req, "module", module, NULL));
}

void
portal_install(struct scop_request *req)
{
	if (give_order(req, NULL, "install"))
		scop_redirect(req, "modules", NULL);
}

void
portal_disable(struct scop_request *req)
{
	const struct scop_value *module = scop_path(req, "module");

	if (give_order(req, NULL, "disable"))
		scop_redirect(req, "module", scop_map_of(req, "module", module, NULL));
}

/* Cancels the operation `order` of `module` (its page) if that is confirmed. */
static bool
is_cancelled(struct scop_request *req, const struct scop_value *order,
    const struct scop_value *page)
{
	scop_put(req, "one", order);
	scop_put(req, "title", scop_get(page, "title"));
	if (!portal_is_sure(req, &view_sure_order))
		return false;
	scop_write(req, order_cancel(scop_get(order, "id")));
	scop_audit(req, "Cancelled an operation",
	    portal_module_noted(req, page, scop_model(req, "tenant")));
	scop_flash(req, SCOP_TEXT("The operation is cancelled."));
	return true;
}

#define ENDED SCOP_TEXT("This operation has ended in the meantime.")

void
portal_order_cancel(struct scop_request *req)
{
	const struct scop_value *order = scop_row(req, order_under_way(scop_path(req, "order"))),
				*module = scop_get(order, "module");
	const struct scop_value *page =
	    order ? scop_row(req, offer_page(portal_language(req), module)) : NULL;

	if (!page) {
		scop_flash(req, ENDED);
		scop_redirect(req, "modules", NULL);
	} else if (is_cancelled(req, order, page)) {
		scop_redirect(req, "module", scop_map_of(req, "module", module, NULL));
	}
}

/* ---- the same for a tenant that the scop serves ---- */

static const struct scop_value *
served_tenant(struct scop_request *req)
{
	return scop_row(req,
	    one_tenant(scop_make_int(req, atoll(scop_as_text(scop_path(req, "tenant"))))));
}

void
portal_tenant_module(struct scop_request *req)
{
	const struct scop_value *tenant = served_tenant(req);

	if (tenant)
		show(req, tenant, &view_module);
	else
		scop_not_found(req);
}

void
portal_tenant_module_remove(struct scop_request *req)
{
	const struct scop_value *tenant = served_tenant(req);

	if (tenant)
		show(req, tenant, &view_remove);
	else
		scop_not_found(req);
}

void
portal_tenant_disable_form(struct scop_request *req)
{
	const struct scop_value *tenant = served_tenant(req);

	if (tenant)
		show(req, tenant, &view_disable);
	else
		scop_not_found(req);
}

void
portal_tenant_back_form(struct scop_request *req)
{
	const struct scop_value *tenant = served_tenant(req);

	if (tenant)
		show(req, tenant, &view_back);
	else
		scop_not_found(req);
}

static void
order_from_list(struct scop_request *req, const char *kind)
{
	const struct scop_value *tenant = served_tenant(req), *id = scop_get(tenant, "id");

	if (!tenant)
		scop_not_found(req);
	else if (give_order(req, tenant, kind))
		scop_redirect(req, "tenant", scop_map_of(req, "tenant", id, NULL));
}

void
portal_tenant_install(struct scop_request *req)
{
	order_from_list(req, "install");
}

void
portal_tenant_disable(struct scop_request *req)
{
	order_from_list(req, "disable");
}

void
portal_tenant_module_order(struct scop_request *req)
{
	const struct scop_value *tenant = served_tenant(req);
	const struct scop_value *parts[] = { scop_get(tenant, "id"), scop_path(req, "module") };

	if (!tenant) {
		scop_not_found(req);
		return;
	}
	if (give_order(req, tenant, scop_as_text(scop_field(req, "kind"))))
		scop_redirect(req, "tenant-module",
		    scop_map_of(req, "tenant", parts[0], "module", parts[1], NULL));
}

void
portal_tenant_order_cancel(struct scop_request *req)
{
	const struct scop_value *tenant = served_tenant(req), *id = scop_get(tenant, "id");
	const struct scop_value *order =
	    tenant ? scop_row(req, every_order_under_way(scop_path(req, "order"), id)) : NULL;
	const struct scop_value *module = scop_get(order, "module");
	const struct scop_value *page =
	    order ? scop_row(req, every_offer_page(portal_language(req), id, module)) : NULL;

	scop_put(req, "tenant", tenant);
	if (!tenant) {
		scop_not_found(req);
	} else if (!page) { /* it has ended, or does not concern a module */
		scop_flash(req, ENDED);
		scop_redirect(req, "tenant", scop_map_of(req, "tenant", id, NULL));
	} else if (is_cancelled(req, order, page)) {
		scop_redirect(req, "tenant-module",
		    scop_map_of(req, "tenant", id, "module", module, NULL));
	}
}
