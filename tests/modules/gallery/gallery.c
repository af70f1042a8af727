/* SPDX-License-Identifier: EUPL-1.2 */
/* All parts of pages on one page, to check them together: in both themes, in all languages, at
 * desktop and phone widths. */
#include "names.h"

enum { BARS = 12 };

static const struct scop_value *
tab(struct scop_request *req, const char *title, bool current)
{
	return scop_map_of(req, "url", scop_make_text(req, "#%s", title), "title",
	    scop_make_text(req, "%s", title), "current", scop_make_bool(req, current), NULL);
}

static void
show(struct scop_request *req)
{
	const struct scop_value *labels[BARS], *values[BARS];
	const struct scop_value *tabs[] = { tab(req, "A", true), tab(req, "B", false),
		tab(req, "C", false) };

	for (int i = 0; i < BARS; i++) {
		labels[i] = scop_make_text(req, "%d", i + 1);
		values[i] = scop_make_money(req, (i * 7919 % 100) * 1250, "EUR");
	}
	scop_put(req, "chart", scop_chart(req, BARS, labels, values));
	scop_put(req, "tabs", scop_make_list(req, 3, tabs));
	scop_put(req, "price", scop_make_money(req, 123456, "EUR"));
	scop_put(req, "share", scop_make_number(req, 125, 1));
	scop_put(req, "now", scop_now(req));
	scop_put(req, "previous", scop_make_int(req, 1));
	scop_put(req, "next", scop_make_int(req, 3));
	scop_view(req, &view_gallery);
}

static void
tile(struct scop_request *req)
{
	scop_put(req, "price", scop_make_money(req, 123456, "EUR"));
	scop_view(req, &view_tile_of_gallery);
}

static void
store(struct scop_request *req)
{
	scop_put(req, "price", scop_make_money(req, 123456, "EUR"));
	scop_view(req, &view_store);
}

static void
sent(struct scop_request *req)
{
	const struct scop_file *more = scop_upload_at(req, "more", 1);

	scop_put(req, "saved",
	    scop_make_text(req, "%s %s", scop_upload(req, "file")->name, more ? more->name : ""));
	show(req);
}

static void
take(struct scop_request *req)
{
	static const char *const names[] = { "weight", "balance", "opens", "starts", "land",
		"phone", "page_address", "account", "vat" };

	scop_put(req, "saved", scop_field(req, "day"));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		scop_put(req, names[i], scop_field(req, names[i]));
	show(req);
}

static const struct scop_field fields[] = {
	{ .name = "page", .type = SCOP_FIELD_INT, .min = 1, .max = 10 },
	{ .name = "amount", .type = SCOP_FIELD_MONEY, .required = true },
	{ .name = "day", .type = SCOP_FIELD_DATE, .required = true },
	{ .name = "weight", .type = SCOP_FIELD_DECIMAL, .scale = 3 },
	{ .name = "balance", .type = SCOP_FIELD_MONEY, .min = SCOP_NO_MIN },
	{ .name = "opens", .type = SCOP_FIELD_CLOCK },
	{ .name = "starts", .type = SCOP_FIELD_TIME },
	{ .name = "land", .type = SCOP_FIELD_COUNTRY },
	{ .name = "phone", .type = SCOP_FIELD_PHONE },
	{ .name = "page_address", .type = SCOP_FIELD_URL },
	{ .name = "account", .type = SCOP_FIELD_IBAN },
	{ .name = "vat", .type = SCOP_FIELD_VAT },
	{ .name = "name", .type = SCOP_FIELD_TEXT },
	{ .name = "kind", .type = SCOP_FIELD_TEXT },
	{ .name = "note", .type = SCOP_FIELD_LONGTEXT },
	{ .name = "state", .type = SCOP_FIELD_TEXT },
	{ 0 },
};

static const struct scop_field page_fields[] = {
	{ .name = "page", .type = SCOP_FIELD_INT, .min = 1, .max = 10 },
	{ 0 },
};

static const struct scop_field send_fields[] = {
	{ .name = "file", .type = SCOP_FIELD_FILE, .required = true, .max_bytes = 5000000 },
	{ .name = "more", .type = SCOP_FIELD_FILES, .max = 2 },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET,
	    .path = "/",
	    .name = "show",
	    .handle = show,
	    .fields = page_fields,
	    .permission = "gallery.see" },
	{ .method = SCOP_GET,
	    .path = "/tile",
	    .name = "tile",
	    .handle = tile,
	    .permission = "gallery.see" },
	{ .method = SCOP_GET, .path = "/store", .name = "store", .handle = store },
	{ .method = SCOP_POST,
	    .path = "/send",
	    .name = "send",
	    .handle = sent,
	    .fields = send_fields,
	    .form = show,
	    .permission = "gallery.see" },
	{ .method = SCOP_POST,
	    .path = "/",
	    .name = "take",
	    .handle = take,
	    .fields = fields,
	    .form = show,
	    .permission = "gallery.see",
	    .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
