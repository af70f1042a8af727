/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The jobs of imports: checking a file, importing it, undoing that. Each job first checks whether
 * the import has been cancelled, and its last write checks again: a cancelled import leaves
 * nothing.
 */
#include "shop_upload.h"

#include <stdlib.h>
#include <string.h>

enum { WARNINGS_MAX = 200, LINES_AT_ONCE = 500, ABOUT = 150, LEVELS = SHOP_LEVELS };

/* ---- reports ---- */

struct collector {
	struct scop_request *req;
	const struct scop_value **lines;
	size_t count, room;
	unsigned warnings;
};

static void
collect(void *context, bool is_error, unsigned line, unsigned column, const char *words,
    const char *about)
{
	struct collector *collector = context;
	struct scop_request *req = collector->req;

	if ((!is_error && collector->warnings++ >= WARNINGS_MAX) ||
	    collector->count > SHOP_ERRORS_MAX + WARNINGS_MAX)
		return;
	if (collector->count == collector->room) {
		collector->room = collector->room ? collector->room * 2 : LINES_AT_ONCE;
		collector->lines =
		    realloc(collector->lines, collector->room * sizeof(*collector->lines));
		if (!collector->lines)
			abort();
	}
	collector->lines[collector->count++] = scop_map_of(req, "is_error",
	    scop_make_int(req, is_error), "line", scop_make_int(req, line), "place",
	    scop_make_int(req, column), "words", scop_make_text(req, "%s", words), "about",
	    scop_make_text(req, "%.*s", (int)scop_utf8_first(about, ABOUT), about), NULL);
}

static void
store_lines(struct collector *collector, const struct scop_value *run)
{
	struct scop_request *req = collector->req;

	scop_write(req, import_lines_clear(run));
	for (size_t at = 0; at < collector->count && !scop_rejected(req); at += LINES_AT_ONCE) {
		const size_t left = collector->count - at;

		scop_write(req,
		    import_lines_add(run,
			scop_make_list(req, left < LINES_AT_ONCE ? left : LINES_AT_ONCE,
			    collector->lines + at)));
	}
	free(collector->lines);
	collector->lines = NULL;
}

static void
progress(void *context, unsigned done, unsigned total)
{
	const struct collector *collector = context;

	scop_progress(collector->req, done, total);
}

/* ---- reading the file ---- */

/* Reads the chosen columns; false if the file cannot be read, which is reported in the import. */
static bool
open_source(const struct scop_value *work, struct shop_source *ret_source)
{
	const struct scop_value *bytes = scop_get(work, "bytes");
	const char *error, *const *header;
	size_t columns;
	unsigned line;
	struct scop_csv *csv = scop_csv_open(scop_as_text(bytes), scop_size(bytes), &line, &error);
	const bool ok = csv && scop_csv_next(csv, &header, &columns, &line, &error);

	if (ok) {
		shop_source_guess(header, columns, ret_source);
		shop_mapping_read(scop_text(work, "mapping"), ret_source);
	}
	scop_csv_close(csv);
	return ok;
}

static void
read_file(struct scop_request *req, const struct scop_value *work, bool dry,
    struct collector *collector, struct shop_imported *ret_done)
{
	const struct scop_value *bytes = scop_get(work, "bytes");
	const struct scop_file file = { .name = "",
		.data = scop_as_text(bytes),
		.size = scop_size(bytes) };
	struct shop_source source;
	const bool readable = open_source(work, &source);

	free(collector->lines);
	*collector = (struct collector){ .req = req };
	shop_import(req,
	    &(const struct shop_import){ .files = &file,
		.file_count = 1,
		.source = readable ? &source : NULL,
		.dry = dry,
		.all_or_nothing = scop_bool(work, "all_or_nothing"),
		.as_hidden = scop_bool(work, "as_hidden"),
		.run = scop_get(scop_body(req), "run"),
		.tell = collect,
		.progress = progress,
		.context = collector },
	    ret_done);
}

/* ---- the jobs ---- */

static const struct scop_value *
work_of(struct scop_request *req, const char *state)
{
	const struct scop_value *body = scop_body(req);

	return scop_row(req,
	    import_work(scop_get(body, "run"), scop_get(body, "attempt"),
		scop_make_text(req, "%s", state)));
}

/* False if the import has been cancelled meanwhile. */
static bool
count_it(struct scop_request *req, const char *from, const char *to,
    const struct shop_imported *done)
{
	const struct scop_value *body = scop_body(req);

	return scop_write(req,
		   import_counted(scop_get(body, "run"), scop_get(body, "attempt"),
		       scop_make_text(req, "%s", from), scop_make_text(req, "%s", to),
		       scop_make_int(req, done->products), scop_make_int(req, done->changed),
		       scop_make_int(req, done->variants), scop_make_int(req, done->warnings),
		       scop_make_int(req, done->errors),
		       strcmp(to, "done") == 0 ? scop_now(req) : NULL)) == 1;
}

enum scop_job_result
shop_check_job(struct scop_request *req)
{
	const struct scop_value *work = work_of(req, "checking");
	struct collector collector = { .req = req };
	struct shop_imported done;

	if (!work)
		return SCOP_JOB_DONE;
	read_file(req, work, true, &collector, &done);
	store_lines(&collector, scop_get(scop_body(req), "run"));
	return count_it(req, "checking", "checked", &done)
	    ? SCOP_JOB_DONE
	    : scop_retry(req, "the import was cancelled");
}

/* Deletes the saved rows of imports that can no longer be undone. */
static void
forget_old(struct scop_request *req)
{
	const struct scop_value *runs = scop_rows(req, imports_kept());

	for (size_t i = 0; i < scop_count(runs); i++) { /* one, but for the first time */
		const struct scop_value *id = scop_get(scop_at(runs, i), "id");

		scop_write(req, import_forget_products(id));
		scop_write(req, import_forget_variants(id));
		scop_write(req, import_forget_categories(id));
	}
}

/* The shop may have changed since the check: an all-or-nothing import then returns to the preview.
 */
enum scop_job_result
shop_import_job(struct scop_request *req)
{
	const struct scop_value *work = work_of(req, "importing");
	struct collector collector = { .req = req };
	struct shop_imported done;

	if (!work)
		return SCOP_JOB_DONE;
	read_file(req, work, false, &collector, &done);
	const bool nothing = done.errors > 0 && scop_bool(work, "all_or_nothing");
	store_lines(&collector, scop_get(scop_body(req), "run"));
	if (!count_it(req, "importing", nothing ? "checked" : "done", &done))
		return scop_retry(req, "the import was cancelled");
	forget_old(req);
	return SCOP_JOB_DONE;
}

static void
undo(struct scop_request *req, const struct scop_value *run)
{
	scop_write(req, undo_carts(run));
	scop_write(req, undo_new_variants(run));
	scop_write(req, undo_codes(run));
	scop_write(req, undo_variants(run));
	scop_write(req, undo_new_products(run));
	scop_write(req, undo_products(run));
	for (int level = 0; level < LEVELS; level++)
		scop_write(req, undo_categories(run));
	scop_write(req, import_forget_products(run));
	scop_write(req, import_forget_variants(run));
	scop_write(req, import_forget_categories(run));
	scop_write(req, products_refresh());
	scop_write(req, products_without_variants());
	scop_write(req, counts_refresh());
}

enum scop_job_result
shop_undo_job(struct scop_request *req)
{
	const struct scop_value *body = scop_body(req), *run = scop_get(body, "run"),
				*attempt = scop_get(body, "attempt");

	scop_row(req, import_held());
	if (!scop_row(req, import_is_undoing(run, attempt)))
		return SCOP_JOB_DONE;
	scop_write(req, undo_hold(run));
	if (scop_row(req, undo_sold(run)))
		return scop_give_up(req, "something of it was sold");
	if (scop_row(req, undo_clash(run)))
		return scop_give_up(req, "a variant has taken the place of one of it");
	undo(req, run);
	scop_write(req, import_undone(run, attempt));
	return SCOP_JOB_DONE;
}
