/* SPDX-License-Identifier: EUPL-1.2 */
/* Tenants: creates one with its socle, and removes one completely. */

#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/country.h"
#include "data/directory.h"
#include "installer/billing.h"
#include "installer/forget.h"
#include "installer/installation.h"
#include "installer/migrator.h"
#include "installer/platform.h"
#include "installer/directory.h"
#include "installer/rights.h"
#include "installer/tenant.h"
#include "package/migration.h"
#include "web/field.h"

enum { WANTED_MAX = 1000000 }; /* largest number that an archive may request */

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
check_country(struct scop_platform *platform, const char *country)
{
	return scop_country_find(country) ||
	    scop_error_set(&platform->err,
		"country '%.20s' is not a code of ISO 3166-1, such as BE is", country);
}

/* Where the order names no country: that of its zone, or, where that has several, the
 * configuration's. */
static const char *
country_of(const struct scop_platform *platform, const struct scop_tenant_order *order)
{
	const char *of_zone = scop_country_of_zone(order->zone);

	if (order->country && order->country[0])
		return order->country;
	return of_zone[0] ? of_zone : platform->config.country;
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
		    "time zone '%s' is not known; Europe/Brussels is one", order->zone);
	if (!check_country(platform, country_of(platform, order)))
		return false;
	if (order->owner_mail && !scop_field_is_mail(order->owner_mail))
		return scop_error_set(&platform->err,
		    "'%.80s' is not an e-mail address at which to invite an owner",
		    order->owner_mail);
	if (!order->title[0] || scop_utf8_count(order->title) > 100 ||
	    !scop_utf8_valid(order->title, strlen(order->title)))
		return scop_error_set(&platform->err,
		    "the title needs 1 to 100 characters of UTF-8");
	return true;
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
	    scop_tenant_views(platform, tenant) && scop_session_rights(platform, tenant) &&
	    scop_platform_sql(platform,
		"INSERT INTO scopiton.host_name (host, tenant, portal) VALUES ('%s', %u, 0), "
		"('%s', %u, "
		"1)",
		order->host, tenant, order->portal_host, tenant);
}

/* The number of the scop `name`; for "", of the only scop; 0 if there are several, or none. */
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

/* That neither the name nor the host names are another tenant's. */
static bool
names_are_free(struct scop_platform *platform, const struct scop_tenant_order *order)
{
	if (scop_platform_row(platform, "SELECT 1 AS there FROM scopiton.tenant WHERE name = '%s'",
		order->name))
		return scop_error_set(&platform->err, "a tenant '%s' already exists", order->name);
	const struct scop_value *taken = scop_platform_row(platform,
	    "SELECT host FROM scopiton.host_name WHERE host IN ('%s', '%s') LIMIT 1", order->host,
	    order->portal_host);
	return !taken ||
	    scop_error_set(&platform->err,
		"the host name '%s' belongs to another tenant; choose others with --host and "
		"--portal-host",
		scop_text(taken, "host"));
}

/* A number is never reused, so that leftovers of an earlier tenant belong to no later one. */
static bool
number_is_free(struct scop_platform *platform, uint32_t number)
{
	int64_t taken;

	return number > 0 && number < WANTED_MAX &&
	    scop_platform_count(platform, &taken,
		"SELECT (SELECT COUNT(*) FROM scopiton.tenant WHERE id = %u) + (SELECT "
		"COUNT(*) FROM scopiton.subscription_period WHERE tenant = %u) + (SELECT COUNT(*) "
		"FROM scopiton.statement WHERE tenant = %u) + (SELECT COUNT(*) FROM "
		"information_schema.schemata WHERE schema_name REGEXP '^t%u(_|$)') AS n",
		number, number, number, number) &&
	    taken == 0;
}

bool
scop_tenant_begin(struct scop_platform *platform, const struct scop_tenant_order *order,
    uint32_t wanted, uint32_t *ret_tenant)
{
	int64_t scop = 0;

	if (!check_order(platform, order, order->host, order->portal_host) ||
	    !names_are_free(platform, order) ||
	    (order->scop && !find_scop(platform, order->scop, &scop)))
		return false;
	if (!scop_platform_sql(platform,
		"INSERT INTO scopiton.tenant (id, name, title, language, zone, country, currency, "
		"operates, state) VALUES "
		"(NULLIF(%u, 0), '%s', '%s', '%s', '%s', '%s', 'EUR', %d, 'making')",
		number_is_free(platform, wanted) ? wanted : 0, order->name,
		scop_platform_quote(platform, order->title), order->language, order->zone,
		country_of(platform, order), order->operates))
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
		scop_error_set(&platform->err, "the tenant has been deleted meanwhile")) &&
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
		return scop_error_set(&platform->err,
		    "'%.80s' is not an e-mail address to send from", address);
	return address[0]
	    ? scop_platform_sql(platform,
		  "REPLACE INTO queue.sender (tenant, address) VALUES (%u, '%s')", tenant,
		  scop_platform_quote(platform, address))
	    : scop_platform_sql(platform, "DELETE FROM queue.sender WHERE tenant = %u", tenant);
}

bool
scop_tenant_country(struct scop_platform *platform, uint32_t tenant, const char *country)
{
	return check_country(platform, country) &&
	    scop_platform_sql(platform, "UPDATE scopiton.tenant SET country = '%s' WHERE id = %u",
		country, tenant) &&
	    scop_directory_changed(platform);
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

/* Rows of a tenant outside its own databases, in this order: steps before their orders, and the
 * tenant's own row last. */
static const char *const rows_of_tenant[] = {
	("DELETE s FROM scopiton.order_step s JOIN scopiton.installer_order o ON o.id = "
	 "s.installer_order WHERE o.tenant = {tenant}"),
	"DELETE FROM scopiton.installer_order WHERE tenant = {tenant}",
	("DELETE c FROM scopiton.order_cancel c LEFT JOIN scopiton.installer_order o ON o.id = "
	 "c.installer_order WHERE o.id IS NULL"),
	"DELETE FROM scopiton.rollout_tenant WHERE tenant = {tenant}",
	"DELETE FROM scopiton.module_request WHERE tenant = {tenant}",
	"DELETE FROM scopiton.contract_view WHERE tenant = {tenant}",
	"DELETE FROM scopiton.crash WHERE tenant = {tenant}",
	"DELETE FROM queue.schedule WHERE role LIKE 't{tenant}\\_%'",
	"DELETE FROM queue.outbox WHERE role LIKE 't{tenant}\\_%'",
	"DELETE FROM queue.mail WHERE role LIKE 't{tenant}\\_%'",
	"DELETE FROM queue.attachment WHERE role LIKE 't{tenant}\\_%'",
	"DELETE FROM queue.sender WHERE tenant = {tenant}",
	"DELETE FROM queue.dead WHERE role LIKE 't{tenant}\\_%'",
	"UPDATE scopiton.tenant SET scop = NULL WHERE scop = {tenant}",
	"DELETE FROM scopiton.tenant WHERE id = {tenant}",
};

/* Runs `drop` with each row's name. */
static bool
drop_all(struct scop_platform *platform, const char *drop, const struct scop_value *rows)
{
	for (size_t i = 0; i < scop_count(rows); i++)
		if (!scop_platform_sql(platform, "%s `%s`", drop,
			scop_text(scop_at(rows, i), "name")))
			return false;
	return true;
}

static bool
forget_modules(struct scop_platform *platform, const struct scop_value *modules)
{
	for (size_t i = 0; i < scop_count(modules); i++)
		if (!scop_module_forget(platform, scop_text(scop_at(modules, i), "module")))
			return false;
	return true;
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

	if (!databases || !roles || !modules || !scop_tenant_close(platform, tenant) ||
	    !drop_all(platform, "DROP ROLE IF EXISTS", roles) ||
	    !drop_all(platform, "DROP DATABASE IF EXISTS", databases) ||
	    !scop_session_rights_end(platform, tenant) ||
	    !scop_platform_sql(platform, "DELETE FROM scopiton.subscription WHERE tenant = %u",
		tenant) ||
	    !forget_modules(platform, modules))
		return false;
	for (size_t i = 0; i < sizeof rows_of_tenant / sizeof rows_of_tenant[0]; i++)
		if (!scop_platform_sql(platform, "%s",
			scop_sql_for_tenant(platform->arena, rows_of_tenant[i], tenant)))
			return false;
	return scop_directory_changed(platform);
}
