/*
 * A tenant taken in from its archive: see leave.h. Its SQL is somebody else's: it runs under an account that has the one new
 * database and nothing more, by a client that may not touch files.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "host/choose.h"
#include "host/installation.h"
#include "host/leave.h"
#include "host/migrator.h"
#include "host/sealing.h"
#include "modules/files.h"
#include "modules/index.h"

enum { FORMAT = 1 };

static bool
tell(struct scop_platform *platform, bool (*told)(void *, const char *), void *context, const char *what)
{
	return !told || told(context, what) || scop_error_set(&platform->err, "cancelled");
}

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
	archive_write_disk_set_options(out, ARCHIVE_EXTRACT_SECURE_NODOTDOT | ARCHIVE_EXTRACT_SECURE_SYMLINKS);
	if (archive_read_open_filename(in, file, 1 << 20) != ARCHIVE_OK)
		status = ARCHIVE_FATAL;
	while (status == ARCHIVE_OK && (status = archive_read_next_header(in, &entry)) == ARCHIVE_OK) {
		const char *path = archive_entry_pathname(entry), *below = path ? strchr(path, '/') : NULL;
		const void *block;
		size_t size;
		la_int64_t offset;

		if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) || !below || !below[1] || strstr(path, "..") || path[0] == '/' ||
		    top + strlen(below) > 4000) {
			status = ARCHIVE_FATAL;
			break;
		}
		archive_entry_set_pathname(entry, scop_arena_printf(platform->arena, "%s%s", to, below)); /* without its first part */
		archive_entry_set_perm(entry, archive_entry_perm(entry) & 0755);
		status = archive_write_header(out, entry);
		while (status == ARCHIVE_OK && (status = archive_read_data_block(in, &block, &size, &offset)) == ARCHIVE_OK)
			if (archive_write_data_block(out, block, size, offset) != ARCHIVE_OK)
				status = ARCHIVE_FATAL;
		status = status == ARCHIVE_EOF ? archive_write_finish_entry(out) : status;
	}
	archive_write_free(out);
	archive_read_free(in);
	return status == ARCHIVE_EOF || scop_error_set(&platform->err, "'%s' is no archive of a tenant, or is damaged", file);
}

static const struct scop_value *
read_json(struct scop_platform *platform, const char *folder, const char *name)
{
	const char *path = scop_arena_printf(platform->arena, "%s/%s", folder, name);
	size_t size;
	const char *text = scop_files_read(platform->arena, path, &size, &platform->err);

	return text ? scop_json_parse(platform->arena, text, size, &platform->err) : NULL;
}

/* Each file as SHA256SUMS says, and none that it does not name but itself. */
static bool
check_sums(struct scop_platform *platform, const char *folder)
{
	size_t size;
	const char *text = scop_files_read(platform->arena, scop_arena_printf(platform->arena, "%s/SHA256SUMS", folder), &size, &platform->err);

	for (const char *line = text; line && *line; line += strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n')) {
		const size_t length = strcspn(line, "\n");
		char sum[SCOP_SHA256_TEXT];

		if (length < 67 || !scop_sha256_file(scop_arena_printf(platform->arena, "%s/%.*s", folder, (int)length - 66, line + 66), sum, &platform->err))
			return false;
		if (strncmp(line, sum, 64) != 0)
			return scop_error_set(&platform->err, "'%.*s' was changed since the archive was made", (int)length - 66, line + 66);
	}
	return text != NULL;
}

/* ---- data ---- */

/* Runs a dump in the one database, under an account made for that. */
static bool
load(struct scop_platform *platform, const char *database, const char *path)
{
	const char *password = scop_random_password(platform), *user = scop_arena_printf(platform->arena, "scop_run_%.12s", scop_random_password(platform));
	int status;

	if (!scop_platform_sql(platform, "CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci", database) ||
	    !scop_platform_sql(platform, "CREATE USER '%s'@localhost IDENTIFIED VIA ed25519 USING PASSWORD('%s')", user, password) ||
	    !scop_platform_sql(platform, "GRANT ALL ON `%s`.* TO '%s'@localhost", scop_grant_pattern(platform, database), user))
		return false;
	const char *words[] = { "mariadb", "--no-defaults", scop_arena_printf(platform->arena, "--socket=%s", platform->config.db_socket),
		scop_arena_printf(platform->arena, "--user=%s", user), "--default-character-set=utf8mb4", "--batch", "--binary-mode", "--sandbox", database, NULL };
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
		return scop_error_set(&platform->err, "'%s' cannot be taken in: mariadb ended with status %d", path, ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return dropped;
}

/* Persons by their address: who has an account here keeps it, others get theirs. */
static bool
take_persons(struct scop_platform *platform, uint32_t tenant, const char *folder)
{
	const struct scop_value *persons = read_json(platform, folder, "persons.json");
	bool sound = persons != NULL;

	for (size_t i = 0; sound && i < scop_count(persons); i++) {
		const struct scop_value *person = scop_at(persons, i);
		const char *mail = scop_platform_quote(platform, scop_text(person, "mail")), *totp = scop_text(person, "totp");
		const bool known = scop_platform_row(platform, "SELECT id FROM account.person WHERE mail = '%s'", mail) != NULL;

		sound = known || scop_platform_sql(platform, "INSERT INTO account.person (mail, name, language, password, totp) VALUES ('%s', '%s', '%s', '%s', NULLIF('%s', ''))",
		    mail, scop_platform_quote(platform, scop_text(person, "name")), scop_platform_quote(platform, scop_text(person, "language")),
		    scop_platform_quote(platform, scop_text(person, "password")), totp[0] ? scop_seal_for(platform, "portal", totp) : "");
		const long long id = (long long)scop_int(scop_platform_row(platform, "SELECT id FROM account.person WHERE mail = '%s'", mail), "id");
		if (sound && !known)
			sound = scop_platform_sql(platform, "INSERT IGNORE INTO account.recovery (person, code_hash) SELECT %lld, j.code FROM JSON_TABLE('%s', '$[*]' COLUMNS (code "
			    "CHAR(64) PATH '$')) j", id, scop_platform_quote(platform, scop_text(person, "recovery")));
		sound = sound && scop_platform_sql(platform, "UPDATE t%u.member SET person = %lld WHERE mail = '%s'", tenant, id, mail);
	}
	return sound;
}

/* What waited goes on here, under this tenant's roles. */
static bool
take_queue(struct scop_platform *platform, uint32_t tenant, const char *folder)
{
	const char *database = scop_arena_printf(platform->arena, "t%u_import", tenant);
	const char *role = scop_arena_printf(platform->arena, "CONCAT('t%u', SUBSTRING(role, LOCATE('_', role)))", tenant);
	const bool sound = load(platform, database, scop_arena_printf(platform->arena, "%s/data/queue.sql", folder)) &&
	    scop_platform_sql(platform, "INSERT IGNORE INTO queue.outbox (role, is_event, name, once, body, run_at, created, tries) SELECT %s, is_event, name, once, body, run_at, "
		"created, tries FROM %s.outbox ORDER BY id", role, database) &&
	    scop_platform_sql(platform, "INSERT INTO queue.mail (role, recipient, recipient_name, sender_name, reply_to, subject, html, secret, created, run_at, tries, state, "
		"answer, ended) SELECT %s, recipient, recipient_name, sender_name, reply_to, subject, html, secret, created, run_at, tries, state, answer, ended FROM %s.mail m "
		"WHERE state <> 'waiting' OR NOT EXISTS (SELECT a.id FROM %s.attachment a WHERE a.mail = m.id) ORDER BY id", role, database, database);
	const struct scop_error cause = platform->err;

	scop_platform_sql(platform, "DROP DATABASE IF EXISTS %s", database);
	platform->err = cause;
	return sound;
}

/* ---- modules ---- */

/* The package of the archive: as this host knows it already, or taken because that was said. */
static bool
check_package(struct scop_platform *platform, const struct scop_value *module, const char *folder, bool with_packages)
{
	struct scop_package package;

	if (!scop_package_open(platform->arena, folder, &package, &platform->err))
		return false;
	if (strcmp(package.manifest.name, scop_text(module, "module")) != 0)
		return scop_error_set(&platform->err, "the package of '%s' is one of '%s'", scop_text(module, "module"), package.manifest.name);
	if (with_packages || scop_platform_row(platform, "SELECT id FROM scopiton.package WHERE hash = '%s'", package.hash))
		return true;
	return scop_error_set(&platform->err, "this host does not know the package of %s %s that the archive has. Install that version for a tenant first, or take it from the "
	    "archive with --with-packages, if you trust who made it.", package.manifest.name, package.manifest.version);
}

static bool
take_module(struct scop_platform *platform, uint32_t tenant, const struct scop_value *module, const char *folder, const struct scop_arrival *arrival,
    bool (*told)(void *, const char *), void *context)
{
	const char *name = scop_text(module, "module"), *package = scop_arena_printf(platform->arena, "%s/packages/%s", folder, name);
	struct scop_manifest manifest;

	if (!tell(platform, told, context, name) || !check_package(platform, module, package, arrival->with_packages) ||
	    !scop_manifest_read(platform->arena, scop_arena_printf(platform->arena, "%s/module.xml", package), &manifest, &platform->err) ||
	    !load(platform, scop_generation_name(platform, tenant, name, manifest.generation), scop_arena_printf(platform->arena, "%s/data/%s.sql", folder, name)) ||
	    !scop_module_install_from(platform, tenant, name, package, scop_bool(module, "root")))
		return false;
	return scop_bool(module, "is_on") || strcmp(name, "portal") == 0 || scop_module_disable(platform, tenant, name);
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

static bool
take_all(struct scop_platform *platform, const struct scop_value *description, const char *folder, const struct scop_arrival *arrival,
    bool (*told)(void *, const char *), void *context)
{
	const struct scop_value *modules = scop_get(description, "modules");
	const struct scop_tenant_order order = { .name = arrival->name ? arrival->name : scop_text(description, "name"), .title = scop_text(description, "title"),
		.language = scop_text(description, "language"), .zone = scop_text(description, "zone"), .operates = scop_bool(description, "operates"),
		.host = arrival->host ? arrival->host : host_of(description, false), .portal_host = arrival->portal_host ? arrival->portal_host : host_of(description, true) };
	uint32_t tenant;

	if (!scop_tenant_begin(platform, &order, (uint32_t)scop_int(description, "tenant"), &tenant))
		return false;
	bool sound = tell(platform, told, context, "data") && load(platform, scop_arena_printf(platform->arena, "t%u", tenant),
	    scop_arena_printf(platform->arena, "%s/data/socle.sql", folder)) && scop_tenant_socle(platform, tenant, &order);
	for (size_t i = 0; sound && i < scop_count(modules); i++)
		sound = take_module(platform, tenant, scop_at(modules, i), folder, arrival, told, context);
	sound = sound && tell(platform, told, context, "people") && take_persons(platform, tenant, folder) && take_queue(platform, tenant, folder) &&
	    scop_directory_changed(platform);
	if (!sound) {
		const struct scop_error cause = platform->err;

		scop_tenant_delete(platform, tenant);
		platform->err = cause;
	}
	return sound;
}

bool
scop_tenant_import(struct scop_platform *platform, const struct scop_arrival *arrival, bool (*told)(void *, const char *), void *context)
{
	const char *work = scop_arena_printf(platform->arena, "%s/imports", platform->config.var);
	struct stat status;
	const bool unpacked = stat(arrival->from, &status) == 0 && S_ISDIR(status.st_mode);
	const char *folder = unpacked ? arrival->from : scop_arena_printf(platform->arena, "%s/.%d", work, (int)getpid());

	mkdir(work, 0700);
	bool sound = tell(platform, told, context, "check");
	if (sound && !unpacked) {
		scop_files_remove(folder);
		sound = (mkdir(folder, 0755) == 0 || scop_error_errno(&platform->err, "'%s' cannot be made", folder)) && unpack(platform, arrival->from, folder);
	}
	const struct scop_value *description = sound && check_sums(platform, folder) ? read_json(platform, folder, "tenant.json") : NULL;
	if (description && scop_int(description, "format") != FORMAT)
		sound = scop_error_set(&platform->err, "the archive has format %lld, and this host knows %d", (long long)scop_int(description, "format"), FORMAT);
	sound = sound && description && take_all(platform, description, folder, arrival, told, context);
	if (!unpacked) {
		const struct scop_error cause = platform->err;

		scop_files_remove(folder);
		platform->err = cause;
	}
	return sound;
}
