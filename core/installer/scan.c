/* SPDX-License-Identifier: EUPL-1.2 */
/* The folder of packages, noted in the database; and the directory's image, written from it. */

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
#include "installer/pictures.h"
#include "installer/platform.h"
#include "installer/scan.h"

/* What the package does by itself. A package is known by its content, so what was noted once stays
 * right. */
static bool
note_work(struct scop_platform *platform, const struct scop_package *package)
{
	const struct scop_manifest *manifest = &package->manifest;
	const long long id =
	    (long long)scop_int(scop_platform_row(platform,
				    "SELECT id FROM scopiton.package WHERE hash = '%s'",
				    package->hash),
		"id");
	bool sound = id != 0;

	for (size_t i = 0; sound && i < manifest->job_count; i++) {
		const struct scop_manifest_job *job = &manifest->jobs[i];

		sound = scop_platform_sql(platform,
		    "REPLACE INTO scopiton.package_job (package, name, rule, title_fr, title_nl, "
		    "title_de, title_en) VALUES (%lld, '%s', '%s', '%s', '%s', '%s', '%s')",
		    id, job->name, job->rule, scop_platform_quote(platform, job->title[SCOP_FR]),
		    scop_platform_quote(platform, job->title[SCOP_NL]),
		    scop_platform_quote(platform, job->title[SCOP_DE]),
		    scop_platform_quote(platform, job->title[SCOP_EN]));
	}
	for (size_t i = 0; sound && i < manifest->emit_count; i++)
		sound = scop_platform_sql(platform,
		    "INSERT IGNORE INTO scopiton.package_emits (package, event) VALUES (%lld, "
		    "'%s.%s')",
		    id, manifest->name, manifest->emits[i]);
	for (size_t i = 0; sound && i < manifest->take_count; i++)
		sound = scop_platform_sql(platform,
		    "INSERT IGNORE INTO scopiton.package_takes (package, event, job) VALUES (%lld, "
		    "'%s', '%s')",
		    id, manifest->takes[i].event, manifest->takes[i].job);
	return sound;
}

/* What the manifest lists, as JSON, for the portal and for the solver. */
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
		scop_map_put_text(&map, "columns", manifest->personal[i].columns);
		scop_map_put(&map, "months",
		    scop_value_int(platform->arena, manifest->personal[i].months));
		scop_list_add(&list, scop_map_value(&map));
	}
	return json_text(platform, &list);
}

bool
scop_package_note(struct scop_platform *platform, const struct scop_package *package, bool offered)
{
	static const char *const backs[] = { [SCOP_BACK_KEPT] = "kept",
		[SCOP_BACK_EXPORTED] = "exported",
		[SCOP_BACK_LOST] = "lost" };
	const struct scop_manifest *manifest = &package->manifest;
	const char *t[2 * SCOP_LANGUAGES], *icon, *pictures;

	if (!scop_pictures_keep(platform, package, &icon, &pictures))
		return false;
	for (int i = 0; i < SCOP_LANGUAGES; i++) {
		t[i] = scop_platform_quote(platform, manifest->title[i]);
		t[SCOP_LANGUAGES + i] = scop_platform_quote(platform, manifest->summary[i]);
	}
	return scop_platform_sql(platform,
		   "INSERT INTO scopiton.module (name, scop) VALUES ('%s', '%s') ON DUPLICATE KEY "
		   "UPDATE scop = IF(scop = '', "
		   "VALUES(scop), scop)",
		   manifest->name, manifest->scop) &&
	    (!offered ||
		scop_platform_sql(platform,
		    "UPDATE scopiton.package SET available = 0 WHERE module = '%s' AND hash <> "
		    "'%s'",
		    manifest->name, package->hash)) &&
	    scop_platform_sql(platform,
		"INSERT INTO scopiton.package (module, version, hash, title_fr, title_nl, "
		"title_de, "
		"title_en, summary_fr, summary_nl, summary_de, summary_en, jobs, available, "
		"rights, needs, personal, category, scop, tariff_cents, currency, "
		"generation, back, icon, pictures, first_parts, license) VALUES ('%s', '%s', '%s', "
		"'%s', "
		"'%s', '%s', "
		"'%s', '%s', '%s', '%s', '%s', %zu, %d, '%s', '%s', '%s', '%s', '%s', %lld, "
		"'%s', %u, '%s', '%s', '%s', '%s', '%s') ON DUPLICATE KEY UPDATE available = "
		"available "
		"OR "
		"VALUES(available), rights = VALUES(rights), needs = VALUES(needs), "
		"personal = VALUES(personal), category = VALUES(category), scop = VALUES(scop), "
		"tariff_cents = VALUES(tariff_cents), currency = "
		"VALUES(currency), generation = VALUES(generation), back = VALUES(back), icon = "
		"VALUES(icon), pictures = VALUES(pictures), first_parts = VALUES(first_parts), "
		"license = VALUES(license)",
		manifest->name, manifest->version, package->hash, t[0], t[1], t[2], t[3], t[4],
		t[5], t[6], t[7], manifest->job_count, offered, rights_text(platform, manifest),
		needs_text(platform, manifest), personal_text(platform, manifest),
		manifest->category, manifest->scop, (long long)manifest->tariff_cents,
		manifest->tariff_currency, manifest->generation, backs[manifest->back], icon,
		scop_platform_quote(platform, pictures), package->first_parts, manifest->license) &&
	    note_work(platform, package);
}

static bool
note_offer(struct scop_platform *platform, const char *name)
{
	const char *folder =
	    scop_arena_printf(platform->arena, "%s/%s", platform->config.modules, name);
	struct scop_package package;

	if (access(scop_arena_printf(platform->arena, "%s/module.xml", folder), R_OK) != 0)
		return true;
	if (scop_package_open(platform->arena, folder, &package, &platform->err) &&
	    scop_package_note(platform, &package, true))
		return true;
	if (scop_db_connect(platform->db) != SCOP_DB_OK)
		return scop_error_set(&platform->err, "%s", scop_db_error(platform->db));
	scop_log(SCOP_LOG_WARNING, "module '%s' is not offered: %s", name, platform->err.text);
	return true;
}

bool
scop_module_scan(struct scop_platform *platform)
{
	DIR *dir = opendir(platform->config.modules);
	struct dirent *entry;
	bool sound = true;

	if (!dir)
		return scop_error_errno(&platform->err, "the folder of modules '%s' cannot be read",
		    platform->config.modules);
	while (sound && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			sound = note_offer(platform, entry->d_name);
	closedir(dir);
	return sound;
}

/* ---- the image ---- */

static void *
part(struct scop_directory_image *image, uint32_t offset)
{
	return (unsigned char *)image + offset;
}

static uint32_t
aligned(size_t size)
{
	return (uint32_t)((size + 7) / 8 * 8);
}

static int64_t
index_of(const struct scop_value *rows, const char *key, int64_t id)
{
	int64_t low = 0, high = (int64_t)scop_count(rows);

	while (low < high) { /* the rows are ordered by the key */
		const int64_t middle = (low + high) / 2,
			      value = scop_int(scop_at(rows, (size_t)middle), key);

		if (value == id)
			return middle;
		if (value < id)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

static void
put_text(char *to, size_t size, const struct scop_value *row, const char *key)
{
	snprintf(to, size, "%s", scop_text(row, key));
}

struct rows {
	const struct scop_value *hosts, *tenants, *subscriptions, *packages;
};

static struct scop_directory_image *
make_image(struct scop_platform *platform, const struct rows *rows)
{
	const uint32_t hosts = aligned(sizeof(struct scop_directory_image));
	const uint32_t tenants =
	    hosts + aligned(scop_count(rows->hosts) * sizeof(struct scop_directory_host));
	const uint32_t subscriptions =
	    tenants + aligned(scop_count(rows->tenants) * sizeof(struct scop_directory_tenant));
	const uint32_t packages = subscriptions +
	    aligned(scop_count(rows->subscriptions) * sizeof(struct scop_directory_subscription));
	const uint32_t size =
	    packages + aligned(scop_count(rows->packages) * sizeof(struct scop_directory_package));
	struct scop_directory_image *image = scop_arena_alloc(platform->arena, size);

	*image = (struct scop_directory_image){ SCOP_DIRECTORY_MAGIC, size,
		(uint32_t)scop_count(rows->hosts), (uint32_t)scop_count(rows->tenants),
		(uint32_t)scop_count(rows->subscriptions), (uint32_t)scop_count(rows->packages),
		hosts, tenants, subscriptions, packages };
	return image;
}

static void
fill_image(struct scop_directory_image *image, const struct rows *rows)
{
	struct scop_directory_host *hosts = part(image, image->hosts);
	struct scop_directory_tenant *tenants = part(image, image->tenants);
	struct scop_directory_subscription *subscriptions = part(image, image->subscriptions);
	struct scop_directory_package *packages = part(image, image->packages);

	for (uint32_t i = 0; i < image->host_count; i++) {
		const struct scop_value *row = scop_at(rows->hosts, i);

		put_text(hosts[i].host, sizeof hosts[i].host, row, "host");
		hosts[i].portal = scop_bool(row, "portal");
		hosts[i].tenant = (uint32_t)index_of(rows->tenants, "id", scop_int(row, "tenant"));
		put_text(hosts[i].portal ? tenants[hosts[i].tenant].portal_host
					 : tenants[hosts[i].tenant].host,
		    SCOP_HOST_MAX + 1, row, "host");
	}
	for (uint32_t i = 0; i < image->tenant_count; i++) {
		const struct scop_value *row = scop_at(rows->tenants, i);
		enum scop_language language = SCOP_EN;

		tenants[i].id = (uint32_t)scop_int(row, "id");
		put_text(tenants[i].name, sizeof tenants[i].name, row, "name");
		put_text(tenants[i].title, sizeof tenants[i].title, row, "title");
		put_text(tenants[i].zone, sizeof tenants[i].zone, row, "zone");
		put_text(tenants[i].currency, sizeof tenants[i].currency, row, "currency");
		scop_language_parse(scop_text(row, "language"), strlen(scop_text(row, "language")),
		    &language);
		tenants[i].language = (uint8_t)language;
	}
	for (uint32_t i = 0; i < image->subscription_count; i++) { /* ordered by tenant */
		const struct scop_value *row = scop_at(rows->subscriptions, i);
		struct scop_directory_tenant *tenant =
		    &tenants[index_of(rows->tenants, "id", scop_int(row, "tenant"))];
		const char *state = scop_text(row, "state");

		if (tenant->subscriptions++ == 0)
			tenant->first_subscription = i;
		subscriptions[i].package =
		    (uint32_t)index_of(rows->packages, "id", scop_int(row, "package"));
		subscriptions[i].epoch = (uint64_t)scop_int(row, "epoch");
		subscriptions[i].state = strcmp(state, "on") == 0 ? SCOP_STATE_ON
		    : strcmp(state, "frozen") == 0                ? SCOP_STATE_FROZEN
								  : SCOP_STATE_OFF;
		subscriptions[i].root = scop_bool(row, "root");
		put_text(subscriptions[i].database, sizeof subscriptions[i].database, row,
		    "database_name");
	}
	for (uint32_t i = 0; i < image->package_count; i++) {
		const struct scop_value *row = scop_at(rows->packages, i);

		put_text(packages[i].module, sizeof packages[i].module, row, "module");
		put_text(packages[i].version, sizeof packages[i].version, row, "version");
		put_text(packages[i].hash, sizeof packages[i].hash, row, "hash");
		packages[i].number = (uint32_t)scop_int(row, "number");
		packages[i].jobs = (uint32_t)scop_int(row, "jobs");
	}
}

bool
scop_directory_write(struct scop_platform *platform)
{
	const char *path = scop_arena_printf(platform->arena, "%s/directory", platform->config.run);
	const char *fresh = scop_arena_printf(platform->arena, "%s.%d", path, (int)getpid());
	struct rows rows;

	/* One statement each, in one snapshot. */
	if (!scop_platform_sql(platform, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"))
		return false;
	rows.hosts = scop_platform_rows(platform,
	    "SELECT h.host, h.tenant, h.portal FROM scopiton.host_name h JOIN scopiton.tenant t ON "
	    "t.id = h.tenant AND t.state = 'whole' "
	    "ORDER BY h.host COLLATE utf8mb4_bin"); /* nobody is led to one that is half made */
	rows.tenants = scop_platform_rows(platform,
	    "SELECT id, name, title, language, zone, currency FROM scopiton.tenant ORDER "
	    "BY id");
	rows.subscriptions = scop_platform_rows(platform,
	    "SELECT tenant, package, database_name, epoch, state, root FROM "
	    "scopiton.subscription ORDER BY tenant, module");
	rows.packages = scop_platform_rows(platform,
	    "SELECT p.id, p.module, p.version, p.hash, p.jobs, m.number FROM scopiton.package p "
	    "JOIN scopiton.module m ON m.name = p.module ORDER BY p.id");
	if (!scop_platform_sql(platform, "COMMIT") || !rows.hosts || !rows.tenants ||
	    !rows.subscriptions || !rows.packages)
		return false;

	struct scop_directory_image *image = make_image(platform, &rows);
	if (image->size > SCOP_DIRECTORY_BYTES)
		return scop_error_set(&platform->err,
		    "the directory has grown over %d bytes; move tenants to another host",
		    SCOP_DIRECTORY_BYTES);
	fill_image(image, &rows);

	const int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, image, image->size) != (ssize_t)image->size || close(fd) != 0 ||
	    rename(fresh, path) != 0)
		return scop_error_errno(&platform->err, "'%s' cannot be written", path);
	return true;
}
