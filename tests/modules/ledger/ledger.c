/* SPDX-License-Identifier: EUPL-1.2 */
/* Draws numbers without gaps, in requests that are refused, collide or die; and keeps the rows that
 * have them. */
#include <signal.h>
#include <string.h>

#include "names.h"

static void
list(struct scop_request *req)
{
	scop_put(req, "postings", scop_rows(req, postings()));
	scop_view(req, &view_list);
}

/* The accounts are locked in the order of the form, before the number. */
static void
post(struct scop_request *req)
{
	const struct scop_value *period = scop_field(req, "period");
	const char *end = scop_as_text(scop_field(req, "end"));

	scop_write(req, account_add(scop_field(req, "from")));
	scop_write(req, account_add(scop_field(req, "to")));
	const int64_t number = scop_draw_number(req, "posting", scop_as_text(period));
	scop_write(req, posting_add(period, scop_make_int(req, number), scop_field(req, "text")));
	if (strcmp(end, "die") == 0)
		raise(SIGKILL);
	if (strcmp(end, "refuse") == 0)
		scop_reject(req, "end", "Refused");
	else
		scop_redirect(req, "list", NULL);
}

static void
note(struct scop_request *req)
{
	scop_write(req, posting_note(scop_field(req, "number"), scop_field(req, "note")));
	scop_redirect(req, "list", NULL);
}

static void
begin(struct scop_request *req)
{
	const int64_t next = scop_as_int(scop_field(req, "next"));

	if (!scop_begin_numbers(req, "posting", scop_as_text(scop_field(req, "period")), next))
		scop_reject(req, "next", "Refused");
	else
		scop_redirect(req, "list", NULL);
}

static const char *const ends[] = { "well", "refuse", "die", NULL };

static const struct scop_field post_fields[] = {
	{ .name = "period", .type = SCOP_FIELD_TEXT },
	{ .name = "text", .type = SCOP_FIELD_TEXT, .required = true },
	{ .name = "from", .type = SCOP_FIELD_ID, .required = true },
	{ .name = "to", .type = SCOP_FIELD_ID, .required = true },
	{ .name = "end", .type = SCOP_FIELD_CHOICE, .choices = ends, .required = true },
	{ 0 },
};

static const struct scop_field note_fields[] = {
	{ .name = "number", .type = SCOP_FIELD_ID, .required = true },
	{ .name = "note", .type = SCOP_FIELD_TEXT, .required = true },
	{ 0 },
};

static const struct scop_field begin_fields[] = {
	{ .name = "period", .type = SCOP_FIELD_TEXT },
	{ .name = "next", .type = SCOP_FIELD_INT, .required = true, .max = 2000000000000 },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "list", .handle = list, .api = true },
	{ .method = SCOP_POST,
	    .path = "/post",
	    .name = "post",
	    .handle = post,
	    .fields = post_fields,
	    .form = list },
	{ .method = SCOP_POST,
	    .path = "/note",
	    .name = "note",
	    .handle = note,
	    .fields = note_fields,
	    .form = list },
	{ .method = SCOP_POST,
	    .path = "/begin",
	    .name = "begin",
	    .handle = begin,
	    .fields = begin_fields,
	    .form = list },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
