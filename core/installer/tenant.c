/* SPDX-License-Identifier: EUPL-1.2 */
/* Tenants: making one with its socle, and taking one away without a trace. */

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "data/directory.h"
#include "installer/billing.h"
#include "installer/forget.h"
#include "installer/installation.h"
#include "installer/migrator.h"
#include "installer/platform.h"
#include "installer/directory.h"
#include "installer/tenant.h"
#include "package/migration.h"
#include "web/field.h"

enum { WANTED_MAX = 1000000 }; /* a number that an archive may ask for: the next one is greater */

static bool
valid_name(const char *name)
{
	const size_t length = strlen(name);

	return length >= 2 && length <= SCOP_TENANT_MAX && islower((unsigned char)name[0]) &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' &&
	    name[length - 1] != '-';
}

static bool
valid_host(const char *host)
{
	const size_t length = strlen(host);

	return length >= 3 && length <= SCOP_HOST_MAX &&
	    host[strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-.")] == '\0' &&
	    isalnum((unsigned char)host[0]) && !strstr(host, "..") &&
	    isalnum((unsigned char)host[length - 1]);
}

static bool
check_order(struct scop_platform *platform, const struct scop_tenant_order *order, const char *host,
    const char *portal)
{
	enum scop_language language;

	if (!valid_name(order->name))
		return scop_error_set(&platform->err,
		    "tenant name '%s' is not 2 to %d of a-z, 0-9 and '-', a letter first",
		    order->name, SCOP_TENANT_MAX);
	if (!valid_host(host) || !valid_host(portal))
		return scop_error_set(&platform->err,
		    "host names '%s' and '%s' need 3 to %d of a-z, 0-9, '-' and '.'", host, portal,
		    SCOP_HOST_MAX);
	if (strcmp(host, portal) == 0)
		return scop_error_set(&platform->err,
		    "the public side and the portal need different host names, not '%s' twice",
		    host);
	if (strlen(order->language) != 2 || !scop_language_parse(order->language, 2, &language))
		return scop_error_set(&platform->err, "language '%s' is not fr, nl, de or en",
		    order->language);
	if (!scop_zone_valid(order->zone))
		return scop_error_set(&platform->err,
		    "time zone '%s' is not known, such as Europe/Brussels is", order->zone);
	if (order->owner_mail && !scop_field_is_mail(order->owner_mail))
		return scop_error_set(&platform->err,
		    "'%.80s' is no mail address to invite an owner at", order->owner_mail);
	if (!order->title[0] || scop_utf8_count(order->title) > 100 ||
	    !scop_utf8_valid(order->title, strlen(order->title)))
		return scop_error_set(&platform->err,
		    "the title needs 1 to 100 characters of UTF-8");
	return true;
}

/* The state of each offered module at each tenant. */
#define OFFER_COLUMNS \
	"t.id AS tenant, o.module, o.version, o.scop_title, o.category, o.tariff_cents, " \
	"o.currency, o.rights, o.needs, o.personal, o.generation, " \
	"o.back, o.level, o.used_by, o.from_catalogue, o.changes, o.title, o.summary, o.icon, " \
	"o.pictures, o.license, " \
	"IF(s.state " \
	"= 'frozen', 'on', s.state) AS state, s.root, s.switched, own.version AS own_version, " \
	"own.rights AS own_rights, own.back AS own_back, own.generation AS own_generation, " \
	"COALESCE(own.trouble, '') AS trouble, before_it.version AS previous_version, " \
	"s.previous_database <> s.database_name AS back_changes_tables, own.first_parts <> '' AS " \
	"has_public, (SELECT h.host FROM scopiton.host_name h WHERE h.tenant = t.id AND h.portal " \
	"= " \
	"0 LIMIT 1) AS site_host, " \
	"t.operates OR o.tariff_cents <= (SELECT COALESCE(MAX(c.cents), 0) FROM " \
	"scopiton.subscription_period c WHERE c.tenant = t.id AND c.ends IS NULL AND c.module = " \
	"o.module) OR o.tariff_cents + (SELECT COALESCE(SUM(c.cents), 0) FROM " \
	"scopiton.subscription_period c WHERE c.tenant = t.id AND c.ends IS NULL AND c.module <> " \
	"o.module) <= COALESCE(t.allowance_cents, 0) AS may_buy FROM scopiton.tenant t " \
	"JOIN scopiton.offered o LEFT JOIN scopiton.subscription s ON s.tenant = " \
	"t.id AND s.module = o.module LEFT JOIN scopiton.package own ON own.id = s.package LEFT " \
	"JOIN scopiton.package before_it ON before_it.id = s.previous"

/* Work of this tenant's modules, and the titles of their jobs. */
static bool
make_work_views(struct scop_platform *platform, uint32_t tenant)
{
	static const char module[] = "SUBSTRING(role, LOCATE('_', role) + 1) AS module";

	return scop_platform_sql(platform,
		   "CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.job AS SELECT id, %s, name, "
		   "created, "
		   "run_at, dispatcher IS NOT NULL AS running, tries, done, total, error FROM "
		   "queue.outbox WHERE role LIKE 't%u\\_%%' AND "
		   "is_event = 0",
		   tenant, module, tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.dead_job AS SELECT id, %s, "
		"is_event, name, "
		"created, died, tries, error FROM queue.dead WHERE role LIKE 't%u\\_%%'",
		tenant, module, tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.mail AS SELECT id, %s, recipient, "
		"recipient_name, subject, IF(secret, '', html) AS html, secret, created, state, "
		"tries, answer, ended FROM queue.mail "
		"WHERE role LIKE 't%u\\_%%'",
		tenant, module, tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.sender AS SELECT address FROM "
		"queue.sender WHERE tenant = %u",
		tenant, tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.job_title AS SELECT s.module, "
		"j.name, "
		"j.rule, j.title FROM scopiton.subscription "
		"s JOIN scopiton.package_job j ON "
		"j.package = s.package WHERE s.tenant = %u",
		tenant, tenant);
}

#define REQUEST_COLUMNS \
	"r.id, r.tenant, r.module, r.actor, r.created, r.state, r.answered, r.answered_by, " \
	"r.answer"

/* Views that show a scop's own tenant the tenants that it serves; they are empty for any other
 * tenant. They include rollouts ordered on the command line. */
static bool
make_operator_views(struct scop_platform *platform, uint32_t tenant)
{
	const char *operates = scop_arena_printf(platform->arena,
	    "EXISTS (SELECT o.id FROM scopiton.tenant o WHERE o.id = %u AND o.operates = 1)",
	    tenant);
	const char *served = scop_arena_printf(platform->arena,
	    "t.scop = %u AND t.state = 'whole' AND %s", tenant, operates);

	return scop_platform_sql(platform,
		   "CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.every_tenant AS SELECT t.id, "
		   "t.name, t.title, "
		   "t.language, t.created, t.allowance_cents, t.currency, (SELECT h.host FROM "
		   "scopiton.host_name h WHERE h.tenant = t.id AND h.portal = 0 LIMIT 1) AS host, "
		   "(SELECT h.host FROM scopiton.host_name h WHERE h.tenant = t.id AND h.portal = "
		   "1 LIMIT 1) AS portal_host, (SELECT m.address FROM queue.sender m WHERE "
		   "m.tenant = "
		   "t.id) AS sender FROM scopiton.tenant t WHERE %s",
		   tenant, served) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.template AS SELECT name, "
		"title FROM scopiton.template WHERE %s",
		tenant, operates) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.every_module_table AS SELECT "
		"s.tenant, s.module, i.table_name, i.n_rows, i.clustered_index_size + "
		"i.sum_of_other_index_sizes AS pages FROM "
		"scopiton.subscription s JOIN scopiton.tenant t ON t.id = s.tenant JOIN "
		"mysql.innodb_table_stats i ON i.database_name = CONVERT(s.database_name USING "
		"utf8mb3) "
		"COLLATE utf8mb3_bin WHERE i.table_name NOT LIKE 'scop\\_%%' AND %s",
		tenant, served) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.every_dead_job AS SELECT "
		"t.id AS tenant, d.id, s.module, d.name, d.died, d.error FROM scopiton.tenant t "
		"JOIN scopiton.subscription s ON s.tenant = t.id JOIN queue.dead d ON d.role = "
		"CONCAT('t', t.id, '_', s.module) WHERE %s",
		tenant, served) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.every_refused_mail AS SELECT "
		"t.id AS tenant, m.id, m.created FROM queue.mail m JOIN scopiton.tenant t ON "
		"t.id = SUBSTRING(SUBSTRING_INDEX(m.role, '_', 1), 2) WHERE m.state = 'refused' "
		"AND %s",
		tenant, served) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.every_use_line AS SELECT "
		"u.tenant, u.month, u.module, u.cents, u.currency FROM "
		"scopiton.use_line u JOIN scopiton.tenant t ON t.id = u.tenant WHERE %s",
		tenant, served) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.every_subscription AS SELECT "
		"s.tenant, s.module, "
		"s.state, p.version, p.trouble, p.title "
		"FROM scopiton.subscription s JOIN scopiton.tenant t ON t.id = s.tenant JOIN "
		"scopiton.package p ON p.id = s.package WHERE %s",
		tenant, served) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.every_order AS SELECT o.id, "
		"o.tenant, o.kind, o.module, o.rollout, "
		"o.actor, o.created, o.ended, o.state, o.message, o.version, o.details FROM "
		"scopiton.installer_order o JOIN scopiton.tenant t ON t.id = o.tenant WHERE %s",
		tenant, served) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.every_request AS "
		"SELECT " REQUEST_COLUMNS
		", t.title FROM scopiton.module_request r JOIN scopiton.tenant t ON "
		"t.id = r.tenant WHERE %s",
		tenant, served) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.every_offer AS "
		"SELECT " OFFER_COLUMNS " WHERE %s",
		tenant, served) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.rollout AS SELECT r.id, r.module, "
		"r.version, r.state, r.wave, r.actor, r.created, "
		"r.ended, r.scop IS NOT NULL AS own, COUNT(*) AS tenants, COUNT(IF(w.state = "
		"'done', 1, NULL)) AS done FROM scopiton.rollout r JOIN scopiton.rollout_tenant w "
		"ON "
		"w.rollout = r.id JOIN scopiton.tenant t ON t.id = w.tenant WHERE COALESCE(r.scop, "
		"%u) = %u AND %s GROUP BY r.id",
		tenant, tenant, tenant, served) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.rollout_tenant AS SELECT "
		"w.rollout, w.tenant, w.wave, w.state, w.message, "
		"w.from_version, w.milliseconds, t.title FROM scopiton.rollout_tenant w JOIN "
		"scopiton.tenant t ON t.id = w.tenant WHERE %s",
		tenant, served) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.every_step AS SELECT "
		"s.installer_order, s.number, s.step, s.at FROM "
		"scopiton.order_step s JOIN scopiton.installer_order o ON o.id = s.installer_order "
		"JOIN scopiton.tenant t ON t.id = o.tenant WHERE %s",
		tenant, served);
}

/* Makes the socle's views of the platform: this tenant's modules, orders and work, and no other
 * tenant's. */
bool
scop_tenant_views(struct scop_platform *platform, uint32_t tenant)
{
	return scop_platform_sql(platform,
		   "CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.message AS SELECT module, "
		   "language, "
		   "english, text FROM scopiton.message",
		   tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.offer AS SELECT " OFFER_COLUMNS
		" WHERE t.id = %u",
		tenant, tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.offer_version AS SELECT module, "
		"version, place, channel, yanked, reason, "
		"level, size, published, changes FROM "
		"scopiton.catalogue_version",
		tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.module_table AS SELECT s.module, "
		"i.table_name, i.n_rows FROM scopiton.subscription s "
		"JOIN mysql.innodb_table_stats i ON i.database_name = CONVERT(s.database_name "
		"USING utf8mb3) COLLATE utf8mb3_bin WHERE s.tenant = %u AND i.table_name NOT LIKE "
		"'scop\\_%%'",
		tenant, tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.catalogue AS SELECT number, "
		"expires, looked, problem FROM "
		"scopiton.catalogue",
		tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.use_line AS SELECT month, module, "
		"begins, ends, days, of_days, month_cents, "
		"cents, currency FROM scopiton.use_line WHERE tenant = %u AND month NOT IN (SELECT "
		"c.month FROM scopiton.statement c WHERE c.tenant = %u) UNION ALL SELECT "
		"s.month, l.module, l.begins, l.ends, l.days, l.of_days, l.month_cents, l.cents, "
		"l.currency FROM scopiton.statement s JOIN scopiton.statement_line l ON "
		"l.statement = s.id WHERE s.tenant = %u",
		tenant, tenant, tenant, tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.statement AS SELECT month, closed "
		"FROM scopiton.statement WHERE tenant = %u",
		tenant, tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.installer_order AS SELECT id, "
		"kind, "
		"module, actor, created, ended, state, message, version FROM "
		"scopiton.installer_order WHERE tenant = %u",
		tenant, tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.module_request AS "
		"SELECT " REQUEST_COLUMNS " FROM scopiton.module_request r WHERE r.tenant = %u",
		tenant, tenant) &&
	    scop_platform_sql(platform,
		"CREATE OR REPLACE SQL SECURITY DEFINER VIEW t%u.order_step AS SELECT "
		"s.installer_order, "
		"s.number, s.step, s.at FROM scopiton.order_step s JOIN scopiton.installer_order o "
		"ON o.id = s.installer_order "
		"WHERE o.tenant = %u",
		tenant, tenant) &&
	    make_work_views(platform, tenant) && make_operator_views(platform, tenant);
}

bool
scop_tenant_socle(struct scop_platform *platform, uint32_t tenant,
    const struct scop_tenant_order *order)
{
	return scop_platform_sql(platform,
		   "CREATE DATABASE IF NOT EXISTS t%u CHARACTER SET utf8mb4 COLLATE "
		   "utf8mb4_unicode_520_ci",
		   tenant) &&
	    scop_migrator_run(platform,
		&(struct scop_migration){ .database =
					      scop_arena_printf(platform->arena, "t%u", tenant),
		    .folder =
			scop_arena_printf(platform->arena, "%s/socle", platform->config.migrations),
		    .series = "socle" }) &&
	    scop_tenant_views(platform, tenant) &&
	    scop_platform_sql(platform,
		"INSERT INTO scopiton.host_name (host, tenant, portal) VALUES ('%s', %u, 0), "
		"('%s', %u, "
		"1)",
		order->host, tenant, order->portal_host, tenant);
}

/* The number of the scop `name`, or of the only one that there is where that is ""; 0 where there
 * are others too, or none. */
static bool
find_scop(struct scop_platform *platform, const char *name, int64_t *ret_scop)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT COUNT(*) AS n, COALESCE(MIN(id), 0) AS id FROM scopiton.tenant WHERE operates "
	    "= 1 AND state = 'whole' AND "
	    "'%s' IN ('', name)",
	    scop_platform_quote(platform, name));

	if (!row)
		return false;
	if (name[0] && scop_int(row, "n") == 0)
		return scop_error_set(&platform->err, "there is no scop '%s'", name);
	*ret_scop = scop_int(row, "n") == 1 ? scop_int(row, "id") : 0;
	return true;
}

static bool
give_scop(struct scop_platform *platform, uint32_t tenant, int64_t scop)
{
	return scop_platform_sql(platform,
	    "UPDATE scopiton.tenant SET scop = NULLIF(%lld, 0) WHERE id = %u", (long long)scop,
	    tenant);
}

bool
scop_tenant_serve(struct scop_platform *platform, uint32_t tenant, const char *scop)
{
	int64_t id = 0;

	if (scop_platform_row(platform,
		"SELECT id FROM scopiton.tenant WHERE id = %u AND operates = 1", tenant))
		return scop_error_set(&platform->err, "a scop serves itself");
	return (!scop || find_scop(platform, scop, &id)) && give_scop(platform, tenant, id);
}

bool
scop_tenant_begin(struct scop_platform *platform, const struct scop_tenant_order *order,
    uint32_t wanted, uint32_t *ret_tenant)
{
	if (!check_order(platform, order, order->host, order->portal_host))
		return false;
	if (scop_platform_row(platform, "SELECT 1 AS there FROM scopiton.tenant WHERE name = '%s'",
		order->name))
		return scop_error_set(&platform->err, "a tenant '%s' is there already",
		    order->name);
	const struct scop_value *taken_host = scop_platform_row(platform,
	    "SELECT host FROM scopiton.host_name WHERE host IN ('%s', '%s') LIMIT 1", order->host,
	    order->portal_host);
	if (taken_host)
		return scop_error_set(&platform->err,
		    "the host name '%s' is another tenant's; say others with --host and "
		    "--portal-host",
		    scop_text(taken_host, "host"));
	int64_t scop = 0;
	if (order->scop && !find_scop(platform, order->scop, &scop))
		return false;
	/* A number is never reused, so that leftovers of an earlier tenant belong to no later one.
	 */
	int64_t taken;
	const bool is_free = wanted > 0 && wanted < WANTED_MAX &&
	    scop_platform_count(platform, &taken,
		"SELECT (SELECT COUNT(*) FROM scopiton.tenant WHERE id = %u) + (SELECT "
		"COUNT(*) FROM scopiton.subscription_period WHERE tenant = %u) + (SELECT COUNT(*) "
		"FROM scopiton.statement WHERE tenant = %u) + (SELECT COUNT(*) FROM "
		"information_schema.schemata WHERE schema_name REGEXP '^t%u(_|$)') AS n",
		wanted, wanted, wanted, wanted) &&
	    taken == 0;
	if (!scop_platform_sql(platform,
		"INSERT INTO scopiton.tenant (id, name, title, language, zone, currency, operates, "
		"state) VALUES "
		"(NULLIF(%u, 0), '%s', '%s', '%s', '%s', 'EUR', %d, 'making')",
		is_free ? wanted : 0, order->name, scop_platform_quote(platform, order->title),
		order->language, order->zone, order->operates))
		return false;
	*ret_tenant =
	    (uint32_t)scop_int(scop_platform_row(platform,
				   "SELECT id FROM scopiton.tenant WHERE name = '%s'", order->name),
		"id");
	return give_scop(platform, *ret_tenant, order->operates ? *ret_tenant : scop);
}

/* The first scop of a host serves all existing tenants. */
static bool
serve_all(struct scop_platform *platform, uint32_t tenant)
{
	return !scop_platform_row(platform,
		   "SELECT id FROM scopiton.tenant WHERE id = %u AND operates = 1", tenant) ||
	    scop_platform_sql(platform,
		"UPDATE scopiton.tenant SET scop = %u WHERE scop IS NULL AND state = 'whole' AND "
		"NOT EXISTS (SELECT o.id FROM scopiton.tenant o WHERE "
		"o.operates = 1 AND o.state = 'whole')",
		tenant);
}

bool
scop_tenant_whole(struct scop_platform *platform, uint32_t tenant)
{
	return serve_all(platform, tenant) &&
	    scop_platform_sql(platform, "UPDATE scopiton.tenant SET state = 'whole' WHERE id = %u",
		tenant) &&
	    (scop_db_touched(platform->db) == 1 ||
		scop_error_set(&platform->err, "the tenant was taken away meanwhile")) &&
	    scop_directory_changed(platform);
}

bool
scop_tenant_allow(struct scop_platform *platform, uint32_t tenant, int64_t cents)
{
	return scop_platform_sql(platform,
	    "UPDATE scopiton.tenant SET allowance_cents = IF(%lld < 0, NULL, %lld) WHERE id = %u",
	    (long long)cents, (long long)cents, tenant);
}

bool
scop_tenant_sender(struct scop_platform *platform, uint32_t tenant, const char *address)
{
	if (address[0] && !scop_field_is_mail(address))
		return scop_error_set(&platform->err, "'%.80s' is no mail address to send from",
		    address);
	return address[0]
	    ? scop_platform_sql(platform,
		  "REPLACE INTO queue.sender (tenant, address) VALUES (%u, '%s')", tenant,
		  scop_platform_quote(platform, address))
	    : scop_platform_sql(platform, "DELETE FROM queue.sender WHERE tenant = %u", tenant);
}

bool
scop_tenant_close(struct scop_platform *platform, uint32_t tenant)
{
	return scop_platform_sql(platform,
		   "UPDATE scopiton.subscription SET state = 'off' WHERE tenant = %u", tenant) &&
	    scop_period_end(platform, tenant, NULL) &&
	    scop_platform_sql(platform, "DELETE FROM scopiton.host_name WHERE tenant = %u",
		tenant) &&
	    scop_directory_changed(platform) && scop_directory_write(platform);
}

bool
scop_tenant_delete(struct scop_platform *platform, uint32_t tenant)
{
	const struct scop_value *databases = scop_platform_rows(platform,
	    "SELECT schema_name AS name FROM "
	    "information_schema.schemata WHERE schema_name REGEXP '^t%u(_|$)'",
	    tenant);
	const struct scop_value *roles = scop_platform_rows(platform,
	    "SELECT User AS name FROM mysql.user WHERE is_role = 'Y' AND User REGEXP '^t%u_'",
	    tenant);

	const struct scop_value *modules = scop_platform_rows(platform,
	    "SELECT module FROM scopiton.subscription WHERE tenant = %u", tenant);

	if (!databases || !roles || !modules || !scop_tenant_close(platform, tenant))
		return false;
	for (size_t i = 0; i < scop_count(roles); i++)
		if (!scop_platform_sql(platform, "DROP ROLE IF EXISTS `%s`",
			scop_text(scop_at(roles, i), "name")))
			return false;
	for (size_t i = 0; i < scop_count(databases); i++)
		if (!scop_platform_sql(platform, "DROP DATABASE IF EXISTS `%s`",
			scop_text(scop_at(databases, i), "name")))
			return false;
	if (!scop_platform_sql(platform, "DELETE FROM scopiton.subscription WHERE tenant = %u",
		tenant))
		return false;
	for (size_t i = 0; i < scop_count(modules); i++)
		if (!scop_module_forget(platform, scop_text(scop_at(modules, i), "module")))
			return false;
	return scop_platform_sql(platform,
		   "DELETE s FROM scopiton.order_step s JOIN scopiton.installer_order o ON o.id = "
		   "s.installer_order WHERE o.tenant = %u",
		   tenant) &&
	    scop_platform_sql(platform, "DELETE FROM scopiton.installer_order WHERE tenant = %u",
		tenant) &&
	    scop_platform_sql(platform,
		"DELETE c FROM scopiton.order_cancel c LEFT JOIN scopiton.installer_order o ON "
		"o.id = c.installer_order WHERE o.id IS NULL") &&
	    scop_platform_sql(platform, "DELETE FROM scopiton.rollout_tenant WHERE tenant = %u",
		tenant) &&
	    scop_platform_sql(platform, "DELETE FROM scopiton.module_request WHERE tenant = %u",
		tenant) &&
	    scop_platform_sql(platform, "DELETE FROM queue.schedule WHERE role LIKE 't%u\\_%%'",
		tenant) &&
	    scop_platform_sql(platform, "DELETE FROM queue.outbox WHERE role LIKE 't%u\\_%%'",
		tenant) &&
	    scop_platform_sql(platform, "DELETE FROM queue.mail WHERE role LIKE 't%u\\_%%'",
		tenant) &&
	    scop_platform_sql(platform, "DELETE FROM queue.attachment WHERE role LIKE 't%u\\_%%'",
		tenant) &&
	    scop_platform_sql(platform, "DELETE FROM queue.sender WHERE tenant = %u", tenant) &&
	    scop_platform_sql(platform, "DELETE FROM queue.dead WHERE role LIKE 't%u\\_%%'",
		tenant) &&
	    scop_platform_sql(platform, "UPDATE scopiton.tenant SET scop = NULL WHERE scop = %u",
		tenant) &&
	    scop_platform_sql(platform, "DELETE FROM scopiton.tenant WHERE id = %u", tenant) &&
	    scop_directory_changed(platform);
}
