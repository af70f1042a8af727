/* SPDX-License-Identifier: EUPL-1.2 */
/* What pages are put together from: a field of a form, drawn by one partial; and parts within
 * parts. */
#include "../with_arena.h"

#include <string.h>

#include "base/buffer.h"
#include "base/value.h"
#include "view/template.h"

static const struct scop_template *
compile(const char *name, const char *text)
{
	struct scop_error err = { "" };
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
	struct scop_error err = { "" };
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_field_shows_what_is_held_until_something_is_typed),
		TEST(what_was_emptied_stays_empty),
		TEST(a_part_may_be_made_of_another_and_the_page_has_the_last_word),
		TEST(a_part_within_a_part_has_blocks_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
