/* SPDX-License-Identifier: EUPL-1.2 */
/* The parts of pages: a field of a form, drawn by one partial; and parts within parts. */
#include "../with_arena.h"

#include <string.h>

#include "base/buffer.h"
#include "base/time.h"
#include "base/value.h"
#include "view/template.h"

static const struct scop_template *
compile(const char *name, const char *text)
{
	struct scop_error err = { .text = "" };
	const struct scop_template *template =
	    scop_template_compile(arena, name, text, strlen(text), &err);

	assert_string_equal(err.text, "");
	return template;
}

static const struct scop_template *
part(void *context, const char *name)
{
	(void)context;
	return strcmp(name, "input") == 0
	    ? compile("input",
		  "<{{its.name}}={{#its.was_typed}}{{its.typed}}{{/"
		  "its.was_typed}}{{^its.was_typed}}{{$value}}{{/value}}"
		  "{{/its.was_typed}} "
		  "{{$more}}{{/more}}{{#its.error}}!{{its.error}}{{/its.error}}>")
	    : strcmp(name, "money") == 0
	    ? compile("money", "{{<input}}{{$more}}decimal{{/more}}{{/input}}")
	    : strcmp(name, "box") == 0
	    ? compile("box", "[{{$title}}?{{/title}}: {{$more}}-{{/more}}]")
	    : NULL;
}

static void
gives(const char *text, const struct scop_value *model, const char *expected)
{
	const struct scop_template_host host = { .partial = part, .locale = { SCOP_EN, "UTC" } };
	struct scop_error err = { .text = "" };
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	assert_true(scop_template_render(compile("t", text), model, &host, arena, &out, &err));
	assert_string_equal(scop_buffer_str(&out), expected);
}

static const struct scop_value *
one(const char *key, const struct scop_value *value)
{
	struct scop_map_maker map;

	scop_map_init(&map, arena);
	scop_map_put(&map, key, value);
	return scop_map_value(&map);
}

static const char field[] =
    "{{#field.iban}}{{<input}}{{$value}}{{held}}{{/value}}{{/input}}{{/field.iban}}";

static void
a_field_shows_what_is_held_until_something_is_typed(void **state)
{
	(void)state;
	gives(field, one("held", scop_value_text(arena, "BE68")), "<iban=BE68 >");
	gives(field, one("value", one("iban", scop_value_text(arena, "\"x\""))),
	    "<iban=&quot;x&quot; >");
	gives(field, one("value", one("bic", scop_value_text(arena, "x"))), "<iban= >");
}

static void
what_was_emptied_stays_empty(void **state)
{
	struct scop_map_maker map;

	(void)state;
	scop_map_init(&map, arena);
	scop_map_put_text(&map, "held", "BE68");
	scop_map_put(&map, "value", one("iban", scop_value_text(arena, "")));
	scop_map_put(&map, "error", one("iban", scop_value_text(arena, "Please")));
	gives(field, scop_map_value(&map), "<iban= !Please>");
}

static void
a_part_may_be_made_of_another_and_the_page_has_the_last_word(void **state)
{
	(void)state;
	gives("{{#field.a}}{{<money}}{{/money}}{{/field.a}}", scop_value_null(), "<a= decimal>");
	gives("{{#field.a}}{{<money}}{{$more}}own{{/more}}{{$value}}5{{/value}}{{/money}}{{/"
	      "field.a}}",
	    scop_value_null(), "<a=5 own>");
}

static void
a_part_within_a_part_has_blocks_of_its_own(void **state)
{
	(void)state;
	gives("{{<box}}{{$title}}A{{/title}}{{$more}}{{<box}}{{$more}}x{{/more}}{{/box}}{{/"
	      "more}}{{/box}}",
	    scop_value_null(), "[A: [?: x]]");
	gives("{{<box}}{{$more}}{{#field.a}}{{<money}}{{/money}}{{/field.a}}{{/more}}{{/box}}",
	    scop_value_null(), "[?: <a= decimal>]");
}

static const struct scop_value *
order(const char *state)
{
	struct scop_map_maker map;
	struct scop_list_maker lines;

	scop_list_init(&lines, arena);
	scop_list_add(&lines, scop_value_int(arena, 1));
	scop_list_add(&lines, scop_value_int(arena, 2));
	scop_map_init(&map, arena);
	scop_map_put_text(&map, "state", state);
	scop_map_put(&map, "lines", scop_list_value(&lines));
	scop_list_init(&lines, arena);
	scop_map_put(&map, "none", scop_list_value(&lines));
	scop_map_put(&map, "total", scop_value_money(arena, 123450, "EUR"));
	scop_map_put(&map, "pieces", scop_value_int(arena, 3));
	scop_map_put(&map, "created",
	    scop_value_time(arena, scop_time_make(2026, 11, 28, 9, 5, 0, 0)));
	return scop_map_value(&map);
}

static void
a_view_asks_whether_a_value_is_a_word(void **state)
{
	(void)state;
	gives("{{#state.is.paid}}paid{{/state.is.paid}}{{^state.is.paid}}open{{/state.is.paid}}",
	    order("paid"), "paid");
	gives("{{#state.is.paid}}paid{{/state.is.paid}}{{^state.is.paid}}open{{/state.is.paid}}",
	    order("placed"), "open");
	gives("{{#state.is.pai}}!{{/state.is.pai}}{{#state.is.}}!{{/state.is.}}", order("paid"),
	    "");
	gives("{{#pieces.is.3}}three{{/pieces.is.3}}{{#gone.is.3}}!{{/gone.is.3}}", order("paid"),
	    "three");
	/* also from within a list */
	gives("{{#lines}}{{#state.is.paid}}x{{/state.is.paid}}{{/lines}}", order("paid"), "xx");
}

static void
a_view_asks_a_list_whether_it_has_items_and_how_many(void **state)
{
	(void)state;
	gives("{{#lines.some}}<ul>{{/lines.some}}{{lines.count}}", order("paid"), "<ul>2");
	gives("{{#none.some}}<ul>{{/none.some}}{{^none.some}}-{{/none.some}}{{none.count}}",
	    order("paid"), "-0");
}

static void
a_view_asks_for_the_day_and_for_what_programs_write(void **state)
{
	(void)state;
	gives("{{created.date}} {{created.clock}} {{created.plain}} {{created.date.plain}}",
	    order("paid"), "28 Nov 2026 09:05 2026-11-28T09:05:00Z 2026-11-28");
	gives("{{total}} {{total.plain}} {{pieces.plain}} {{state.nothing}}", order("paid"),
	    "€1,234.50 1234.50 3 ");
	gives("{{total.amount}} {{state.amount}}", order("12,5"), "1,234.50 12,5");
}

/* Character by character, as the escaping of HTML is defined. */
static const char *
escaped_simply(const char *text)
{
	static const char *const escapes[256] = { ['&'] = "&amp;",
		['<'] = "&lt;",
		['>'] = "&gt;",
		['"'] = "&quot;",
		['\''] = "&#39;" };
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	for (; *text; text++) {
		const char *escaped = escapes[(unsigned char)*text];

		if (escaped)
			scop_buffer_text(&out, escaped);
		else
			scop_buffer_char(&out, *text);
	}
	return scop_buffer_str(&out);
}

static void
what_html_reserves_is_escaped_wherever_it_stands(void **state)
{
	(void)state;
	for (size_t length = 0; length < 40; length++)
		for (size_t at = 0; at < length; at++)
			for (size_t kind = 0; kind < 5; kind++) {
				char text[41] = "";

				memset(text, "\xc3\xa9.%;"[kind], length);
				text[at] = "&<>\"'"[kind];
				if (at > 2)
					text[at / 2] = '<';
				gives("{{x}}", one("x", scop_value_text(arena, text)),
				    escaped_simply(text));
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_field_shows_what_is_held_until_something_is_typed),
		TEST(what_was_emptied_stays_empty),
		TEST(a_part_may_be_made_of_another_and_the_page_has_the_last_word),
		TEST(a_part_within_a_part_has_blocks_of_its_own),
		TEST(a_view_asks_whether_a_value_is_a_word),
		TEST(a_view_asks_a_list_whether_it_has_items_and_how_many),
		TEST(what_html_reserves_is_escaped_wherever_it_stands),
		TEST(a_view_asks_for_the_day_and_for_what_programs_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
