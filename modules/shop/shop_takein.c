/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Taking in a file of products in the portal: uploaded, its columns chosen, looked through by a
 * job, and stored by another once a person has seen what would happen. Nothing of it is in the shop
 * before that.
 */
#include "shop_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	UPLOAD_MAX = 9000000,
	LINES_MAX = 200,
	MAPPING_TEXT = 500,
	PROGRESS_EVERY = 200,
	SAMPLE_MAX = 60
};

const struct scop_field shop_upload_fields[] = {
	{ .name = "file", .type = SCOP_FIELD_FILE, .required = true, .max = UPLOAD_MAX },
	{ 0 },
};

/* For each of our fields the number of its column, from 1. */
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
	SCOP_TEXT("Name in addresses"), SCOP_TEXT("Article number (SKU)"), SCOP_TEXT("Stock"),
	SCOP_TEXT("Category"), SCOP_TEXT("Description"), SCOP_TEXT("Condition"),
	SCOP_TEXT("Weight in grams"), SCOP_TEXT("VAT class"), SCOP_TEXT("Shown in the shop"),
	SCOP_TEXT("First option's name"), SCOP_TEXT("First option"),
	SCOP_TEXT("Second option's name"), SCOP_TEXT("Second option"),
	SCOP_TEXT("Third option's name"), SCOP_TEXT("Third option") };

static const struct scop_value *
back(struct scop_request *req, const struct scop_value *run)
{
	return scop_make_map(req, 1, (const char *const[]){ "run" }, &run);
}

static const struct scop_value *
run_number(struct scop_request *req)
{
	return scop_make_int(req, atoll(scop_as_text(scop_path(req, "run"))));
}

/* ---- the mapping, as text: "3,0,1": the column of each of our fields, 0 for none ---- */

static const struct scop_value *
mapping_text(struct scop_request *req, struct shop_source *source)
{
	char text[MAPPING_TEXT] = "";
	size_t used = 0;

	for (unsigned i = 0; i < SHOP_FIELDS; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "%s%d", i ? "," : "",
		    *shop_source_column(source, i) + 1);
	return scop_make_text(req, "%s", text);
}

static void
mapping_read(const char *text, struct shop_source *source)
{
	for (unsigned i = 0; i < SHOP_FIELDS && *text; i++) {
		char *end;

		*shop_source_column(source, i) = (int)strtol(text, &end, 10) - 1;
		text = *end == ',' ? end + 1 : end;
	}
}

/* ---- uploading ---- */

void
shop_imports(struct scop_request *req)
{
	const struct scop_value *found = scop_rows(req, import_runs());

	scop_put(req, "imports", found);
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
	const struct scop_value *mapping = mapping_text(req, &source);
	scop_csv_close(csv);
	scop_write(req,
	    import_add(scop_member_name(req), scop_make_text(req, "%.150s", file->name),
		scop_make_bytes(req, file->data, file->size), mapping, scop_now(req)));
	scop_redirect(req, "import", back(req, scop_make_int(req, scop_inserted(req))));
}

/* ---- its page ---- */

/* The columns to choose from for one of our fields: each with its heading and what stands below it
 * in the first row. */
static const struct scop_value *
choices(struct scop_request *req, const struct scop_value *const *headings, size_t count,
    int chosen)
{
	static const char *const keys[] = { "number", "heading", "chosen" };
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof(*list));

	for (size_t i = 0; i < count; i++)
		list[i] = scop_make_map(req, 3, keys,
		    (const struct scop_value *[]){ scop_make_int(req, (int64_t)i + 1), headings[i],
			scop_make_bool(req, (int)i == chosen) });
	return scop_make_list(req, count, list);
}

/* The column of a field, counted from 0: as it was chosen just now, or as it stands. */
static int
column_of(struct scop_request *req, struct shop_source *source, unsigned i)
{
	const struct scop_value *chosen = scop_field(req, shop_source_field(i));

	return chosen ? (int)scop_as_int(chosen) - 1 : *shop_source_column(source, i);
}

static void
put_mapping(struct scop_request *req, const struct scop_value *run)
{
	static const char *const keys[] = { "field", "title", "required", "choices" };
	const struct scop_value *stored = scop_row(req, import_bytes(scop_get(run, "id"))),
				*bytes = scop_get(stored, "bytes");
	const char *error, *const *fields;
	struct shop_source source;
	size_t columns, count;
	unsigned line;
	struct scop_csv *csv =
	    stored ? scop_csv_open(scop_as_text(bytes), scop_size(bytes), &line, &error) : NULL;

	if (!csv || !scop_csv_next(csv, &fields, &columns, &line, &error)) {
		scop_csv_close(csv);
		return;
	}
	shop_source_guess(fields, columns, &source);
	scop_put(req, "shopify", scop_make_bool(req, source.kind == SHOP_SHOPIFY));
	scop_put(req, "woocommerce", scop_make_bool(req, source.kind == SHOP_WOOCOMMERCE));
	mapping_read(scop_text(stored, "mapping"), &source);
	const struct scop_value **headings = scop_alloc(req, (columns + 1) * sizeof(*headings));
	for (size_t i = 0; i < columns; i++)
		headings[i] = scop_make_text(req, "%.60s", fields[i]);
	if (scop_csv_next(csv, &fields, &count, &line, &error))
		for (size_t i = 0; i < columns && i < count; i++)
			if (fields[i][0] && strlen(fields[i]) < SAMPLE_MAX)
				headings[i] = scop_make_text(req, "%s (%s)",
				    scop_as_text(headings[i]), fields[i]);
	scop_csv_close(csv);

	const struct scop_value *list[SHOP_FIELDS];
	for (unsigned i = 0; i < SHOP_FIELDS; i++)
		list[i] = scop_make_map(req, 4, keys,
		    (const struct scop_value *[]){ scop_make_text(req, "%s", shop_source_field(i)),
			scop_make_text(req, "%s", scop_translate(req, titles[i])),
			scop_make_bool(req, i < 2),
			choices(req, headings, columns, column_of(req, &source, i)) });
	scop_put(req, "fields", scop_make_list(req, SHOP_FIELDS, list));
}

/* The sentences of the lines, in the reader's language. */
static const struct scop_value *
in_words(struct scop_request *req, const struct scop_value *lines)
{
	static const char *const keys[] = { "is_error", "line", "place", "words", "about" };
	const size_t count = scop_count(lines);
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof(*list));

	for (size_t i = 0; i < count; i++) {
		const struct scop_value *line = scop_at(lines, i);

		list[i] = scop_make_map(req, 5, keys,
		    (const struct scop_value *[]){ scop_get(line, "is_error"),
			scop_get(line, "line"), scop_get(line, "place"),
			scop_make_text(req, "%s", scop_translate(req, scop_text(line, "words"))),
			scop_get(line, "about") });
	}
	return scop_make_list(req, count, list);
}

void
shop_import_show(struct scop_request *req)
{
	const struct scop_value *id = run_number(req);
	const struct scop_value *run = scop_put_all(req,
	    (const struct scop_want[]){ { "run", true, import_by_id(id) },
		{ "found", false, import_lines(id) }, { 0 } });

	if (!run) {
		scop_not_found(req);
		return;
	}
	const struct scop_value *lines = in_words(req, scop_model(req, "found"));
	scop_put(req, "lines", lines);
	scop_put(req, "any_line", scop_make_bool(req, scop_count(lines) > 0));
	scop_put(req, "busy",
	    scop_make_bool(req, scop_bool(run, "checking") || scop_bool(run, "importing")));
	scop_put(req, "may_start",
	    scop_make_bool(req,
		scop_bool(run, "checked") && scop_int(run, "errors") == 0 &&
		    scop_int(run, "products") > 0));
	scop_put(req, "fresh",
	    scop_make_int(req, scop_int(run, "products") - scop_int(run, "changed")));
	if (scop_bool(run, "is_new") || scop_bool(run, "checked"))
		put_mapping(req, run);
	scop_view(req, &view_import);
}

/* ---- looking it through ---- */

/* One order at a time: a second press finds the first one's work under way. */
static void
give_order(struct scop_request *req, const char *to, const char *from, const char *or_from,
    const char *job)
{
	static const char *const keys[] = { "run" };
	const struct scop_value *id = run_number(req);

	if (!scop_row(req, import_by_id(id))) {
		scop_not_found(req);
		return;
	}
	if (scop_write(req,
		import_state(id, scop_make_text(req, "%s", to), scop_make_text(req, "%s", from),
		    scop_make_text(req, "%s", or_from))) == 1)
		scop_later(req, job, scop_make_map(req, 1, keys, &id));
	scop_redirect(req, "import", back(req, id));
}

void
shop_import_map(struct scop_request *req)
{
	struct shop_source source;

	memset(&source, 0xff, sizeof source);
	for (unsigned i = 0; i < SHOP_FIELDS; i++) {
		const struct scop_value *column = scop_field(req, shop_source_field(i));

		*shop_source_column(&source, i) = (column ? (int)scop_as_int(column) : 0) - 1;
	}
	if (source.name < 0) {
		scop_reject(req, "name", "Please say which column has the names.");
		return;
	}
	if (source.price < 0) {
		scop_reject(req, "price", "Please say which column has the prices.");
		return;
	}
	scop_write(req, import_mapping(run_number(req), mapping_text(req, &source)));
	give_order(req, "checking", "new", "checked", "check_import");
}

void
shop_import_start(struct scop_request *req)
{
	const struct scop_value *run = scop_row(req, import_by_id(run_number(req)));

	if (run && scop_int(run, "errors") > 0) {
		scop_reject(req, "run",
		    "There are errors in the file. Please mend it, and choose it again.");
		return;
	}
	scop_note(req, "Took in a file of articles", scop_get(run, "file_name"));
	give_order(req, "importing", "checked", "checked", "import_products");
}

/* ---- in jobs ---- */

struct collector {
	struct scop_request *req;
	const struct scop_value *list[LINES_MAX];
	size_t count;
	unsigned passed;
};

static void
collect(void *context, bool is_error, unsigned line, unsigned column, const char *words,
    const char *about)
{
	static const char *const keys[] = { "is_error", "line", "place", "words", "about" };
	struct collector *collector = context;
	struct scop_request *req = collector->req;

	if (collector->count < LINES_MAX)
		collector->list[collector->count++] = scop_make_map(req, 5, keys,
		    (const struct scop_value *[]){ scop_make_int(req, is_error),
			scop_make_int(req, line), scop_make_int(req, column),
			scop_make_text(req, "%s", words), scop_make_text(req, "%.150s", about) });
}

static void
passed(void *context, unsigned line)
{
	struct collector *collector = context;

	if (++collector->passed % PROGRESS_EVERY == 0)
		scop_progress(collector->req, line, 0);
}

static bool
run_it(struct scop_request *req, bool dry, struct collector *collector, struct shop_taken *taken)
{
	const struct scop_value *id = scop_get(scop_body(req), "run"),
				*stored = scop_row(req, import_bytes(id));
	const struct scop_value *bytes = scop_get(stored, "bytes");
	const struct scop_file file = { .name = "",
		.data = scop_as_text(bytes),
		.size = scop_size(bytes) };
	const char *error, *const *header;
	struct shop_source source;
	size_t columns;
	unsigned line;

	if (!stored)
		return false;
	struct scop_csv *csv = scop_csv_open(file.data, file.size, &line, &error);
	const bool readable = csv && scop_csv_next(csv, &header, &columns, &line, &error);
	if (readable) {
		shop_source_guess(header, columns, &source);
		mapping_read(scop_text(stored, "mapping"), &source);
	}
	scop_csv_close(csv);
	*collector = (struct collector){ .req = req };
	shop_take_in(req,
	    &(const struct shop_takein){ .files = &file,
		.file_count = 1,
		.source = readable ? &source : NULL,
		.dry = dry,
		.tell = collect,
		.passed = passed,
		.context = collector },
	    taken);
	return true;
}

static const struct scop_value *
number(struct scop_request *req, unsigned value)
{
	return scop_make_int(req, value);
}

enum scop_job_result
shop_check_job(struct scop_request *req)
{
	const struct scop_value *id = scop_get(scop_body(req), "run");
	struct collector *collector = scop_alloc(req, sizeof *collector);
	struct shop_taken taken;

	if (!run_it(req, true, collector, &taken))
		return SCOP_JOB_DONE;
	scop_write(req, import_lines_clear(id));
	if (collector->count > 0)
		scop_write(req,
		    import_lines_add(id, scop_make_list(req, collector->count, collector->list)));
	scop_write(req,
	    import_checked(id, number(req, taken.products), number(req, taken.changed),
		number(req, taken.variants), number(req, taken.warnings),
		number(req, taken.errors)));
	return SCOP_JOB_DONE;
}

/* Looked through once more: the shop may have changed since. */
enum scop_job_result
shop_import_job(struct scop_request *req)
{
	struct collector *collector = scop_alloc(req, sizeof *collector);
	struct shop_taken taken;

	if (!run_it(req, true, collector, &taken))
		return SCOP_JOB_DONE;
	if (taken.errors > 0)
		return shop_check_job(req);
	run_it(req, false, collector, &taken);
	scop_write(req, import_done(scop_get(scop_body(req), "run")));
	return SCOP_JOB_DONE;
}
