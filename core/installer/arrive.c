/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A tenant, or a module of one, taken in from its archive: see leave.h. Its SQL is somebody else's:
 * it runs under an account that may make tables in the one new database and nothing more, by a
 * client that may not touch files; and what it has made is looked at before any statement of ours
 * touches it.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json.h"
#include "installer/arrive.h"
#include "installer/choose.h"
#include "installer/granted.h"
#include "installer/install.h"
#include "installer/installation.h"
#include "installer/leave.h"
#include "installer/life.h"
#include "installer/migrator.h"
#include "installer/sealing.h"
#include "installer/tenant.h"
#include "package/files.h"
#include "package/index.h"

enum { FORMAT = 1 };

#define MAIL_COLUMNS \
	"recipient, recipient_name, sender_name, reply_to, subject, html, secret, created, " \
	"run_at, tries, state, answer, ended"
#define MAIL_ROW "role, " MAIL_COLUMNS

/* ---- the archive ---- */

static bool
unpack(struct scop_platform *platform, const char *file, const char *to)
{
	struct archive *in = archive_read_new(), *out = archive_write_disk_new();
	struct archive_entry *entry;
	const size_t top = strlen(to);
	int status = ARCHIVE_OK;

	archive_read_support_format_tar(in);
	archive_read_support_filter_zstd(in);
	archive_write_disk_set_options(out,
	    ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_SECURE_SYMLINKS);
	if (archive_read_open_filename(in, file, 1 << 20) != ARCHIVE_OK)
		status = ARCHIVE_FATAL;
	while (
	    status == ARCHIVE_OK && (status = archive_read_next_header(in, &entry)) == ARCHIVE_OK) {
		const char *path = archive_entry_pathname(entry),
			   *below = path ? strchr(path, '/') : NULL;
		const void *block;
		size_t size;
		la_int64_t offset;

		if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) ||
		    !below || !below[1] || strstr(path, "..") || path[0] == '/' ||
		    top + strlen(below) > 4000) {
			status = ARCHIVE_FATAL;
			break;
		}
		/* without its first part */
		archive_entry_set_pathname(entry,
		    scop_arena_printf(platform->arena, "%s%s", to, below));
		archive_entry_set_perm(entry, archive_entry_perm(entry) & 0755);
		status = archive_write_header(out, entry);
		while (status == ARCHIVE_OK &&
		    (status = archive_read_data_block(in, &block, &size, &offset)) == ARCHIVE_OK)
			if (archive_write_data_block(out, block, size, offset) != ARCHIVE_OK)
				status = ARCHIVE_FATAL;
		status = status == ARCHIVE_EOF ? archive_write_finish_entry(out) : status;
	}
	archive_write_free(out);
	archive_read_free(in);
	return status == ARCHIVE_EOF ||
	    scop_error_set(&platform->err, "'%s' is no archive of a tenant, or is damaged", file);
}

static const struct scop_value *
read_json(struct scop_platform *platform, const char *folder, const char *name)
{
	const char *path = scop_arena_printf(platform->arena, "%s/%s", folder, name);
	size_t size;
	const char *text = scop_files_read(platform->arena, path, &size, &platform->err);

	return text ? scop_json_parse(platform->arena, text, size, &platform->err) : NULL;
}

/* Whether the text of SHA256SUMS has a line that ends so. */
static bool
has_line(const char *sums, const char *line_end)
{
	const size_t digits = SCOP_SHA256_TEXT - 1;

	for (const char *at = sums; (at = strstr(at, line_end)); at++)
		if ((size_t)(at - sums) == digits ||
		    ((size_t)(at - sums) > digits && at[-(ptrdiff_t)digits - 1] == '\n'))
			return true;
	return false;
}

/* One line: "<64 digits>  path". The path has to stay in the folder, and to be a plain file. */
static bool
check_line(struct scop_platform *platform, const char *folder, const char *line, size_t length)
{
	const size_t digits = SCOP_SHA256_TEXT - 1;
	char sum[SCOP_SHA256_TEXT];
	struct stat status;

	if (length <= digits + 2)
		return scop_error_set(&platform->err, "SHA256SUMS has a line that is none");
	const char *path =
	    scop_arena_bytes(platform->arena, line + digits + 2, length - digits - 2);
	const char *file = scop_arena_printf(platform->arena, "%s/%s", folder, path);
	if (path[0] == '/' || strncmp(path, "../", 3) == 0 || strstr(path, "/../") ||
	    lstat(file, &status) != 0 || !S_ISREG(status.st_mode))
		return scop_error_set(&platform->err,
		    "SHA256SUMS names '%s', which is no file of the archive", path);
	if (!scop_sha256_file(file, sum, &platform->err))
		return false;
	return strncmp(line, sum, digits) == 0 ||
	    scop_error_set(&platform->err, "'%s' was changed since the archive was made", path);
}

static bool
check_named(struct scop_platform *platform, const char *sums, const char *path)
{
	return has_line(sums, scop_arena_printf(platform->arena, "  %s\n", path)) ||
	    scop_error_set(&platform->err,
		"'%s' was put there since the archive was made: SHA256SUMS does not name it", path);
}

/* Of what is taken in nothing but what SHA256SUMS names. Beside it an archive that was started by
 * its own `run` has what that made. */
static bool
check_all_named(struct scop_platform *platform, const char *sums, const char *folder)
{
	static const char *const files[] = { "tenant.json", "persons.json", "module.json" },
				 *const folders[] = { "data", "packages" };
	struct scop_files *found = scop_arena_alloc(platform->arena, sizeof *found);
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof files / sizeof files[0]; i++)
		ok = access(scop_arena_printf(platform->arena, "%s/%s", folder, files[i]), F_OK) !=
			0 ||
		    check_named(platform, sums, files[i]);
	for (size_t i = 0; ok && i < sizeof folders / sizeof folders[0]; i++) {
		const char *below = scop_arena_printf(platform->arena, "%s/%s", folder, folders[i]);

		if (access(below, F_OK) != 0)
			continue;
		ok = scop_files_list(platform->arena, below, found, &platform->err);
		for (size_t f = 0; ok && f < found->count; f++)
			ok = check_named(platform, sums,
			    scop_arena_printf(platform->arena, "%s/%s", folders[i],
				found->path[f]));
	}
	return ok;
}

/* Each file as SHA256SUMS says, and nothing taken in that it does not name. */
static bool
check_sums(struct scop_platform *platform, const char *folder)
{
	const char *sums = scop_files_read(platform->arena,
	    scop_arena_printf(platform->arena, "%s/SHA256SUMS", folder), NULL, &platform->err);

	for (const char *line = sums; line && *line;
	     line += strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n'))
		if (!check_line(platform, folder, line, strcspn(line, "\n")))
			return false;
	return sums && check_all_named(platform, sums, folder);
}

/* ---- data ---- */

/* Plain tables with plain names, and nothing that runs by itself when they are used: a view,
 * routine or trigger would do so with our rights, and a name with a quote in it would end our
 * statement. (MariaDB itself refuses functions that reach files in a default.) */
static bool
check_loaded(struct scop_platform *platform, const char *database, const char *path)
{
	static const char *const kinds[] = {
		"SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = '%s' AND "
		"(table_type <> 'BASE TABLE' OR engine <> 'InnoDB' OR table_name NOT REGEXP "
		"'^[A-Za-z0-9_]+$' OR create_options LIKE '%%DIRECTORY%%')",
		"SELECT COUNT(*) AS n FROM information_schema.columns WHERE table_schema = '%s' "
		"AND column_name NOT REGEXP '^[A-Za-z0-9_]+$'",
		"SELECT COUNT(*) AS n FROM information_schema.key_column_usage WHERE table_schema "
		"= '%s' AND (constraint_name NOT REGEXP '^[A-Za-z0-9_]+$' OR "
		"referenced_table_schema <> table_schema)",
		"SELECT COUNT(*) AS n FROM information_schema.routines WHERE routine_schema = '%s'",
		"SELECT COUNT(*) AS n FROM information_schema.triggers WHERE trigger_schema = '%s'",
		"SELECT COUNT(*) AS n FROM information_schema.events WHERE event_schema = '%s'",
	};
	int64_t found;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		char sql[500];

		snprintf(sql, sizeof sql, kinds[i], database);
		if (!scop_platform_count(platform, &found, "%s", sql))
			return false;
		if (found > 0)
			return scop_error_set(&platform->err,
			    "'%s' cannot be taken in: it holds something other than plain tables",
			    path);
	}
	return true;
}

/* Runs a dump in the one database, under an account made for that. */
static bool
load(struct scop_platform *platform, const char *database, const char *path)
{
	const char *password = scop_random_password(platform),
		   *user = scop_arena_printf(platform->arena, "scop_run_%.12s",
		       scop_random_password(platform));
	int status;

	if (!scop_platform_sql(platform,
		"CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb4 COLLATE "
		"utf8mb4_unicode_520_ci",
		database) ||
	    !scop_platform_sql(platform,
		"CREATE USER '%s'@localhost IDENTIFIED VIA ed25519 USING PASSWORD('%s')", user,
		password) ||
	    !scop_platform_sql(platform,
		"GRANT SELECT, INSERT, CREATE, DROP, ALTER, INDEX, REFERENCES, LOCK TABLES ON "
		"`%s`.* TO '%s'@localhost",
		scop_grant_pattern(platform, database), user))
		return false;
	const char *words[] = { "mariadb", "--no-defaults",
		scop_arena_printf(platform->arena, "--socket=%s", platform->config.db_socket),
		scop_arena_printf(platform->arena, "--user=%s", user),
		"--default-character-set=utf8mb4", "--batch", "--binary-mode", "--sandbox",
		"--local-infile=0", database, NULL };
	const pid_t pid = fork();
	if (pid == 0) {
		const int in = open(path, O_RDONLY);

		setenv("MYSQL_PWD", password, 1);
		if (in < 0 || dup2(in, STDIN_FILENO) < 0)
			_exit(126);
		execvp(words[0], (char *const *)(uintptr_t)words);
		_exit(127);
	}
	const bool ended = pid > 0 && waitpid(pid, &status, 0) == pid;
	const bool dropped = scop_platform_sql(platform, "DROP USER '%s'@localhost", user);
	if (!ended || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return scop_error_set(&platform->err,
		    "'%s' cannot be taken in: mariadb ended with status %d", path,
		    ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return dropped && check_loaded(platform, database, path);
}

/* Persons by their address: who has an account here keeps it, others get theirs. */
static bool
take_persons(struct scop_platform *platform, uint32_t tenant, const char *folder)
{
	const struct scop_value *persons = read_json(platform, folder, "persons.json");
	/* The numbers are those of the host that it comes from, where they were other people's. */
	bool sound =
	    persons && scop_platform_sql(platform, "UPDATE t%u.member SET person = NULL", tenant);

	for (size_t i = 0; sound && i < scop_count(persons); i++) {
		const struct scop_value *person = scop_at(persons, i);
		const char *mail = scop_platform_quote(platform, scop_text(person, "mail")),
			   *totp = scop_text(person, "totp");
		const bool known =
		    scop_platform_row(platform, "SELECT id FROM account.person WHERE mail = '%s'",
			mail) != NULL;

		sound = known ||
		    scop_platform_sql(platform,
			"INSERT INTO account.person (mail, name, language, password, totp) VALUES "
			"('%s', '%s', '%s', '%s', NULLIF('%s', ''))",
			mail, scop_platform_quote(platform, scop_text(person, "name")),
			scop_platform_quote(platform, scop_text(person, "language")),
			scop_platform_quote(platform, scop_text(person, "password")),
			totp[0] ? scop_seal_for(platform, "portal", totp) : "");
		const long long id =
		    (long long)scop_int(scop_platform_row(platform,
					    "SELECT id FROM account.person WHERE mail = '%s'",
					    mail),
			"id");
		if (sound && !known)
			sound = scop_platform_sql(platform,
			    "INSERT IGNORE INTO account.recovery (person, code_hash) SELECT %lld, "
			    "j.code FROM JSON_TABLE('%s', '$[*]' COLUMNS (code "
			    "CHAR(64) PATH '$')) j",
			    id, scop_platform_quote(platform, scop_text(person, "recovery")));
		sound = sound &&
		    scop_platform_sql(platform,
			"UPDATE t%u.member m JOIN account.person p ON p.id = %lld SET m.person = "
			"p.id, p.member_seen = UTC_DATE() WHERE m.mail = '%s'",
			tenant, id, mail);
	}
	return sound;
}

/* Mails that wait with attachments, one by one: the number of each is new here. */
static bool
take_attachments(struct scop_platform *platform, const char *role, const char *ours)
{
	const struct scop_value *mails = scop_platform_rows(platform,
	    "SELECT id FROM " SCOP_STAGING
	    ".mail m WHERE %s AND state = 'waiting' AND EXISTS (SELECT a.id FROM " SCOP_STAGING
	    ".attachment a WHERE a.mail = m.id) ORDER BY id",
	    ours);
	bool sound = mails != NULL;

	for (size_t i = 0; sound && i < scop_count(mails); i++) {
		const long long id = (long long)scop_int(scop_at(mails, i), "id");

		sound = scop_platform_sql(platform, "START TRANSACTION") &&
		    scop_platform_sql(platform,
			"INSERT INTO queue.mail (" MAIL_ROW ") SELECT %s, " MAIL_COLUMNS
			" FROM " SCOP_STAGING ".mail WHERE id = %lld",
			role, id) &&
		    scop_platform_sql(platform,
			"INSERT INTO queue.attachment (role, mail, name, type, bytes) SELECT %s, "
			"LAST_INSERT_ID(), name, type, bytes FROM " SCOP_STAGING
			".attachment WHERE mail = %lld ORDER BY id",
			role, id) &&
		    scop_platform_sql(platform, "COMMIT");
	}
	return sound;
}

/* What waited goes on here, under this tenant's roles: those of `modules` (quoted, with commas
 * between) alone. */
static bool
take_queue(struct scop_platform *platform, uint32_t tenant, const char *modules, const char *folder)
{
	const char *role = scop_arena_printf(platform->arena,
	    "CONCAT('t%u_', SUBSTRING(role, LOCATE('_', role) + 1))", tenant);
	const char *ours = scop_arena_printf(platform->arena,
	    "SUBSTRING(role, LOCATE('_', role) + 1) IN (%s)", modules);
	const bool sound = load(platform, SCOP_STAGING,
			       scop_arena_printf(platform->arena, "%s/data/queue.sql", folder)) &&
	    scop_platform_sql(platform,
		"INSERT IGNORE INTO queue.outbox (role, is_event, name, once, body, run_at, "
		"created, tries) SELECT %s, is_event, name, once, body, run_at, "
		"created, tries FROM " SCOP_STAGING ".outbox WHERE %s ORDER BY id",
		role, ours) &&
	    scop_platform_sql(platform,
		"INSERT INTO queue.mail (" MAIL_ROW ") SELECT %s, " MAIL_COLUMNS
		" FROM " SCOP_STAGING ".mail m WHERE %s AND (state <> 'waiting' OR NOT EXISTS "
		"(SELECT a.id FROM " SCOP_STAGING ".attachment a WHERE a.mail = m.id)) ORDER BY id",
		role, ours) &&
	    take_attachments(platform, role, ours);
	const struct scop_error cause = platform->err;

	scop_platform_sql(platform, "DROP DATABASE IF EXISTS " SCOP_STAGING);
	platform->err = cause;
	return sound;
}

/* ---- modules ---- */

/* The package of the archive: as this host knows it already, or taken because that was said. */
static bool
check_package(struct scop_platform *platform, const struct scop_value *module, const char *folder,
    bool with_packages)
{
	struct scop_package package;
	const char *hash;
	int64_t known;

	/* No code of it runs, not even as a trial, before it is known or wanted. */
	if (!scop_package_hash(platform->arena, folder, &hash, &platform->err) ||
	    !scop_platform_count(platform, &known,
		"SELECT COUNT(*) AS n FROM scopiton.package WHERE hash = '%s'", hash))
		return false;
	if (!known && !with_packages)
		return scop_error_set(&platform->err,
		    "this host does not know the package of '%.24s' that the archive has. Install "
		    "that version for a tenant first, or take it from "
		    "the archive with --with-packages, if you trust who made it.",
		    scop_text(module, "module"));
	if (!scop_package_open_arrived(platform, folder, &package))
		return false;
	return strcmp(package.manifest.name, scop_text(module, "module")) == 0 ||
	    scop_error_set(&platform->err, "the package of '%.24s' is one of '%s'",
		scop_text(module, "module"), package.manifest.name);
}

static bool
take_module(struct scop_platform *platform, uint32_t tenant, const struct scop_value *module,
    const char *folder, const struct scop_arrival *arrival, bool (*told)(void *, const char *),
    void *context)
{
	const char *name = scop_text(module, "module"),
		   *package = scop_arena_printf(platform->arena, "%s/packages/%s", folder, name);
	const bool off = !scop_bool(module, "is_on") && strcmp(name, "portal") != 0;
	struct scop_manifest manifest;

	if (!scop_platform_tell(platform, told, context, name) ||
	    !check_package(platform, module, package, arrival->with_packages) ||
	    !scop_manifest_read(platform->arena,
		scop_arena_printf(platform->arena, "%s/module.xml", package), &manifest,
		&platform->err) ||
	    !load(platform, scop_generation_name(platform, tenant, name, manifest.generation),
		scop_arena_printf(platform->arena, "%s/data/%s.sql", folder, name)) ||
	    !scop_module_install_from(platform, tenant, name, package, scop_bool(module, "root"),
		off))
		return false;
	return !off || scop_module_disable(platform, tenant, name);
}

/* ---- the tenant ---- */

static const char *
host_of(const struct scop_value *description, bool portal)
{
	const struct scop_value *hosts = scop_get(description, "hosts");

	for (size_t i = 0; i < scop_count(hosts); i++)
		if (scop_bool(scop_at(hosts, i), "portal") == portal)
			return scop_text(scop_at(hosts, i), "host");
	return "";
}

/* Under another name a tenant has other addresses, below those that it had. */
static const char *
host_for(struct scop_platform *platform, const struct scop_value *description,
    const struct scop_arrival *arrival, bool portal)
{
	const char *given = portal ? arrival->portal_host : arrival->host,
		   *old = host_of(description, portal), *below = strchr(old, '.');

	if (given || !arrival->name)
		return given ? given : old;
	return scop_arena_printf(platform->arena, "%s%s%s", arrival->name, portal ? "-portal" : "",
	    below ? below : ".localhost");
}

static bool
take_all(struct scop_platform *platform, const struct scop_value *description, const char *folder,
    const struct scop_arrival *arrival, bool (*told)(void *, const char *), void *context)
{
	const struct scop_value *modules = scop_get(description, "modules");
	const struct scop_tenant_order order = { .name = arrival->name
		    ? arrival->name
		    : scop_text(description, "name"),
		.title = scop_text(description, "title"),
		.language = scop_text(description, "language"),
		.zone = scop_text(description, "zone"),
		.operates = arrival->operator&& scop_bool(description, "operates"),
		.scop = arrival->scop,
		.host = host_for(platform, description, arrival, false),
		.portal_host = host_for(platform, description, arrival, true) };
	struct scop_buffer names;
	uint32_t tenant;

	scop_buffer_init(&names, platform->arena);
	for (size_t i = 0; i < scop_count(modules); i++)
		scop_buffer_printf(&names, "%s'%s'", i ? ", " : "",
		    scop_platform_quote(platform, scop_text(scop_at(modules, i), "module")));
	if (names.length == 0)
		return scop_error_set(&platform->err, "the archive names no module");
	if (!scop_tenant_begin(platform, &order, (uint32_t)scop_int(description, "tenant"),
		&tenant))
		return false;
	bool sound = scop_platform_tell(platform, told, context, "data") &&
	    load(platform, scop_arena_printf(platform->arena, "t%u", tenant),
		scop_arena_printf(platform->arena, "%s/data/socle.sql", folder)) &&
	    scop_tenant_socle(platform, tenant, &order);
	for (size_t i = 0; sound && i < scop_count(modules); i++)
		sound = take_module(platform, tenant, scop_at(modules, i), folder, arrival, told,
		    context);
	sound = sound && scop_platform_tell(platform, told, context, "people") &&
	    take_persons(platform, tenant, folder) &&
	    take_queue(platform, tenant, scop_buffer_str(&names), folder) &&
	    scop_tenant_whole(platform, tenant);
	if (!sound) {
		const struct scop_error cause = platform->err;

		scop_tenant_delete(platform, tenant);
		platform->err = cause;
	}
	return sound;
}

/* An archive opened: its folder, and what it says of itself in `name`. */
struct opened {
	const char *folder;
	bool unpacked; /* by us */
	const struct scop_value *description;
};

static bool
open_archive(struct scop_platform *platform, const char *from, const char *name,
    struct opened *ret_opened)
{
	const char *work = scop_arena_printf(platform->arena, "%s/imports", platform->config.var);
	struct stat status;

	*ret_opened = (struct opened){ .folder = from,
		.unpacked = stat(from, &status) != 0 || !S_ISDIR(status.st_mode) };
	if (ret_opened->unpacked) {
		ret_opened->folder =
		    scop_arena_printf(platform->arena, "%s/.%d", work, (int)getpid());
		mkdir(work, 0700);
		scop_files_remove(ret_opened->folder);
		if (mkdir(ret_opened->folder, 0755) != 0)
			return scop_error_errno(&platform->err, "'%s' cannot be made",
			    ret_opened->folder);
		if (!unpack(platform, from, ret_opened->folder))
			return false;
	}
	if (access(scop_arena_printf(platform->arena, "%s/%s", ret_opened->folder, name), R_OK) !=
	    0)
		return scop_error_set(&platform->err,
		    strcmp(name, "module.json") == 0
			? "'%s' is no archive of a module (it has no module.json)"
			: "'%s' is no archive of a tenant (it has no tenant.json; one of a module "
			  "is taken in with --into TENANT)",
		    from);
	ret_opened->description = check_sums(platform, ret_opened->folder)
	    ? read_json(platform, ret_opened->folder, name)
	    : NULL;
	if (!ret_opened->description)
		return false;
	return scop_int(ret_opened->description, "format") == FORMAT ||
	    scop_error_set(&platform->err, "the archive has format %lld, and this host knows %d",
		(long long)scop_int(ret_opened->description, "format"), FORMAT);
}

static void
close_archive(struct scop_platform *platform, const struct opened *opened)
{
	const struct scop_error cause = platform->err;

	if (opened->unpacked)
		scop_files_remove(opened->folder);
	platform->err = cause;
}

bool
scop_tenant_import(struct scop_platform *platform, const struct scop_arrival *arrival,
    bool (*told)(void *, const char *), void *context)
{
	struct opened opened = { 0 };
	const bool sound = scop_platform_tell(platform, told, context, "check") &&
	    open_archive(platform, arrival->from, "tenant.json", &opened) &&
	    take_all(platform, opened.description, opened.folder, arrival, told, context);

	close_archive(platform, &opened);
	return sound;
}

/* ---- one module, for a tenant that is there ---- */

/* All tables at once, from where they were loaded to where they are used: killed before or after,
 * there are none or all of them. */
static bool
move_tables(struct scop_platform *platform, const char *from, const char *to)
{
	const struct scop_value *tables = scop_platform_rows(platform,
	    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '%s' "
	    "AND table_type = "
	    "'BASE TABLE' ORDER BY table_name",
	    from);
	struct scop_buffer sql;

	scop_buffer_init(&sql, platform->arena);
	for (size_t i = 0; i < scop_count(tables); i++) {
		const char *name =
		    scop_platform_quote(platform, scop_text(scop_at(tables, i), "name"));

		scop_buffer_printf(&sql, "%s `%s`.`%s` TO `%s`.`%s`", i ? "," : "RENAME TABLE",
		    from, name, to, name);
	}
	return tables && scop_platform_sql(platform, "DROP DATABASE IF EXISTS `%s`", to) &&
	    scop_platform_sql(platform,
		"CREATE DATABASE `%s` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci", to) &&
	    (sql.length == 0 || scop_platform_sql(platform, "%s", scop_buffer_str(&sql)));
}

/* Settings that the module knows, and what those roles might do that are here too. */
static bool
take_choices(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_value *description)
{
	struct scop_buffer settings, permissions;

	scop_buffer_init(&settings, platform->arena);
	scop_buffer_init(&permissions, platform->arena);
	scop_json_print(&settings, scop_get(description, "settings"));
	scop_json_print(&permissions, scop_get(description, "permissions"));
	return scop_platform_sql(platform,
		   "REPLACE INTO t%u.setting (module, name, value) SELECT t.module, t.name, "
		   "j.value FROM JSON_TABLE('%s', '$[*]' COLUMNS (name VARCHAR(50) "
		   "COLLATE utf8mb4_unicode_520_ci PATH '$.name', value VARCHAR(2000) PATH "
		   "'$.value')) j JOIN t%u.setting_type t ON t.module = '%s' AND t.name = j.name",
		   tenant, scop_platform_quote(platform, scop_buffer_str(&settings)), tenant,
		   module) &&
	    scop_platform_sql(platform,
		"INSERT IGNORE INTO t%u.role_permission (role, permission) SELECT r.name, p.name "
		"FROM JSON_TABLE('%s', '$[*]' COLUMNS (role VARCHAR(40) "
		"COLLATE utf8mb4_unicode_520_ci PATH '$.role', permission VARCHAR(50) COLLATE "
		"utf8mb4_unicode_520_ci PATH '$.permission')) j JOIN t%u.role r ON r.name = j.role "
		"JOIN t%u.permission p ON p.name = j.permission AND p.module = "
		"'%s'",
		tenant, scop_platform_quote(platform, scop_buffer_str(&permissions)), tenant,
		tenant, module);
}

bool
scop_module_unarrive(struct scop_platform *platform, uint32_t tenant, const char *module)
{
	return scop_module_drop(platform, tenant, module) &&
	    scop_platform_sql(platform, "DROP DATABASE IF EXISTS " SCOP_STAGING) &&
	    scop_platform_sql(platform,
		"DELETE FROM scopiton.arriving WHERE tenant = %u AND module = '%s'", tenant,
		module);
}

static bool
take_one(struct scop_platform *platform, uint32_t tenant, const struct opened *opened,
    const struct scop_arrival *arrival, bool (*told)(void *, const char *), void *context)
{
	const char *name = scop_text(opened->description, "module"), *folder = opened->folder,
		   *package = scop_arena_printf(platform->arena, "%s/packages/%s", folder, name);
	const bool off = !scop_bool(opened->description, "is_on") && strcmp(name, "portal") != 0;
	struct scop_manifest manifest;
	int64_t there;

	if (!check_package(platform, opened->description, package, arrival->with_packages) ||
	    !scop_platform_count(platform, &there,
		"SELECT COUNT(*) AS n FROM scopiton.subscription WHERE tenant = %u AND module = "
		"'%s'",
		tenant, name))
		return false;
	if (there > 0)
		return scop_error_set(&platform->err,
		    "the tenant has '%s' already, or its data. Purge that first: this would take "
		    "its place.",
		    name);
	if (!scop_manifest_read(platform->arena,
		scop_arena_printf(platform->arena, "%s/module.xml", package), &manifest,
		&platform->err) ||
	    !scop_platform_sql(platform,
		"REPLACE INTO scopiton.arriving (tenant, module) VALUES (%u, '%s')", tenant, name))
		return false;
	const bool sound = scop_platform_tell(platform, told, context, "data") &&
	    load(platform, SCOP_STAGING,
		scop_arena_printf(platform->arena, "%s/data/%s.sql", folder, name)) &&
	    move_tables(platform, SCOP_STAGING,
		scop_generation_name(platform, tenant, name, manifest.generation)) &&
	    scop_platform_tell(platform, told, context, "module") &&
	    scop_module_install_from(platform, tenant, name, package,
		scop_bool(opened->description, "root"), off) &&
	    take_choices(platform, tenant, name, opened->description) &&
	    take_queue(platform, tenant, scop_arena_printf(platform->arena, "'%s'", name),
		folder) &&
	    (!off || scop_module_disable(platform, tenant, name)) &&
	    scop_platform_sql(platform,
		"DELETE FROM scopiton.arriving WHERE tenant = %u AND module = '%s'", tenant, name);
	const struct scop_error cause = platform->err;
	if (!sound)
		scop_module_unarrive(platform, tenant, name);
	platform->err = cause;
	return sound;
}

bool
scop_module_import(struct scop_platform *platform, uint32_t tenant,
    const struct scop_arrival *arrival, bool (*told)(void *, const char *), void *context)
{
	struct opened opened = { 0 };
	const bool sound = scop_platform_tell(platform, told, context, "check") &&
	    open_archive(platform, arrival->from, "module.json", &opened) &&
	    take_one(platform, tenant, &opened, arrival, told, context);

	close_archive(platform, &opened);
	return sound;
}
