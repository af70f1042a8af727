/* SPDX-License-Identifier: EUPL-1.2 */
/* Makes the views by which modules read one another: see contracts.h. */
#include "installer/contracts.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/json.h"
#include "installer/keeps.h"
#include "package/contract.h"
#include "package/statement.h"

enum {
	TRIES_MAX = 60,              /* for a view that a transaction still reads */
	REST_NANOSECONDS = 10000000, /* before the second; longer before each next */
	REST_NANOSECONDS_MAX = 500000000,
	ER_LOCK_WAIT_TIMEOUT_NUMBER = 1205,
};

/* A module with its package: one that is switched on, or one that is about to be. */
struct party {
	const char *module, *version, *database;
	const struct scop_value *contracts;
	bool leaves; /* the package that `change` will replace */
};

/* A view that has to be there. */
struct view {
	const char *name;
	const struct party *provider; /* NULL: there is none, and so are no rows */
	const struct scop_value *read;
};

struct contracts {
	struct scop_platform *platform;
	uint32_t tenant;
	struct party *parties;
	size_t party_count;
	struct view *views;
	size_t view_count;
	size_t reads; /* offered and used; there are no more views */
};

/* ---- what the modules offer and use ---- */

static bool
add_party(struct contracts *contracts, const struct scop_value *row, const char *database,
    bool leaves)
{
	const char *json = scop_text(row, "contracts");
	struct scop_platform *platform = contracts->platform;

	struct party *party = &contracts->parties[contracts->party_count++];
	*party = (struct party){ .module = scop_text(row, "module"),
		.version = scop_text(row, "version"),
		.database = database,
		.contracts = scop_json_parse(platform->arena, json, strlen(json), &platform->err),
		.leaves = leaves };
	contracts->reads += scop_count(scop_get(party->contracts, "offers")) +
	    scop_count(scop_get(party->contracts, "uses"));
	return party->contracts != NULL;
}

/* The package that changes comes first: of two of a module its offers count. */
static bool
read_parties(struct contracts *contracts, const struct scop_contracts_change *change)
{
	struct scop_platform *platform = contracts->platform;
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT s.module, p.version, s.database_name, p.contracts FROM scopiton.subscription s "
	    "JOIN scopiton.package p ON p.id = s.package WHERE s.tenant = %u AND s.state NOT IN "
	    "('off', 'gone') ORDER BY s.module",
	    contracts->tenant);
	const struct scop_value *changed = change
	    ? scop_platform_row(platform,
		  "SELECT module, version, contracts FROM scopiton.package WHERE hash = '%s'",
		  change->hash)
	    : NULL;
	bool ok = rows && (!change || changed);

	contracts->parties =
	    scop_arena_alloc(platform->arena, (scop_count(rows) + 1) * sizeof *contracts->parties);
	if (ok && change)
		ok = add_party(contracts, changed, change->database, false);
	for (size_t i = 0; ok && i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);

		ok = add_party(contracts, row, scop_text(row, "database_name"),
		    change && strcmp(scop_text(row, "module"), change->module) == 0);
	}
	contracts->views =
	    scop_arena_alloc(platform->arena, (contracts->reads + 1) * sizeof *contracts->views);
	return ok;
}

static const struct party *
find_party(const struct contracts *contracts, const char *module)
{
	for (size_t i = 0; i < contracts->party_count; i++)
		if (!contracts->parties[i].leaves &&
		    strcmp(contracts->parties[i].module, module) == 0)
			return &contracts->parties[i];
	return NULL;
}

static struct view *
find_view(struct contracts *contracts, const char *name)
{
	for (size_t i = 0; i < contracts->view_count; i++)
		if (strcmp(contracts->views[i].name, name) == 0)
			return &contracts->views[i];
	return NULL;
}

static void
add_view(struct contracts *contracts, const struct party *provider, const struct scop_value *read)
{
	const char *name = scop_text(read, "view");

	if (!find_view(contracts, name))
		contracts->views[contracts->view_count++] = (struct view){ name, provider, read };
}

/* Offers first, also those of a package that leaves: it still serves. Then what is used and not
 * offered. */
static void
list_views(struct contracts *contracts)
{
	for (size_t kind = 0; kind < 2; kind++)
		for (size_t i = 0; i < contracts->party_count; i++) {
			const struct party *party = &contracts->parties[i];
			const struct scop_value *reads =
			    scop_get(party->contracts, kind == 0 ? "offers" : "uses");

			for (size_t k = 0; k < scop_count(reads); k++)
				add_view(contracts, kind == 0 ? party : NULL, scop_at(reads, k));
		}
}

/* ---- whether all find what they use ---- */

static const char *
type_of(const struct scop_value *read, const char *column)
{
	const struct scop_value *columns = scop_get(read, "columns");

	for (size_t i = 0; i < scop_count(columns); i++)
		if (strcmp(scop_text(scop_at(columns, i), "name"), column) == 0)
			return scop_text(scop_at(columns, i), "type");
	return "";
}

/* Says what the party uses that the provider does not have. */
static bool
refuse(struct contracts *contracts, const struct party *party, const struct party *provider,
    const struct scop_contract_gap *gap)
{
	const char *command = scop_text(gap->entry, "command");
	const int version = (int)scop_int(gap->entry, "version");
	struct scop_error *err = &contracts->platform->err;

	if (command[0] && gap->part[0])
		return scop_error_set(err,
		    "%s %s asks %s for '%s' in version %d, but what it gives as '%s' is not what "
		    "%s %s accepts.",
		    party->module, party->version, provider->module, scop_text(gap->entry, "name"),
		    version, gap->part, provider->module, provider->version);
	if (command[0])
		return scop_error_set(err,
		    "%s %s asks %s for '%s' in version %d, which %s %s does not accept. Choose "
		    "versions that fit together.",
		    party->module, party->version, provider->module, scop_text(gap->entry, "name"),
		    version, provider->module, provider->version);
	if (gap->part[0])
		return scop_error_set(err,
		    "%s %s reads '%s' of %s in version %d with the column '%s' (%s), which %s %s "
		    "does not offer so.",
		    party->module, party->version, scop_text(gap->entry, "read"), provider->module,
		    version, gap->part, type_of(gap->entry, gap->part), provider->module,
		    provider->version);
	return scop_error_set(err,
	    "%s %s reads '%s' of %s in version %d, which %s %s does not offer. Choose versions "
	    "that "
	    "fit together.",
	    party->module, party->version, scop_text(gap->entry, "read"), provider->module, version,
	    provider->module, provider->version);
}

/* Whether the modules are there of which it uses what is not optional. */
static bool
check_there(struct contracts *contracts, const struct party *party, const char *kind)
{
	const struct scop_value *uses = scop_get(party->contracts, kind);

	for (size_t i = 0; i < scop_count(uses); i++) {
		const struct scop_value *use = scop_at(uses, i);
		const char *module = scop_text(use, "module");

		if (!scop_bool(use, "optional") && !find_party(contracts, module))
			return scop_error_set(&contracts->platform->err,
			    "%s %s needs %s, which this tenant does not have.", party->module,
			    party->version, module);
	}
	return true;
}

static bool
check_uses(struct contracts *contracts, bool arrives)
{
	struct scop_contract_gap gap;

	for (size_t i = 0; i < contracts->party_count; i++) {
		const struct party *party = &contracts->parties[i];

		if (party->leaves)
			continue;
		for (size_t k = 0; k < contracts->party_count; k++) {
			const struct party *provider = &contracts->parties[k];

			if (!provider->leaves &&
			    !scop_contracts_fit(party->contracts, provider->module,
				provider->contracts, &gap))
				return refuse(contracts, party, provider, &gap);
		}
		if (!arrives &&
		    (!check_there(contracts, party, "uses") ||
			!check_there(contracts, party, "sends")))
			return false;
	}
	return true;
}

/* ---- views ---- */

/* The SELECT of a view: the offer's, or one of the same columns without rows. */
static const char *
select_of(struct contracts *contracts, const struct view *view)
{
	const struct scop_value *columns = scop_get(view->read, "columns");
	struct scop_buffer out;

	if (view->provider)
		return scop_text(view->read, "sql");
	scop_buffer_init(&out, contracts->platform->arena);
	scop_buffer_text(&out, "SELECT ");
	for (size_t i = 0; i < scop_count(columns); i++)
		scop_buffer_printf(&out, "%s%s AS `%s`", i ? ", " : "",
		    scop_contract_nothing(scop_text(scop_at(columns, i), "type")),
		    scop_text(scop_at(columns, i), "name"));
	scop_buffer_text(&out, " FROM DUAL WHERE FALSE");
	return scop_buffer_str(&out);
}

static const char *
hash_of(struct contracts *contracts, const struct view *view, const char *select)
{
	struct scop_arena *arena = contracts->platform->arena;
	struct scop_buffer columns;
	scop_buffer_init(&columns, arena);
	scop_json_print(&columns, scop_get(view->read, "columns"));
	const char *whole = scop_arena_printf(arena, "%s\n%s\n%s",
	    view->provider ? view->provider->database : "", scop_buffer_str(&columns), select);
	unsigned char sum[16];
	char *hex = scop_arena_alloc(arena, 2 * sizeof sum + 1);

	crypto_generichash(sum, sizeof sum, (const unsigned char *)whole, strlen(whole), NULL, 0);
	return sodium_bin2hex(hex, 2 * sizeof sum + 1, sum, sizeof sum);
}

/* Replaces the view at once or not at all: a statement that waited for a transaction which has read
 * the view would make every new reader wait behind it. */
static bool
replace(struct contracts *contracts, const struct view *view, const char *select)
{
	struct scop_platform *platform = contracts->platform;
	struct timespec rest = { 0, REST_NANOSECONDS };
	const char *definer = view->provider
	    ? scop_arena_printf(platform->arena, " DEFINER=t%u_%s SQL SECURITY DEFINER",
		  contracts->tenant, view->provider->module)
	    : " SQL SECURITY INVOKER";

	for (int i = 0; i < TRIES_MAX; i++) {
		if (scop_platform_sql(platform,
			"SET STATEMENT lock_wait_timeout=0 FOR CREATE OR REPLACE%s VIEW "
			"t%u" SCOP_CONTRACTS ".`%s` AS %s",
			definer, contracts->tenant, view->name, select))
			return true;
		if (scop_db_errno(platform->db) != ER_LOCK_WAIT_TIMEOUT_NUMBER)
			return false;
		nanosleep(&rest, NULL);
		if (rest.tv_nsec < REST_NANOSECONDS_MAX)
			rest.tv_nsec *= 2;
	}
	return false;
}

/* Whether the view has the columns that its offer names, in their types. */
static bool
check_columns(struct contracts *contracts, const struct view *view)
{
	struct scop_platform *platform = contracts->platform;
	const struct scop_value *offered = scop_get(view->read, "columns"),
				*found = scop_platform_rows(platform,
				    "SELECT column_name AS name, data_type AS type FROM "
				    "information_schema.columns WHERE table_schema = "
				    "'t%u" SCOP_CONTRACTS "' AND table_name = '%s' ORDER BY "
				    "ordinal_position",
				    contracts->tenant, view->name);

	bool fits = scop_count(found) == scop_count(offered);
	for (size_t i = 0; fits && i < scop_count(offered); i++) {
		const struct scop_value *one = scop_at(offered, i), *column = scop_at(found, i);

		fits = strcmp(scop_text(column, "name"), scop_text(one, "name")) == 0 &&
		    scop_contract_type_fits(scop_text(one, "type"), scop_text(column, "type"));
	}
	return fits ||
	    scop_error_set(&platform->err,
		"%s %s offers '%s' with other columns than its manifest names, in their order and "
		"types.",
		view->provider->module, view->provider->version, scop_text(view->read, "read"));
}

/* Records the hash of what was made of the view; "" while that is not known. */
static bool
note_made(struct contracts *contracts, const struct view *view, const char *hash)
{
	return scop_platform_sql(contracts->platform,
	    "REPLACE INTO scopiton.contract_view (tenant, view, made) VALUES (%u, '%s', '%s')",
	    contracts->tenant, view->name, hash);
}

static bool
make_view(struct contracts *contracts, const struct view *view, const struct scop_value *made)
{
	struct scop_platform *platform = contracts->platform;
	const char *select = select_of(contracts, view), *hash = hash_of(contracts, view, select);

	for (size_t i = 0; i < scop_count(made); i++)
		if (strcmp(scop_text(scop_at(made, i), "view"), view->name) == 0 &&
		    strcmp(scop_text(scop_at(made, i), "made"), hash) == 0)
			return true;
	/* the tables that the offer names are those of this database */
	const bool ok = note_made(contracts, view, "") &&
	    scop_platform_sql(platform, "USE `%s`",
		view->provider ? view->provider->database : "scopiton") &&
	    replace(contracts, view, select);
	const struct scop_error cause = platform->err;
	const bool back = scop_platform_sql(platform, "USE scopiton");
	if (!ok)
		platform->err = cause;
	return ok && back && (!view->provider || check_columns(contracts, view)) &&
	    note_made(contracts, view, hash);
}

/* ---- rights ---- */

static bool
has_right(const struct scop_value *rights, const char *role, const char *view)
{
	for (size_t i = 0; i < scop_count(rights); i++)
		if (strcmp(scop_text(scop_at(rights, i), "role"), role) == 0 &&
		    strcmp(scop_text(scop_at(rights, i), "view"), view) == 0)
			return true;
	return false;
}

static const struct scop_value *
read_rights(const struct contracts *contracts)
{
	return scop_platform_rows(contracts->platform,
	    "SELECT User AS role, Table_name AS view FROM mysql.tables_priv WHERE Db = "
	    "'t%u" SCOP_CONTRACTS "'",
	    contracts->tenant);
}

static bool
grant(struct contracts *contracts, const struct scop_value *rights)
{
	struct scop_platform *platform = contracts->platform;
	bool ok = rights != NULL;

	for (size_t i = 0; ok && i < contracts->party_count; i++) {
		const struct party *party = &contracts->parties[i];
		const struct scop_value *uses = scop_get(party->contracts, "uses");
		const char *role =
		    scop_arena_printf(platform->arena, "t%u_%s", contracts->tenant, party->module);

		for (size_t k = 0; ok && k < scop_count(uses); k++) {
			const char *view = scop_text(scop_at(uses, k), "view");

			ok = has_right(rights, role, view) ||
			    scop_platform_sql(platform,
				"GRANT SELECT ON t%u" SCOP_CONTRACTS ".`%s` TO %s",
				contracts->tenant, view, role);
		}
	}
	return ok;
}

/* Whether a module that is switched on uses the view. */
static bool
is_used(const struct contracts *contracts, const char *role, const char *view)
{
	for (size_t i = 0; i < contracts->party_count; i++) {
		const struct party *party = &contracts->parties[i];
		const struct scop_value *uses = scop_get(party->contracts, "uses");
		const char *own = strchr(role, '_');

		for (size_t k = 0; own && k < scop_count(uses); k++)
			if (strcmp(own + 1, party->module) == 0 &&
			    strcmp(scop_text(scop_at(uses, k), "view"), view) == 0)
				return true;
	}
	return false;
}

/* Rights go by name, and outlive a view that is dropped. */
static bool
revoke(struct contracts *contracts, const struct scop_value *rights)
{
	bool ok = true;

	for (size_t i = 0; ok && i < scop_count(rights); i++) {
		const char *role = scop_text(scop_at(rights, i), "role"),
			   *view = scop_text(scop_at(rights, i), "view");

		if (!is_used(contracts, role, view))
			ok = scop_platform_sql(contracts->platform,
			    "REVOKE SELECT ON t%u" SCOP_CONTRACTS ".`%s` FROM %s",
			    contracts->tenant, view, role);
	}
	return ok;
}

static bool
drop_views(struct contracts *contracts, const struct scop_value *made)
{
	struct scop_platform *platform = contracts->platform;
	bool ok = true;

	for (size_t i = 0; ok && i < scop_count(made); i++) {
		const char *view = scop_text(scop_at(made, i), "view");

		if (!find_view(contracts, view))
			ok = scop_platform_sql(platform,
				 "DROP VIEW IF EXISTS t%u" SCOP_CONTRACTS ".`%s`",
				 contracts->tenant, view) &&
			    scop_platform_sql(platform,
				"DELETE FROM scopiton.contract_view WHERE tenant = %u AND view = "
				"'%s'",
				contracts->tenant, view);
	}
	return ok;
}

/* ---- tables that modules keep ---- */

static bool
settle_keeps(struct contracts *contracts, const struct scop_contracts_change *change)
{
	bool ok = true;

	for (size_t i = 0; ok && i < contracts->party_count; i++) {
		const struct party *party = &contracts->parties[i];
		const struct scop_keeps keeps = { contracts->tenant, party->module, party->database,
			scop_get(party->contracts, "keeps") };

		if (!change)
			ok = scop_keeps_settle(contracts->platform, &keeps);
		else if (i == 0) /* the package that changes */
			ok = scop_keeps_prepare(contracts->platform, &keeps);
	}
	return ok;
}

/* ---- the whole ---- */

/* `change` of NULL: exactly what is there. */
static bool
make(struct scop_platform *platform, uint32_t tenant, const struct scop_contracts_change *change)
{
	struct contracts *contracts = scop_arena_alloc(platform->arena, sizeof *contracts);

	*contracts = (struct contracts){ .platform = platform, .tenant = tenant };
	if (!read_parties(contracts, change))
		return false;
	const struct scop_value *made = scop_platform_rows(platform,
	    "SELECT view, made FROM scopiton.contract_view WHERE tenant = %u", tenant);
	if (!made || (change && !check_uses(contracts, change->arrives)) ||
	    !settle_keeps(contracts, change))
		return false;
	if (contracts->reads == 0 && scop_count(made) == 0)
		return true;
	list_views(contracts);
	if (!scop_platform_sql(platform,
		"CREATE DATABASE IF NOT EXISTS t%u" SCOP_CONTRACTS
		" CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci",
		tenant))
		return false;
	const struct scop_value *rights = read_rights(contracts);
	bool ok = rights && (change || revoke(contracts, rights));
	for (size_t i = 0; ok && i < contracts->view_count; i++)
		ok = make_view(contracts, &contracts->views[i], made);
	ok = ok && grant(contracts, rights) && (change || drop_views(contracts, made));
	return ok &&
	    (change || contracts->view_count > 0 ||
		scop_platform_sql(platform, "DROP DATABASE IF EXISTS t%u" SCOP_CONTRACTS, tenant));
}

bool
scop_contracts_prepare(struct scop_platform *platform, uint32_t tenant,
    const struct scop_contracts_change *change)
{
	return make(platform, tenant, change);
}

bool
scop_contracts_settle(struct scop_platform *platform, uint32_t tenant)
{
	return make(platform, tenant, NULL);
}
