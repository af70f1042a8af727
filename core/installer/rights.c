/* SPDX-License-Identifier: EUPL-1.2 */
/* The rights of a portal over the platform: see rights.h. */
#include "installer/rights.h"

#include <string.h>

bool
scop_portal_rights_again(struct scop_platform *platform, uint32_t tenant)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT p.granted FROM scopiton.subscription s JOIN scopiton.package p ON p.id = "
	    "s.package WHERE s.tenant = %u AND s.module = 'portal'",
	    tenant);
	unsigned rights;

	return scop_grant_rights(scop_text(row, "granted"), &rights, &platform->err) &&
	    (!(rights & SCOP_GRANT_ORDERS) || scop_portal_rights(platform, tenant));
}

bool
scop_portal_rights(struct scop_platform *platform, uint32_t tenant)
{
	return scop_platform_sql(platform,
		   "GRANT INSERT (tenant, kind, module, person, rollout, new_tenant, actor, "
		   "version, "
		   "beta, granted, confirmed, canary, details) ON scopiton.installer_order TO "
		   "t%u_portal",
		   tenant) &&
	    scop_platform_sql(platform,
		"GRANT INSERT (installer_order) ON scopiton.order_cancel TO t%u_portal", tenant) &&
	    scop_platform_sql(platform,
		"GRANT INSERT (entry, verb) ON queue.job_order TO t%u_portal", tenant);
}
