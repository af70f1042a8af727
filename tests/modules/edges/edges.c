/* SPDX-License-Identifier: EUPL-1.2 */
/* Mistakes of a handler, which are reported with a message, and values at the limits. */
#include <string.h>

#include "names.h"

enum { READS = 40, BARS = 61, NO_LETTER = 0x7fffffff };

static void
page(struct scop_request *req)
{
	scop_put(req, "notes", scop_rows(req, notes()));
	scop_view(req, &view_page);
}

static void
note(struct scop_request *req)
{
	scop_put(req, "slug", scop_path(req, "slug"));
	page(req);
}

/* scop_write() of a SELECT. */
static void
read_by_write(struct scop_request *req)
{
	scop_write(req, notes());
	scop_redirect(req, "page", NULL);
}

/* scop_row() of an INSERT. */
static void
write_by_row(struct scop_request *req)
{
	scop_row(req, note_add(scop_make_text(req, "by row")));
	page(req);
}

static void
write_in_get(struct scop_request *req)
{
	scop_write(req, note_add(scop_make_text(req, "in a GET")));
	page(req);
}

static void
add(struct scop_request *req)
{
	scop_write(req, note_add(NULL));
	scop_redirect(req, "page", NULL);
}

static void
many_reads(struct scop_request *req)
{
	static const char *const names[] = { "n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8",
		"n9" };
	struct scop_read wants[READS + 1] = { { NULL, false, { NULL, { NULL } } } };

	for (int i = 0; i < READS; i++)
		wants[i] =
		    (struct scop_read){ names[i % 10], true, note_of(scop_make_int(req, i + 1)) };
	scop_put_all(req, wants);
	scop_view(req, &view_page);
}

static void
many_rows(struct scop_request *req)
{
	scop_put(req, "notes", scop_rows(req, combinations()));
	scop_view(req, &view_page);
}

static void
away(struct scop_request *req)
{
	scop_redirect(req, "note", NULL);
}

/* Impossible values, each under the name of its mistake. */
static void
misuse(struct scop_request *req)
{
	static const struct scop_value *const bars[BARS] = { NULL };
	const char *what = scop_as_text(scop_path(req, "what"));

	if (strcmp(what, "scale") == 0)
		scop_put(req, "x", scop_make_number(req, 1, 19));
	else if (strcmp(what, "currency") == 0)
		scop_put(req, "x", scop_make_money(req, 1, "EURO"));
	else if (strcmp(what, "nocurrency") == 0)
		scop_put(req, "x", scop_make_money(req, 1, NULL));
	else if (strcmp(what, "bytes") == 0)
		scop_put(req, "x", scop_make_bytes(req, "x", (size_t)UINT32_MAX + 1));
	else if (strcmp(what, "text") == 0)
		scop_put(req, "x", scop_make_text(req, "%lc", NO_LETTER));
	else if (strcmp(what, "chart") == 0)
		scop_put(req, "x", scop_chart(req, BARS, bars, bars));
	if (strcmp(what, "file") == 0)
		scop_send_file(req, "text/plain", NULL);
	else
		scop_view(req, strcmp(what, "view") == 0 ? NULL : &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ .method = SCOP_GET, .path = "/note/{slug}", .name = "note", .handle = note },
	{ .method = SCOP_POST, .path = "/read", .name = "read", .handle = read_by_write },
	{ .method = SCOP_POST, .path = "/add", .name = "add", .handle = add },
	{ .method = SCOP_GET, .path = "/row", .name = "row", .handle = write_by_row },
	{ .method = SCOP_GET, .path = "/get", .name = "get", .handle = write_in_get },
	{ .method = SCOP_GET,
	    .path = "/reads",
	    .name = "reads",
	    .handle = many_reads,
	    .api = true },
	{ .method = SCOP_GET, .path = "/rows", .name = "rows", .handle = many_rows },
	{ .method = SCOP_GET, .path = "/misuse/{what}", .handle = misuse },
	{ .method = SCOP_GET, .path = "/away", .name = "away", .handle = away },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
