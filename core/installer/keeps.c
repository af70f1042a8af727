/* SPDX-License-Identifier: EUPL-1.2 */
/* Grants a module its rights on tables that it keeps: see keeps.h. */
#include "installer/keeps.h"

#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/value.h"
#include "installer/migrator.h"

static const char *
role_of(struct scop_platform *platform, const struct scop_keeps *keeps)
{
	return scop_arena_printf(platform->arena, "t%u_%s", keeps->tenant, keeps->module);
}

static const struct scop_value *
find(const struct scop_keeps *keeps, const char *table)
{
	for (size_t i = 0; i < scop_count(keeps->keeps); i++)
		if (strcmp(scop_text(scop_at(keeps->keeps, i), "table"), table) == 0)
			return scop_at(keeps->keeps, i);
	return NULL;
}

/* Whether the role may change and delete in the whole database. */
static bool
may_all(struct scop_platform *platform, const struct scop_keeps *keeps, bool *ret_may)
{
	int64_t count;

	if (!scop_platform_count(platform, &count,
		"SELECT COUNT(*) AS n FROM mysql.db WHERE User = '%s' AND Db = '%s' AND "
		"(Update_priv "
		"= 'Y' OR Delete_priv = 'Y')",
		role_of(platform, keeps),
		scop_platform_quote(platform, scop_grant_pattern(platform, keeps->database))))
		return false;
	*ret_may = count > 0;
	return true;
}

/* The columns with commas between, as GRANT writes them. */
static const char *
columns_of(struct scop_platform *platform, const char *update)
{
	char *list = scop_arena_text(platform->arena, update);

	for (char *at = list; *at; at++)
		if (*at == ' ')
			*at = ',';
	return list;
}

/* Something in the database by which kept rows would change without the module's right: a foreign
 * key's action, or a trigger, which runs with the rights of whoever made it. */
static bool
check_ways_around(struct scop_platform *platform, const struct scop_keeps *keeps, const char *table)
{
	const struct scop_value *found = scop_platform_rows(platform,
	    "SELECT constraint_name AS name FROM information_schema.referential_constraints WHERE "
	    "constraint_schema = '%s' AND table_name = '%s' AND (delete_rule NOT IN ('RESTRICT', "
	    "'NO ACTION') OR update_rule NOT IN ('RESTRICT', 'NO ACTION')) UNION ALL SELECT "
	    "trigger_name FROM information_schema.triggers WHERE trigger_schema = '%s' AND "
	    "action_statement REGEXP '\\\\b%s\\\\b'",
	    keeps->database, table, keeps->database, table);

	return found &&
	    (scop_count(found) == 0 ||
		scop_error_set(&platform->err,
		    "module.xml of %s keeps the rows of '%s', which '%s' would change.",
		    keeps->module, table, scop_text(scop_at(found, 0), "name")));
}

static bool
check_kept(struct scop_platform *platform, const struct scop_keeps *keeps,
    const struct scop_value *kept)
{
	const char *table = scop_text(kept, "table"), *update = scop_text(kept, "update");
	const char *columns = columns_of(platform, update);
	int64_t wanted = 1, there;

	for (const char *at = columns; *at; at++)
		wanted += *at == ',';
	if (!scop_platform_count(platform, &there,
		update[0]
		    ? "SELECT COUNT(*) AS n FROM information_schema.columns WHERE "
		      "table_schema = '%s' AND table_name = '%s' AND FIND_IN_SET(column_name, "
		      "'%s')"
		    : "SELECT COUNT(*) AS n FROM information_schema.tables WHERE "
		      "table_schema = '%s' AND table_name = '%s' AND '%s' = ''",
		keeps->database, table, columns))
		return false;
	if (there != wanted)
		return scop_error_set(&platform->err,
		    "module.xml of %s keeps the rows of '%s' but for '%s': there is no such table "
		    "or "
		    "column.",
		    keeps->module, table, update);
	return check_ways_around(platform, keeps, table);
}

static bool
grant_tables(struct scop_platform *platform, const struct scop_keeps *keeps)
{
	const char *role = role_of(platform, keeps);
	const struct scop_value *tables = scop_platform_rows(platform,
	    "SELECT table_name AS name FROM information_schema.tables t WHERE table_schema = '%s' "
	    "AND table_type = 'BASE TABLE'",
	    keeps->database);
	bool ok = tables != NULL;

	for (size_t i = 0; ok && i < scop_count(tables); i++) {
		const char *table = scop_text(scop_at(tables, i), "name");
		const struct scop_value *kept = find(keeps, table);
		const char *update = columns_of(platform, scop_text(kept, "update"));

		if (!kept)
			ok = scop_platform_sql(platform, "GRANT UPDATE, DELETE ON `%s`.`%s` TO %s",
			    keeps->database, table, role);
		else if (update[0])
			ok = scop_platform_sql(platform, "GRANT UPDATE (%s) ON `%s`.`%s` TO %s",
			    update, keeps->database, table, role);
	}
	return ok;
}

bool
scop_keeps_prepare(struct scop_platform *platform, const struct scop_keeps *keeps)
{
	bool may;

	for (size_t i = 0; i < scop_count(keeps->keeps); i++)
		if (!check_kept(platform, keeps, scop_at(keeps->keeps, i)))
			return false;
	if (!may_all(platform, keeps, &may))
		return false;
	if (scop_count(keeps->keeps) > 0)
		return grant_tables(platform, keeps);
	return may ||
	    scop_platform_sql(platform, "GRANT UPDATE, DELETE ON `%s`.* TO %s",
		scop_grant_pattern(platform, keeps->database), role_of(platform, keeps));
}

/* Revokes the rights on a kept table beyond the columns that may be changed. */
static bool
revoke_table(struct scop_platform *platform, const struct scop_keeps *keeps,
    const struct scop_value *kept)
{
	const char *table = scop_text(kept, "table"), *role = role_of(platform, keeps),
		   *update = columns_of(platform, scop_text(kept, "update"));
	const struct scop_value *columns = scop_platform_rows(platform,
	    "SELECT Column_name AS name FROM mysql.columns_priv WHERE Db = '%s' AND User = '%s' "
	    "AND "
	    "Table_name = '%s' AND FIND_IN_SET('Update', Column_priv) AND NOT "
	    "FIND_IN_SET(Column_name, '%s')",
	    keeps->database, role, table, update);
	int64_t wide;

	if (!columns ||
	    !scop_platform_count(platform, &wide,
		"SELECT COUNT(*) AS n FROM mysql.tables_priv WHERE Db = '%s' AND User = '%s' AND "
		"Table_name = '%s' AND (FIND_IN_SET('Update', Table_priv) OR FIND_IN_SET('Delete', "
		"Table_priv))",
		keeps->database, role, table))
		return false;
	bool ok = wide == 0 ||
	    scop_platform_sql(platform, "REVOKE UPDATE, DELETE ON `%s`.`%s` FROM %s",
		keeps->database, table, role);
	for (size_t i = 0; ok && i < scop_count(columns); i++)
		ok = scop_platform_sql(platform, "REVOKE UPDATE (%s) ON `%s`.`%s` FROM %s",
		    scop_text(scop_at(columns, i), "name"), keeps->database, table, role);
	return ok;
}

bool
scop_keeps_settle(struct scop_platform *platform, const struct scop_keeps *keeps)
{
	bool may;

	if (scop_count(keeps->keeps) == 0)
		return true;
	if (!may_all(platform, keeps, &may) ||
	    (may &&
		!scop_platform_sql(platform, "REVOKE UPDATE, DELETE ON `%s`.* FROM %s",
		    scop_grant_pattern(platform, keeps->database), role_of(platform, keeps))))
		return false;
	for (size_t i = 0; i < scop_count(keeps->keeps); i++)
		if (!revoke_table(platform, keeps, scop_at(keeps->keeps, i)))
			return false;
	return true;
}
