/* SPDX-License-Identifier: EUPL-1.2 */
/* Details of the audit trail: written, read and shown in four languages; and what a module may
 * write there that is no detail. */
#include "../with_arena.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/date.h"
#include "base/detail.h"
#include "base/locale.h"
#include "base/value.h"

static const struct scop_locale locales[SCOP_LANGUAGES] = { { SCOP_FR, "Europe/Brussels" },
	{ SCOP_NL, "Europe/Brussels" }, { SCOP_DE, "Europe/Brussels" },
	{ SCOP_EN, "Pacific/Noumea" } };

/* The French of two texts of the module `shop`. */
static const char *
say(void *context, const char *module, const char *english)
{
	(void)context;
	if (strcmp(module, "shop") == 0 && strcmp(english, "Shop") == 0)
		return "Boutique";
	if (strcmp(english, "{{price}} for {{article}}") == 0)
		return "{{article}} à {{price}}";
	return NULL;
}

static const char *
written(const struct scop_value *value)
{
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	assert_true(scop_detail_write(&out, value));
	return scop_buffer_str(&out);
}

/* `language` negative: for programs. */
static const char *
shown(const char *json, int language)
{
	const struct scop_detail_reader reader = {
		.locale = language < 0 ? NULL : &locales[language],
		.say = language == SCOP_FR ? say : NULL,
	};
	const struct scop_value *detail = scop_detail_read(arena, json);
	struct scop_buffer out;

	assert_non_null(detail);
	scop_buffer_init(&out, arena);
	scop_buffer_text(&out, ">");
	scop_detail_show(&out, detail, &reader);
	return scop_buffer_str(&out) + 1;
}

static const struct scop_value *
map_of(const char *key, const struct scop_value *value, const char *other,
    const struct scop_value *another)
{
	struct scop_map_maker map;

	scop_map_init(&map, arena);
	scop_map_put(&map, key, value);
	if (other)
		scop_map_put(&map, other, another);
	return scop_map_value(&map);
}

static const struct scop_value *
text(const char *words)
{
	return scop_value_text(arena, words);
}

static void
each_reader_sees_amounts_and_days_in_their_own_form(void **state)
{
	const char *money = written(scop_value_money(arena, -123456, "EUR")),
		   *number = written(scop_value_number(arena, 123456, 2)),
		   *date = written(
		       scop_value_date(arena, scop_days_of((struct scop_day){ 2026, 3, 9 }))),
		   *time = written(scop_value_time(arena, 1774737000000000)); /* 2026-03-28 22:30 */

	(void)state;
	assert_string_equal(money, "{\"cents\":-123456,\"currency\":\"EUR\"}");
	assert_string_equal(number, "{\"number\":\"1234.56\"}");
	assert_string_equal(shown(money, SCOP_FR), "-1\u202f234,56\u00a0€");
	assert_string_equal(shown(money, SCOP_NL), "€\u00a0-1.234,56");
	assert_string_equal(shown(money, SCOP_DE), "-1.234,56\u00a0€");
	assert_string_equal(shown(money, SCOP_EN), "-€1,234.56");
	assert_string_equal(shown(money, -1), "-1234.56 EUR");
	assert_string_equal(shown(number, SCOP_DE), "1.234,56");
	assert_string_equal(shown(date, SCOP_NL), "09-03-2026");
	assert_string_equal(shown(date, SCOP_EN), "9 Mar 2026");
	assert_string_equal(shown(date, -1), "2026-03-09");
	assert_string_equal(shown(time, SCOP_FR), "28/03/2026 23:30");
	assert_string_equal(shown(time, SCOP_EN), "29 Mar 2026, 09:30");
	assert_string_equal(shown(written(scop_value_clock(arena, 52200)), SCOP_DE), "14:30");
	assert_string_equal(shown(written(scop_value_int(arena, INT64_MIN)), SCOP_FR),
	    "-9223372036854775808");
}

static const char *
in_capitals(void *context, const char *english)
{
	(void)context;
	return strcmp(english, "Belgium") == 0 ? "BELGIQUE" : english;
}

static void
a_country_is_shown_by_its_name_and_to_programs_by_its_code(void **state)
{
	const char *json = written(map_of("country", text("BE"), NULL, NULL));
	const struct scop_detail_reader reader = { &locales[SCOP_FR], say, in_capitals, NULL };
	struct scop_buffer out;

	(void)state;
	assert_string_equal(json, "{\"country\":\"BE\"}");
	assert_string_equal(shown(json, -1), "BE");
	scop_buffer_init(&out, arena);
	scop_detail_show(&out, scop_detail_read(arena, json), &reader);
	assert_string_equal(scop_buffer_str(&out), "BELGIQUE");
	assert_null(scop_detail_read(arena, "{\"country\":\"XX\"}"));
	assert_null(scop_detail_read(arena, "{\"country\":7}"));
	scop_buffer_init(&out, arena);
	assert_false(scop_detail_write(&out, map_of("country", text("XX"), NULL, NULL)));
}

static void
a_list_that_is_too_long_keeps_its_first_items_and_counts_the_others(void **state)
{
	struct scop_list_maker list;
	struct scop_buffer out;

	(void)state;
	scop_list_init(&list, arena);
	for (unsigned i = 0; i < 300; i++)
		scop_list_add(&list, scop_value_money(arena, i, "EUR"));
	const struct scop_value *all = scop_list_value(&list),
				*message = map_of("text", text("{{changes}}"), "values",
				    map_of("changes", all, NULL, NULL));
	scop_buffer_init(&out, arena);
	assert_true(scop_detail_fit(&out, message));
	const char *text_shown = shown(scop_buffer_str(&out), -1);
	assert_non_null(strstr(text_shown, "0.00 EUR; 0.01 EUR; "));
	assert_non_null(strstr(text_shown, "0.63 EUR; 236 more"));
	scop_buffer_init(&out, arena);
	assert_true(scop_detail_fit(&out, scop_at(all, 7)));
	assert_string_equal(scop_buffer_str(&out), written(scop_at(all, 7)));
	scop_buffer_init(&out, arena);
	assert_true(scop_detail_fit(&out, text(scop_arena_printf(arena, "%5000d", 1))));
	assert_int_equal(out.length, 0);
}

/* 18 digits are more than a double holds. */
static void
every_digit_is_kept(void **state)
{
	(void)state;
	assert_string_equal(shown(written(scop_value_number(arena, 999999999999999999, 2)), -1),
	    "9999999999999999.99");
	assert_string_equal(shown(written(scop_value_number(arena, 1, 18)), -1),
	    "0.000000000000000001");
	assert_string_equal(shown(written(scop_value_money(arena, INT64_MAX, "EUR")), -1),
	    "92233720368547758.07 EUR");
	assert_string_equal(shown(written(scop_value_int(arena, INT64_MAX)), -1),
	    "9223372036854775807");
}

static void
a_message_is_translated_and_its_values_are_not(void **state)
{
	struct scop_list_maker list;

	(void)state;
	scop_list_init(&list, arena);
	scop_list_add(&list, map_of("text", text("Shop"), "module", text("shop")));
	scop_list_add(&list,
	    map_of("text", text("{{price}} for {{article}}"), "values",
		map_of("price", scop_value_money(arena, 1250, "EUR"), "article",
		    text("Shop {{price}} <b>"))));
	scop_list_add(&list, text("Shop"));
	const char *json = written(scop_list_value(&list));
	assert_string_equal(shown(json, SCOP_FR),
	    "Boutique; Shop {{price}} <b> à 12,50\u00a0€; Shop");
	assert_string_equal(shown(json, SCOP_EN), "Shop; €12.50 for Shop {{price}} <b>; Shop");
	assert_string_equal(shown(json, -1), "Shop; 12.50 EUR for Shop {{price}} <b>; Shop");
}

static void
a_map_that_is_no_message_is_not_written(void **state)
{
	struct scop_buffer out;

	(void)state;
	scop_buffer_init(&out, arena);
	assert_false(scop_detail_write(&out, map_of("price", text("1"), NULL, NULL)));
	assert_false(scop_detail_write(&out,
	    map_of("text", text("{{a}}"), "values",
		map_of("a", map_of("b", text("c"), NULL, NULL), NULL, NULL))));
	assert_int_equal(out.length, 0);
}

static void
what_is_no_detail_is_not_read(void **state)
{
	static const char *const rubbish[] = { "", " ", "{", "nonsense", "{}", "\"a", "[1,]",
		"\"\\u0000\"", "\"\xff\"", "1.5", "[1.5]", "{\"cents\":1}",
		"{\"cents\":\"1\",\"currency\":\"EUR\"}", "{\"cents\":1,\"currency\":\"EURO\"}",
		"{\"cents\":1,\"currency\":\"e\\u0022r\"}", "{\"cents\":1.5,\"currency\":\"EUR\"}",
		"{\"cents\":-9223372036854775808,\"currency\":\"EUR\"}",
		"{\"cents\":1,\"currency\":\"EUR\",\"more\":1}", "{\"number\":1}",
		"{\"number\":\"1,5\"}", "{\"number\":\"1234567890123456789\"}",
		"{\"date\":\"2026-02-30\"}", "{\"date\":20260209}", "{\"time\":\"yesterday\"}",
		"{\"clock\":\"25:00\"}", "{\"price\":\"1\"}", "{\"text\":1}",
		"{\"text\":\"a\",\"values\":[]}", "{\"text\":\"a\",\"module\":1}",
		"{\"text\":\"a\",\"more\":1}", "{\"text\":\"a\",\"values\":{\"b\":{\"c\":1}}}",
		"{\"text\":\"a\",\"text\":\"b\"}", "[[[[[[[[1]]]]]]]]" };
	char *many = scop_arena_alloc(arena, 1000), *longer = scop_arena_alloc(arena, 5000);

	(void)state;
	for (size_t i = 0; i < sizeof rubbish / sizeof rubbish[0]; i++)
		if (scop_detail_read(arena, rubbish[i]))
			fail_msg("read: %s", rubbish[i]);
	for (size_t i = 0; i < 600; i++)
		many[i] = i % 2 ? '1' : ',';
	many[0] = '[';
	many[600] = ']';
	assert_null(scop_detail_read(arena, many));
	memset(longer, 'x', 4500);
	longer[0] = longer[4499] = '"';
	assert_null(scop_detail_read(arena, longer));
	longer[3999] = '"';
	longer[4000] = '\0';
	assert_non_null(scop_detail_read(arena, longer));
}

/* Each level takes the one below twelve times: without a bound, 12^5 texts. */
static void
a_message_that_multiplies_itself_is_cut_off(void **state)
{
	static const char twelve[] = "{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}{{a}}";
	const struct scop_value *inner = text("éééé");

	(void)state;
	for (int i = 0; i < 3; i++)
		inner = map_of("text", text(twelve), "values", map_of("a", inner, NULL, NULL));
	const char *said = shown(written(inner), SCOP_EN);
	assert_true(strlen(said) <= SCOP_DETAIL_SHOWN_MAX);
	assert_true(strlen(said) > SCOP_DETAIL_SHOWN_MAX / 2);
	inner = text("");
	for (int i = 0; i < 3; i++)
		inner = map_of("text", text(twelve), "values", map_of("a", inner, NULL, NULL));
	assert_true(strlen(shown(written(inner), SCOP_EN)) <= SCOP_DETAIL_SHOWN_MAX);
}

static void
a_long_text_is_cut_between_characters(void **state)
{
	char *longer = scop_arena_alloc(arena, 3000);

	(void)state;
	strcpy(longer, "\"x");
	for (int i = 0; i < 900; i++)
		strcat(longer, "é");
	strcat(longer, "\"");
	const char *said = shown(longer, SCOP_FR);
	assert_int_equal(strlen(said), SCOP_DETAIL_SHOWN_MAX - 1);
	assert_true(scop_utf8_valid(said, strlen(said)));
}

static size_t seen;

static void
see(void *context, const char *module, const char *english)
{
	assert_string_equal(english, seen ? "Shop" : "{{a}}");
	assert_string_equal(module, seen ? "shop" : "");
	assert_null(context);
	seen++;
}

static void
the_texts_of_messages_are_found_at_each_depth(void **state)
{
	const struct scop_value *inner = map_of("text", text("Shop"), "module", text("shop"));
	struct scop_list_maker list;

	(void)state;
	scop_list_init(&list, arena);
	scop_list_add(&list, text("no message"));
	scop_list_add(&list, inner);
	seen = 0;
	scop_detail_texts(scop_detail_read(arena,
			      written(map_of("text", text("{{a}}"), "values",
				  map_of("a", scop_list_value(&list), NULL, NULL)))),
	    see, NULL);
	assert_int_equal(seen, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_reader_sees_amounts_and_days_in_their_own_form),
		TEST(a_country_is_shown_by_its_name_and_to_programs_by_its_code),
		TEST(a_list_that_is_too_long_keeps_its_first_items_and_counts_the_others),
		TEST(every_digit_is_kept),
		TEST(a_message_is_translated_and_its_values_are_not),
		TEST(a_map_that_is_no_message_is_not_written),
		TEST(what_is_no_detail_is_not_read),
		TEST(a_message_that_multiplies_itself_is_cut_off),
		TEST(a_long_text_is_cut_between_characters),
		TEST(the_texts_of_messages_are_found_at_each_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
