/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The views in a tenant's socle through which its portal sees the platform: this tenant's modules,
 * orders and work, and no other tenant's. Other modules see their own work and settings through
 * some of them, and may read no others (package/reads.h). A scop's own tenant also sees the tenants
 * that the scop serves; the views of those, every_*, template and rollout*, are empty for any other
 * tenant.
 */
#include "installer/tenant.h"

/* The module whose role a row of the queue has. */
#define MODULE "SUBSTRING(role, LOCATE('_', role) + 1) AS module"

/* The module whose account asks: 'scop_shop'@localhost. A view with its definer's rights has no
 * other word of it, since current_role() is the definer's there. */
#define ASKING "SUBSTRING_INDEX(SUBSTRING(USER(), 6), '@', 1)"

/* An ordinary module sees its own rows; the portal, modules with its right, and the host's own
 * accounts see those of all. */
#define SEEN_BY_ASKING \
	"(role = CONCAT('t{tenant}_', " ASKING ") OR USER() NOT LIKE 'scop\\_%' OR " ASKING \
	" = 'portal' OR EXISTS (SELECT a.module FROM scopiton.subscription a JOIN " \
	"scopiton.package g ON g.id = a.package WHERE a.tenant = {tenant} AND a.module = " ASKING \
	" AND FIND_IN_SET('portal', REPLACE(g.granted, ', ', ','))))"

/* Whether the tenant is a scop's own, and whether it serves the tenant `t`. */
#define OPERATES \
	"EXISTS (SELECT o.id FROM scopiton.tenant o WHERE o.id = {tenant} AND o.operates = 1)"
#define SERVED "t.scop = {tenant} AND t.state = 'whole' AND " OPERATES

/* Ordering the offered module `o` for the tenant `t` costs its own tariff and those of the modules
 * that it needs and the tenant has not enabled. */
#define PRICE \
	"(o.tariff_cents + (SELECT COALESCE(SUM(d.tariff_cents), 0) FROM " \
	"scopiton.offered_need n JOIN scopiton.offered d ON d.module = n.need WHERE n.module " \
	"= o.module AND NOT EXISTS (SELECT e.module FROM scopiton.subscription e WHERE e.tenant " \
	"= " \
	"t.id AND e.module = n.need AND e.state IN ('on', 'frozen'))))"

/* The state of each offered module at each tenant. */
#define OFFER_COLUMNS \
	"t.id AS tenant, o.module, o.version, o.scop_title, o.category, o.tariff_cents, " \
	"o.currency, o.rights, o.needs, o.personal, o.generation, o.back, o.level, " \
	"o.used_by, o.from_catalogue, o.changes, o.title, o.summary, o.icon, o.pictures, " \
	"o.license, IF(s.state = 'frozen', 'on', s.state) AS state, s.root, s.switched, " \
	"own.version AS own_version, own.rights AS own_rights, own.back AS own_back, " \
	"own.generation AS own_generation, COALESCE(own.trouble, '') AS trouble, " \
	"before_it.version AS previous_version, s.previous_database <> s.database_name AS " \
	"back_changes_tables, own.first_parts <> '' AS has_public, (SELECT h.host FROM " \
	"scopiton.host_name h WHERE h.tenant = t.id AND h.portal = 0 LIMIT 1) AS " \
	"site_host, " PRICE " AS price_cents, " \
	"t.operates OR " PRICE " <= (SELECT COALESCE(MAX(c.cents), 0) FROM " \
	"scopiton.subscription_period c WHERE c.tenant = t.id AND c.ends IS NULL AND " \
	"c.module = o.module) OR " PRICE " + (SELECT COALESCE(SUM(c.cents), 0) FROM " \
	"scopiton.subscription_period c WHERE c.tenant = t.id AND c.ends IS NULL AND " \
	"c.module <> o.module) <= COALESCE(t.allowance_cents, 0) AS may_buy FROM " \
	"scopiton.tenant t JOIN scopiton.offered o LEFT JOIN scopiton.subscription s ON " \
	"s.tenant = t.id AND s.module = o.module LEFT JOIN scopiton.package own ON own.id = " \
	"s.package LEFT JOIN scopiton.package before_it ON before_it.id = s.previous"

#define REQUEST_COLUMNS \
	"r.id, r.tenant, r.module, r.actor, r.created, r.state, r.answered, r.answered_by, " \
	"r.answer"

static const struct view {
	const char *name, *select;
} views[] = {
	/* this tenant's */
	{ "message", "module, language, english, text FROM scopiton.message" },
	{ "offer", OFFER_COLUMNS " WHERE t.id = {tenant}" },
	{ "offer_need", "module, need FROM scopiton.offered_need" },
	{ "offer_version",
	    "module, version, place, channel, yanked, reason, level, size, published, "
	    "changes FROM scopiton.catalogue_version" },
	{ "module_table",
	    "s.module, i.table_name, i.n_rows FROM scopiton.subscription s JOIN "
	    "mysql.innodb_table_stats i ON i.database_name = CONVERT(s.database_name USING "
	    "utf8mb3) COLLATE utf8mb3_bin WHERE s.tenant = {tenant} AND i.table_name NOT "
	    "LIKE 'scop\\_%'" },
	{ "catalogue", "number, expires, looked, problem FROM scopiton.catalogue" },
	{ "use_line",
	    "month, module, begins, ends, days, of_days, month_cents, cents, currency FROM "
	    "scopiton.use_line WHERE tenant = {tenant} AND month NOT IN (SELECT c.month FROM "
	    "scopiton.statement c WHERE c.tenant = {tenant}) UNION ALL SELECT s.month, "
	    "l.module, l.begins, l.ends, l.days, l.of_days, l.month_cents, l.cents, "
	    "l.currency FROM scopiton.statement s JOIN scopiton.statement_line l ON "
	    "l.statement = s.id WHERE s.tenant = {tenant}" },
	{ "statement", "month, closed FROM scopiton.statement WHERE tenant = {tenant}" },
	{ "installer_order",
	    "id, kind, module, actor, created, ended, state, message, version, IF(kind = "
	    "'country', JSON_VALUE(details, '$.country'), NULL) AS country FROM "
	    "scopiton.installer_order WHERE tenant = {tenant}" },
	{ "module_request",
	    REQUEST_COLUMNS " FROM scopiton.module_request r WHERE r.tenant = {tenant}" },
	{ "order_step",
	    "s.installer_order, s.number, s.step, s.at FROM scopiton.order_step s JOIN "
	    "scopiton.installer_order o ON o.id = s.installer_order WHERE o.tenant = {tenant}" },

	/* the settings of the module that asks */
	{ "own_setting",
	    "t.name, t.type, COALESCE(s.value, t.standard) AS value FROM t{tenant}.setting_type t "
	    "LEFT JOIN t{tenant}.setting s ON s.module = t.module AND s.name = t.name WHERE "
	    "t.module = " ASKING },

	/* the work of its modules, and the titles of their jobs */
	{ "job",
	    "id, " MODULE
	    ", name, created, run_at, dispatcher IS NOT NULL AS running, tries, done, total, "
	    "error FROM queue.outbox WHERE role LIKE 't{tenant}\\_%' AND is_event = 0 "
	    "AND " SEEN_BY_ASKING },
	{ "dead_job",
	    "id, " MODULE
	    ", is_event, name, created, died, tries, error FROM queue.dead WHERE role LIKE "
	    "'t{tenant}\\_%' AND " SEEN_BY_ASKING },
	{ "mail",
	    "id, " MODULE
	    ", recipient, recipient_name, subject, IF(secret, '', html) AS html, secret, "
	    "created, state, tries, answer, ended FROM queue.mail WHERE role LIKE "
	    "'t{tenant}\\_%'" },
	{ "sender", "address FROM queue.sender WHERE tenant = {tenant}" },
	{ "job_title",
	    "s.module, j.name, j.rule, j.title FROM scopiton.subscription s JOIN "
	    "scopiton.package_job j ON j.package = s.package WHERE s.tenant = {tenant}" },

	/* what a scop serves; rollouts that the command line ordered are among its own */
	{ "every_tenant",
	    "t.id, t.name, t.title, t.language, t.country, t.created, t.allowance_cents, "
	    "t.currency, "
	    "(SELECT h.host FROM scopiton.host_name h WHERE h.tenant = t.id AND h.portal = 0 "
	    "LIMIT 1) AS host, (SELECT h.host FROM scopiton.host_name h WHERE h.tenant = "
	    "t.id AND h.portal = 1 LIMIT 1) AS portal_host, (SELECT m.address FROM "
	    "queue.sender m WHERE m.tenant = t.id) AS sender FROM scopiton.tenant t "
	    "WHERE " SERVED },
	{ "template", "name, title FROM scopiton.template WHERE " OPERATES },
	{ "every_module_table",
	    "s.tenant, s.module, i.table_name, i.n_rows, i.clustered_index_size + "
	    "i.sum_of_other_index_sizes AS pages FROM scopiton.subscription s JOIN "
	    "scopiton.tenant t ON t.id = s.tenant JOIN mysql.innodb_table_stats i ON "
	    "i.database_name = CONVERT(s.database_name USING utf8mb3) COLLATE utf8mb3_bin "
	    "WHERE i.table_name NOT LIKE 'scop\\_%' AND " SERVED },
	{ "every_dead_job",
	    "t.id AS tenant, d.id, s.module, d.name, d.died, d.error FROM scopiton.tenant t "
	    "JOIN scopiton.subscription s ON s.tenant = t.id JOIN queue.dead d ON d.role = "
	    "CONCAT('t', t.id, '_', s.module) WHERE " SERVED },
	{ "every_refused_mail",
	    "t.id AS tenant, m.id, m.created FROM queue.mail m JOIN scopiton.tenant t ON "
	    "t.id = SUBSTRING(SUBSTRING_INDEX(m.role, '_', 1), 2) WHERE m.state = 'refused' "
	    "AND " SERVED },
	{ "every_crash",
	    "c.tenant, c.day, c.crashes FROM scopiton.crash c JOIN scopiton.tenant t ON t.id = "
	    "c.tenant WHERE " SERVED },
	{ "every_use_line",
	    "u.tenant, u.month, u.module, u.cents, u.currency FROM scopiton.use_line u JOIN "
	    "scopiton.tenant t ON t.id = u.tenant WHERE " SERVED },
	{ "every_subscription",
	    "s.tenant, s.module, s.state, p.version, p.trouble, p.title FROM "
	    "scopiton.subscription s JOIN scopiton.tenant t ON t.id = s.tenant JOIN "
	    "scopiton.package p ON p.id = s.package WHERE " SERVED },
	{ "every_order",
	    "o.id, o.tenant, o.kind, o.module, o.rollout, o.actor, o.created, o.ended, "
	    "o.state, o.message, o.version, o.details FROM scopiton.installer_order o JOIN "
	    "scopiton.tenant t ON t.id = o.tenant WHERE " SERVED },
	{ "every_request",
	    REQUEST_COLUMNS
	    ", t.title FROM scopiton.module_request r JOIN scopiton.tenant t ON t.id = "
	    "r.tenant WHERE " SERVED },
	{ "every_offer", OFFER_COLUMNS " WHERE " SERVED },
	{ "rollout",
	    "r.id, r.module, r.version, r.state, r.wave, r.actor, r.created, r.ended, r.scop "
	    "IS NOT NULL AS own, COUNT(*) AS tenants, COUNT(IF(w.state = 'done', 1, NULL)) "
	    "AS done FROM scopiton.rollout r JOIN scopiton.rollout_tenant w ON w.rollout = "
	    "r.id JOIN scopiton.tenant t ON t.id = w.tenant WHERE COALESCE(r.scop, {tenant}) "
	    "= {tenant} AND " SERVED " GROUP BY r.id" },
	{ "rollout_tenant",
	    "w.rollout, w.tenant, w.wave, w.state, w.message, w.from_version, "
	    "w.milliseconds, t.title FROM scopiton.rollout_tenant w JOIN scopiton.tenant t "
	    "ON t.id = w.tenant WHERE " SERVED },
	{ "every_step",
	    "s.installer_order, s.number, s.step, s.at FROM scopiton.order_step s JOIN "
	    "scopiton.installer_order o ON o.id = s.installer_order JOIN scopiton.tenant t "
	    "ON t.id = o.tenant WHERE " SERVED },
};

bool
scop_tenant_views(struct scop_platform *platform, uint32_t tenant)
{
	for (size_t i = 0; i < sizeof views / sizeof views[0]; i++)
		if (!scop_platform_sql(platform,
			"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.%s AS SELECT %s", tenant,
			views[i].name,
			scop_sql_for_tenant(platform->arena, views[i].select, tenant)))
			return false;
	return true;
}
