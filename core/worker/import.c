/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Imports: see import.h. The input is, per file, a line "size name" and its bytes; the output is
 * reports, "level line column text". Everything runs in one transaction, which any error rolls
 * back.
 */
#include "worker/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "web/request.h"

enum {
	FILES_MAX = 2000,
	FILE_BYTES_MAX = 64 << 20,
	TOTAL_BYTES_MAX = 256 << 20,
	OK = 0,
	REFUSED = 1,
	FAILED = 2
};

static void
report(struct scop_request *req, enum scop_report_level level, unsigned line, unsigned column,
    const char *text)
{
	static const char *const words[] = { "info", "warning", "error" };

	(void)req;
	printf("%s %u %u %s\n", words[level], line, column, text);
}

static bool
read_files(struct scop_arena *arena, struct scop_file *files, size_t *ret_count)
{
	size_t total = 0, size;
	char name[256];

	*ret_count = 0;
	while (scanf("%zu %255[^\n]", &size, name) == 2) {
		if (*ret_count == FILES_MAX || size > FILE_BYTES_MAX ||
		    (total += size) > TOTAL_BYTES_MAX || getchar() != '\n') {
			printf("error 0 0 more than %d files, 64 MB for one, or 256 MB in all\n",
			    FILES_MAX);
			return false;
		}
		char *data = malloc(size + 1);
		if (!data || fread(data, 1, size, stdin) != size) {
			printf("error 0 0 the file '%s' arrived incomplete\n", name);
			return false;
		}
		data[size] = '\0';
		files[(*ret_count)++] =
		    (struct scop_file){ scop_arena_text(arena, name), "", data, size };
	}
	return *ret_count > 0;
}

static const struct scop_import *
find_import(const struct scop_module *module, const char *name)
{
	for (const struct scop_import *import = module->imports; import && import->name; import++)
		if (strcmp(import->name, name) == 0)
			return import;
	return NULL;
}

static bool
read_site(const struct scop_app *app, struct scop_arena *arena, const char *text,
    struct scop_site *ret_site)
{
	char database[65], language[3], zone[41], country[3], currency[4];
	unsigned tenant;
	unsigned long long epoch;

	*ret_site = (struct scop_site){ .tenant_name = "", .title = "" };
	if (sscanf(text, "%u %64s %2s %40s %2s %3s %llu", &tenant, database, language, zone,
		country, currency, &epoch) != 7 ||
	    !scop_language_parse(language, 2, &ret_site->language))
		return false;
	ret_site->tenant = tenant;
	ret_site->epoch = epoch;
	ret_site->zone = scop_arena_text(arena, zone);
	ret_site->country = scop_arena_text(arena, country);
	ret_site->currency = scop_arena_text(arena, currency);
	ret_site->database = scop_arena_text(arena, database);
	ret_site->role = scop_arena_printf(arena, "t%u_%s", tenant, app->module_name);
	ret_site->socle = scop_arena_printf(arena, "t%u", tenant);
	return true;
}

static int
run(struct scop_request *req, const struct scop_import *import, const struct scop_file *files,
    size_t count)
{
	struct scop_db *db = req->app->db;

	scop_db_enter(db, req->site.role, req->site.database, req->site.socle, req->site.epoch,
	    true);
	scop_db_currency(db, req->site.currency);
	enum scop_db_status status = scop_db_begin(db);
	const bool taken = status == SCOP_DB_OK && import->handle(req, files, count);
	if (status == SCOP_DB_OK && taken && !req->failed && req->report_errors == 0)
		status = scop_db_commit(db);
	else
		scop_db_rollback(db);
	if (status != SCOP_DB_OK || req->failed) {
		printf("error 0 0 the database failed: %s\n",
		    req->failed ? req->cause : scop_db_error(db));
		return FAILED;
	}
	return taken && req->report_errors == 0 ? OK : REFUSED;
}

int
scop_import_run(struct scop_app *app, const char *name, const char *site_text)
{
	static struct scop_file files[FILES_MAX];
	struct scop_arena *arena = scop_arena_new();
	struct scop_request *req = scop_arena_alloc(arena, sizeof *req);
	const struct scop_import *import = find_import(app->module, name);
	size_t count;

	req->app = app;
	req->arena = arena;
	req->report = report;
	req->now = scop_time_now();
	req->session_hash = "";
	scop_map_init(&req->fields, arena);
	scop_map_init(&req->values, arena);
	scop_request_rewind(req);
	if (!import || !read_site(app, arena, site_text, &req->site)) {
		printf("error 0 0 the module has no import '%s'\n", name);
		return REFUSED;
	}
	req->locale = (struct scop_locale){ req->site.language, req->site.zone };
	if (!read_files(arena, files, &count))
		return REFUSED;
	scop_log_context(scop_arena_printf(arena, "import=%s tenant=%u", name, req->site.tenant));
	const int status = run(req, import, files, count);
	fflush(stdout);
	return status;
}
