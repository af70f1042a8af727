/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Importing a product file in the portal: a person uploads it and assigns its columns, a job checks
 * it, and another job imports it once the person has seen a preview. Before that nothing is in the
 * shop. If a job is lost, the import has failed, and its page shows that: see import_run.
 */
#include "shop_upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UPLOAD_MAX = 9000000, MAPPING_TEXT = 500, FILE_NAME = 150, HEADING = 60, SAMPLE = 60 };

const struct scop_field shop_upload_fields[] = {
	{ .name = "file", .type = SCOP_FIELD_FILE, .required = true, .max_bytes = UPLOAD_MAX },
	{ 0 },
};

/* For each of our fields, the number of its column, from 1. */
const struct scop_field shop_map_fields[SHOP_FIELDS + 1] = {
#define COLUMN(n) \
	{ \
		.name = n, .type = SCOP_FIELD_INT, .min = 0, .max = SCOP_CSV_COLUMNS_MAX \
	}
	COLUMN("name"),
	COLUMN("price"),
	COLUMN("product"),
	COLUMN("sku"),
	COLUMN("stock"),
	COLUMN("category"),
	COLUMN("description"),
	COLUMN("condition"),
	COLUMN("weight"),
	COLUMN("vat"),
	COLUMN("published"),
	COLUMN("option1_name"),
	COLUMN("option1"),
	COLUMN("option2_name"),
	COLUMN("option2"),
	COLUMN("option3_name"),
	COLUMN("option3"),
#undef COLUMN
	{ 0 },
};

static const char *const titles[SHOP_FIELDS] = { SCOP_TEXT("Name"), SCOP_TEXT("Price"),
	SCOP_TEXT("Article key (groups its variants)"), SCOP_TEXT("Article number (SKU)"),
	SCOP_TEXT("Stock"), SCOP_TEXT("Category"), SCOP_TEXT("Description"), SCOP_TEXT("Condition"),
	SCOP_TEXT("Weight in grams"), SCOP_TEXT("VAT class"), SCOP_TEXT("Shown in the shop"),
	SCOP_TEXT("First option's name"), SCOP_TEXT("First option"),
	SCOP_TEXT("Second option's name"), SCOP_TEXT("Second option"),
	SCOP_TEXT("Third option's name"), SCOP_TEXT("Third option") };

static const char *const modes[] = { "good", "all", NULL };

const struct scop_field shop_undo_fields[] = {
	{ .name = "sure", .type = SCOP_FIELD_BOOL },
	{ 0 },
};

const struct scop_field shop_start_fields[] = {
	{ .name = "mode", .type = SCOP_FIELD_CHOICE, .choices = modes },
	{ .name = "hidden", .type = SCOP_FIELD_BOOL },
	{ 0 },
};

static const struct scop_value *
back(struct scop_request *req, const struct scop_value *run)
{
	return scop_map_of(req, "run", run, NULL);
}

const struct scop_value *
shop_import_number(struct scop_request *req)
{
	return scop_make_int(req, atoll(scop_as_text(scop_path(req, "run"))));
}

/* ---- the mapping, as text: "3,0,1": the column of each of our fields, 0 for none ---- */

const struct scop_value *
shop_mapping_text(struct scop_request *req, struct shop_source *source)
{
	char text[MAPPING_TEXT] = "";
	size_t used = 0;

	for (unsigned i = 0; i < SHOP_FIELDS; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i ? "," : "",
		    *shop_source_column(source, i) + 1);
	return scop_make_text(req, "%s", text);
}

void
shop_mapping_read(const char *text, struct shop_source *source)
{
	for (unsigned i = 0; i < SHOP_FIELDS && *text; i++) {
		char *end;

		*shop_source_column(source, i) = (int)strtol(text, &end, 10) - 1;
		text = *end == ',' ? end + 1 : end;
	}
}

/* ---- uploading ---- */

static const struct scop_value *
actor_in_words(struct scop_request *req, const struct scop_value *run, const void *context)
{
	(void)context;
	return scop_actor_name(req, scop_get(run, "by_name"));
}

void
shop_imports(struct scop_request *req)
{
	const struct scop_value *found = scop_rows(req, import_runs());

	scop_put(req, "imports", scop_rows_with(req, found, "by_name", actor_in_words, NULL));
	scop_put(req, "any", scop_make_bool(req, scop_count(found) > 0));
	scop_view(req, &view_imports);
}

void
shop_import_upload(struct scop_request *req)
{
	const struct scop_file *file = scop_upload(req, "file");
	const char *error, *const *header;
	struct shop_source source;
	size_t columns;
	unsigned line;
	struct scop_csv *csv =
	    scop_csv_open(file->data ? file->data : "", file->size, &line, &error);

	if (!csv || !scop_csv_next(csv, &header, &columns, &line, &error)) {
		scop_csv_close(csv);
		scop_reject(req, "file", error ? error : SCOP_TEXT("The file has no rows."));
		return;
	}
	shop_source_guess(header, columns, &source);
	const struct scop_value *mapping = shop_mapping_text(req, &source);
	scop_csv_close(csv);
	scop_write(req,
	    import_add(scop_actor(req),
		scop_make_text(req, "%.*s", (int)scop_utf8_first(file->name, FILE_NAME),
		    file->name),
		scop_make_bytes(req, file->data, file->size), mapping, scop_now(req)));
	scop_redirect(req, "import", back(req, scop_make_int(req, scop_inserted(req))));
}

/* ---- its page ---- */

/* The columns to choose from: each with its heading and what stands below it in the first row. */
static const struct scop_value *
columns_of(struct scop_request *req, const struct scop_value *const *headings, size_t count)
{
	struct scop_list *list = scop_list_new(req);

	for (size_t i = 0; i < count; i++)
		scop_list_push(list,
		    scop_map_of(req, "number", scop_make_int(req, (int64_t)i + 1), "heading",
			headings[i], NULL));
	return scop_list_done(list);
}

/* The number of a field's column, from 1, 0 for none: as it was chosen just now, or as it stands.
 */
static const struct scop_value *
column_of(struct scop_request *req, struct shop_source *source, unsigned i)
{
	const struct scop_value *chosen = scop_field(req, shop_source_field(i));

	return chosen ? chosen : scop_make_int(req, *shop_source_column(source, i) + 1);
}

static const struct scop_value *
heading(struct scop_request *req, const char *name, const char *sample)
{
	const int length = (int)scop_utf8_first(name, HEADING);

	return *sample ? scop_make_text(req, "%.*s (%.*s)", length, name,
			     (int)scop_utf8_first(sample, SAMPLE), sample)
		       : scop_make_text(req, "%.*s", length, name);
}

/* The headings, each with its value in the first row; NULL if the file no longer exists. */
static const struct scop_value **
headings(struct scop_request *req, const struct scop_value *stored, struct shop_source *ret_source,
    size_t *ret_count)
{
	const struct scop_value *bytes = scop_get(stored, "bytes");
	const char *error, *const *fields;
	size_t count = 0;
	unsigned line;
	struct scop_csv *csv =
	    stored ? scop_csv_open(scop_as_text(bytes), scop_size(bytes), &line, &error) : NULL;
	const struct scop_value **list = NULL;

	if (csv && scop_csv_next(csv, &fields, ret_count, &line, &error)) {
		list = scop_alloc(req, (*ret_count + 1) * sizeof(*list));
		shop_source_guess(fields, *ret_count, ret_source);
		for (size_t i = 0; i < *ret_count; i++)
			list[i] = scop_make_text(req, "%s", fields[i]);
		if (!scop_csv_next(csv, &fields, &count, &line, &error))
			count = 0;
		for (size_t i = 0; i < *ret_count; i++)
			list[i] = heading(req, scop_as_text(list[i]), i < count ? fields[i] : "");
	}
	scop_csv_close(csv);
	return list;
}

static void
put_mapping(struct scop_request *req, const struct scop_value *run)
{
	const struct scop_value *stored = scop_row(req, import_bytes(scop_get(run, "id")));
	struct scop_list *list = scop_list_new(req);
	struct shop_source source;
	size_t count;
	const struct scop_value **names = headings(req, stored, &source, &count);

	if (!names)
		return;
	scop_put(req, "shopify", scop_make_bool(req, source.kind == SHOP_SHOPIFY));
	scop_put(req, "woocommerce", scop_make_bool(req, source.kind == SHOP_WOOCOMMERCE));
	shop_mapping_read(scop_text(stored, "mapping"), &source);
	for (unsigned i = 0; i < SHOP_FIELDS; i++)
		scop_list_push(list,
		    scop_map_of(req, "field", scop_make_string(req, shop_source_field(i)), "title",
			scop_make_string(req, scop_translate(req, titles[i])), "required",
			scop_make_bool(req, i < 2), "column", column_of(req, &source, i), NULL));
	scop_put(req, "columns", columns_of(req, names, count));
	scop_put(req, "fields", scop_list_done(list));
}

/* The headings of the run's file; an empty list if the file is gone. */
static const struct scop_value *
file_headings(struct scop_request *req, const struct scop_value *run)
{
	const struct scop_value *stored = scop_row(req, import_head(scop_get(run, "id")));
	const struct scop_value *bytes = scop_get(stored, "bytes");
	struct scop_list *list = scop_list_new(req);
	const char *error, *const *fields;
	size_t count;
	unsigned line;
	struct scop_csv *csv =
	    stored ? scop_csv_open(scop_as_text(bytes), scop_size(bytes), &line, &error) : NULL;

	if (csv && scop_csv_next(csv, &fields, &count, &line, &error))
		for (size_t i = 0; i < count; i++)
			scop_list_push(list, scop_make_string(req, fields[i]));
	scop_csv_close(csv);
	return scop_list_done(list);
}

/* The heading of the column that a line means; NULL for none, or if it is not known. */
static const struct scop_value *
heading_of(struct scop_request *req, const struct scop_value *line, const void *context)
{
	const int64_t place = scop_int(line, "place");

	(void)req;
	return place > 0 ? scop_at(context, (size_t)place - 1) : NULL;
}

/* The sentence of a line, in the reader's language. */
static const struct scop_value *
in_words(struct scop_request *req, const struct scop_value *line, const void *context)
{
	(void)context;
	return scop_make_string(req, scop_translate(req, scop_text(line, "words")));
}

static void
put_lines(struct scop_request *req, const struct scop_value *run)
{
	const struct scop_value *lines =
	    scop_rows_with(req, scop_model(req, "found"), "words", in_words, NULL);
	const int64_t shown = (int64_t)scop_count(lines);
	const int64_t all = scop_int(run, "errors") + scop_int(run, "warnings");

	scop_put(req, "lines",
	    shown > 0 ? scop_rows_with(req, lines, "heading", heading_of, file_headings(req, run))
		      : lines);
	scop_put(req, "any_line", scop_make_bool(req, shown > 0));
	scop_put(req, "more_lines", scop_make_int(req, all > shown ? all - shown : 0));
}

static bool
is_in(const struct scop_value *run, const char *state)
{
	return strcmp(scop_text(run, "state"), state) == 0;
}

/* Whether it failed while it was undone. */
static bool
undo_failed(const struct scop_value *run)
{
	return is_in(run, "failed") && strcmp(scop_text(run, "recorded"), "undoing") == 0;
}

static bool
may_undo(const struct scop_value *run)
{
	return undo_failed(run) ||
	    (is_in(run, "done") && !scop_bool(run, "was_forgotten") &&
		!scop_bool(run, "was_sold") && !scop_bool(run, "was_replaced") &&
		!scop_bool(run, "was_followed"));
}

/* Puts the actions that are possible now. */
static void
put_ways(struct scop_request *req, const struct scop_value *run)
{
	const bool busy =
	    is_in(run, "checking") || is_in(run, "importing") || is_in(run, "undoing");
	const int64_t errors = scop_int(run, "errors");

	scop_put(req, "busy", scop_make_bool(req, busy));
	scop_put(req, "may_cancel", scop_make_bool(req, busy && !is_in(run, "undoing")));
	scop_put(req, "too_many", scop_make_bool(req, errors > SHOP_ERRORS_MAX));
	scop_put(req, "may_start",
	    scop_make_bool(req,
		is_in(run, "checked") && scop_bool(run, "has_file") && errors <= SHOP_ERRORS_MAX &&
		    scop_int(run, "variants") > 0));
	scop_put(req, "may_undo", scop_make_bool(req, may_undo(run)));
	scop_put(req, "may_fetch",
	    scop_make_bool(req,
		errors > 0 && scop_bool(run, "has_file") &&
		    (is_in(run, "done") || is_in(run, "checked"))));
	scop_put(req, "added",
	    scop_make_int(req, scop_int(run, "products") - scop_int(run, "changed")));
}

void
shop_import_show(struct scop_request *req)
{
	const struct scop_value *id = shop_import_number(req);
	const struct scop_value *run = scop_put_all(req,
	    (const struct scop_read[]){ { "run", true, import_by_id(id) },
		{ "found", false, import_lines(id) }, { 0 } });

	if (!run) {
		scop_not_found(req);
		return;
	}
	/* the reason of one that was cancelled: who did it */
	scop_put(req, "run",
	    scop_make_with(req, run, "reason", scop_actor_name(req, scop_get(run, "reason"))));
	put_lines(req, run);
	put_ways(req, run);
	if (is_in(run, "new") || is_in(run, "checked") ||
	    (is_in(run, "failed") && !undo_failed(run)))
		put_mapping(req, run);
	scop_view(req, &view_import);
}

/* ---- actions ---- */

/* Starts one job at a time: a second press finds the first job running. NULL leaves the choice
 * unchanged. */
static bool
begin(struct scop_request *req, const char *to, const char *from, const char *or_from,
    const char *job, const struct scop_value *all_or_nothing, const struct scop_value *as_hidden)
{
	const struct scop_value *id = shop_import_number(req);
	const struct scop_value *before = scop_get(scop_row(req, import_hold(id)), "job");
	const bool lost = !scop_row(req, import_job_lives(before));
	const bool began =
	    scop_write(req,
		import_begin(id, scop_make_text(req, "%s", to), scop_make_text(req, "%s", from),
		    scop_make_text(req, "%s", or_from), scop_make_bool(req, lost), all_or_nothing,
		    as_hidden)) == 1;

	if (began) {
		const struct scop_value *attempt =
		    scop_get(scop_row(req, import_attempt(id)), "attempt");

		scop_enqueue(req, job, scop_map_of(req, "run", id, "attempt", attempt, NULL));
		scop_write(req, import_job_is(id, scop_make_int(req, scop_inserted(req))));
	}
	scop_redirect(req, "import", back(req, id));
	return began;
}

static bool
is_there(struct scop_request *req)
{
	if (scop_row(req, import_by_id(shop_import_number(req))))
		return true;
	scop_not_found(req);
	return false;
}

void
shop_import_map(struct scop_request *req)
{
	struct shop_source source;

	if (!is_there(req))
		return;
	memset(&source, 0xff, sizeof source);
	for (unsigned i = 0; i < SHOP_FIELDS; i++) {
		const struct scop_value *column = scop_field(req, shop_source_field(i));

		*shop_source_column(&source, i) = (column ? (int)scop_as_int(column) : 0) - 1;
	}
	if (source.name < 0) {
		scop_reject(req, "name", "Please choose the column with the names.");
		return;
	}
	if (source.price < 0) {
		scop_reject(req, "price", "Please choose the column with the prices.");
		return;
	}
	if (begin(req, "checking", "new", "checked", "check_import", NULL, NULL))
		scop_write(req,
		    import_mapping(shop_import_number(req), shop_mapping_text(req, &source)));
}

void
shop_import_start(struct scop_request *req)
{
	const struct scop_value *run = scop_row(req, import_by_id(shop_import_number(req)));
	const struct scop_value *mode = scop_field(req, "mode");
	const bool all_or_nothing = mode && strcmp(scop_as_text(mode), "all") == 0;
	const int64_t errors = scop_int(run, "errors");

	if (!run) {
		scop_not_found(req);
		return;
	}
	if (!scop_bool(run, "has_file")) {
		scop_reject(req, "mode", "The file is no longer kept: please upload it again.");
		return;
	}
	if (errors > SHOP_ERRORS_MAX || (all_or_nothing && errors > 0)) {
		scop_reject(req, "mode",
		    "The file has errors, so nothing can be imported. Please fix them, and upload "
		    "it again.");
		return;
	}
	scop_audit(req, "Imported a file of articles", scop_get(run, "file_name"));
	begin(req, "importing", "checked", "checked", "import_products",
	    scop_make_bool(req, all_or_nothing),
	    scop_make_bool(req, scop_as_bool(scop_field(req, "hidden"))));
}

/* Cancels an import: the last write of a job that is still running finds this out, and rolls back.
 */
void
shop_import_cancel(struct scop_request *req)
{
	if (!is_there(req))
		return;
	if (scop_write(req, import_cancel(shop_import_number(req), scop_actor(req))) == 1) {
		scop_audit(req, "Cancelled an import", NULL);
		scop_flash(req,
		    SCOP_TEXT("The import is cancelled. Nothing of it is in your shop."));
	} else {
		scop_flash(req, SCOP_TEXT("This import has ended in the meantime."));
	}
	scop_redirect(req, "import", back(req, shop_import_number(req)));
}

/* Why a finished import cannot be undone; permanent reasons come first. */
static const struct {
	const char *fact, *said;
} refusals[] = {
	{ "was_sold", SCOP_TEXT("Something of it was sold: this import can no longer be undone.") },
	{ "was_replaced",
	    SCOP_TEXT("An article has a new variant in place of one that this import changed. "
		      "Remove the new variant, then undo the import.") },
	{ "was_followed", SCOP_TEXT("A later import must be undone first.") },
	{ "was_forgotten",
	    SCOP_TEXT("The state before this import is no longer stored, so it can no longer be "
		      "undone.") },
	{ 0 },
};

static const char *
refusal_of(const struct scop_value *run)
{
	for (size_t i = 0; refusals[i].fact; i++)
		if (scop_bool(run, refusals[i].fact))
			return refusals[i].said;
	return NULL;
}

static void
ask_undo(struct scop_request *req, const struct scop_value *run)
{
	scop_put(req, "run", run);
	scop_put(req, "effect", scop_row(req, undo_effect(scop_get(run, "id"))));
	scop_view(req, &view_import_undo);
}

void
shop_import_undo(struct scop_request *req)
{
	const struct scop_value *run = scop_row(req, import_by_id(shop_import_number(req)));
	const char *refusal = refusal_of(run);

	if (!run) {
		scop_not_found(req);
		return;
	}
	if (refusal) {
		scop_reject(req, "run", refusal);
		return;
	}
	if (may_undo(run) && !scop_as_bool(scop_field(req, "sure"))) {
		ask_undo(req, run);
		return;
	}
	if (begin(req, "undoing", "done", "done", "undo_import", NULL, NULL))
		scop_audit(req, "Undid an import", scop_get(run, "file_name"));
}
