/* SPDX-License-Identifier: EUPL-1.2 */
/* The reads that packages offer to and use of one another: see contract.h. */
#include "package/contract.h"

#include <string.h>

#include "base/arena.h"
#include "base/value.h"
#include "package/files.h"
#include "package/reads.h"
#include "package/statement.h"

/* A type of the manifest. */
static const struct type {
	const char *name;
	const char *fits;    /* types of columns, with blanks around each */
	const char *nothing; /* no value of it; of a text, as the tables' columns are compared */
} types[] = {
	{ "text", " char varchar tinytext text mediumtext longtext enum ",
	    "CAST(NULL AS CHAR(700)) COLLATE utf8mb4_unicode_520_ci" },
	{ "integer", " tinyint smallint mediumint int bigint ", "CAST(NULL AS SIGNED)" },
	{ "money", " tinyint smallint mediumint int bigint ", "CAST(NULL AS SIGNED)" },
	{ "boolean", " tinyint int bigint ", "CAST(NULL AS SIGNED)" },
	{ "decimal", " decimal ", "CAST(NULL AS DECIMAL(30, 10))" },
	{ "date", " date ", "CAST(NULL AS DATE)" },
	{ "time", " time ", "CAST(NULL AS TIME)" },
	{ "datetime", " datetime timestamp ", "CAST(NULL AS DATETIME(6))" },
};

static const struct type *
find_type(const char *name)
{
	size_t i = 0;

	while (i + 1 < sizeof types / sizeof types[0] && strcmp(types[i].name, name) != 0)
		i++;
	return &types[i];
}

const char *
scop_contract_nothing(const char *type)
{
	return find_type(type)->nothing;
}

bool
scop_contract_type_fits(const char *type, const char *data_type)
{
	const char *list = find_type(type)->fits;
	const size_t length = strlen(data_type);

	for (const char *at = list; (at = strchr(at, ' ')) && at[1]; at++)
		if (strncmp(at + 1, data_type, length) == 0 && at[1 + length] == ' ')
			return true;
	return false;
}

/* Reads the SELECT of an offer from its file, which is written as a module's other statements. */
static bool
read_select(struct scop_arena *arena, const char *folder, const struct scop_manifest_read *offer,
    const char **ret_sql, struct scop_error *err)
{
	const char *name = scop_arena_printf(arena, "%s_%u", offer->name, offer->version),
		   *path = scop_arena_printf(arena, "%s/offers/%s.sql", folder, name);
	struct scop_statement_source *statement = scop_arena_alloc(arena, 2 * sizeof *statement);
	const char *text = scop_files_read(arena, path, NULL, err);
	size_t count = 0;

	if (!text || !scop_statements_parse(arena, path, text, statement, 2, &count, err))
		return false;
	if (count != 1 || strcmp(statement->name, name) != 0)
		return scop_error_set(err, "%s: it has one statement, '-- name: %s ()'", path,
		    name);
	const char *mistake = scop_offer_mistake(statement->sql, statement->writes);
	if (mistake)
		return scop_error_set(err, "%s: %s", path, mistake);
	*ret_sql = statement->sql;
	return true;
}

static const struct scop_value *
columns_of(struct scop_arena *arena, const struct scop_manifest_read *read)
{
	struct scop_list_maker list;

	scop_list_init(&list, arena);
	for (size_t i = 0; i < read->column_count; i++) {
		struct scop_map_maker map;

		scop_map_init(&map, arena);
		scop_map_put_text(&map, "name", read->columns[i].name);
		scop_map_put_text(&map, "type", read->columns[i].type);
		scop_list_add(&list, scop_map_value(&map));
	}
	return scop_list_value(&list);
}

static const struct scop_value *
described(struct scop_arena *arena, const struct scop_manifest_read *read, const char *sql)
{
	struct scop_map_maker map;

	scop_map_init(&map, arena);
	scop_map_put_text(&map, "view", scop_reads_view(arena, read));
	scop_map_put_text(&map, "module", read->module);
	scop_map_put_text(&map, "read", read->name);
	scop_map_put(&map, "version", scop_value_int(arena, read->version));
	scop_map_put(&map, "columns", columns_of(arena, read));
	if (sql)
		scop_map_put_text(&map, "sql", sql);
	else
		scop_map_put(&map, "optional", scop_value_bool(arena, read->optional));
	return scop_map_value(&map);
}

static const struct scop_value *
commands_of(struct scop_arena *arena, const struct scop_manifest_command *commands, size_t count)
{
	struct scop_list_maker list;

	scop_list_init(&list, arena);
	for (size_t i = 0; i < count; i++) {
		const struct scop_manifest_command *one = &commands[i];
		struct scop_list_maker given;
		struct scop_map_maker map;

		scop_list_init(&given, arena);
		for (size_t k = 0; k < one->given_count; k++) {
			struct scop_map_maker field;

			scop_map_init(&field, arena);
			scop_map_put_text(&field, "name", one->given[k].name);
			scop_map_put_text(&field, "type", one->given[k].type);
			scop_map_put(&field, "optional",
			    scop_value_bool(arena, one->given[k].optional));
			scop_list_add(&given, scop_map_value(&field));
		}
		scop_map_init(&map, arena);
		scop_map_put_text(&map, "command", scop_command_name(arena, one));
		scop_map_put_text(&map, "module", one->module);
		scop_map_put_text(&map, "name", one->name);
		scop_map_put(&map, "version", scop_value_int(arena, one->version));
		scop_map_put(&map, "optional", scop_value_bool(arena, one->optional));
		scop_map_put(&map, "given", scop_list_value(&given));
		scop_list_add(&list, scop_map_value(&map));
	}
	return scop_list_value(&list);
}

static const struct scop_value *
keeps_of(struct scop_arena *arena, const struct scop_manifest *manifest)
{
	struct scop_list_maker list;

	scop_list_init(&list, arena);
	for (size_t i = 0; i < manifest->keep_count; i++) {
		struct scop_map_maker map;

		scop_map_init(&map, arena);
		scop_map_put_text(&map, "table", manifest->keeps[i].table);
		scop_map_put_text(&map, "update", manifest->keeps[i].update);
		scop_list_add(&list, scop_map_value(&map));
	}
	return scop_list_value(&list);
}

static const struct scop_value *
contracts_of(struct scop_arena *arena, const struct scop_manifest *manifest,
    const char *const *selects)
{
	struct scop_list_maker offers, uses;
	struct scop_map_maker map;

	scop_list_init(&offers, arena);
	scop_list_init(&uses, arena);
	for (size_t i = 0; i < manifest->offer_count; i++)
		scop_list_add(&offers,
		    described(arena, &manifest->offers[i], selects ? selects[i] : ""));
	for (size_t i = 0; i < manifest->use_count; i++)
		scop_list_add(&uses, described(arena, &manifest->uses[i], NULL));
	scop_map_init(&map, arena);
	scop_map_put(&map, "offers", scop_list_value(&offers));
	scop_map_put(&map, "uses", scop_list_value(&uses));
	scop_map_put(&map, "accepts",
	    commands_of(arena, manifest->accepts, manifest->accept_count));
	scop_map_put(&map, "sends", commands_of(arena, manifest->sends, manifest->send_count));
	scop_map_put(&map, "keeps", keeps_of(arena, manifest));
	return scop_map_value(&map);
}

const struct scop_value *
scop_contracts_of(struct scop_arena *arena, const struct scop_manifest *manifest)
{
	return contracts_of(arena, manifest, NULL);
}

bool
scop_contracts_read(struct scop_arena *arena, const char *folder,
    const struct scop_manifest *manifest, const struct scop_value **ret_contracts,
    struct scop_error *err)
{
	const char **selects =
	    scop_arena_alloc(arena, (manifest->offer_count + 1) * sizeof *selects);

	for (size_t i = 0; i < manifest->offer_count; i++)
		if (!read_select(arena, folder, &manifest->offers[i], &selects[i], err))
			return false;
	*ret_contracts = contracts_of(arena, manifest, selects);
	return true;
}

/* ---- whether two modules fit together ---- */

/* The entry of `list` whose member `key` is `text`; NULL for none. */
static const struct scop_value *
find(const struct scop_value *list, const char *key, const char *text)
{
	for (size_t i = 0; i < scop_count(list); i++)
		if (strcmp(scop_text(scop_at(list, i), key), text) == 0)
			return scop_at(list, i);
	return NULL;
}

/* The first of `wanted` that `there` does not have by its name and type; NULL for none. */
static const char *
missing(const struct scop_value *wanted, const struct scop_value *there)
{
	for (size_t i = 0; i < scop_count(wanted); i++) {
		const struct scop_value *one = scop_at(wanted, i),
					*other = find(there, "name", scop_text(one, "name"));

		if (!other || strcmp(scop_text(one, "type"), scop_text(other, "type")) != 0)
			return scop_text(one, "name");
	}
	return NULL;
}

/* The first of what `taken` requires that `given` has not, or has as optional; NULL for none. */
static const char *
required(const struct scop_value *given, const struct scop_value *taken)
{
	for (size_t i = 0; i < scop_count(taken); i++) {
		const struct scop_value *one = scop_at(taken, i),
					*other = find(given, "name", scop_text(one, "name"));

		if (!scop_bool(one, "optional") && (!other || scop_bool(other, "optional")))
			return scop_text(one, "name");
	}
	return NULL;
}

static bool
fits(const struct scop_value *use, const struct scop_value *offer,
    struct scop_contract_gap *ret_gap)
{
	const char *part = "";

	if (offer && !(part = missing(scop_get(use, "columns"), scop_get(offer, "columns"))) &&
	    !(part = missing(scop_get(use, "given"), scop_get(offer, "given"))) &&
	    !(part = required(scop_get(use, "given"), scop_get(offer, "given"))))
		return true;
	*ret_gap = (struct scop_contract_gap){ use, part };
	return false;
}

const char *
scop_contract_name(const struct scop_value *entry)
{
	return scop_text(entry, scop_get(entry, "read") ? "read" : "name");
}

/* The two kinds of contracts: who uses, who has it, and by what the two are known. */
static const struct kind {
	const char *uses, *has, *key;
} kinds[] = { { "uses", "offers", "view" }, { "sends", "accepts", "command" } };

bool
scop_contracts_fit(const struct scop_value *contracts, const char *module,
    const struct scop_value *offered, struct scop_contract_gap *ret_gap)
{
	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		const struct scop_value *uses = scop_get(contracts, kinds[k].uses);

		for (size_t i = 0; i < scop_count(uses); i++) {
			const struct scop_value *use = scop_at(uses, i);

			if (strcmp(scop_text(use, "module"), module) == 0 &&
			    !fits(use,
				find(scop_get(offered, kinds[k].has), kinds[k].key,
				    scop_text(use, kinds[k].key)),
				ret_gap))
				return false;
		}
	}
	return true;
}

bool
scop_contracts_keep(struct scop_arena *arena, const struct scop_value *before,
    const struct scop_value *now, struct scop_contract_gap *ret_gap,
    const struct scop_value **ret_left)
{
	struct scop_list_maker left;
	bool ok = true;

	scop_list_init(&left, arena);
	for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
		const struct scop_value *list = scop_get(before, kinds[k].has);

		for (size_t i = 0; i < scop_count(list); i++) {
			const struct scop_value *one = scop_at(list, i),
						*same = find(scop_get(now, kinds[k].has),
						    kinds[k].key, scop_text(one, kinds[k].key));

			if (!same)
				scop_list_add(&left, one);
			else if (ok)
				ok = fits(one, same, ret_gap);
		}
	}
	*ret_left = scop_list_value(&left);
	return ok;
}
