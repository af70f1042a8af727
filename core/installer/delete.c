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
 * failure, so that no account is deleted because of a failed query. */
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
	/* If the members are gone, an earlier run was killed after deleting their accounts. */
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

/* The places that could still hold data of a deleted tenant: the record's words, and the rows. */
static const struct place {
	const char *words, *from;
} places[] = {
	{ "databases", "information_schema.schemata WHERE schema_name REGEXP '^t{tenant}(_|$)'" },
	{ "roles", "mysql.user WHERE User REGEXP '^t{tenant}_'" },
	{ "rights on databases",
	    "mysql.db WHERE Db REGEXP '^t{tenant}(_|.?_|$)' OR User REGEXP '^t{tenant}_'" },
	{ "rights on tables",
	    "mysql.tables_priv WHERE Db REGEXP '^t{tenant}(_|$)' OR User REGEXP '^t{tenant}_'" },
	{ "rights on columns",
	    "mysql.columns_priv WHERE Db REGEXP '^t{tenant}(_|$)' OR User REGEXP '^t{tenant}_'" },
	{ "granted roles", "mysql.roles_mapping WHERE Role REGEXP '^t{tenant}_'" },
	{ "waiting work", "queue.outbox WHERE role REGEXP '^t{tenant}_'" },
	{ "dead work", "queue.dead WHERE role REGEXP '^t{tenant}_'" },
	{ "mails", "queue.mail WHERE role REGEXP '^t{tenant}_'" },
	{ "attachments", "queue.attachment WHERE role REGEXP '^t{tenant}_'" },
	{ "schedules", "queue.schedule WHERE role REGEXP '^t{tenant}_'" },
	{ "orders", "scopiton.installer_order WHERE tenant = {tenant}" },
	{ "subscriptions", "scopiton.subscription WHERE tenant = {tenant}" },
	{ "host names", "scopiton.host_name WHERE tenant = {tenant}" },
};

/* Searches for remains of the deleted tenant: if it finds any, the deletion is not done. */
static bool
look_again(struct scop_platform *platform, uint32_t tenant, struct scop_buffer *out)
{
	int64_t found = 0;

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		int64_t count;

		if (!scop_platform_count(platform, &count, "SELECT COUNT(*) AS n FROM %s",
			scop_sql_for_tenant(platform->arena, places[i].from, tenant)))
			return false;
		scop_buffer_printf(out, "  %s: %lld\n", places[i].words, (long long)count);
		found += count;
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

/* The beginning of the record: what is about to be dropped. */
static void
record_what_goes(struct scop_buffer *record, const struct scop_value *row, uint32_t tenant,
    const struct scop_value *databases, const struct scop_value *persons, const struct tm *now)
{
	char when[40];

	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", now);
	scop_buffer_printf(record, "Deleted: %s (%s), number %u, on %s\n\nDropped:\n",
	    scop_text(row, "title"), scop_text(row, "name"), tenant, when);
	for (size_t i = 0; i < scop_count(databases); i++)
		scop_buffer_printf(record, "  %s: %lld tables\n",
		    scop_text(scop_at(databases, i), "name"),
		    (long long)scop_int(scop_at(databases, i), "tables"));
	scop_buffer_printf(record,
	    "  persons who were members of no other tenant: %zu\n\nLooked for afterwards, and "
	    "found:\n",
	    scop_count(persons));
}

static void
record_what_stays(struct scop_platform *platform, struct scop_buffer *record, const char *name)
{
	const char *exports =
	    scop_arena_printf(platform->arena, "%s/exports/%s", platform->config.var, name);

	if (access(exports, F_OK) == 0)
		scop_buffer_printf(record,
		    "\nKept, until somebody removes it: what was exported before, in %s\n",
		    exports);
}

static const char *
record_path(struct scop_platform *platform, const char *name, uint32_t tenant, const struct tm *now)
{
	char stamp[40];

	strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", now);
	mkdir(scop_arena_printf(platform->arena, "%s/exports", platform->config.var), 0700);
	return scop_arena_printf(platform->arena, "%s/exports/deleted-%s-%u-%s.txt",
	    platform->config.var, name, tenant, stamp);
}

/* If killed from here on, the next sweep resumes the deletion. Persons are deleted first, while
 * their membership is still known. */
static bool
delete_all(struct scop_platform *platform, uint32_t tenant, const struct scop_value *persons)
{
	return scop_platform_sql(platform,
		   "UPDATE scopiton.tenant SET state = 'leaving' WHERE id = %u", tenant) &&
	    scop_tenant_close(platform, tenant) && delete_persons(platform, persons) &&
	    scop_tenant_delete(platform, tenant);
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
	const time_t seconds = time(NULL);
	struct scop_buffer record;
	struct tm now;

	if (!row && platform->db)
		scop_error_set(&platform->err,
		    "the tenant is gone already; the record is below '%s/exports'",
		    platform->config.var);
	if (!row || !databases || !persons)
		return NULL;
	gmtime_r(&seconds, &now);
	scop_buffer_init(&record, platform->arena);
	record_what_goes(&record, row, tenant, databases, persons, &now);
	const char *path = record_path(platform, scop_text(row, "name"), tenant, &now);
	if (!delete_all(platform, tenant, persons))
		return NULL;
	const bool gone = look_again(platform, tenant, &record);
	const struct scop_error cause = platform->err;
	record_what_stays(platform, &record, scop_text(row, "name"));
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

/* Removes the accounts of modules that no tenant has any more: the last deletion was killed before
 * that. */
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
	ok &= scop_platform_sql(platform, "DROP DATABASE IF EXISTS " SCOP_REFERENCE);
	/* Archives that were being read or written. */
	scop_files_remove_hidden(
	    scop_arena_printf(platform->arena, "%s/imports", platform->config.var));
	scop_files_remove_hidden(
	    scop_arena_printf(platform->arena, "%s/exports", platform->config.var));
	return ok;
}
