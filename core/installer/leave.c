/* SPDX-License-Identifier: EUPL-1.2 */
/* Exports a tenant as one archive: see leave.h. */
#include "installer/leave.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json.h"
#include "installer/export.h"
#include "package/files.h"
#include "package/index.h"

enum { FORMAT = 1 };

static bool
write_text(struct scop_platform *platform, const char *path, mode_t mode, const char *text)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	const size_t length = strlen(text);
	const bool written = fd >= 0 && write(fd, text, length) == (ssize_t)length;

	return (fd >= 0 && close(fd) == 0 && written) ||
	    scop_error_errno(&platform->err, "'%s' cannot be written", path);
}

/* ---- data ---- */

const char *const scop_proofs[] = { "session", "sign_in", "invitation", "api_key", NULL };

/* Takes one snapshot of all `databases` in one run of mariadb-dump, then writes a file for each.
 * Views are left out: the host creates them. */
static bool
dump_databases(struct scop_platform *platform, const struct scop_value *databases,
    const char *folder)
{
	const char *whole = scop_arena_printf(platform->arena, "%s/.dump", folder),
		   *first = scop_text(scop_at(databases, 0), "name");
	const struct scop_value *views = scop_platform_rows(platform,
	    "SELECT table_schema AS place, table_name AS name FROM information_schema.views WHERE "
	    "table_schema = '%s'",
	    first);
	const char **words = scop_arena_alloc(platform->arena,
	    (scop_count(databases) + scop_count(views) +
		sizeof scop_proofs / sizeof scop_proofs[0] + 3) *
		sizeof *words);
	size_t n = 0;

	words[n++] = "--databases";
	for (size_t i = 0; i < scop_count(databases); i++)
		words[n++] = scop_text(scop_at(databases, i), "name");
	for (size_t i = 0; i < scop_count(views); i++)
		words[n++] = scop_arena_printf(platform->arena, "--ignore-table=%s.%s",
		    scop_text(scop_at(views, i), "place"), scop_text(scop_at(views, i), "name"));
	const bool socle = strcmp(scop_text(scop_at(databases, 0), "module"), "socle") == 0;
	for (size_t i = 0; socle && scop_proofs[i]; i++)
		words[n++] = scop_arena_printf(platform->arena, "--ignore-table-data=%s.%s", first,
		    scop_proofs[i]);
	words[n++] = "--no-create-db";
	words[n] = NULL;
	return views && scop_dump_run(platform, words, whole);
}

/* A dump while it is cut: the file being written, and the lines before the first database, which
 * set the session and begin each file. */
struct cutting {
	FILE *out; /* NULL: none yet */
	char head[4096];
	size_t head_length;
};

/* The module whose database the line "USE `t42_shop`;" names; NULL: none of these. */
static const char *
module_used(const struct scop_value *databases, const char *line)
{
	const char *used = line + strlen("USE `");
	const size_t length = strcspn(used, "`");

	for (size_t i = 0; i < scop_count(databases); i++) {
		const char *name = scop_text(scop_at(databases, i), "name");

		if (strlen(name) == length && strncmp(used, name, length) == 0)
			return scop_text(scop_at(databases, i), "module");
	}
	return NULL;
}

static bool
begin_file(struct scop_platform *platform, struct cutting *cutting, const char *folder,
    const char *module)
{
	if (cutting->out && fclose(cutting->out) != 0) {
		cutting->out = NULL;
		return false;
	}
	cutting->out = module
	    ? fopen(scop_arena_printf(platform->arena, "%s/data/%s.sql", folder, module), "wxe")
	    : NULL;
	return cutting->out &&
	    fwrite(cutting->head, 1, cutting->head_length, cutting->out) == cutting->head_length;
}

static bool
cut_line(struct cutting *cutting, const char *line, size_t length)
{
	if (cutting->out)
		return fwrite(line, 1, length, cutting->out) == length;
	if (cutting->head_length + length < sizeof cutting->head) {
		memcpy(cutting->head + cutting->head_length, line, length);
		cutting->head_length += length;
	}
	return true;
}

/* Splits the dump at its USE lines: the part after "USE `t42_shop`;" goes to data/shop.sql. No row
 * can look like a USE line, because mariadb-dump escapes line ends. */
static bool
cut_dump(struct scop_platform *platform, const struct scop_value *databases, const char *folder)
{
	const char *whole = scop_arena_printf(platform->arena, "%s/.dump", folder);
	FILE *in = fopen(whole, "re");
	struct cutting cutting = { .out = NULL };
	char *line = NULL;
	size_t size = 0;
	bool ok = in != NULL;

	for (ssize_t got; ok && (got = getline(&line, &size, in)) > 0;)
		ok = strncmp(line, "USE `", 5) == 0
		    ? begin_file(platform, &cutting, folder, module_used(databases, line))
		    : cut_line(&cutting, line, (size_t)got);
	if (cutting.out)
		ok &= fclose(cutting.out) == 0;
	if (in)
		fclose(in);
	free(line);
	unlink(whole);
	return ok ||
	    scop_error_errno(&platform->err, "the tenant's data cannot be written below '%s'",
		folder);
}

/* Appends to `path` a dump of the tables `first` and, unless it is NULL, `second` of the queue. */
static bool
add_queue(struct scop_platform *platform, const char *first, const char *second, const char *where,
    const char *path)
{
	const char *part = scop_arena_printf(platform->arena, "%s.part", path),
		   *condition = scop_arena_printf(platform->arena, "--where=%s", where);
	const char *words[] = { "queue", first, second ? second : condition,
		second ? condition : NULL, NULL };
	char block[65536];
	size_t got;

	if (!scop_dump_run(platform, words, part))
		return false;
	FILE *in = fopen(part, "re"), *out = fopen(path, "ae");
	bool ok = in && out;
	while (ok && (got = fread(block, 1, sizeof block, in)) > 0)
		ok = fwrite(block, 1, got, out) == got;
	if (in)
		fclose(in);
	if (out)
		ok &= fclose(out) == 0;
	unlink(part);
	return ok || scop_error_errno(&platform->err, "'%s' cannot be written", path);
}

/* Dumps the queued jobs and the mails of the roles that `where` selects. Mails that hold a link for
 * signing in stay here until they are sent, and are exported without their text. */
static bool
dump_queue(struct scop_platform *platform, const char *where, const char *folder)
{
	const char *path = scop_arena_printf(platform->arena, "%s/data/queue.sql", folder);

	return add_queue(platform, "outbox", "dead", where, path) &&
	    add_queue(platform, "mail", NULL,
		scop_arena_printf(platform->arena, "%s AND (secret = 0 OR html = '')", where),
		path) &&
	    add_queue(platform, "attachment", NULL,
		scop_arena_printf(platform->arena,
		    "%s AND mail NOT IN (SELECT m.id FROM queue.mail m WHERE m.secret = 1)", where),
		path);
}

/* ---- people ---- */

/* Writes who the members are. Passwords and second steps prove a person to this host, also at other
 * tenants: they belong to the person, and stay here. */
static bool
write_persons(struct scop_platform *platform, uint32_t tenant, const char *folder)
{
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT mail, name, language FROM t%u.member WHERE mail <> '' ORDER BY id", tenant);
	struct scop_buffer out;

	scop_buffer_init(&out, platform->arena);
	scop_json_print(&out, rows);
	return rows &&
	    write_text(platform, scop_arena_printf(platform->arena, "%s/persons.json", folder),
		0600, scop_buffer_str(&out));
}

/* ---- description ---- */

static bool
write_description(struct scop_platform *platform, uint32_t tenant, const char *folder)
{
	static const char *const keys[] = { "name", "title", "language", "zone", "country",
		"currency" };
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT name, title, language, zone, country, currency, operates FROM "
	    "scopiton.tenant WHERE id = %u",
	    tenant);
	const struct scop_value *hosts = scop_platform_rows(platform,
	    "SELECT host, portal FROM scopiton.host_name WHERE tenant = %u ORDER BY portal, host",
	    tenant);
	const struct scop_value *modules = scop_platform_rows(platform,
	    "SELECT s.module, p.version, p.hash, s.state IN ('on', 'frozen') AS is_on, s.root FROM "
	    "scopiton.subscription s "
	    "JOIN scopiton.package p ON p.id = s.package WHERE s.tenant = %u ORDER BY s.module = "
	    "'portal' DESC, s.module",
	    tenant);
	struct scop_map_maker map;
	struct scop_buffer out;

	scop_map_init(&map, platform->arena);
	scop_map_put(&map, "format", scop_value_int(platform->arena, FORMAT));
	scop_map_put(&map, "tenant", scop_value_int(platform->arena, tenant));
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		scop_map_put(&map, keys[i], scop_get(row, keys[i]));
	scop_map_put(&map, "operates", scop_get(row, "operates"));
	scop_map_put(&map, "hosts", hosts);
	scop_map_put(&map, "modules", modules);
	scop_buffer_init(&out, platform->arena);
	scop_json_print(&out, scop_map_value(&map));
	return row && hosts && modules &&
	    write_text(platform, scop_arena_printf(platform->arena, "%s/tenant.json", folder), 0600,
		scop_buffer_str(&out));
}

static const char readme[] =
    "# %s\n\n"
    "Everything of this space, as it was taken out of Scopiton: nothing else is needed to go on "
    "with it.\n\n"
    "- `./run` starts it on a Debian 12 machine, on http://127.0.0.1:8080/ (PORT=9000 for "
    "another). It installs the Debian packages\n"
    "  that are missing, makes a private MariaDB in `var/` and takes the data in. Ctrl-C stops it; "
    "the data stays.\n"
    "- `data/` is SQL that any MariaDB or MySQL reads; `tables/` says what each table and column "
    "is.\n"
    "- `statements.csv` is what was used of which module, month by month.\n"
    "- `persons.json` says who the members are. No password, second step, session or API key is in "
    "here: `./run` prints a link by\n"
    "  which an owner signs in, and invites the others anew.\n"
    "- `packages/` are the modules, `host/` the programs. On another host: `scopiton tenant import "
    "THIS-ARCHIVE`.\n"
    "- `sha256sum -c SHA256SUMS` says whether anything was changed.\n";

static bool
write_sums(struct scop_platform *platform, const char *folder)
{
	struct scop_files *files = scop_arena_alloc(platform->arena, sizeof *files);
	struct scop_buffer out;
	bool ok = scop_files_list(platform->arena, folder, files, &platform->err);

	scop_buffer_init(&out, platform->arena);
	for (size_t i = 0; ok && i < files->count; i++) {
		char sum[SCOP_SHA256_TEXT];

		ok = scop_sha256_file(scop_arena_printf(platform->arena, "%s/%s", folder,
					  files->path[i]),
		    sum, &platform->err);
		scop_buffer_printf(&out, "%s  %s\n", sum, files->path[i]);
	}
	return ok &&
	    write_text(platform, scop_arena_printf(platform->arena, "%s/SHA256SUMS", folder), 0644,
		scop_buffer_str(&out));
}

/* Copies this host's programs to the places where tools/stack.sh expects them. */
static bool
copy_host(struct scop_platform *platform, const char *folder)
{
	const struct scop_config *config = &platform->config;
	const char *share = scop_arena_printf(platform->arena, "%s/..", config->migrations),
		   *to = scop_arena_printf(platform->arena, "%s/host", folder);
	const char *const folders[][2] = { { config->libexec, "build/libexec" },
		{ config->webroot, "build/webroot" }, { config->migrations, "migrations" },
		{ scop_arena_printf(platform->arena, "%s/nginx", share), "nginx" } };
	const char *const files[][2] = { { scop_arena_printf(platform->arena,
					       "%s/../libscopiton.so.1", config->libexec),
					     "build/libscopiton.so.1" },
		{ scop_arena_printf(platform->arena, "%s/../libscopiton-work.so.1",
		      config->libexec),
		    "build/libscopiton-work.so.1" },
		{ scop_arena_printf(platform->arena, "%s/tools/stack.sh", share),
		    "tools/stack.sh" },
		{ scop_arena_printf(platform->arena, "%s/tools/install-packages", share),
		    "tools/install-packages" },
		{ scop_arena_printf(platform->arena, "%s/tools/alone.sh", share),
		    "tools/alone.sh" },
		{ scop_arena_printf(platform->arena, "%s/tools/alone-packages.txt", share),
		    "tools/packages.txt" } };
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof folders / sizeof folders[0]; i++)
		ok = scop_copy_folder(platform, folders[i][0],
		    scop_arena_printf(platform->arena, "%s/%s", to, folders[i][1]));
	for (size_t i = 0; ok && i < sizeof files / sizeof files[0]; i++) {
		char *path = scop_arena_printf(platform->arena, "%s/%s", to, files[i][1]);

		scop_files_make_folders(path);
		ok = scop_files_copy(files[i][0], path, &platform->err) && chmod(path, 0755) == 0;
	}
	return ok;
}

/* Writes the description of the tables, and the packages. */
static bool
write_modules(struct scop_platform *platform, const struct scop_value *databases,
    const char *folder)
{
	bool ok = true;

	for (size_t i = 0; ok && i < scop_count(databases); i++) {
		const struct scop_value *row = scop_at(databases, i);
		const char *module = scop_text(row, "module"), *hash = scop_text(row, "hash");

		ok = scop_describe_tables(platform, scop_text(row, "name"),
			 scop_arena_printf(platform->arena, "%s/tables/%s.md", folder, module)) &&
		    (!hash[0] ||
			scop_copy_folder(platform,
			    scop_arena_printf(platform->arena, "%s/modules/%s",
				platform->config.var, hash),
			    scop_arena_printf(platform->arena, "%s/packages/%s", folder, module)));
	}
	return ok;
}

static bool
write_data(struct scop_platform *platform, const struct scop_value *databases, const char *queue,
    const char *folder)
{
	mkdir(scop_arena_printf(platform->arena, "%s/data", folder), 0700);
	mkdir(scop_arena_printf(platform->arena, "%s/tables", folder), 0700);
	return dump_databases(platform, databases, folder) &&
	    cut_dump(platform, databases, folder) && dump_queue(platform, queue, folder);
}

/* Writes the monthly statements, past ones and the current one. */
static bool
write_statements(struct scop_platform *platform, uint32_t tenant, const char *folder)
{
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT month, module, begins, ends, days, of_days, month_cents, cents, currency FROM "
	    "t%u.use_line ORDER BY "
	    "month, module, begins",
	    tenant);

	return rows &&
	    (scop_count(rows) == 0 ||
		scop_export_csv(platform, rows,
		    scop_arena_printf(platform->arena, "%s/statements.csv", folder)));
}

static bool
write_all(struct scop_platform *platform, uint32_t tenant, const char *folder,
    bool (*on_step)(void *, const char *), void *context)
{
	const char *title =
	    scop_text(scop_platform_row(platform, "SELECT title FROM scopiton.tenant WHERE id = %u",
			  tenant),
		"title");
	const struct scop_value *databases = scop_platform_rows(platform,
	    "SELECT 't%u' AS name, 'socle' AS module, '' AS hash UNION ALL SELECT s.database_name, "
	    "s.module, "
	    "p.hash FROM scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE "
	    "s.tenant = %u",
	    tenant, tenant);

	return databases && scop_platform_step(platform, on_step, context, "data") &&
	    write_data(platform, databases,
		scop_arena_printf(platform->arena, "role LIKE 't%u\\_%%'", tenant), folder) &&
	    scop_platform_step(platform, on_step, context, "people") &&
	    write_persons(platform, tenant, folder) &&
	    write_description(platform, tenant, folder) &&
	    write_statements(platform, tenant, folder) &&
	    scop_platform_step(platform, on_step, context, "modules") &&
	    write_modules(platform, databases, folder) &&
	    scop_platform_step(platform, on_step, context, "programs") &&
	    copy_host(platform, folder) &&
	    write_text(platform, scop_arena_printf(platform->arena, "%s/README.md", folder), 0644,
		scop_arena_printf(platform->arena, readme, title)) &&
	    write_text(platform, scop_arena_printf(platform->arena, "%s/run", folder), 0755,
		"#!/usr/bin/env bash\n# Starts this space alone, without anybody's services.\nexec "
		"\"$(dirname \"$0\")/host/tools/alone.sh\" \"$@\"\n") &&
	    write_sums(platform, folder) &&
	    scop_platform_step(platform, on_step, context, "archive");
}

/* Creates the folder in which an archive is assembled: below var/exports, with a hidden name, so
 * that a sweep removes leftovers. */
static const char *
work_folder(struct scop_platform *platform)
{
	const char *folder = scop_arena_printf(platform->arena, "%s/exports/.%d",
	    platform->config.var, (int)getpid());

	mkdir(scop_arena_printf(platform->arena, "%s/exports", platform->config.var), 0700);
	scop_files_remove(folder);
	if (mkdir(folder, 0700) == 0)
		return folder;
	scop_error_errno(&platform->err, "'%s' cannot be created", folder);
	return NULL;
}

/* Packs the folder as the tenant's archive WHAT-TIME.tar.zst and removes it. */
static const char *
pack(struct scop_platform *platform, uint32_t tenant, const char *what, const char *folder, bool ok)
{
	static const char suffix[] = ".tar.zst";
	const char *file = scop_export_path(platform, tenant, what, suffix),
		   *name = strrchr(file, '/') + 1;

	ok = ok &&
	    scop_archive_folder(platform, folder,
		scop_arena_printf(platform->arena, "%.*s", (int)(strlen(name) - strlen(suffix)),
		    name),
		file);
	const struct scop_error cause = platform->err;
	scop_files_remove(folder);
	platform->err = cause;
	return ok ? file : NULL;
}

const char *
scop_tenant_export(struct scop_platform *platform, uint32_t tenant,
    bool (*on_step)(void *, const char *), void *context)
{
	const char *folder = work_folder(platform);

	return folder ? pack(platform, tenant, "tenant", folder,
			    write_all(platform, tenant, folder, on_step, context))
		      : NULL;
}

/* ---- one module ---- */

static const char module_readme[] =
    "# %s %s\n\n"
    "All of one module of a space, as it was taken out of Scopiton.\n\n"
    "- `data/%s.sql` is SQL that any MariaDB or MySQL reads; `tables/%s.md` says what each table "
    "and column is.\n"
    "- `data/queue.sql` is what waited to be done, and mails. `module.json` has the settings and "
    "who might do what.\n"
    "- `packages/` is the module. To take all of it in again: `scopiton tenant import THIS-ARCHIVE "
    "--into TENANT`.\n"
    "- `sha256sum -c SHA256SUMS` says whether anything was changed.\n";

static bool
write_module(struct scop_platform *platform, uint32_t tenant, const char *module, const char *state,
    const char *folder)
{
	const struct scop_value *databases = scop_platform_rows(platform,
	    "SELECT s.database_name AS name, s.module, p.hash, p.version, s.root, "
	    "COALESCE(NULLIF('%s', ''), s.state) IN ('on', 'frozen') AS is_on "
	    "FROM scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE "
	    "s.tenant = %u AND s.module = '%s'",
	    state, tenant, module);
	const struct scop_value *settings = scop_platform_rows(platform,
	    "SELECT name, value FROM t%u.setting WHERE module = '%s'", tenant, module);
	const struct scop_value *permissions = scop_platform_rows(platform,
	    "SELECT role, permission FROM t%u.role_permission WHERE permission LIKE '%s.%%'",
	    tenant, module);
	static const char *const keys[] = { "module", "version", "hash", "root", "is_on" };
	const struct scop_value *row = scop_at(databases, 0);
	struct scop_map_maker map;
	struct scop_buffer out;

	scop_map_init(&map, platform->arena);
	scop_map_put(&map, "format", scop_value_int(platform->arena, FORMAT));
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		scop_map_put(&map, keys[i], scop_get(row, keys[i]));
	scop_map_put(&map, "settings", settings);
	scop_map_put(&map, "permissions", permissions);
	scop_buffer_init(&out, platform->arena);
	scop_json_print(&out, scop_map_value(&map));
	return row && settings && permissions &&
	    write_data(platform, databases,
		scop_arena_printf(platform->arena, "role = 't%u_%s'", tenant, module), folder) &&
	    write_modules(platform, databases, folder) &&
	    write_text(platform, scop_arena_printf(platform->arena, "%s/module.json", folder), 0600,
		scop_buffer_str(&out)) &&
	    write_text(platform, scop_arena_printf(platform->arena, "%s/README.md", folder), 0644,
		scop_arena_printf(platform->arena, module_readme, module, scop_text(row, "version"),
		    module, module)) &&
	    write_sums(platform, folder);
}

const char *
scop_module_export(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	return scop_module_export_as(platform, tenant, module, "");
}

const char *
scop_module_export_as(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *state)
{
	if (!scop_platform_row(platform,
		"SELECT 1 AS there FROM scopiton.subscription WHERE tenant = %u AND module = '%s'",
		tenant, scop_platform_quote(platform, module))) {
		scop_error_set(&platform->err, "this tenant has no module '%s'", module);
		return NULL;
	}
	const char *folder = work_folder(platform);

	return folder ? pack(platform, tenant, module, folder,
			    write_module(platform, tenant, module, state, folder))
		      : NULL;
}
