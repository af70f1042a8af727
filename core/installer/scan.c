/* SPDX-License-Identifier: EUPL-1.2 */
/* Records the host's folder of packages in the database. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/log.h"
#include "data/directory.h"
#include "installer/granted.h"
#include "installer/messages.h"
#include "installer/pictures.h"
#include "installer/platform.h"
#include "installer/scan.h"
#include "package/contract.h"

/* Stores the package's jobs and events. A package is identified by its content, so existing rows
 * remain valid. */
static bool
note_work(struct scop_platform *platform, const struct scop_package *package)
{
	const struct scop_manifest *manifest = &package->manifest;
	const long long id =
	    (long long)scop_int(scop_platform_row(platform,
				    "SELECT id FROM scopiton.package WHERE hash = '%s'",
				    package->hash),
		"id");
	bool ok = id != 0;

	for (size_t i = 0; ok && i < manifest->job_count; i++) {
		const struct scop_manifest_job *job = &manifest->jobs[i];

		ok = scop_platform_sql(platform,
		    "REPLACE INTO scopiton.package_job (package, name, rule, title) VALUES (%lld, "
		    "'%s', '%s', '%s')",
		    id, job->name, job->rule, scop_platform_quote(platform, job->title));
	}
	for (size_t i = 0; ok && i < manifest->emit_count; i++)
		ok = scop_platform_sql(platform,
		    "INSERT IGNORE INTO scopiton.package_emits (package, event) VALUES (%lld, "
		    "'%s.%s')",
		    id, manifest->name, manifest->emits[i]);
	for (size_t i = 0; ok && i < manifest->take_count; i++)
		ok = scop_platform_sql(platform,
		    "INSERT IGNORE INTO scopiton.package_takes (package, event, job) VALUES (%lld, "
		    "'%s', '%s')",
		    id, manifest->takes[i].event, manifest->takes[i].job);
	/* A command is an event that is addressed to one module. */
	for (size_t i = 0; ok && i < manifest->send_count; i++)
		ok = scop_platform_sql(platform,
		    "INSERT IGNORE INTO scopiton.package_emits (package, event) VALUES (%lld, "
		    "'%s')",
		    id, scop_command_name(platform->arena, &manifest->sends[i]));
	for (size_t i = 0; ok && i < manifest->accept_count; i++)
		ok = scop_platform_sql(platform,
		    "INSERT IGNORE INTO scopiton.package_takes (package, event, job) VALUES (%lld, "
		    "'%s', '%s')",
		    id, scop_command_name(platform->arena, &manifest->accepts[i]),
		    manifest->accepts[i].job);
	return ok;
}

/* A list from the manifest as JSON, for the portal and the solver. */
static const char *
json_text(struct scop_platform *platform, const struct scop_list_maker *list)
{
	struct scop_buffer out;

	scop_buffer_init(&out, platform->arena);
	scop_json_print(&out, scop_list_value(list));
	return scop_platform_quote(platform, scop_buffer_str(&out));
}

static const char *
rights_text(struct scop_platform *platform, const struct scop_manifest *manifest)
{
	struct scop_list_maker list;

	scop_list_init(&list, platform->arena);
	for (size_t i = 0; i < manifest->right_count; i++)
		scop_list_add(&list, scop_value_text(platform->arena, manifest->rights[i]));
	return json_text(platform, &list);
}

static const char *
needs_text(struct scop_platform *platform, const struct scop_manifest *manifest)
{
	struct scop_list_maker list;

	scop_list_init(&list, platform->arena);
	for (size_t i = 0; i < manifest->need_count; i++) {
		struct scop_map_maker map;

		scop_map_init(&map, platform->arena);
		scop_map_put_text(&map, "module", manifest->needs[i].module);
		scop_map_put_text(&map, "version", manifest->needs[i].range);
		scop_list_add(&list, scop_map_value(&map));
	}
	return json_text(platform, &list);
}

static const char *
personal_text(struct scop_platform *platform, const struct scop_manifest *manifest)
{
	struct scop_list_maker list;

	scop_list_init(&list, platform->arena);
	for (size_t i = 0; i < manifest->personal_count; i++) {
		struct scop_map_maker map;

		scop_map_init(&map, platform->arena);
		scop_map_put_text(&map, "table", manifest->personal[i].table);
		scop_map_put_text(&map, "title", manifest->personal[i].title);
		scop_map_put_text(&map, "columns", manifest->personal[i].columns);
		scop_map_put(&map, "months",
		    scop_value_int(platform->arena, manifest->personal[i].months));
		scop_list_add(&list, scop_map_value(&map));
	}
	return json_text(platform, &list);
}

static const char *
contracts_text(struct scop_platform *platform, const struct scop_package *package)
{
	const struct scop_value *contracts;
	struct scop_buffer out;

	if (!scop_contracts_read(platform->arena, package->folder, &package->manifest, &contracts,
		&platform->err))
		return NULL;
	scop_buffer_init(&out, platform->arena);
	scop_json_print(&out, contracts);
	return scop_buffer_str(&out);
}

/* The package's row, with what people decide by. */
static bool
note_row(struct scop_platform *platform, const struct scop_package *package, bool offered,
    const char *icon, const char *pictures)
{
	const struct scop_manifest *manifest = &package->manifest;
	const char *contracts = contracts_text(platform, package);

	return contracts &&
	    scop_platform_sql(platform,
		"INSERT INTO scopiton.package (module, version, hash, title, summary, jobs, "
		"available, rights, needs, personal, category, scop, tariff_cents, currency, "
		"generation, back, icon, pictures, first_parts, license, granted, contracts) "
		"VALUES "
		"('%s', '%s', '%s', '%s', '%s', %zu, %d, '%s', '%s', '%s', '%s', '%s', %lld, '%s', "
		"%u, '%s', '%s', '%s', '%s', '%s', '%s', '%s') ON DUPLICATE KEY UPDATE available = "
		"available "
		"OR VALUES(available), rights = VALUES(rights), needs = VALUES(needs), personal = "
		"VALUES(personal), category = VALUES(category), scop = VALUES(scop), tariff_cents "
		"= "
		"VALUES(tariff_cents), currency = VALUES(currency), generation = "
		"VALUES(generation), "
		"back = VALUES(back), icon = VALUES(icon), pictures = VALUES(pictures), "
		"first_parts "
		"= VALUES(first_parts), license = VALUES(license), granted = VALUES(granted), "
		"contracts = "
		"VALUES(contracts)",
		manifest->name, manifest->version, package->hash,
		scop_platform_quote(platform, manifest->title),
		scop_platform_quote(platform, manifest->summary), manifest->job_count, offered,
		rights_text(platform, manifest), needs_text(platform, manifest),
		personal_text(platform, manifest), manifest->category, manifest->scop,
		(long long)manifest->tariff_cents, manifest->tariff_currency, manifest->generation,
		scop_back_name(manifest->back), icon, scop_platform_quote(platform, pictures),
		package->first_parts, manifest->license,
		scop_grant_text(platform->arena, package->asks),
		scop_platform_quote(platform, contracts));
}

bool
scop_package_note(struct scop_platform *platform, const struct scop_package *package, bool offered)
{
	const char *name = package->manifest.name, *icon, *pictures;

	if (!scop_pictures_keep(platform, package, &icon, &pictures))
		return false;
	return scop_platform_sql(platform,
		   "INSERT IGNORE INTO scopiton.module (name) VALUES ('%s')", name) &&
	    (!offered ||
		scop_platform_sql(platform,
		    "UPDATE scopiton.package SET available = 0 WHERE module = '%s' AND hash <> "
		    "'%s'",
		    name, package->hash)) &&
	    note_row(platform, package, offered, icon, pictures) &&
	    scop_messages_keep(platform, name, package->texts) && note_work(platform, package);
}

static bool
note_offer(struct scop_platform *platform, const char *name)
{
	const char *folder =
	    scop_arena_printf(platform->arena, "%s/%s", platform->config.modules, name);
	struct scop_package package;

	if (access(scop_arena_printf(platform->arena, "%s/module.xml", folder), R_OK) != 0)
		return true;
	if (scop_package_open_here(platform, folder, &package, &platform->err) &&
	    scop_package_note(platform, &package, true))
		return true;
	if (scop_db_connect(platform->db) != SCOP_DB_OK)
		return scop_error_set(&platform->err, "%s", scop_db_error(platform->db));
	scop_log_line(SCOP_LOG_WARNING, "module '%s' is not offered: %s", name, platform->err.text);
	return true;
}

bool
scop_module_scan(struct scop_platform *platform)
{
	DIR *dir = opendir(platform->config.modules);
	struct dirent *entry;
	bool ok = true;

	if (!dir)
		return scop_error_errno(&platform->err, "the folder of modules '%s' cannot be read",
		    platform->config.modules);
	while (ok && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ok = note_offer(platform, entry->d_name);
	closedir(dir);
	return ok;
}
