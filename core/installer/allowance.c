/* SPDX-License-Identifier: EUPL-1.2 */
/* Limits what an owner may order: see allowance.h. */
#include "installer/allowance.h"

/* The monthly price of the tenant's period that is open for the module. */
static int64_t
paid_for(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	return scop_int(scop_platform_row(platform,
			    "SELECT COALESCE(MAX(cents), 0) AS paid FROM "
			    "scopiton.subscription_period WHERE tenant = %u AND module = '%s' AND "
			    "ends IS NULL",
			    tenant, scop_platform_quote(platform, module)),
	    "paid");
}

bool
scop_allowance_check(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_wish *wish, const struct scop_choice *choices, size_t count)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT COALESCE(t.allowance_cents, 0) AS allowance, (SELECT COALESCE(SUM(s.cents), "
	    "0) FROM scopiton.subscription_period s WHERE s.tenant = t.id AND s.ends IS NULL) AS "
	    "used FROM scopiton.tenant t WHERE t.id = %u",
	    tenant);
	int64_t price = 0, paid = 0, added = 0;

	if (!row)
		return false;
	for (size_t i = 0; i < count; i++) {
		const int64_t before = paid_for(platform, tenant, choices[i].module);

		price += choices[i].cents;
		paid += before;
		if (choices[i].cents > before)
			added += choices[i].cents;
	}
	if (price > paid && scop_int(row, "used") - paid + price > scop_int(row, "allowance")) {
		if (count == 1)
			return scop_error_set(&platform->err,
			    "'%s' costs more than this tenant may order by itself. Ask your "
			    "operator.",
			    module);
		return scop_error_set(&platform->err,
		    "'%s' and the modules that it needs cost more than this tenant may order by "
		    "itself. Ask your operator.",
		    module);
	}
	if (wish->agreed >= 0 && added > wish->agreed)
		return scop_error_set(&platform->err,
		    "the price of '%s' is not the one that was shown. Look at it again, then "
		    "order.",
		    module);
	return true;
}
