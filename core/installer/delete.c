/* SPDX-License-Identifier: EUPL-1.2 */
/* Deletes a tenant from this host: drops everything, searches for remains, and writes a record of
 * it. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "installer/arrive.h"
#include "installer/delete.h"
#include "installer/forget.h"
#include "installer/installation.h"
#include "installer/leave.h"
#include "installer/restore.h"
#include "installer/tenant.h"
#include "package/files.h"

static bool
has_members(struct scop_platform *platform, uint32_t tenant, int64_t *ret_there)
{
	return scop_platform_count(platform, ret_there,
	    "SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = 't%u' AND "
	    "table_name = 'member'",
	    tenant);
}

/* Persons who are members here and nowhere else: their accounts end with the tenant. NULL on
 * failure, so that nobody's account ends by a question that was not answered. */
static const struct scop_value *
last_persons(struct scop_platform *platform, uint32_t tenant)
{
	const struct scop_value *others =
	    scop_platform_rows(platform, "SELECT id FROM scopiton.tenant WHERE id <> %u", tenant);
	int64_t there;

	if (!others || !has_members(platform, tenant, &there) ||
	    !scop_platform_sql(platform,
		"CREATE OR REPLACE TEMPORARY TABLE scopiton.leaving (id BIGINT UNSIGNED PRIMARY "
		"KEY)"))
		return NULL;
	/* If the members are gone, an earlier run was killed; it had ended their accounts first. */
	if (there > 0 &&
	    !scop_platform_sql(platform,
		"INSERT INTO scopiton.leaving SELECT DISTINCT person FROM t%u.member WHERE person "
		"IS NOT NULL",
		tenant))
		return NULL;
	for (size_t i = 0; i < scop_count(others); i++) {
		const uint32_t other = (uint32_t)scop_int(scop_at(others, i), "id");

		if (!has_members(platform, other, &there) ||
		    (there > 0 &&
			!scop_platform_sql(platform,
			    "DELETE l FROM scopiton.leaving l JOIN t%u.member m ON m.person = l.id",
			    other)))
			return NULL;
	}
	return scop_platform_rows(platform, "SELECT id FROM scopiton.leaving");
}

static bool
delete_persons(struct scop_platform *platform, const struct scop_value *persons)
{
	bool ok = true;

	for (size_t i = 0; ok && i < scop_count(persons); i++)
		ok = scop_platform_sql(platform, "DELETE FROM account.person WHERE id = %lld",
		    (long long)scop_int(scop_at(persons, i), "id"));
	return ok;
}

/* Searches for remains of the deleted tenant: if it finds any, the deletion is not done. */
static bool
look_again(struct scop_platform *platform, uint32_t tenant, struct scop_buffer *out)
{
	const char *const places[][2] = {
		{ "databases",
		    "SELECT COUNT(*) AS n FROM information_schema.schemata WHERE schema_name "
		    "REGEXP '^t%u(_|$)'" },
		{ "roles", "SELECT COUNT(*) AS n FROM mysql.user WHERE User REGEXP '^t%u_'" },
		{ "rights on databases",
		    "SELECT COUNT(*) AS n FROM mysql.db WHERE Db REGEXP '^t%u(_|.?_|$)' OR User "
		    "REGEXP '^t%u_'" },
		{ "rights on tables",
		    "SELECT COUNT(*) AS n FROM mysql.tables_priv WHERE User REGEXP '^t%u_'" },
		{ "rights on columns",
		    "SELECT COUNT(*) AS n FROM mysql.columns_priv WHERE User REGEXP '^t%u_'" },
		{ "granted roles",
		    "SELECT COUNT(*) AS n FROM mysql.roles_mapping WHERE Role REGEXP '^t%u_'" },
		{ "waiting work",
		    "SELECT COUNT(*) AS n FROM queue.outbox WHERE role REGEXP '^t%u_'" },
		{ "dead work", "SELECT COUNT(*) AS n FROM queue.dead WHERE role REGEXP '^t%u_'" },
		{ "mails", "SELECT COUNT(*) AS n FROM queue.mail WHERE role REGEXP '^t%u_'" },
		{ "attachments",
		    "SELECT COUNT(*) AS n FROM queue.attachment WHERE role REGEXP '^t%u_'" },
		{ "schedules",
		    "SELECT COUNT(*) AS n FROM queue.schedule WHERE role REGEXP '^t%u_'" },
		{ "orders",
		    "SELECT COUNT(*) AS n FROM scopiton.installer_order WHERE tenant = %u" },
		{ "subscriptions",
		    "SELECT COUNT(*) AS n FROM scopiton.subscription WHERE tenant = %u" },
		{ "host names", "SELECT COUNT(*) AS n FROM scopiton.host_name WHERE tenant = %u" },
	};
	int64_t found = 0;

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		char sql[300], number[12];
		size_t used = 0;

		snprintf(number, sizeof number, "%u", tenant);
		for (const char *at = places[i][1]; *at && used + sizeof number < sizeof sql;
		     at++) {
			if (at[0] == '%' && at[1] == 'u') {
				used +=
				    (size_t)snprintf(sql + used, sizeof sql - used, "%s", number);
				at++;
			} else {
				sql[used++] = *at;
			}
		}
		sql[used] = '\0';
		const struct scop_value *row = scop_platform_row(platform, "%s", sql);

		if (!row)
			return false;
		scop_buffer_printf(out, "  %s: %lld\n", places[i][0],
		    (long long)scop_int(row, "n"));
		found += scop_int(row, "n");
	}
	scop_buffer_text(out,
	    found == 0 ? "\nnothing was found any more\n" : "\nSOMETHING IS LEFT\n");
	return found == 0 ||
	    scop_error_set(&platform->err, "something of the tenant is left; look at the record");
}

static bool
keep_record(struct scop_platform *platform, const char *path, const struct scop_buffer *record)
{
	FILE *file = fopen(path, "wxe");
	const bool written =
	    file && fwrite(record->data, 1, record->length, file) == record->length;

	return (file && fclose(file) == 0 && written && chmod(path, 0600) == 0) ||
	    scop_error_errno(&platform->err, "the record '%s' cannot be written", path);
}

const char *
scop_tenant_end(struct scop_platform *platform, uint32_t tenant)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT name, title FROM scopiton.tenant WHERE id = %u", tenant);
	const struct scop_value *databases = scop_platform_rows(platform,
	    "SELECT s.schema_name AS name, (SELECT COUNT(*) FROM information_schema.tables t WHERE "
	    "t.table_schema = "
	    "s.schema_name AND t.table_type = 'BASE TABLE') AS tables FROM "
	    "information_schema.schemata s WHERE s.schema_name REGEXP '^t%u(_|$)' ORDER BY "
	    "s.schema_name",
	    tenant);
	const struct scop_value *persons = last_persons(platform, tenant);
	const time_t now = time(NULL);
	struct scop_buffer record;
	char when[40], stamp[40];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
	strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &tm);
	if (!row && platform->db)
		scop_error_set(&platform->err,
		    "the tenant is gone already; the record is below '%s/exports'",
		    platform->config.var);
	if (!row || !databases || !persons)
		return NULL;
	scop_buffer_init(&record, platform->arena);
	scop_buffer_printf(&record, "Deleted: %s (%s), number %u, on %s\n\nDropped:\n",
	    scop_text(row, "title"), scop_text(row, "name"), tenant, when);
	for (size_t i = 0; i < scop_count(databases); i++)
		scop_buffer_printf(&record, "  %s: %lld tables\n",
		    scop_text(scop_at(databases, i), "name"),
		    (long long)scop_int(scop_at(databases, i), "tables"));
	scop_buffer_printf(&record,
	    "  persons who were members of no other tenant: %zu\n\nLooked for afterwards, and "
	    "found:\n",
	    scop_count(persons));
	mkdir(scop_arena_printf(platform->arena, "%s/exports", platform->config.var), 0700);
	const char *path = scop_arena_printf(platform->arena, "%s/exports/deleted-%s-%u-%s.txt",
	    platform->config.var, scop_text(row, "name"), tenant, stamp);
	/* Killed from here on, the next sweep goes on with it. The persons go while it can still be
	 * told whose they were. */
	if (!scop_platform_sql(platform,
		"UPDATE scopiton.tenant SET state = 'leaving' WHERE id = %u", tenant) ||
	    !scop_tenant_close(platform, tenant) || !delete_persons(platform, persons) ||
	    !scop_tenant_delete(platform, tenant))
		return NULL;
	const bool gone = look_again(platform, tenant, &record);
	const char *exports = scop_arena_printf(platform->arena, "%s/exports/%s",
	    platform->config.var, scop_text(row, "name"));
	if (access(exports, F_OK) == 0)
		scop_buffer_printf(&record,
		    "\nKept, until somebody removes it: what was exported before, in %s\n",
		    exports);
	const struct scop_error cause = platform->err;
	if (!keep_record(platform, path, &record))
		return NULL;
	platform->err = cause;
	return gone ? path : NULL;
}

static bool
sweep_tenants(struct scop_platform *platform)
{
	const struct scop_value *tenants = scop_platform_rows(platform,
	    "SELECT id, state FROM scopiton.tenant WHERE state <> 'whole'");
	bool ok = tenants != NULL;

	for (size_t i = 0; i < scop_count(tenants); i++) {
		const struct scop_value *row = scop_at(tenants, i);
		const uint32_t tenant = (uint32_t)scop_int(row, "id");

		ok &= strcmp(scop_text(row, "state"), "making") == 0
		    ? scop_tenant_delete(platform, tenant)
		    : scop_tenant_end(platform, tenant) != NULL;
	}
	return ok;
}

static bool
sweep_arriving(struct scop_platform *platform)
{
	const struct scop_value *modules =
	    scop_platform_rows(platform, "SELECT tenant, module FROM scopiton.arriving");
	bool ok = modules != NULL;

	for (size_t i = 0; i < scop_count(modules); i++)
		ok &= scop_module_unarrive(platform,
		    (uint32_t)scop_int(scop_at(modules, i), "tenant"),
		    scop_text(scop_at(modules, i), "module"));
	return ok;
}

/* Accounts of modules that no tenant has any more: the last deletion was killed before it came to
 * them. */
static bool
sweep_modules(struct scop_platform *platform)
{
	const struct scop_value *modules = scop_platform_rows(platform,
	    "SELECT m.name FROM scopiton.module m JOIN mysql.global_priv g ON g.Host = 'localhost' "
	    "AND g.User = "
	    "CONVERT(CONCAT('scop_', m.name) USING utf8mb3) COLLATE utf8mb3_bin WHERE NOT EXISTS "
	    "(SELECT s.module FROM scopiton.subscription s WHERE s.module = m.name)");
	bool ok = modules != NULL;

	for (size_t i = 0; i < scop_count(modules); i++)
		ok &= scop_module_forget(platform, scop_text(scop_at(modules, i), "name"));
	return ok;
}

bool
scop_tenant_sweep(struct scop_platform *platform)
{
	bool ok = sweep_tenants(platform);

	ok &= sweep_arriving(platform);
	ok &= sweep_modules(platform);
	ok &= scop_packages_forget(platform);
	ok &= scop_platform_sql(platform, "DROP DATABASE IF EXISTS " SCOP_STAGING);
	/* Archives that were being read or written. */
	scop_files_remove_hidden(
	    scop_arena_printf(platform->arena, "%s/imports", platform->config.var));
	scop_files_remove_hidden(
	    scop_arena_printf(platform->arena, "%s/exports", platform->config.var));
	return ok;
}
