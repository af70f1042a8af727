/* SPDX-License-Identifier: EUPL-1.2 */
/* Exports: see export.h. */
#include "installer/export.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/locale.h"
#include "package/files.h"

const char *
scop_export_path(struct scop_platform *platform, uint32_t tenant, const char *what,
    const char *suffix)
{
	const char *name = scop_text(scop_platform_row(platform,
					 "SELECT name FROM scopiton.tenant WHERE id = %u", tenant),
	    "name");
	const time_t now = time(NULL);
	char when[32];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(when, sizeof when, "%Y%m%d-%H%M%S", &tm);
	mkdir(scop_arena_printf(platform->arena, "%s/exports", platform->config.var), 0700);
	mkdir(scop_arena_printf(platform->arena, "%s/exports/%s", platform->config.var, name),
	    0700);
	const char *path = scop_arena_printf(platform->arena, "%s/exports/%s/%s-%s%s",
	    platform->config.var, name, what, when, suffix);
	for (int i = 2; access(path, F_OK) == 0; i++)
		path = scop_arena_printf(platform->arena, "%s/exports/%s/%s-%s-%d%s",
		    platform->config.var, name, what, when, i, suffix);
	return path;
}

const char *
scop_export_folder(struct scop_platform *platform, uint32_t tenant, const char *what)
{
	const char *folder = scop_export_path(platform, tenant, what, "");

	if (mkdir(folder, 0700) == 0)
		return folder;
	scop_error_errno(&platform->err, "'%s' cannot be created", folder);
	return NULL;
}

/* ---- CSV ---- */

static void
put_field(struct scop_buffer *out, const char *text, size_t length)
{
	scop_buffer_char(out, '"');
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"')
			scop_buffer_char(out, '"');
		scop_buffer_char(out, text[i]);
	}
	scop_buffer_char(out, '"');
}

static void
put_value(struct scop_buffer *out, const struct scop_value *value)
{
	if (scop_type(value) == SCOP_STRING) {
		put_field(out, scop_as_text(value), scop_size(value));
	} else if (scop_type(value) == SCOP_INT || scop_type(value) == SCOP_BOOL ||
	    scop_type(value) == SCOP_MONEY) {
		scop_buffer_printf(out, "%lld", (long long)scop_as_int(value));
	} else {
		scop_value_plain(out, value);
	}
}

bool
scop_export_csv(struct scop_platform *platform, const struct scop_value *rows, const char *path)
{
	const struct scop_value *first = scop_at(rows, 0);
	struct scop_buffer out;
	FILE *file = fopen(path, "wxe");

	if (!file)
		return scop_error_errno(&platform->err, "'%s' cannot be created", path);
	scop_buffer_init(&out, platform->arena);
	for (size_t c = 0; c < scop_count(first); c++)
		scop_buffer_printf(&out, "%s%s", c ? "," : "", first->members->keys[c]);
	scop_buffer_text(&out, "\r\n");
	for (size_t r = 0; r < scop_count(rows); r++) {
		const struct scop_value *row = scop_at(rows, r);

		for (size_t c = 0; c < scop_count(row); c++) {
			if (c > 0)
				scop_buffer_char(&out, ',');
			put_value(&out, &row->members->values[c]);
		}
		scop_buffer_text(&out, "\r\n");
	}
	const bool written = fwrite(out.data, 1, out.length, file) == out.length &&
	    fflush(file) == 0 && fsync(fileno(file)) == 0;
	return (fclose(file) == 0 && written) ||
	    scop_error_errno(&platform->err, "'%s' cannot be written", path);
}

/* ---- archives ---- */

bool
scop_dump_run(struct scop_platform *platform, const char *const *what, const char *path)
{
	const char *password = platform->password;
	size_t count = 0, n = 0;
	int status;

	while (what[count])
		count++;
	const char **words = scop_arena_alloc(platform->arena, (count + 20) * sizeof *words);
	words[n++] = "mariadb-dump";
	words[n++] = "--no-defaults";
	words[n++] = scop_arena_printf(platform->arena, "--socket=%s", platform->config.db_socket);
	words[n++] = scop_arena_printf(platform->arena, "--user=%s", platform->config.db_user);
	words[n++] = scop_arena_printf(platform->arena, "--result-file=%s", path);
	words[n++] = "--default-character-set=utf8mb4";
	words[n++] = "--single-transaction";
	words[n++] = "--hex-blob";
	words[n++] = "--skip-dump-date";
	words[n++] = "--skip-comments";
	words[n++] = "--skip-triggers"; /* the host's own: an archive has plain tables */
	for (size_t i = 0; i < count; i++)
		words[n++] = what[i];
	words[n] = NULL;
	const pid_t pid = fork();
	if (pid == 0) {
		umask(077);
		/* which, unlike a command line, others cannot read */
		setenv("MYSQL_PWD", password, 1);
		execvp(words[0], (char *const *)(uintptr_t)words);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return scop_error_errno(&platform->err, "mariadb-dump cannot be run");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	return scop_error_set(&platform->err, "mariadb-dump could not write '%s' (status %d)", path,
	    WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void
describe_column(FILE *file, const struct scop_value *row, const struct scop_value *links)
{
	const char *key = scop_text(row, "column_key"), *table = scop_text(row, "table_name"),
		   *column = scop_text(row, "column_name");

	fprintf(file, "| %s | %s%s | %s%s", column, scop_text(row, "column_type"),
	    scop_bool(row, "may_be_null") ? ", may be empty" : "",
	    strcmp(key, "PRI") == 0       ? "names the row "
		: strcmp(key, "UNI") == 0 ? "once only "
					  : "",
	    scop_text(row, "extra"));
	for (size_t i = 0; i < scop_count(links); i++) {
		const struct scop_value *link = scop_at(links, i);

		if (strcmp(scop_text(link, "table_name"), table) == 0 &&
		    strcmp(scop_text(link, "column_name"), column) == 0)
			fprintf(file, "leads to %s.%s", scop_text(link, "referenced_table_name"),
			    scop_text(link, "referenced_column_name"));
	}
	fputs(" |\n", file);
}

/* Describes each table and column, for a reader who has only the archive. */
bool
scop_describe_tables(struct scop_platform *platform, const char *database, const char *path)
{
	const struct scop_value *columns = scop_platform_rows(platform,
	    "SELECT c.table_name, c.column_name, c.column_type, c.is_nullable = 'YES' AS "
	    "may_be_null, "
	    "c.column_key, c.extra FROM information_schema.columns c JOIN "
	    "information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = "
	    "c.table_name AND t.table_type = 'BASE TABLE' WHERE c.table_schema = '%s' AND "
	    "t.table_schema = '%s' ORDER BY c.table_name, c.ordinal_position",
	    database, database);
	const struct scop_value *links = scop_platform_rows(platform,
	    "SELECT table_name, column_name, referenced_table_name, referenced_column_name FROM "
	    "information_schema.key_column_usage WHERE table_schema = '%s' AND "
	    "referenced_table_name IS NOT NULL ORDER BY table_name, column_name",
	    database);
	const char *table = "";
	FILE *file = fopen(path, "we");

	if (!file || !columns)
		return scop_error_errno(&platform->err, "'%s' cannot be written", path);
	fprintf(file,
	    "# Tables of `%s`\n\nTimes are UTC; columns that end in `_cents` are amounts in "
	    "cents.\n",
	    database);
	for (size_t i = 0; i < scop_count(columns); i++) {
		const struct scop_value *row = scop_at(columns, i);

		if (strcmp(table, scop_text(row, "table_name")) != 0) {
			table = scop_text(row, "table_name");
			fprintf(file, "\n## %s\n\n| column | type | |\n| --- | --- | --- |\n",
			    table);
		}
		describe_column(file, row, links);
	}
	return fclose(file) == 0 ||
	    scop_error_errno(&platform->err, "'%s' cannot be written", path);
}

static bool
add_to_archive(struct archive *out, const char *path, const char *name)
{
	char block[65536];
	struct stat status;
	size_t got;
	FILE *in = fopen(path, "rbe");

	if (!in || fstat(fileno(in), &status) != 0)
		return false;
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_pathname(entry, name);
	archive_entry_set_size(entry, status.st_size);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, status.st_mode & S_IXUSR ? 0755 : 0644);
	archive_entry_set_mtime(entry, status.st_mtime, 0);
	bool ok = archive_write_header(out, entry) == ARCHIVE_OK;
	while (ok && (got = fread(block, 1, sizeof block, in)) > 0)
		ok = archive_write_data(out, block, got) == (la_ssize_t)got;
	archive_entry_free(entry);
	fclose(in);
	return ok;
}

/* Syncs the file to disk: it holds the only copy of the data that is dropped next. */
static bool
on_disk(const char *file)
{
	const int fd = open(file, O_RDONLY | O_CLOEXEC);
	const bool synced = fd >= 0 && fsync(fd) == 0;

	return fd >= 0 && close(fd) == 0 && synced;
}

bool
scop_archive_folder(struct scop_platform *platform, const char *folder, const char *top,
    const char *file)
{
	struct scop_files *files = scop_arena_alloc(platform->arena, sizeof *files);
	const char *tmp = scop_arena_printf(platform->arena, "%s.new", folder);
	struct archive *out = archive_write_new();

	if (!scop_files_list(platform->arena, folder, files, &platform->err))
		return false;
	archive_write_set_format_pax_restricted(out);
	archive_write_add_filter_zstd(out);
	bool ok = archive_write_open_filename(out, tmp) == ARCHIVE_OK;
	for (size_t i = 0; ok && i < files->count; i++)
		ok = add_to_archive(out,
		    scop_arena_printf(platform->arena, "%s/%s", folder, files->path[i]),
		    scop_arena_printf(platform->arena, "%s/%s", top, files->path[i]));
	ok &= archive_write_close(out) == ARCHIVE_OK;
	if (!ok)
		scop_error_set(&platform->err, "'%s' cannot be written: %s", file,
		    archive_error_string(out) ? archive_error_string(out) : strerror(errno));
	archive_write_free(out);
	if (ok && chmod(tmp, 0600) == 0 && on_disk(tmp) && rename(tmp, file) == 0) {
		scop_files_sync_folder(scop_arena_printf(platform->arena, "%.*s",
		    (int)(strrchr(file, '/') - file), file));
		return true;
	}
	unlink(tmp);
	return false;
}

bool
scop_copy_folder(struct scop_platform *platform, const char *from, const char *to)
{
	struct scop_files *files = scop_arena_alloc(platform->arena, sizeof *files);
	bool ok = scop_files_list(platform->arena, from, files, &platform->err);

	for (size_t i = 0; ok && i < files->count; i++) {
		char *path = scop_arena_printf(platform->arena, "%s/%s", to, files->path[i]);

		scop_files_make_folders(path);
		const char *source =
		    scop_arena_printf(platform->arena, "%s/%s", from, files->path[i]);
		ok = scop_files_copy(source, path, &platform->err) &&
		    (access(source, X_OK) != 0 || chmod(path, 0755) == 0);
	}
	return ok;
}
