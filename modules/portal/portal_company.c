/* SPDX-License-Identifier: EUPL-1.2 */
/* The company's own settings: its country. The portal's role cannot write to the directory of
 * tenants, so the installer carries the change out, a moment later. */
#include <string.h>

#include "portal.h"

const struct scop_field portal_company_fields[] = {
	{ .name = "country",
	    .type = SCOP_FIELD_COUNTRY,
	    .label = SCOP_TEXT("Country"),
	    .required = true },
	{ 0 },
};

/* The country that is about to be set; else the present one. */
static const char *
country_chosen(struct scop_request *req)
{
	const char *ordered = scop_text(scop_row(req, country_under_way()), "country");

	return ordered[0] ? ordered : scop_country_of(req);
}

void
portal_company(struct scop_request *req)
{
	scop_put(req, "country", scop_make_string(req, country_chosen(req)));
	scop_view(req, &view_company);
}

void
portal_company_save(struct scop_request *req)
{
	const struct scop_value *country = scop_field(req, "country");

	if (strcmp(scop_as_text(country), country_chosen(req)) != 0) {
		scop_write(req, country_order_add(scop_tenant(req), scop_actor(req), country));
		scop_audit(req, "Set the company's country",
		    scop_map_of(req, "country", country, NULL));
	}
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "company", NULL);
}
