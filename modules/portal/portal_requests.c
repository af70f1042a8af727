/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Requests: an owner asks for a module that costs more than the owner may order. The operator gets
 * a mail, sees the request in the portal, and installs the module or declines with a reason; both
 * see the state on the module's page. The installer creates and closes requests.
 */
#include <stdlib.h>

#include "portal.h"

const struct scop_field portal_decline_fields[] = {
	{ .name = "words",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Message to the owner"),
	    .max = 300 },
	{ 0 },
};

static const struct scop_value *
language_of(struct scop_request *req)
{
	return scop_make_text(req, "%s", scop_language_of(req));
}

void
portal_module_ask(struct scop_request *req)
{
	const struct scop_value *module = scop_path(req, "module"),
				*none = scop_make_text(req, "%s", "");
	const struct scop_value *one = scop_row(req, offer_page(language_of(req), module));
	bool under_way;

	if (!one) {
		scop_not_found(req);
		return;
	}
	scop_write_unique(req,
	    module_order_add(scop_tenant(req), scop_make_text(req, "request"), module,
		scop_actor(req), none, scop_make_bool(req, false), none, NULL),
	    &under_way);
	if (!under_way)
		scop_audit(req, "Asked the operator for a module", portal_title_of(req, one));
	scop_flash(req, SCOP_TEXT("Your operator has received your request."));
	scop_redirect(req, "module", scop_map_of(req, "module", module, NULL));
}

void
portal_request_decline(struct scop_request *req)
{
	const struct scop_value *tenant = scop_row(req,
				    one_tenant(scop_make_int(req,
					atoll(scop_as_text(scop_path(req, "tenant")))))),
				*module = scop_path(req, "module"),
				*words = scop_field(req, "words");
	const struct scop_value *id = scop_get(tenant, "id");
	const struct scop_value *one =
	    tenant ? scop_row(req, every_offer_page(language_of(req), id, module)) : NULL;
	bool under_way;

	if (!one) {
		scop_not_found(req);
		return;
	}
	scop_write_unique(req,
	    decline_order_add(id, module, scop_actor(req),
		words ? words : scop_make_text(req, "%s", "")),
	    &under_way);
	scop_audit(req, "Declined the request for a module", portal_module_noted(req, one, tenant));
	scop_flash(req, SCOP_TEXT("The request is declined."));
	scop_redirect(req, "tenant-module", scop_map_of(req, "tenant", id, "module", module, NULL));
}

/* Runs in the operator's own portal: sends one mail to each operator. */
enum scop_job_result
portal_asked_job(struct scop_request *req)
{
	const struct scop_value *request =
	    scop_row(req, request_by_id(language_of(req), scop_get(scop_body(req), "request")));
	const struct scop_value *found = request ? scop_rows(req, operators()) : NULL;

	scop_put(req, "request", portal_named(req, request, "actor"));
	for (size_t i = 0; i < scop_count(found); i++)
		scop_mail(req,
		    &(const struct scop_mail){ .view = &view_asked_mail,
			.to = scop_get(scop_at(found, i), "mail"),
			.to_name = scop_get(scop_at(found, i), "name") });
	return SCOP_JOB_DONE;
}

/* The open requests for an operator, and how many companies have something that failed. */
void
portal_requests_tile(struct scop_request *req)
{
	const struct scop_value *found = scop_rows(req, requests_open(language_of(req)));

	scop_put(req, "trouble", scop_row(req, companies_in_trouble()));
	scop_put(req, "requests", portal_all_named(req, found, "actor"));
	scop_put(req, "any", scop_make_bool(req, scop_count(found) > 0));
	scop_view(req, &view_requests);
}
