/* SPDX-License-Identifier: EUPL-1.2 */
/* Rights over the socle and the platform: see rights.h. */
#include "installer/rights.h"

#include <string.h>

#include "package/reads.h"

struct role {
	struct scop_platform *platform;
	uint32_t tenant;
	const char *name;
};

/* ---- the socle ---- */

static const struct scop_socle_read *
listed(const char *table)
{
	const struct scop_socle_read *read = scop_reads;

	while (read->table && strcmp(read->table, table) != 0)
		read++;
	return read->table ? read : NULL;
}

/* The role's present rights to single tables of the socle. */
static const struct scop_value *
table_rights(const struct role *role)
{
	return scop_platform_rows(role->platform,
	    "SELECT t.Table_name AS name, FIND_IN_SET('Select', t.Table_priv) > 0 AS can_read, "
	    "t.Table_priv REGEXP 'Insert|Update|Delete' AS can_write, COALESCE((SELECT "
	    "GROUP_CONCAT(c.Column_name ORDER BY c.Column_name) FROM mysql.columns_priv c WHERE "
	    "c.Host = t.Host AND c.Db = t.Db AND c.User = t.User AND c.Table_name = t.Table_name "
	    "AND FIND_IN_SET('Select', c.Column_priv)), '') AS parts FROM mysql.tables_priv t "
	    "WHERE t.Db = 't%u' AND t.User = '%s'",
	    role->tenant, role->name);
}

static bool
has(const struct scop_value *rights, const struct scop_socle_read *read)
{
	for (size_t i = 0; i < scop_count(rights); i++) {
		const struct scop_value *row = scop_at(rights, i);

		if (strcmp(scop_text(row, "name"), read->table) == 0)
			return read->columns ? strcmp(scop_text(row, "parts"), read->columns) == 0
					     : scop_bool(row, "can_read");
	}
	return false;
}

static bool
grant_reads(const struct role *role, const struct scop_value *rights)
{
	bool ok = true;

	for (const struct scop_socle_read *read = scop_reads; ok && read->table; read++)
		if (!has(rights, read))
			ok = scop_platform_sql(role->platform, "GRANT SELECT%s%s%s ON t%u.%s TO %s",
			    read->columns ? " (" : "", read->columns ? read->columns : "",
			    read->columns ? ")" : "", role->tenant, read->table, role->name);
	return ok;
}

/* A table that the role writes is read by its WHERE; any other that is not listed is no concern of
 * the module. */
static bool
settle(const struct role *role, const struct scop_value *row)
{
	const char *table = scop_text(row, "name"), *columns = scop_text(row, "parts");
	struct scop_platform *platform = role->platform;

	if (scop_bool(row, "can_write"))
		return scop_bool(row, "can_read") ||
		    scop_platform_sql(platform, "GRANT SELECT ON t%u.%s TO %s", role->tenant, table,
			role->name);
	if (listed(table))
		return true;
	return (!scop_bool(row, "can_read") ||
		   scop_platform_sql(platform, "REVOKE SELECT ON t%u.%s FROM %s", role->tenant,
		       table, role->name)) &&
	    (!columns[0] ||
		scop_platform_sql(platform, "REVOKE SELECT (%s) ON t%u.%s FROM %s", columns,
		    role->tenant, table, role->name));
}

/* Up to 0.1.0 every role could read the whole socle. */
static bool
revoke_all_reads(const struct role *role)
{
	int64_t wide;

	return scop_platform_count(role->platform, &wide,
		   "SELECT COUNT(*) AS n FROM mysql.db WHERE Db = 't%u' AND User = '%s' AND "
		   "Select_priv = 'Y'",
		   role->tenant, role->name) &&
	    (wide == 0 ||
		scop_platform_sql(role->platform, "REVOKE SELECT ON t%u.* FROM %s", role->tenant,
		    role->name));
}

/* Every role adds entries; MariaDB stamps the rest of the row. */
static bool
grant_audit(const struct role *role)
{
	int64_t had;

	return scop_platform_count(role->platform, &had,
		   "SELECT COUNT(*) AS n FROM mysql.columns_priv WHERE Db = 't%u' AND User = '%s' "
		   "AND Table_name = 'audit' AND Column_name = 'details' AND "
		   "FIND_IN_SET('Insert', Column_priv)",
		   role->tenant, role->name) &&
	    (had > 0 ||
		scop_platform_sql(role->platform,
		    "GRANT INSERT (member, name, what, about, details) ON t%u.audit TO %s",
		    role->tenant, role->name));
}

bool
scop_socle_rights(struct scop_platform *platform, uint32_t tenant, const char *module,
    unsigned asks)
{
	const struct role role = { platform, tenant,
		scop_arena_printf(platform->arena, "t%u_%s", tenant, module) };

	if (!grant_audit(&role))
		return false;
	if (asks & SCOP_GRANT_PORTAL)
		return scop_platform_sql(platform, "GRANT SELECT ON t%u.* TO %s", tenant,
		    role.name);
	const struct scop_value *rights = table_rights(&role);
	bool ok = rights && grant_reads(&role, rights);

	for (size_t i = 0; ok && i < scop_count(rights); i++)
		ok = settle(&role, scop_at(rights, i));
	return ok && revoke_all_reads(&role);
}

bool
scop_socle_rights_again(struct scop_platform *platform, uint32_t tenant)
{
	const struct scop_value *modules = scop_platform_rows(platform,
	    "SELECT s.module, s.module = 'portal' OR FIND_IN_SET('portal', REPLACE(p.granted, ', "
	    "', "
	    "',')) > 0 AS is_portal FROM scopiton.subscription s JOIN scopiton.package p ON p.id = "
	    "s.package JOIN mysql.user u ON u.is_role = 'Y' AND u.User = CONVERT(CONCAT('t%u_', "
	    "s.module) USING utf8mb3) COLLATE utf8mb3_bin WHERE s.tenant = %u",
	    tenant, tenant);
	bool ok = modules != NULL;

	for (size_t i = 0; ok && i < scop_count(modules); i++) {
		const struct scop_value *row = scop_at(modules, i);

		ok = scop_socle_rights(platform, tenant, scop_text(row, "module"),
		    scop_bool(row, "is_portal") ? SCOP_GRANT_PORTAL : 0);
	}
	return ok;
}

/* ---- the platform ---- */

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

/* ---- the session process ---- */

/* The session's account reads these columns of a socle (core/web/resolve.c). */
static const char *const of_session[] = {
	"(token_hash, member, expires) ON t{tenant}.session",
	"(token_hash, name, permissions, of_company, member, expires) ON t{tenant}.api_key",
	"(id, name, language, zone) ON t{tenant}.member",
	"(member, role) ON t{tenant}.member_role",
	"(role, permission) ON t{tenant}.role_permission",
	"(module, permission, path, icon, place, title) ON t{tenant}.menu",
	"(module, english, language, text) ON t{tenant}.message",
};

bool
scop_session_rights(struct scop_platform *platform, uint32_t tenant)
{
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof of_session / sizeof of_session[0]; i++)
		ok = scop_platform_sql(platform, "GRANT SELECT %s TO scopiton_session@localhost",
		    scop_sql_for_tenant(platform->arena, of_session[i], tenant));
	return ok;
}

/* MariaDB keeps the rights on a table that was dropped. */
bool
scop_session_rights_end(struct scop_platform *platform, uint32_t tenant)
{
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT Table_name AS name FROM mysql.tables_priv WHERE Db = 't%u' AND User = "
	    "'scopiton_session'",
	    tenant);
	bool ok = rows != NULL;

	for (size_t i = 0; ok && i < scop_count(rows); i++)
		ok = scop_platform_sql(platform,
		    "REVOKE ALL PRIVILEGES ON t%u.`%s` FROM scopiton_session@localhost", tenant,
		    scop_text(scop_at(rows, i), "name"));
	return ok;
}
