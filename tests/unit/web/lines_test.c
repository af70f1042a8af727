/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows of fields: how they are numbered, checked, and changed by the buttons of their form. */
#include "../with_arena.h"

#include <string.h>

#include "base/json.h"
#include "base/value.h"
#include "web/field.h"
#include "web/form.h"
#include "web/request.h"

static const struct scop_view *const no_views[] = { NULL };
static const struct scop_statement *const no_statements[] = { NULL };
static const struct scop_messages no_messages[] = { { .data = NULL } };
static const struct scop_names no_names = { no_views, no_statements, no_messages };
static const struct scop_module module = { .names = &no_names };
static struct scop_app app = { .module = &module };

static const char *const rates[] = { "high", "low", NULL };

static const struct scop_field line[] = {
	{ .name = "what",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Article"),
	    .required = true,
	    .max = 5 },
	{ .name = "count", .type = SCOP_FIELD_INT, .max = 9 },
	{ .name = "rate", .type = SCOP_FIELD_CHOICE, .choices = rates },
	{ 0 },
};

static const struct scop_field fields[] = {
	{ .name = "lines", .type = SCOP_FIELD_LINES, .lines = line, .required = true, .max = 3 },
	{ 0 },
};

static void
form(struct scop_request *req)
{
	(void)req;
}

static struct scop_request *
sent(const char *body)
{
	static const struct scop_route route = { .method = SCOP_POST,
		.path = "/",
		.fields = fields,
		.form = form };
	const struct scop_site site = { .zone = "UTC", .currency = "EUR", .language = SCOP_FR };
	struct scop_request *req = scop_request_new(&app, arena, &site);
	struct scop_error err;

	req->route = &route;
	req->pairs = scop_arena_alloc(arena, sizeof *req->pairs);
	assert_true(scop_form_urlencoded(req->pairs, arena, scop_arena_text(arena, body),
	    strlen(body), &err));
	scop_fields_check(req, fields);
	return req;
}

static const char *
json_of(const struct scop_value *value)
{
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	scop_json_print(&out, value);
	return scop_buffer_str(&out);
}

static const char *
checked(const char *body)
{
	return json_of(scop_field(sent(body), "lines"));
}

/* Each row's `what` after the button. */
static const char *
typed(const char *body)
{
	struct scop_request *req = sent(body);
	const struct scop_value *rows = scop_get(scop_map_value(&req->values), "lines");
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	for (size_t i = 0; i < scop_count(rows); i++)
		scop_buffer_printf(&out, "%s;", scop_text(scop_at(rows, i), "what"));
	scop_buffer_printf(&out, "%s", scop_text(scop_map_value(&req->values), "_focus"));
	return scop_buffer_str(&out);
}

static void
rows_come_in_the_order_of_their_numbers_without_gaps(void **state)
{
	(void)state;
	assert_string_equal(checked("lines.7.what=c&lines.2.count=2&lines.0.what=a&lines.2.what=b&"
				    "linesx.3.what=d"),
	    "[{\"what\":\"a\"},{\"what\":\"b\",\"count\":2},{\"what\":\"c\"}]");
	assert_string_equal(checked("lines.0.what=a&lines.0.other=1&lines.x.what=b&lines.1=c"),
	    "[{\"what\":\"a\"}]");
}

static void
a_row_in_which_nothing_was_typed_does_not_count(void **state)
{
	(void)state;
	assert_string_equal(checked("lines.0.what=+&lines.0.rate=high&lines.1.what=b&lines.1.rate="
				    "low&lines.2.rate=high"),
	    "[{\"what\":\"b\",\"rate\":\"low\"}]");
	assert_false(sent("lines.0.what=a")->rejected);
	assert_true(sent("lines.0.what=&lines.0.rate=high")->rejected);
	assert_true(sent("")->rejected);
}

static void
a_mistake_leads_to_its_row_and_field(void **state)
{
	struct scop_request *req = sent(
	    "lines.3.what=&lines.3.count=&lines.4.what=toolong&lines.5.what=a&lines.5.count=10");

	(void)state;
	assert_non_null(scop_rejection(req, "lines.0.what"));
	assert_non_null(scop_rejection(req, "lines.1.count"));
	assert_null(scop_rejection(req, "lines.1.what"));
	const struct scop_value *error = scop_at(scop_list_value(&req->errors), 0);
	assert_string_equal(scop_text(error, "field"), "lines.0.what");
	assert_string_equal(scop_text(error, "label"), "Ligne 1, Article");
	scop_reject_line(req, "lines", 1, "what", "No", NULL);
	assert_non_null(scop_rejection(req, "lines.1.what"));
}

static void
more_rows_than_the_field_takes_are_refused(void **state)
{
	struct scop_request *req =
	    sent("lines.0.what=a&lines.1.what=b&lines.2.what=c&lines.3.what=d");

	(void)state;
	assert_string_equal(scop_as_text(scop_rejection(req, "lines")),
	    "Trop de lignes : 3 au plus.");
}

static void
buttons_add_remove_and_move_rows_and_keep_what_was_typed(void **state)
{
	static const struct {
		const char *button, *rows;
	} cases[] = {
		{ "lines.add", "a;b;;lines.2" },
		{ "lines.0.remove", "b;lines.0" },
		{ "lines.1.remove", "a;" },
		{ "lines.1.up", "b;a;lines.0" },
		{ "lines.0.down", "b;a;lines.1" },
		{ "lines.0.up", "a;b;lines.0" },
		{ "lines.1.down", "a;b;lines.1" },
		{ "lines.9.remove", "a;b;" },
		{ "lines.9.up", "a;b;" },
		{ "lines.0.other", "a;b;lines.0" },
		{ "lines..remove", "a;b;" },
		{ "other.add", "a;b;" },
		{ "lines.99999999999999.up", "a;b;" },
		{ "", "a;b;" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *body = scop_arena_printf(arena,
		    "lines.0.what=a&lines.1.what=b&_line=%s", cases[i].button);

		if (strcmp(typed(body), cases[i].rows) != 0)
			fail_msg("%s: %s", cases[i].button, typed(body));
		assert_true(scop_fields_only_redraw(sent(body)));
	}
	/* a row that is still empty stays */
	assert_string_equal(typed("lines.0.what=a&lines.1.what=&_line=lines.0.down"), ";a;lines.1");
	assert_string_equal(typed("_line=lines.add"), ";lines.0");
}

static void
a_row_too_many_is_not_added_and_told(void **state)
{
	struct scop_request *req =
	    sent("lines.0.what=a&lines.1.what=b&lines.2.what=c&_line=lines.add");

	(void)state;
	assert_int_equal(scop_count(scop_get(scop_map_value(&req->values), "lines")), 3);
	scop_request_rewind(req);
	scop_fields_full(req);
	assert_non_null(scop_rejection(req, "lines"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_come_in_the_order_of_their_numbers_without_gaps),
		TEST(a_row_in_which_nothing_was_typed_does_not_count),
		TEST(a_mistake_leads_to_its_row_and_field),
		TEST(more_rows_than_the_field_takes_are_refused),
		TEST(buttons_add_remove_and_move_rows_and_keep_what_was_typed),
		TEST(a_row_too_many_is_not_added_and_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
