/* SPDX-License-Identifier: EUPL-1.2 */
/* Creates a complete tenant: its socle, its portal, its sector's modules, its owner: see create.h.
 */
#include "installer/create.h"

#include <string.h>

#include "installer/install.h"
#include "installer/sector.h"

/* Adds the owner as a member, and a job for the tenant's portal, which sends the mail. */
static bool
invite_owner(struct scop_platform *platform, uint32_t tenant, const struct scop_tenant_order *order)
{
	const char *mail = scop_platform_quote(platform, order->owner_mail),
		   *name = scop_platform_quote(platform, order->owner_name);

	return scop_platform_begin(platform) &&
	    scop_platform_sql(platform,
		"INSERT INTO t%u.member (name, mail, language) VALUES ('%s', LOWER('%s'), '%s')",
		tenant, name, mail, order->language) &&
	    scop_platform_sql(platform,
		"INSERT INTO queue.outbox (role, name, body) VALUES ('t%u_portal', 'invite', "
		"JSON_OBJECT('member', LAST_INSERT_ID(), 'inviter', '%s'))",
		tenant, scop_platform_quote(platform, order->inviter)) &&
	    scop_platform_sql(platform,
		"INSERT INTO t%u.member_role (member, role) SELECT id, 'owner' FROM t%u.member "
		"WHERE mail = LOWER('%s')",
		tenant, tenant, mail) &&
	    scop_platform_sql(platform, "COMMIT");
}

bool
scop_tenant_create(struct scop_platform *platform, const struct scop_tenant_order *given,
    bool (*on_step)(void *, const char *), void *context)
{
	struct scop_tenant_order order = *given;
	uint32_t tenant;

	order.host = given->host && given->host[0]
	    ? given->host
	    : scop_arena_printf(platform->arena, "%s.localhost", given->name);
	order.portal_host = given->portal_host && given->portal_host[0]
	    ? given->portal_host
	    : scop_arena_printf(platform->arena, "%s-portal.localhost", given->name);
	if (order.template && !scop_template_known(platform, order.template))
		return false;
	if (!scop_tenant_begin(platform, &order, 0, &tenant))
		return false;
	if (scop_platform_step(platform, on_step, context, "socle") &&
	    scop_tenant_socle(platform, tenant, &order) &&
	    scop_module_install(platform, tenant, "portal", &(struct scop_wish){ .version = "" },
		on_step, context) &&
	    (!order.template ||
		scop_template_apply(platform, tenant, order.template, on_step, context)) &&
	    (!order.owner_mail ||
		(scop_platform_step(platform, on_step, context, "invitation") &&
		    invite_owner(platform, tenant, &order))) &&
	    (order.throw_away || scop_tenant_whole(platform, tenant)))
		return true;

	const struct scop_error cause = platform->err;
	scop_tenant_delete(platform, tenant);
	platform->err = cause;
	return false;
}

bool
scop_tenant_invite(struct scop_platform *platform, uint32_t tenant, uint64_t *ret_invited)
{
	const bool ok = scop_platform_sql(platform,
	    "INSERT IGNORE INTO queue.outbox (role, name, once, body) SELECT 't%u_portal', "
	    "'invite', CONCAT('member ', m.id), JSON_OBJECT('member', m.id, 'inviter', '') FROM "
	    "t%u.member m WHERE m.person IS NULL AND m.mail <> ''",
	    tenant, tenant);

	*ret_invited = ok ? scop_db_touched(platform->db) : 0;
	return ok;
}
