/* All tenants, for the operators of a scop: what each uses, what has stopped, and orders for them. Every other tenant sees nothing. */
#include <stdlib.h>

#include "portal.h"

enum { PER_PAGE = 50 };

const struct scop_field portal_tenants_fields[] = {
	{ .name = "page",  .type = SCOP_FIELD_INT, .min = 1, .max = 10000 },
	{ .name = "words", .type = SCOP_FIELD_TEXT, .max = 100 },
	{ 0 }
};

static const struct scop_value *
tenant_number(struct scop_request *req)
{
	return scop_make_int(req, atoll(scop_as_text(scop_path(req, "tenant"))));
}

bool
portal_tenants(struct scop_request *req)
{
	const struct scop_value *words = scop_field(req, "words");

	scop_put(req, "words", words);
	scop_put(req, "query", words ? scop_percent(req, words) : NULL);
	portal_put_page(req, "tenants", scop_rows(req, every_tenant(words, scop_make_int(req, PER_PAGE), portal_first(req, PER_PAGE))), PER_PAGE);
	return scop_view(req, &view_tenants);
}

bool
portal_tenant(struct scop_request *req)
{
	const struct scop_value *language = scop_make_text(req, "%s", scop_language_of(req)), *id = tenant_number(req);
	const struct scop_value *tenant = scop_put_all(req, (const struct scop_want[]){
	    { "one", true, one_tenant(id) },
	    { "modules", false, offers_for(language, id) },
	    { "orders", false, orders_for(id) },
	    { "steps", false, steps_for(id) }, { 0 } });
	const struct scop_value *orders = scop_model(req, "orders");
	bool busy = false;

	if (!tenant)
		return scop_not_found(req);
	for (size_t i = 0; i < scop_count(orders); i++)
		busy |= scop_bool(scop_at(orders, i), "under_way");
	scop_put(req, "busy", scop_make_bool(req, busy));
	scop_put(req, "any_order", scop_make_bool(req, scop_count(orders) > 0));
	return scop_view(req, &view_tenant);
}

static bool
give_order(struct scop_request *req, bool installs)
{
	const struct scop_value *tenant = scop_row(req, one_tenant(tenant_number(req))), *id = scop_get(tenant, "id"), *module = scop_path(req, "module");
	bool under_way;

	if (!tenant || !scop_row(req, offer(module)))
		return scop_not_found(req);
	scop_write_unique(req, order_add(id, scop_make_text(req, "%s", installs ? "install" : "disable"), module, scop_member_name(req)), &under_way);
	if (!under_way)
		scop_note(req, installs ? SCOP_TEXT("Ordered to install") : SCOP_TEXT("Ordered to disable"), scop_make_text(req, "%s, %s", scop_as_text(module), scop_text(tenant, "title")));
	return scop_redirect(req, "tenant", scop_make_map(req, 1, (const char *const[]){ "tenant" }, &id));
}

bool
portal_tenant_install(struct scop_request *req)
{
	return give_order(req, true);
}

bool
portal_tenant_disable(struct scop_request *req)
{
	return give_order(req, false);
}
